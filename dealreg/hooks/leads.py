"""What leads lend: words, navigation, figures, panels, worklists, alerts, and a place on the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models import HELD, Lead, LeadContact
from dealreg.queries.lead_measures import lead_figures, lead_rows
from dealreg.queries.leads import (
    offered_to_me,
    protected_of_ended,
    queue_of_operations,
    quiet_ones,
    standing_still,
    timed_out_lately,
    to_contact,
)
from dealreg.queries.measures import known
from dealreg.rows.leads import present_leads, short_of
from partners.models import Inquiry, Partner
from partners.registries import (
    Alert,
    Measure,
    PartnerAction,
    Period,
    Value,
    Worklist,
    lend_alert,
    lend_inquiry_action,
    lend_measure,
    lend_panel,
    lend_worklist,
    tell,
)
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tokens import lend_key_scope
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.web.tenancy import member_of

State = Lead.State
SHOWN = 5
QUIET_DAYS = 20

lend_key_scope("dealreg.receive_lead", _("Hand in leads"))
navigation(Entry("Leads", "dealreg:leads", "user-plus", 36, "dealreg.view_lead"))

tell(
    lead__captured="took the lead {number} in ({source})",
    lead__imported="took the lead {number} in by an import",
    lead__brought="brought the lead {number}",
    lead__merged="merged another one into the lead {number} ({source})",
    lead__assigned="offered the lead {number}, to be accepted until {accept_due}",
    lead__queued="left the lead {number} to operations: {why}",
    lead__accepted="accepted the lead {number}, first contact until {contact_due}",
    lead__refused="refused the lead {number}: {refuse_reason}",
    lead__timed_out="the lead {number} was not accepted in time",
    lead__taken_back="took the lead {number} back",
    lead__contacted="spoke with the lead {number}",
    lead__noted="wrote a note on the lead {number}",
    lead__qualified="qualified the lead {number}",
    lead__converted="began the registration of the lead {number}",
    lead__opened="made open business of the lead {number}",
    lead__disqualified="disqualified the lead {number}: {disqualify_reason}",
    lead__handed="handed the lead {number} to {owner}",
    lead__recycled="the lead {number} had no news for {days} days and went back",
    lead__clock_went_on="the suspension is over: the clock of the lead {number} goes on",
    lead__reopened="opened the lead {number} again: {reason}",
    lead_rules__edited="changed the rules of leads",
    lead_route__added="added a way for leads, to {to}",
    lead_route__dropped="took a way for leads away",
    deal__claim_decided="decided between the registration and the lead {lead}: {decision}",
    deal__ended_with_partner="the partnership ended: the deal with {customer} was taken back",
    deal__kept_after_end="kept the protection with {customer} until it expires: {reason}",
    deal__transferred_after_end="gave the deal with {customer}, whose partner is gone, to another partner: {reason}",
    deal__taken_over="gave you the deal with {customer}, protected until {expires_on}",
    deal__ended_after_end="ended the deal with {customer}, whose partner is gone: {reason}",
)

# --- figures ------------------------------------------------------------------------------------------------------

Values = dict[tuple[UUID, Period], Value]
NONE_OFFERED = _("No lead was offered in the 12 months.")
NONE_ACCEPTED = _("No lead was accepted in the 12 months.")


def _figure(name: str, why: Any) -> Any:
    def compute(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
        seen = known(partner_ids)
        values: Values = {(pk, period): Value(None, "not known here") for pk in partner_ids for period in periods}
        for day in {min(period.end, as_of) for period in periods}:
            found = lead_figures(seen, day)
            for pk in seen:
                number = found[pk][name]
                for period in periods:
                    if min(period.end, as_of) == day:
                        values[pk, period] = Value(number, "" if number is not None else str(why))
        return values

    return compute


def _rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return lead_rows(partner_id, min(period.end, as_of))


for _name, _label, _unit, _formula, _why, _direction in (
    ("leads_offered_12m", "Leads offered, last 12 months", "count", "offers of leads in the 12 months", "", "higher"),
    ("leads_accepted_12m", "Leads accepted, last 12 months", "count", "offers accepted", "", "higher"),
    ("lead_acceptance_rate", "Leads accepted of those answered", "ratio",
     "accepted / (accepted + refused + not answered in time)", NONE_OFFERED, "higher"),
    ("lead_conversion_rate", "Leads registered of those accepted", "ratio", "converted / accepted", NONE_ACCEPTED,
     "higher"),
    ("lead_hours_to_accept", "Hours to accept a lead", "score", "median hours from the offer to its acceptance",
     NONE_ACCEPTED, "lower"),
):  # fmt: skip
    lend_measure(Measure(_name, _label, _unit, _formula, _figure(_name, _why), _rows, _direction, empty=_why))

# --- pages --------------------------------------------------------------------------------------------------------


@lend_panel(26, "dealreg/leads/panel.html", "deals", permission="dealreg.view_lead")
def leads_panel(member: Membership, partner: Partner) -> dict[str, Any]:
    """The open leads of a partner, the nearest clock first."""
    leads = _nearest(member, partner.pk)
    known = {lead.pk: LeadContact(company=lead.company) for lead in leads if lead.company is not None}
    rows = present_leads(leads, known)
    return {"rows": rows, "url": f"{reverse('dealreg:leads')}?partner={partner.pk}"}


@prepared
def _nearest(member: Membership, partner_id: UUID) -> QuerySet:
    found = Lead.objects.visible_to(member).filter(partner_id=partner_id, state__in=[State.ASSIGNED, *HELD])
    who = LeadContact.objects.filter(lead=OuterRef("pk")).values("company")[:1]  # none where it is hidden
    wanted = found.select_related("partner", "line", "owner__user").annotate(company=Subquery(who))
    return wanted.order_by("accept_due", "contact_due", "pk")[:SHOWN]


@lend_inquiry_action
def inquiry_button(member: Membership, inquiry: Inquiry) -> PartnerAction | None:
    """What a visitor of the locator wrote becomes a lead of the partner that was asked."""
    if not permits(member, "dealreg.convert_inquiry", inquiry):
        return None
    return PartnerAction(_("Make it a lead"), reverse("dealreg:inquiry_lead", args=[inquiry.pk]), "user-plus")


@home_part(11, "dealreg/leads/home.html")
def leads_at_home(request: HttpRequest) -> dict[str, Any] | None:
    """What is offered to a partner, each with its clock."""
    member = member_of(request)
    if member.is_vendor or not permits(member, "dealreg.accept_lead"):
        return None
    leads = list(offered_to_me(member).select_related("owner__user")[:SHOWN])
    rows = present_leads(leads)
    shown = [
        {"url": row.url, "short": short_of(lead), "clock": row.clock} for row, lead in zip(rows, leads, strict=True)
    ]
    return {"rows": shown} if shown else None


# --- what waits ---------------------------------------------------------------------------------------------------


def _url(record: Any) -> str:
    return record.get_absolute_url()


def _named(lead: Lead) -> str:
    return f"{lead.partner.name}: {short_of(lead)}" if lead.partner else short_of(lead)


def _by_name(lead: Lead) -> str:
    """Of a lead that one holds: who it is."""
    found = [contact.company for contact in lead.contacts.all()]  # type: ignore[attr-defined]
    return f"{found[0]}: {short_of(lead)}" if found else short_of(lead)


lend_worklist(
    Worklist("leads_offered", "Leads offered to you", offered_to_me, _url, short_of, lambda lead: lead.accept_due)
)
lend_worklist(
    Worklist("leads_to_contact", "Leads to contact", to_contact, _url, _by_name, lambda lead: lead.contact_due)
)
lend_worklist(
    Worklist(
        "leads_quiet",
        "Leads without news",
        quiet_ones,
        _url,
        _by_name,
        lambda lead: add_days(clock.day_of(lead.progress_at), 30),
    )
)
lend_worklist(Worklist("leads_queue", "Leads to give out", queue_of_operations, _url, short_of))
lend_worklist(Worklist("leads_standing_still", "Leads of suspended partners", standing_still, _url, _named))
lend_worklist(
    Worklist(
        "deals_of_ended",
        "Protected deals of partners that are gone",
        protected_of_ended,
        _url,
        lambda deal: f"{deal.partner.name}: {deal.customer_name}",
        lambda deal: deal.expires_on,
    )
)

# --- alerts -------------------------------------------------------------------------------------------------------

lend_alert(
    Alert(
        "lead_not_accepted",
        timed_out_lately,
        text=lambda offer: f"A lead was not answered in time: {offer.lead.number}",
        label=_("Lead not accepted"),
        level="warning",
        url=lambda offer: offer.lead.get_absolute_url(),
        again_after_days=7,
    )
)
lend_alert(
    Alert(
        "lead_not_contacted",
        lambda on: (
            Lead.objects.filter(state=State.ACCEPTED, contact_due__lt=on)
            .exclude(partner__state=Partner.State.SUSPENDED)
            .select_related("partner")
            .order_by("contact_due")
        ),
        text=lambda lead: f"The lead {lead.number} was to be contacted until {formatter().day(lead.contact_due)}",
        label=_("Lead not contacted"),
        level="warning",
        again_after_days=3,
    )
)
lend_alert(
    Alert(
        "lead_quiet",
        lambda on: (
            Lead.objects.filter(state__in=HELD, progress_at__lt=clock.now() - dt.timedelta(days=QUIET_DAYS))
            .exclude(partner__state=Partner.State.SUSPENDED)
            .select_related("partner")
            .order_by("progress_at")
        ),
        text=lambda lead: f"No news of the lead {lead.number} for {QUIET_DAYS} days",
        label=_("Lead without news"),
        level="info",
    )
)
