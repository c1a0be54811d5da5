"""The page of one opportunity, and what can be done with it: a table of verbs, each with its form and its action."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.actions import (
    add_paper,
    edit_opportunity,
    link_booking,
    lose_opportunity,
    plan_next_step,
    reopen_opportunity,
    set_opportunity_lines,
    set_stage,
    win_opportunity,
)
from dealreg.forms.opportunities import (
    BookingForm,
    EditOpportunityForm,
    LoseForm,
    NeededReasonForm,
    NextStepForm,
    OpportunityLinesForm,
    PaperForm,
    StageForm,
    WinOpportunityForm,
)
from dealreg.models import Opportunity, OpportunityLine
from dealreg.queries.opportunity_page import free_bookings, opportunity_page, owners_for
from dealreg.queries.pages import active_lines
from dealreg.rows.opportunities import present_opportunity
from dealreg.views.offers import Offered, unplaced
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.numbers import HUNDRED
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from prm.kernel.web.tenancy import member_of

OPPORTUNITY = Opportunity.objects.select_related("partner", "registration", "owner__user")
State = Opportunity.State


@dataclass(frozen=True)
class OpportunityVerb:
    """A verb on an opportunity: what it is called, in which states it makes sense, what is asked."""

    name: str
    label: Any
    act: Callable[..., Any]
    form: type[forms.Form]
    states: tuple[str, ...] = (State.OPEN,)
    tone: str = ""

    @property
    def permission(self) -> str:
        return f"dealreg.{self.act.__name__}"


VERBS = (
    OpportunityVerb("stage", _("Move to another stage"), set_stage, StageForm, tone="primary"),
    OpportunityVerb("step", _("Plan the next step"), plan_next_step, NextStepForm),
    OpportunityVerb("lines", _("Change lines and amounts"), set_opportunity_lines, OpportunityLinesForm),
    OpportunityVerb("change", _("Change name, order day, probability"), edit_opportunity, EditOpportunityForm),
    OpportunityVerb("add_paper", _("Add a paper"), add_paper, PaperForm),
    OpportunityVerb("win", _("Order booked"), win_opportunity, WinOpportunityForm),
    OpportunityVerb("lose", _("Mark as lost"), lose_opportunity, LoseForm, tone="danger"),
    OpportunityVerb("link_booking", _("Link a booking"), link_booking, BookingForm, (State.WON,)),
    OpportunityVerb("reopen", _("Open it again"), reopen_opportunity, NeededReasonForm, (State.WON, State.LOST)),
)
BY_NAME = {verb.name: verb for verb in VERBS}


def form_of(verb: OpportunityVerb, one: Opportunity, member: Membership, data: Any = None, files: Any = None) -> Any:
    """The form of a verb, with what is known."""
    more: dict[str, Any] = {"auto_id": f"{verb.name}_%s"}
    if verb.form is StageForm:
        more["initial"] = {"stage": one.stage}
    if verb.form is NextStepForm:
        more["initial"] = {"next_step": one.next_step, "next_step_due": one.next_step_due}
    if verb.form is OpportunityLinesForm:
        amounts = dict(OpportunityLine.objects.filter(opportunity=one).values_list("line_id", "amount"))
        more |= {"lines": active_lines(), "amounts": amounts}
    if verb.form is EditOpportunityForm:
        rate = None if one.probability is None else formatter().number(one.probability * HUNDRED, 0)
        more["owners"] = owners_for(one)
        more["initial"] = {
            "name": one.name,
            "expected_close": one.expected_close,
            "probability": rate,
            "owner": one.owner_id,
        }
    if verb.form in (WinOpportunityForm, BookingForm):
        day = one.closed_on or clock.today()
        more["bookings"] = list(free_bookings(one, day)) if one.partner_id else []
    if verb.form is WinOpportunityForm:
        more["may_book"] = one.partner_id is not None and permits(member, "sales.book_actual")
    if verb.form is PaperForm:
        return PaperForm(data, files, initial={"dated_on": clock.today()}, **more)
    return verb.form(data, **more)


def _offered(one: Opportunity, member: Membership, refused: forms.Form | None, named: str) -> list[Offered]:
    found = []
    for verb in VERBS:
        if one.state not in verb.states or not permits(member, verb.permission, one):
            continue
        is_refused = verb.name == named and refused is not None
        form = refused if is_refused and refused is not None else form_of(verb, one, member)
        if isinstance(form, BookingForm) and not form.fields["booking"].choices:  # type: ignore[attr-defined]
            continue
        url = reverse(f"dealreg:opportunity_{verb.name}", args=[one.pk])
        found.append(Offered(verb.name, str(verb.label), url, form, verb.tone, False, is_refused))
    return found


def opportunity_answer(
    request: HttpRequest, one: Opportunity, *, refused: forms.Form | None = None, verb: str = ""
) -> HttpResponse:
    """One opportunity: where it stands, what one can do, what happened. A refused form stands open as it was filled."""
    member = member_of(request)
    shown = present_opportunity(opportunity_page(one, member), member)
    verbs = _offered(one, member, refused, verb)
    context = {
        "opportunity": one,
        "page": shown,
        "verbs": verbs,
        "refused": unplaced(refused, (offer.form for offer in verbs)),
        "may_credit": one.state == State.OPEN and permits(member, "dealreg.set_credits", one),
    }
    return render(request, "dealreg/opportunity.html", context)
