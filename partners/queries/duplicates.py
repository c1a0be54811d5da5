"""Companies that may be one and the same: the same web domain, or the same name in the same country (F37)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner


@dataclass(frozen=True)
class Match:
    """A partner that looks like another company, and by what."""

    partner: Partner
    by_name: bool
    by_domain: bool

    @property
    def fields(self) -> list[str]:
        return [name for name, same in (("name", self.by_name), ("domain", self.by_domain)) if same]


@dataclass(frozen=True)
class Pair:
    """Two partners that may be one company; the older one first."""

    first: Partner
    second: Partner
    by_name: bool
    by_domain: bool


def look_alikes(name: str, country: str, domain: str = "") -> list[Match]:
    """The partners a company of that name may already be. A public mail provider's domain says nothing."""
    return _matches(normalise_name(name), country.upper(), normalise_domain(domain) or "")


def doubles_of(application: Any) -> list[Partner]:
    """The partners an application may already be."""
    found = _matches(application.normalised_name, application.country, application.domain)
    return [match.partner for match in found]


def _matches(normalised: str, country: str, domain: str) -> list[Match]:
    same = Q(normalised_name=normalised, country=country) if normalised else Q(pk__in=[])
    if domain:
        same |= Q(domain=domain)
    found = [
        Match(
            partner,
            by_name=(partner.normalised_name, partner.country) == (normalised, country),
            by_domain=bool(domain) and partner.domain == domain,
        )
        for partner in Partner.objects.filter(same).select_related("tier").order_by("created_at", "pk")[:10]
    ]
    return sorted(found, key=lambda match: not match.by_domain)  # the domain says more


def possible_pairs() -> list[Pair]:
    """All pairs of partners that may be one company, in one query; of many alike each with the oldest."""
    others = Partner.objects.exclude(pk=OuterRef("pk"))
    alike = Exists(others.filter(normalised_name=OuterRef("normalised_name"), country=OuterRef("country")))
    there = Exists(others.filter(domain=OuterRef("domain")))
    rows = Partner.objects.filter(alike | (~Q(domain="") & there)).select_related("tier").order_by("created_at", "pk")
    by_name: dict[Hashable, list[Partner]] = defaultdict(list)
    by_domain: dict[Hashable, list[Partner]] = defaultdict(list)
    for row in rows:
        by_name[row.normalised_name, row.country].append(row)
        if row.domain:
            by_domain[row.domain].append(row)
    pairs: dict[Hashable, Pair] = {}
    for first, *rest in [*by_domain.values(), *by_name.values()]:
        for second in rest:
            named = (first.normalised_name, first.country) == (second.normalised_name, second.country)
            hosted = bool(first.domain) and first.domain == second.domain
            pairs.setdefault(frozenset((first.pk, second.pk)), Pair(first, second, named, hosted))
    return sorted(pairs.values(), key=lambda pair: (pair.first.sort_name, pair.second.sort_name, str(pair.second.pk)))
