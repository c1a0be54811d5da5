"""Who is found on the locator, and in which order (F40)."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from partners.formulas import locator_order
from partners.models import LocatorEntry, LocatorProfile, Partner, Place
from partners.queries.program import Benefits, benefits_of_many
from partners.registries import measured
from prm.kernel.numbers import to_decimal
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import sort_key

EARTH_KM, DEGREE_KM = 6371, 111
SHOWN_STATES = frozenset({Partner.State.ACTIVE, Partner.State.LAPSED, Partner.State.REACTIVATING})
QUARTILES = 4


@dataclass(frozen=True)
class Search:
    """What a visitor looks for. A criterion that is given counts as one match of F40."""

    place: str = ""
    country: str = ""
    radius_km: int = 100
    product_line: str = ""
    vertical: str = ""
    language: str = ""


@dataclass(frozen=True)
class Found:
    entry: LocatorEntry
    distance_km: Decimal | None
    matches: int


@dataclass(frozen=True)
class Results:
    """The partners found, best first; `unknown_place` when the place searched for is not known."""

    found: list[Found]
    place: Place | None
    unknown_place: bool


@dataclass(frozen=True)
class EntryStanding:
    """What an entry shows of a partner's standing today."""

    name: str
    tier_name: str
    tier_level: int
    quartile: int | None
    shown: bool


def place_of(city: str, country: str = "") -> Place | None:
    """The largest known town of that name (in that country, when one is named)."""
    if not city.strip():
        return None
    named = Place.objects.filter(sort_name=sort_key(city.strip()))
    if country:
        named = named.filter(country=country)
    return named.order_by("-population", "external_id").first()


def entry_of(profile: LocatorProfile) -> LocatorEntry | None:
    """What visitors read of this partner, if they find it."""
    return LocatorEntry.objects.filter(partner_id=profile.partner_id, shown=True).first()


def find_partners(search: Search) -> Results:
    """All shown entries within the place searched for that meet at least one criterion, in the order of F40."""
    place = place_of(search.place, search.country)
    entries = LocatorEntry.objects.filter(shown=True)
    if search.country:
        entries = entries.filter(country=search.country)
    if search.place and place is None:
        return Results([], None, unknown_place=True)
    if place is not None:
        entries = entries.filter(**_around(place, search.radius_km))
    wanted = [search.product_line, search.vertical, search.language]
    found = []
    for entry in entries:
        distance = distance_km(place, entry) if place else None
        if place is not None and (distance is None or distance > search.radius_km):
            continue
        held = (entry.product_lines, entry.verticals, entry.languages)
        matches = sum(1 for code, codes in zip(wanted, held, strict=True) if code and code in codes)
        if matches or not any(wanted):
            found.append(Found(entry, distance, matches))
    return Results(_ordered(found), place, unknown_place=False)


def distance_km(place: Place, entry: LocatorEntry) -> Decimal | None:
    """Kilometres along the great circle, to one decimal; None when the entry has no known place."""
    if entry.latitude is None or entry.longitude is None:
        return None
    here, there = math.radians(place.latitude), math.radians(entry.latitude)
    up, along = there - here, math.radians(entry.longitude - place.longitude)
    bend = math.sin(up / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(along / 2) ** 2
    return Decimal(f"{2 * EARTH_KM * math.asin(math.sqrt(min(1, bend))):.1f}")


def _around(place: Place, radius_km: int) -> dict[str, Any]:
    """A box around the circle, so that the database sorts out most; near a pole all longitudes are near."""
    height = to_decimal(radius_km) / DEGREE_KM
    box = {"latitude__gte": place.latitude - height, "latitude__lte": place.latitude + height}
    narrow = math.cos(math.radians(min(Decimal(89), abs(place.latitude) + height)))
    width = Decimal(f"{radius_km / (DEGREE_KM * narrow):.6f}")
    if abs(place.longitude) + width < 180:  # else the box would cross the date line
        box |= {"longitude__gte": place.longitude - width, "longitude__lte": place.longitude + width}
    return box


def _ordered(found: list[Found]) -> list[Found]:
    by_id = {str(each.entry.pk): each for each in found}
    records = [
        {
            "id": pk,
            "name": each.entry.name,
            "matches": each.matches,
            "tier_level": each.entry.tier_level,
            "composite_quartile": each.entry.quartile,
            "distance_km": each.distance_km,
        }
        for pk, each in by_id.items()
    ]
    return [by_id[pk] for pk in locator_order(partners=records)["order"]]


def may_stand_in_locator(partner: Partner, benefits: Benefits) -> bool:
    return partner.state in SHOWN_STATES and benefits.locator


def places_and_ranks(on: dt.date) -> Iterator[tuple[LocatorEntry, EntryStanding]]:
    """Every entry with what it should show today; partners, benefits and scores are asked once for all."""
    entries = list(LocatorEntry.objects.order_by("pk"))
    partners = {
        partner.pk: partner
        for partner in Partner.objects.select_related("tier").filter(pk__in=[entry.partner_id for entry in entries])
    }
    published = set(
        LocatorProfile.objects.filter(state=LocatorProfile.State.PUBLISHED).values_list("partner_id", flat=True)
    )
    benefits = benefits_of_many(list(partners), on)
    quartiles = composite_quartiles(on)
    for entry in entries:
        partner = partners[entry.partner_id]
        tier = partner.tier
        yield (
            entry,
            EntryStanding(
                partner.name,
                tier.name if tier else "",
                tier.level if tier else 0,
                quartiles.get(partner.pk),
                partner.pk in published and may_stand_in_locator(partner, benefits[partner.pk]),
            ),
        )


def composite_quartiles(on: dt.date) -> dict[UUID, int]:
    """1 (best) to 4 by composite score among all scored partners of the vendor, as F40 counts; empty without scores."""
    ids = list(Partner.objects.filter(state__in=SHOWN_STATES).values_list("pk", flat=True))
    period = FiscalQuarter.containing(on, current_tenant().fy_start_month)
    values = measured("composite_score", ids, [period], on)
    scored = sorted((v.number, pk) for (pk, _), v in values.items() if v.number is not None)
    numbers = [number for number, _ in scored]
    better = {pk: len(numbers) - bisect_right(numbers, number) for number, pk in scored}
    return {pk: 1 + QUARTILES * count // len(numbers) for pk, count in better.items()}
