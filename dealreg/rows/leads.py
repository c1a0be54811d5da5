"""Leads as pages show them. What a member may not know of one was never read, so it cannot be written here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dealreg.models import Lead, LeadContact
from dealreg.queries.lead_rules import lead_routes
from dealreg.queries.leads import LeadPage, contacts_of
from dealreg.queries.routing import Candidate, Ranking
from dealreg.rows.deals import ShownClock, business_days_left
from partners.countries import COUNTRIES
from partners.profile_fields import VERTICALS
from partners.timeline_rows import told
from prm.kernel import clock
from prm.kernel.models import Event, Membership
from prm.kernel.web.format import Formatter, formatter
from prm.kernel.words import own

State = Lead.State
TONES = {
    State.NEW: "blue",
    State.ASSIGNED: "yellow",
    State.ACCEPTED: "blue",
    State.CONTACTED: "blue",
    State.QUALIFIED: "green",
    State.CONVERTED: "green",
    State.RETURNED: "yellow",
    State.RECYCLED: "grey",
    State.DISQUALIFIED: "grey",
}
OBSTACLES = {
    "state": gettext_lazy("Not active"),
    "accepts_leads": own("Takes no leads, or the tier has none"),
    "line": gettext_lazy("Not certified for the line"),
    "territory": gettext_lazy("Does not serve the country"),
    "capacity": gettext_lazy("Full"),
    "refused": gettext_lazy("Had it before"),
}
PARTS = {
    "region": gettext_lazy("Region"),
    "vertical": gettext_lazy("Industry"),
    "tier": own("Tier"),
    "composite": gettext_lazy("Composite score"),
    "load": gettext_lazy("Open leads"),
}


def lead_clock(lead: Lead, today: dt.date, write: Formatter) -> ShownClock:
    """Until when it is to be accepted or contacted. (A suspended partner's clock stands still.)"""
    if lead.partner is not None and lead.partner.state == "suspended":
        return ShownClock(_("Stands still"), "yellow")
    if lead.state == State.ASSIGNED and lead.accept_due is not None:
        return _until(lead.accept_due, today, write, _("Accept"))
    if lead.state == State.ACCEPTED and lead.contact_due is not None:
        return _until(lead.contact_due, today, write, _("Contact"))
    return ShownClock("")


def _until(due: dt.date, today: dt.date, write: Formatter, verb: str) -> ShownClock:
    left, day = business_days_left(today, due), write.day(due)
    if left < 0:
        return ShownClock(_("%(verb)s: was due on %(day)s") % {"verb": verb, "day": day}, "red", day)
    if left == 0:
        return ShownClock(_("%(verb)s: due today") % {"verb": verb}, "yellow", day)
    text = ngettext("%(verb)s within %(n)s business day", "%(verb)s within %(n)s business days", left)
    return ShownClock(text % {"verb": verb, "n": left}, "blue", day)


@dataclass(frozen=True)
class LeadRow:
    """One line of the list of leads. Company and contact are empty for whom they are hidden."""

    id: str
    url: str
    number: str
    title: str
    is_hidden: bool
    contact: str
    partner: str
    partner_url: str
    line: str
    industry: str
    region: str
    size: str
    source: str
    campaign: str
    state: str
    tone: str
    clock: ShownClock
    queue: str
    owner: str
    taken_in: str
    raw_taken_in: dt.datetime


def title_of(lead: Lead, contact: LeadContact | None) -> str:
    if contact is not None:
        return contact.company
    return _("Lead %(number)s") % {"number": lead.number}


def industry_of(lead: Lead) -> str:
    return str(VERTICALS.get(lead.industry, lead.industry))


def short_of(lead: Lead) -> str:
    """What one may say of a lead to somebody who has not accepted it."""
    return ", ".join(filter(None, [lead.line.name, industry_of(lead), region_of(lead)]))


def region_of(lead: Lead) -> str:
    """Where it is: the region, or the country where none was said."""
    return lead.region or str(COUNTRIES.get(lead.country, lead.country))


def present_leads(leads: list[Lead], contacts: dict[Any, LeadContact] | None = None) -> list[LeadRow]:
    write, today = formatter(), clock.today()
    contacts = contacts_of(lead.pk for lead in leads) if contacts is None else contacts
    return [_row(lead, contacts.get(lead.pk), write, today) for lead in leads]


def _row(lead: Lead, contact: LeadContact | None, write: Formatter, today: dt.date) -> LeadRow:
    return LeadRow(
        id=str(lead.pk),
        url=lead.get_absolute_url(),
        number=lead.number,
        title=title_of(lead, contact),
        is_hidden=contact is None,
        contact=contact.name or contact.email if contact else "",
        partner=lead.partner.name if lead.partner else "",
        partner_url=lead.partner.get_absolute_url() if lead.partner else "",
        line=lead.line.name,
        industry=industry_of(lead),
        region=region_of(lead),
        size=str(Lead.Size(lead.size_band).label) if lead.size_band else "",
        source=str(contact.get_source_display()) if contact else "",  # type: ignore[attr-defined]
        campaign=contact.campaign if contact else "",
        state=str(State(lead.state).label),
        tone=TONES[State(lead.state)],
        clock=lead_clock(lead, today, write),
        queue=str(Lead.Queue(lead.queue).label) if lead.queue and lead.partner_id is None else "",
        owner=lead.owner.user.name if lead.owner else "",
        taken_in=write.day(lead.opened_at),
        raw_taken_in=lead.opened_at,
    )


@dataclass(frozen=True)
class ShownLead:
    """The page of one lead, written."""

    title: str
    row: LeadRow
    facts: list[tuple[str, str]]
    contact: list[tuple[str, str]]
    email: str
    phone: str
    need: str
    found: list[tuple[str, str]]
    told: str
    told_more: str
    notes: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    offers: list[dict[str, str]]
    captures: list[dict[str, Any]]
    registrations: list[dict[str, str]]


def present_lead(page: LeadPage, member: Membership) -> ShownLead:
    lead, contact, write = page.lead, page.contact, formatter()
    row = _row(lead, contact, write, clock.today())
    return ShownLead(
        title=row.title,
        row=row,
        facts=_pairs(
            (_("Product line"), row.line),
            (_("Industry"), row.industry),
            (_("Region") if lead.region else _("Country"), row.region if lead.region or contact is None else ""),
            (_("Size"), row.size),
            (_("Owner"), row.owner),
            (_("Accepted"), write.moment(lead.accepted_at) if lead.accepted_at else ""),
            (_("Contacted"), write.moment(lead.contacted_at) if lead.contacted_at else ""),
            (_("Qualified"), write.moment(lead.qualified_at) if lead.qualified_at else ""),
        ),
        contact=_pairs(
            (_("Company"), contact.company),
            (_("Contact"), contact.name),
            (_("Country"), COUNTRIES.get(contact.country, contact.country)),
            (_("Source"), row.source),
            (_("Campaign"), contact.campaign),
            (_("Agreed to be contacted"), _consent(contact, write)),
        )
        if contact
        else [],
        email=contact.email if contact else "",
        phone=contact.phone if contact else "",
        need=contact.need if contact else "",
        found=_pairs(
            (_("Need"), contact.found_need), (_("Budget"), contact.found_budget), (_("Timing"), contact.found_timing)
        )
        if contact
        else [],
        told=str(Lead.DisqualifyReason(lead.disqualify_reason).label) if lead.disqualify_reason else "",
        told_more=lead.reason,
        notes=[
            {
                "who": note.by.user.name if note.by else _("System"),
                "moment": write.moment(note.at),
                "text": note.text,
                "is_inner": note.partner_id is None and member.is_vendor,
            }
            for note in page.notes
        ],
        steps=[_step(event, page.reasons.get(event.pk), write, member) for event in page.events],
        offers=[
            {
                "partner": offer.partner.name,
                "url": offer.partner.get_absolute_url(),
                "at": write.moment(offer.offered_at),
                "outcome": str(offer.get_outcome_display()),  # type: ignore[attr-defined]
                "why": " · ".join(
                    filter(None, [str(offer.get_refuse_reason_display()), offer.reason])  # type: ignore[attr-defined]
                ),
            }
            for offer in page.offers
        ],
        captures=[
            {
                "moment": write.moment(one.at),
                "source": str(one.get_source_display()),  # type: ignore[attr-defined]
                "campaign": one.campaign,
                "who": one.by.user.name if one.by else "",
                "said": ", ".join(filter(None, [one.said.get("company"), one.said.get("name"), one.said.get("email")])),
                "need": one.said.get("need", ""),
                "is_merged": one.is_merged,
            }
            for one in page.captures
        ],
        registrations=[
            {"url": deal.get_absolute_url(), "state": str(deal.get_state_display()), "number": deal.number}  # type: ignore[attr-defined]
            for deal in page.registrations
        ]
        + [
            {"url": one.get_absolute_url(), "state": str(one.get_stage_display()), "number": one.number}  # type: ignore[attr-defined]
            for one in page.opportunities
        ],
    )


def _pairs(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(str(label), value) for label, value in pairs if value]


def _consent(contact: LeadContact, write: Formatter) -> str:
    at = str(contact.consent.get("at", ""))[:10]
    try:
        day = write.day(dt.date.fromisoformat(at))
    except ValueError:
        day = at
    return ", ".join(filter(None, [day, str(contact.consent.get("how", ""))]))


def _step(event: Event, note: dict[str, Any] | None, write: Formatter, member: Membership) -> dict[str, Any]:
    who = event.actor.user.name if event.actor else _("System")
    score = (note or {}).get("score")
    return {
        "moment": write.moment(event.at),
        "who": who,
        "partner": event.partner.name if event.partner and member.is_vendor else "",
        "text": told(event.name, event.data),
        "is_inner": event.partner_id is None and member.is_vendor,
        "why": _("%(score)s points") % {"score": score} if score else "",
    }


# --- the test bench -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownCandidate:
    """One partner on the test bench."""

    place: str
    name: str
    url: str
    tier: str
    score: str
    parts: list[tuple[str, str]]
    obstacles: list[str]
    load: str
    last: str
    by_rule: bool


@dataclass(frozen=True)
class ShownRanking:
    """Who would get the lead, and why."""

    outcome: str
    tone: str
    eligible: list[ShownCandidate] = field(default_factory=list)
    others: list[ShownCandidate] = field(default_factory=list)
    n_others: int = 0


MOST_SHOWN = 100


def present_ranking(ranking: Ranking) -> ShownRanking:
    write = formatter()
    eligible = [one for one in ranking.candidates if one.place is not None]
    others = [one for one in ranking.candidates if one.place is None]
    if ranking.to_operations:
        outcome, tone = _("A rule sends it to operations."), "yellow"
    elif ranking.chosen is None:
        outcome, tone = _("Nobody fits: it waits for operations."), "yellow"
    elif ranking.chosen.by_rule:
        outcome, tone = _("%(name)s gets it first, by a rule.") % {"name": ranking.chosen.name}, "green"
    else:
        outcome, tone = _("%(name)s gets it first.") % {"name": ranking.chosen.name}, "green"
    return ShownRanking(
        outcome=outcome,
        tone=tone,
        eligible=[_candidate(one, write) for one in eligible[:MOST_SHOWN]],
        others=[_candidate(one, write) for one in others[:MOST_SHOWN]],
        n_others=len(others),
    )


def _candidate(one: Candidate, write: Formatter) -> ShownCandidate:
    return ShownCandidate(
        place=str(one.place or ""),
        name=one.name,
        url=reverse("partners:partner", args=[one.partner_id]),
        tier=one.tier,
        score=_points(one.score) if one.score is not None else "",
        parts=[(str(PARTS[name]), _signed(value)) for name, value in one.points.items()],
        obstacles=[str(OBSTACLES[name]) for name in one.obstacles],
        load=_("%(n)s of %(capacity)s") % {"n": one.open_leads, "capacity": one.capacity},
        last=write.day(one.last_lead_on) if one.last_lead_on else _("never"),
        by_rule=one.by_rule,
    )


def _points(value: Decimal) -> str:
    return f"{value:.1f}"


def _signed(value: Decimal) -> str:
    return f"+{value:.1f}" if value > 0 else f"−{-value:.1f}" if value < 0 else "0"


def present_routes() -> list[dict[str, Any]]:
    """The ways past the points, in words."""
    return [
        {
            "id": route.pk,
            "which": ", ".join(
                filter(
                    None,
                    [
                        route.line.name if route.line else "",
                        COUNTRIES.get(route.country, route.country),
                        str(route.get_source_display()) if route.source else "",  # type: ignore[attr-defined]
                        route.campaign,
                    ],
                )
            ),
            "to": _("%(name)s first") % {"name": route.to_partner.name} if route.to_partner else _("operations"),
        }
        for route in lead_routes()
    ]


# --- beside a registration ------------------------------------------------------------------------------------------
