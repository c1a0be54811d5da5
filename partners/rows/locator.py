"""The locator as its pages show it: every code and distance written once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from partners.countries import COUNTRIES
from partners.models import Inquiry, LocatorProfile
from partners.profile_fields import VERTICALS
from partners.queries import Found
from partners.registries import choices_of
from prm.kernel.languages import SPOKEN
from prm.kernel.web.format import formatter

PROFILE_TONES = {"draft": "grey", "published": "green", "hidden": "yellow"}
EXCERPT = 220


@dataclass(frozen=True)
class EntryRow:
    """An entry in words. `distance` is empty where no place was searched for."""

    url: str
    name: str
    text: str
    excerpt: str
    website: str
    where: str
    tier: str
    lines: list[str]
    verticals: list[str]
    languages: list[str]
    distance: str


def present_entry(entry: Any, name: str = "", tier: str = "", distance: Decimal | None = None) -> EntryRow:
    """An entry, or a profile as its entry would look."""
    lines = dict(choices_of("product_lines"))
    where = ", ".join(part for part in (entry.city, COUNTRIES.get(entry.country, entry.country)) if part)
    return EntryRow(
        url=entry.get_absolute_url(),
        name=name or entry.name,
        text=entry.text,
        excerpt=entry.text if len(entry.text) <= EXCERPT else entry.text[:EXCERPT].rsplit(" ", 1)[0] + " …",
        website=entry.website,
        where=where,
        tier=tier or getattr(entry, "tier_name", ""),
        lines=_words(entry.product_lines, lines),
        verticals=_words(entry.verticals, VERTICALS),
        languages=_words(entry.languages, SPOKEN),
        distance="" if distance is None else f"{distance:.0f} km",
    )


def present_found(found: Iterable[Found]) -> list[EntryRow]:
    return [present_entry(each.entry, distance=each.distance_km) for each in found]


def present_profiles(profiles: list[LocatorProfile]) -> list[dict[str, Any]]:
    write = formatter()
    return [
        {
            "url": profile.get_absolute_url(),
            "name": profile.partner.name,
            "state": profile.get_state_display(),
            "tone": PROFILE_TONES[profile.state],
            "waits": write.day(profile.waits_since) if profile.waits_since else "",
            "published": write.day(profile.published_at) if profile.published_at else "",
        }
        for profile in profiles
    ]


def present_inquiries(inquiries: list[Inquiry]) -> list[dict[str, Any]]:
    write = formatter()
    return [
        {
            "url": inquiry.get_absolute_url(),
            "name": inquiry.name,
            "company": inquiry.company,
            "partner": inquiry.partner.name,
            "on": write.day(inquiry.created_at),
            "state": inquiry.get_state_display(),
            "tone": "yellow" if inquiry.state == Inquiry.State.OPEN else "green",
        }
        for inquiry in inquiries
    ]


def _words(codes: list[str], words: Any) -> list[str]:
    return [str(words.get(code, code)) for code in codes]
