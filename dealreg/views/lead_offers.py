"""What can be done with a lead: a table of verbs, each with its form and its action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.actions.leads import (
    accept_lead,
    assign_lead,
    contact_lead,
    disqualify_lead,
    hand_lead,
    note_lead,
    open_from_lead,
    qualify_lead,
    refuse_lead,
    reopen_lead,
    return_lead,
    route_lead,
)
from dealreg.forms.leads import (
    ContactLeadForm,
    DisqualifyLeadForm,
    NoteLeadForm,
    NothingForm,
    OpenLeadForm,
    PickForm,
    QualifyLeadForm,
    RefuseLeadForm,
    WhyForm,
)
from dealreg.models import HELD, Lead
from dealreg.queries.leads import sellers_of
from dealreg.views.offers import Offered
from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.words import own

State = Lead.State


@dataclass(frozen=True)
class LeadVerb:
    """A verb on a lead: what it is called, when it makes sense, what is asked."""

    name: str
    label: Any
    act: Callable[..., Any]
    form: type[forms.Form] | None  # None: it is built from what there is to choose
    states: tuple[str, ...]
    tone: str = ""

    @property
    def permission(self) -> str:
        return f"dealreg.{self.act.__name__}"


WAITING = (State.NEW, State.RETURNED)
VERBS = (
    LeadVerb("accept_lead", _("Accept"), accept_lead, NothingForm, (State.ASSIGNED,), "primary"),
    LeadVerb("refuse_lead", _("Refuse"), refuse_lead, RefuseLeadForm, (State.ASSIGNED,), "danger"),
    LeadVerb("contact_lead", _("Log the first contact"), contact_lead, ContactLeadForm, (State.ACCEPTED,), "primary"),
    LeadVerb("qualify_lead", _("Qualify"), qualify_lead, QualifyLeadForm, (State.CONTACTED,), "primary"),
    LeadVerb("route_lead", own("Give to the best partner"), route_lead, NothingForm, WAITING, "primary"),
    LeadVerb("assign_lead", own("Give to another partner"), assign_lead, None, WAITING),
    LeadVerb("note_lead", _("Write a note"), note_lead, NoteLeadForm, (*HELD, *WAITING)),
    LeadVerb("hand_lead", _("Hand to a colleague"), hand_lead, None, (State.ASSIGNED, *HELD)),
    LeadVerb("open_from_lead", _("Go on without registering"), open_from_lead, OpenLeadForm, (State.QUALIFIED,)),
    LeadVerb("disqualify_lead", _("Disqualify"), disqualify_lead, DisqualifyLeadForm, HELD, "danger"),
    LeadVerb("return_lead", _("Take it back"), return_lead, WhyForm, (State.ASSIGNED, *HELD), "danger"),
    LeadVerb("reopen_lead", _("Open again"), reopen_lead, WhyForm, (State.RECYCLED, State.DISQUALIFIED)),
)
BY_NAME = {verb.name: verb for verb in VERBS}


def lead_verbs(lead: Lead, member: Membership, *, refused: forms.Form | None, verb: str) -> list[Offered]:
    """The verbs that fit the state and that this member may use; the one that was refused stands open."""
    found = []
    for one in VERBS:
        if lead.state not in one.states or not permits(member, one.permission, lead):
            continue
        if one.name == "return_lead" and not (lead.partner and lead.partner.state in STANDS_STILL):
            continue
        is_refused = verb == one.name and refused is not None
        form = refused if is_refused and refused is not None else form_of(one, lead, member)
        url = reverse(f"dealreg:{one.name}", args=[lead.pk])
        found.append(Offered(one.name, str(one.label), url, form, one.tone, one.form is NothingForm, is_refused))
    return found


STANDS_STILL = (Partner.State.SUSPENDED, Partner.State.TERMINATED)


def form_of(verb: LeadVerb, lead: Lead, member: Membership, data: Any = None) -> forms.Form:
    ids = f"{verb.name}_%s"
    if verb.name == "assign_lead":
        partners = Partner.objects.visible_to(member).filter(state=Partner.State.ACTIVE).order_by("sort_name", "pk")
        return PickForm(data, auto_id=ids, name="partner", label=own("Partner"), found={str(p.pk): p for p in partners})
    if verb.name == "hand_lead":
        people = sellers_of(lead.partner_id) if lead.partner_id else []
        named = {str(one.pk): one for one in people}
        return PickForm(data, auto_id=ids, name="to", label=_("Colleague"), found=named)
    assert verb.form is not None
    return verb.form(data, auto_id=ids)
