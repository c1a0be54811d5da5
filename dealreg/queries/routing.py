"""Who would get a lead, and why (F38): one answer for the test bench and for the real thing. The vendor's alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Q

from dealreg.formulas import lead_match, lead_obstacles, lead_points
from dealreg.models import HELD, Lead, LeadContact, LeadOffer, LeadRoute
from dealreg.queries.lead_rules import lead_routes, lead_rules, weights
from partners.models import Partner, PartnerProfile
from partners.queries import benefits_of_many
from partners.registries import measured
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from sales.models import ProductLine

State = Lead.State
KNOWN_STATES = (
    Partner.State.ACTIVE,
    Partner.State.ONBOARDING,
    Partner.State.LAPSED,
    Partner.State.REACTIVATING,
    Partner.State.SUSPENDED,
)


@dataclass(frozen=True)
class LeadFacts:
    """What of a lead decides who gets it."""

    line: ProductLine
    country: str
    region: str = ""
    industry: str = ""
    source: str = ""
    campaign: str = ""


@dataclass(frozen=True)
class Candidate:
    """One partner and a lead: its place among the eligible ones, its points, or what keeps it from the lead."""

    partner_id: UUID
    name: str
    tier: str
    place: int | None
    score: Decimal | None
    points: dict[str, Decimal]
    obstacles: list[str]
    open_leads: int
    capacity: int
    composite: Decimal | None
    last_lead_on: dt.date | None
    by_rule: bool = False


@dataclass(frozen=True)
class Ranking:
    """All partners in order: the eligible ones first. `route` is the way past the points that holds, if one does."""

    candidates: list[Candidate] = field(default_factory=list)
    route: LeadRoute | None = None

    @property
    def to_operations(self) -> bool:
        return self.route is not None and self.route.to_partner_id is None

    @property
    def chosen(self) -> Candidate | None:
        first = self.candidates[0] if self.candidates else None
        return first if first is not None and first.place == 1 and not self.to_operations else None


def facts_of(lead: Lead, contact: LeadContact) -> LeadFacts:
    return LeadFacts(lead.line, contact.country, lead.region, lead.industry, contact.source, contact.campaign)


def who_gets(
    facts: LeadFacts,
    *,
    refused: Collection[UUID] = (),
    only: Collection[UUID] | None = None,
    with_reasons: bool = True,
) -> Ranking:
    """All partners in the order of F38. `refused` had this lead before; `only` asks about some partners.

    Without reasons those are left out from the start that take no leads: the order of the others is the same.
    """
    partners = list(_partners(only, with_reasons))
    ids = [partner.pk for partner in partners]
    wanted = {
        "product_line": facts.line.code,
        "country": facts.country,
        "region": facts.region.casefold() or None,
        "vertical": facts.industry or None,
    }
    inputs = _inputs(partners, facts, ids)
    kept_out: dict[str, list[str]] = {
        key: lead_obstacles(wanted, one) + (["refused"] if UUID(key) in refused else []) for key, one in inputs.items()
    }
    eligible = [key for key, found in kept_out.items() if not found]
    _add_composites(inputs, eligible)
    worth = weights()
    outcome = lead_match(lead=wanted, partners=[inputs[key] for key in eligible], weights=worth)
    route = _route_for(facts)
    order = list(outcome["order"])
    first = str(route.to_partner_id) if route and route.to_partner_id else ""
    if first in order:
        order.remove(first)
        order.insert(0, first)
    names = {str(partner.pk): partner for partner in partners}
    places = {key: place for place, key in enumerate(order, start=1)}
    others = [key for key in kept_out if key not in places]
    others.sort(key=lambda key: (len(kept_out[key]), names[key].sort_name, key))  # the nearest misses first
    return Ranking(
        [
            Candidate(
                partner_id=UUID(key),
                name=names[key].name,
                tier=inputs[key]["tier_name"],
                place=places.get(key),
                score=outcome["scores"].get(key),
                points=lead_points(wanted, inputs[key], worth) if key in places else {},
                obstacles=kept_out[key],
                open_leads=inputs[key]["open_leads"],
                capacity=inputs[key]["lead_capacity"],
                composite=inputs[key]["composite"],
                last_lead_on=inputs[key]["last_lead_on"],
                by_rule=bool(first) and key == first,
            )
            for key in [*order, *others]
        ],
        route,
    )


def _partners(only: Collection[UUID] | None, with_reasons: bool) -> Iterable[Partner]:
    found = Partner.objects.filter(state__in=KNOWN_STATES) if only is None else Partner.objects.filter(pk__in=only)
    if not with_reasons:
        takes = PartnerProfile.objects.filter(accepts_leads=True).values("partner_id")
        found = found.filter(state=Partner.State.ACTIVE, pk__in=takes)
    return found.select_related("tier", "territory").order_by("sort_name", "pk")


def _inputs(partners: list[Partner], facts: LeadFacts, ids: list[UUID]) -> dict[str, dict[str, Any]]:
    """The partners in the shape of F38, each kind of fact asked once for all."""
    rules, today = lead_rules(), clock.today()
    names = ("accepts_leads", "lead_capacity", "markets", "verticals", "certifications_held")
    profiles = {row["partner_id"]: row for row in PartnerProfile.objects.filter(partner_id__in=ids).values(
        "partner_id", *names)}  # fmt: skip
    benefits = benefits_of_many(ids, today)
    load = open_leads_of(ids)
    line_words = {facts.line.code.casefold(), facts.line.name.casefold()}
    found = {}
    for partner in partners:
        profile = profiles.get(partner.pk, {})
        held = {word.casefold() for word in profile.get("certifications_held") or ()}
        is_certified = not rules.needs_certification or bool(held & line_words)
        capacity = profile.get("lead_capacity")
        count, last = load.get(partner.pk, (0, None))
        places = [*partner.regions, *([partner.territory.region, partner.territory.code] if partner.territory else [])]
        found[str(partner.pk)] = {
            "id": str(partner.pk),
            "active": partner.state == Partner.State.ACTIVE,
            "accepts_leads": bool(profile.get("accepts_leads")) and benefits[partner.pk].can_receive_leads,
            "certified_lines": [facts.line.code] if is_certified else [],
            "territories": profile.get("markets") or [partner.country],
            "regions": [place.casefold() for place in places if place],
            "verticals": profile.get("verticals") or [],
            "tier": partner.tier.code if partner.tier else "",
            "tier_name": partner.tier.name if partner.tier else "",
            "composite": None,
            "open_leads": count,
            "lead_capacity": rules.default_capacity if capacity is None else capacity,
            "last_lead_on": last,
        }
    return found


def open_leads_of(ids: Collection[UUID]) -> dict[UUID, tuple[int, dt.date | None]]:
    """Per partner: how many leads it holds or was offered, and when it had the last one."""
    held = Count("pk", filter=Q(state__in=[State.ASSIGNED, *HELD], is_given=True))
    counts = Lead.objects.filter(partner_id__in=ids).values("partner_id").annotate(n=held)
    last = LeadOffer.objects.filter(partner_id__in=ids).values("partner_id").annotate(at=Max("offered_at"))
    open_ones = {row["partner_id"]: row["n"] for row in counts}
    days = {row["partner_id"]: clock.day_of(row["at"]) for row in last}
    return {pk: (open_ones.get(pk, 0), days.get(pk)) for pk in {*open_ones, *days}}


def capacity_of(partner_id: UUID) -> int:
    """How many leads a partner may hold at once."""
    said = PartnerProfile.objects.filter(partner_id=partner_id).values_list("lead_capacity", flat=True).first()
    return lead_rules().default_capacity if said is None else said


def held_by(partner_id: UUID) -> int:
    return Lead.objects.filter(partner_id=partner_id, state__in=HELD, is_given=True).count()


def _add_composites(inputs: dict[str, dict[str, Any]], eligible: list[str]) -> None:
    """The composite score of those who come into question; the figure is dear, so not of all."""
    if not eligible:
        return
    today = clock.today()
    quarter = FiscalQuarter.containing(today, current_tenant().fy_start_month)
    found = measured("composite_score", [UUID(key) for key in eligible], [quarter], today)
    for key in eligible:
        inputs[key]["composite"] = found[UUID(key), quarter].number


def _route_for(facts: LeadFacts) -> LeadRoute | None:
    for route in lead_routes():
        if route.line_id not in (None, facts.line.pk):
            continue
        if route.country and route.country != facts.country:
            continue
        if route.source and route.source != facts.source:
            continue
        if route.campaign and route.campaign.casefold() != facts.campaign.casefold():
            continue
        return route
    return None


def had_before(lead: Lead) -> set[UUID]:
    """The partners that were offered this lead since it was opened; it does not go to them again by itself."""
    return set(LeadOffer.objects.filter(lead=lead, offered_at__gte=lead.opened_at).values_list("partner_id", flat=True))
