"""Leads in the demo: a year of offers answered well and badly, and what lies with everybody today.

Today there is an offer whose clock runs, a contact that is due, one that is late, one ready to be registered, a quiet
one, two for operations, a merged double, a partner's own, and a lead that stands before somebody's registration.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from dealreg.actions import approve_deal, run_night, submit_deal, win_deal
from dealreg.actions.leads import (
    accept_lead,
    add_lead_route,
    assign_lead,
    capture_lead,
    contact_lead,
    disqualify_lead,
    edit_lead_rules,
    note_lead,
    qualify_lead,
    refuse_lead,
    register_lead,
    route_lead,
    run_lead_night,
)
from dealreg.models import DealRegistration, Lead
from partners.actions import edit_partner, update_profile
from partners.models import Partner
from prm.demo.deals import _at, _people, _send
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.models import Membership
from prm.kernel.periods import add_months
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import sort_key

COMPANIES = (
    ("Alpine Dairy Cooperative", "manufacturing", "Marit Solberg"),
    ("Bluefin Logistics", "logistics", "Andre Pauls"),
    ("Cobble Hill Schools", "education", "Dana Whitfield"),
    ("Delft Water Authority", "public", "Joris Maas"),
    ("Easton Credit Union", "finance", "Priya Nair"),
    ("Fairmont Clinics", "healthcare", "Luis Ortega"),
    ("Greenline Transit", "logistics", "Helen Cho"),
    ("Hudson Paper Mill", "manufacturing", "Ray Castellan"),
    ("Ironwood Hotels", "hospitality", "Nora Lindt"),
    ("Jasper Insurance", "finance", "Tobias Rehn"),
    ("Kingsway Retail Group", "retail", "Amara Obi"),
    ("Lakeview Hospital", "healthcare", "Ewa Nowak"),
    ("Mosaic Foods", "retail", "Pierre Valois"),
    ("Northgate University", "education", "Sunil Rao"),
    ("Oakridge County", "public", "Grace Mbeki"),
    ("Port of Salem", "logistics", "Viktor Lang"),
    ("Quince Media", "media", "Ines Fado"),
    ("Riverbend Energy", "energy", "Owen Tudor"),
)
TODAY = (
    ("Saltbox Hotels", "hospitality", "Nora Lindt"),
    ("Tidewater Clinics", "healthcare", "Luis Ortega"),
    ("Union Glass Works", "manufacturing", "Tobias Rehn"),
    ("Linden Hospital", "healthcare", "Ewa Nowak"),
    ("Valley Credit Union", "finance", "Priya Nair"),
    ("Wharf Street Logistics", "logistics", "Viktor Lang"),
    ("Yardley Transit", "logistics", "Andre Pauls"),
    ("Zuni County", "public", "Grace Mbeki"),
    ("Salem Fish Market", "retail", "Rosa Dune"),
    ("Amber Energy Group", "energy", "Owen Tudor"),
    ("Cordillera Mining", "energy", "Paz Quispe"),
)
NEEDS = (
    "Firewalls of all branches reach the end of support next spring.",
    "Wants to see what a zero trust pilot with one site would cost.",
    "Backups fail the auditor's restore test; asks for a proposal.",
    "New building, new network: 240 ports, Wi-Fi on four floors.",
)
CAMPAIGNS = ("Spring webinar: ransomware", "", "Trade fair Boston", "Search: firewall renewal", "")
SIZES = ("10-49", "50-249", "250-999", "1000+", "50-249")
PAST = 18


def tell_leads(story: Any) -> None:
    """After deals and their people stand."""
    with tenant_scope(story.tenant):
        people = _people()
        takers = _takers(story, people)
    if not takers:
        return
    _past(story, takers)
    if story.operations is not None:
        _today(story, people)
    else:
        _small_today(story, takers)
    with tenant_scope(story.tenant):
        run_lead_night(story.today)
        run_night(story.today)


def _takers(story: Any, people: dict[str, Membership]) -> list[Membership]:
    """Who of the partners' people takes leads; their companies and a few others are certified for the lines."""
    lines = [line.name for line in story.lines]
    staffed = [people[who] for who in ("sam@northwind.example", "bea@both.example") if who in people]
    companies = [member.partner_id for member in staffed]
    found = list(Partner.objects.filter(state=Partner.State.ACTIVE).order_by("created_at", "pk")[:14])
    for number, partner in enumerate(found):
        if partner.pk not in companies and number % 3:
            continue
        update_profile(
            partner,
            by=None,
            source="partner",
            accepts_leads=True,
            lead_capacity=12 if partner.pk in companies else 3 + number % 4,
            certifications_held=["ISO 27001", *(lines if partner.pk in companies else lines[number % 2 :: 2])],
            markets=sorted({partner.country, "US" if story.operations else "DE"}),
            verticals=["healthcare", "finance", "logistics"] if partner.pk in companies else ["retail", "education"],
        )
        if partner.pk in companies:
            edit_partner(partner, by=None, regions=["US-East" if story.operations else "DE-West"])
    return staffed


def _past(story: Any, takers: list[Membership]) -> None:
    """One after the other over the year; every fifth is refused, every seventh comes to nothing."""
    for number in range(PAST):
        began = add_months(story.today, -12) + dt.timedelta(days=number * 14)
        with _at(story, began):
            lead = _offer(story, number)
            member = _answers(takers, lead)
        if member is not None and number % 5 == 4:
            with _at(story, began, hours=4):
                refuse_lead(lead, by=member, refuse_reason=("capacity", "industry", "size")[number % 3])
                lead = route_lead(lead, by=None)
                member = _answers(takers, lead)
        if member is None:  # nobody answers there: it comes back, and somebody gives it out by hand
            began += dt.timedelta(days=5)
            member = takers[number % len(takers)]
            with _at(story, began):
                run_lead_night(began)
                assert member.partner is not None
                lead = assign_lead(_fresh(lead), by=story.operations, partner=member.partner)
        with _at(story, began, hours=5 + number % 7):
            accept_lead(lead, by=member)
        with _at(story, began + dt.timedelta(days=1)):
            contact_lead(lead, by=member, note="Called; a meeting with the head of IT is fixed for next week.")
        _past_end(story, lead, member, number, began)


def _answers(takers: list[Membership], lead: Lead) -> Membership | None:
    """Who of the partner's people answers the offer."""
    is_open = lead.state == Lead.State.ASSIGNED
    return next((one for one in takers if is_open and one.partner_id == lead.partner_id), None)


def _fresh(lead: Lead) -> Lead:
    return Lead.objects.select_related("line", "partner").get(pk=lead.pk)


def _past_end(story: Any, lead: Lead, member: Membership, number: int, began: dt.date) -> None:
    if number % 4 == 1:
        with _at(story, began + dt.timedelta(days=9)):
            disqualify_lead(lead, by=member, disqualify_reason=("no_budget", "no_need", "competitor")[number % 3])
        return
    if number % 6 == 3:
        with _at(story, began + dt.timedelta(days=40)):
            run_lead_night(began + dt.timedelta(days=40))
        return
    with _at(story, began + dt.timedelta(days=10)):
        qualify_lead(lead, by=member, found_need="Confirmed by the head of IT", found_budget="In this year's plan")
        deal = register_lead(
            lead,
            by=member,
            amount=Decimal(9500 + number * 1700),
            expected_close=clock.today() + dt.timedelta(days=60),
        )
        try:
            deal = submit_deal(deal, by=member)
        except Conflict:
            return
    with _at(story, began + dt.timedelta(days=11)):
        fresh = DealRegistration.objects.select_related("partner").get(pk=deal.pk)
        approve_deal(fresh, by=story.operations or story.managers[0])
    if story.operations is not None and number % 3 == 0:
        with _at(story, began + dt.timedelta(days=45)):
            fresh = DealRegistration.objects.select_related("partner").get(pk=deal.pk)
            win_deal(fresh, by=story.operations, order_on=began + dt.timedelta(days=44))


def _today(story: Any, people: dict[str, Membership]) -> None:
    maya, sam, paula = (
        story.people["maya@acme.example"],
        people["sam@northwind.example"],
        people["paula@northwind.example"],
    )
    bea = people["bea@both.example"]
    with tenant_scope(story.tenant):
        edit_lead_rules(by=maya, auto_assign=True)
        northwind, harbor = sam.partner, bea.partner
        add_lead_route(by=maya, campaign="Spring webinar: ransomware", to_partner=northwind)
        add_lead_route(by=maya, campaign="Key accounts")
        add_lead_route(by=maya, campaign="Harbor day", to_partner=harbor)
    spring, harbor_day = {"campaign": "Spring webinar: ransomware"}, {"campaign": "Harbor day"}
    with _at(story, story.today, back=23):
        quiet = _offer(story, 40, by=maya, name=TODAY[0], **spring)
        accept_lead(quiet, by=sam)
        contact_lead(quiet, by=sam, note="Asked to be called again after the holidays.")
    with _at(story, story.today, back=6):
        ready = _offer(story, 41, by=maya, name=TODAY[1], **spring)
        accept_lead(ready, by=sam)
        late = _offer(story, 42, by=maya, name=TODAY[2], **harbor_day)
        accept_lead(late, by=bea)
        first = _offer(story, 43, by=maya, name=TODAY[3], line=story.lines[0], **harbor_day)
        accept_lead(first, by=bea)
        contact_lead(first, by=bea, note="The hospital wants an offer by the end of the month.")
    with _at(story, story.today, back=4):
        contact_lead(ready, by=sam, note="Spoke with Luis; he shows us the data centre on Thursday.")
        qualify_lead(
            ready, by=sam, found_need="Six firewalls, one console", found_budget="60,000", found_timing="Before June"
        )
        note_lead(first, by=bea, note="Offer is being written.")
    with _at(story, story.today, back=1):
        talking = _offer(story, 44, by=maya, name=TODAY[4], **spring)
        accept_lead(talking, by=paula)
        contact_lead(talking, by=paula, note="Priya sends us the list of branches.")
        due = _offer(story, 45, by=maya, name=TODAY[5], **spring)
        accept_lead(due, by=sam)
        _offer(story, 46, by=maya, name=TODAY[6], **spring)
        # Northwind registers the hospital whose lead Blue Harbor holds: the lead stands before it.
        _send(story, northwind, "Linden Hospital", "linden-hospital.example", 0, by=sam, amount="33000.00")
    with tenant_scope(story.tenant):
        _offer(story, 47, by=maya, name=TODAY[7], **spring)
        doubled = _given(story, 47, TODAY[7], need="Asked again on the web page: when can somebody call?")
        capture_lead({**doubled, "campaign": ""}, by=None)
        own = _given(story, 48, TODAY[8], need="Met at the harbour festival.")
        capture_lead(own, by=sam, partner=northwind)
        _offer(story, 49, by=maya, name=TODAY[9], campaign="Key accounts")
        _offer(story, 50, by=maya, name=TODAY[10], country="PE")


def _small_today(story: Any, takers: list[Membership]) -> None:
    """A small vendor: one offer, one in work, one that nobody fits."""
    with tenant_scope(story.tenant):
        add_lead_route(by=None, campaign="Hausmesse", to_partner=takers[0].partner)
    with _at(story, story.today, back=1):
        working = _offer(story, 60, name=TODAY[0], campaign="Hausmesse")
        if working.state == Lead.State.ASSIGNED:
            accept_lead(working, by=takers[0])
    with tenant_scope(story.tenant):
        _offer(story, 61, name=TODAY[1], campaign="Hausmesse")
        _offer(story, 62, name=TODAY[2], country="PE")


def _offer(
    story: Any,
    number: int,
    *,
    by: Membership | None = None,
    name: tuple[str, str, str] | None = None,
    **more: Any,
) -> Lead:
    """A lead taken in and given out as the rules say."""
    company = name or COMPANIES[number % len(COMPANIES)]
    told = company[0] if number < len(COMPANIES) or name else f"{company[0]} {number}"
    given = {**_given(story, number, (told, *company[1:])), **more}
    made = capture_lead(given, by=by)
    return route_lead(Lead.objects.select_related("line").get(pk=made.lead_id), by=None)


def _given(story: Any, number: int, company: tuple[str, ...], need: str = "") -> dict[str, Any]:
    name, industry, contact = company
    host = "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c == "-")
    return {
        "company": name,
        "country": "US" if story.operations else "DE",
        "line": story.lines[number % len(story.lines)],
        "name": contact,
        "email": f"{sort_key(contact.split()[0])}@{host}.example",
        "phone": f"+1 555 02{number:02d}" if story.operations else f"+49 30 5550 2{number:02d}",
        "industry": industry,
        "region": ("US-East", "US-West")[number % 2] if story.operations else "DE-West",
        "size_band": SIZES[number % len(SIZES)],
        "need": need or NEEDS[number % len(NEEDS)],
        "campaign": CAMPAIGNS[number % len(CAMPAIGNS)],
        "consented_at": clock.now(),
        "consent": "web form" if number % 2 else "at our stand",
    }
