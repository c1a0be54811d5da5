"""Companies that may be one and the same: the same web domain, or the same name in the same country (F37).

A name has a second reading: F37 takes the accents off ("Müller" is "muller"), but German also spells them out
("Mueller"). Who is alike by that one alone is possible, no more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import product
from typing import Any

from django.db.models import Q

from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner


@dataclass(frozen=True)
class Match:
    """A partner that looks like another company, and by what."""

    partner: Partner
    by_name: bool
    by_domain: bool
    by_spelling: bool = False  # only if not by the name itself

    @property
    def fields(self) -> list[str]:
        found = (("name", self.by_name), ("spelling", self.by_spelling), ("domain", self.by_domain))
        return [name for name, same in found if same]


@dataclass(frozen=True)
class Pair:
    """Two partners that may be one company; the older one first."""

    first: Partner
    second: Partner
    by_name: bool
    by_domain: bool
    by_spelling: bool = False


_SPELT_OUT = re.compile("([aou])e")
MOST_VOWELS = 8  # of a name of which all spellings are looked for: 256 of them


def second_reading(normalised: str) -> str:
    """A normalised name with ae, oe and ue read as the letters that German writes so: 'mueller' is 'muller'."""
    return _SPELT_OUT.sub(r"\1", normalised)


def spellings(normalised: str) -> list[str]:
    """The names that have the same second reading; of a name with many such vowels the two plainest."""
    parts = re.split("([aou])", second_reading(normalised))
    vowels = parts[1::2]
    if len(vowels) > MOST_VOWELS:
        return [normalised, "".join(parts)]
    ways = product(*((vowel, f"{vowel}e") for vowel in vowels))
    return ["".join(a + b for a, b in zip(parts[::2], (*way, ""), strict=True)) for way in ways]


def look_alikes(name: str, country: str, domain: str = "") -> list[Match]:
    """The partners a company of that name may already be. A public mail provider's domain says nothing."""
    return _matches(normalise_name(name), country.upper(), normalise_domain(domain) or "")


def doubles_of(application: Any) -> list[Partner]:
    """The partners an application may already be."""
    found = _matches(application.normalised_name, application.country, application.domain)
    return [match.partner for match in found]


def _matches(normalised: str, country: str, domain: str) -> list[Match]:
    names = spellings(normalised) if normalised else []
    same = Q(normalised_name__in=names, country=country)
    if domain:
        same |= Q(domain=domain)
    found = [
        Match(
            partner,
            by_name=(partner.normalised_name, partner.country) == (normalised, country),
            by_domain=bool(domain) and partner.domain == domain,
            by_spelling=partner.country == country and partner.normalised_name in {*names} - {normalised},
        )
        for partner in Partner.objects.filter(same).select_related("tier").order_by("created_at", "pk")[:10]
    ]
    return sorted(found, key=lambda match: (not match.by_domain, match.by_spelling))  # the domain says more


def possible_pairs() -> list[Pair]:
    """All pairs of partners that may be one company, in two queries; of many alike each with the oldest."""
    groups: dict[Hashable, list[Any]] = defaultdict(list)
    keys = Partner.objects.values_list("pk", "normalised_name", "country", "domain").order_by("created_at", "pk")
    for pk, name, country, domain in keys:
        groups["name", second_reading(name), country].append(pk)
        if domain:
            groups["domain", domain].append(pk)
    alike = [pks for pks in groups.values() if len(pks) > 1]
    partners = Partner.objects.select_related("tier").in_bulk({pk for pks in alike for pk in pks})
    pairs = {}
    for first, *rest in alike:
        for second in rest:
            pairs[frozenset((first, second))] = _pair(partners[first], partners[second])
    return sorted(pairs.values(), key=lambda pair: (pair.first.sort_name, pair.second.sort_name, str(pair.second.pk)))


def _pair(first: Partner, second: Partner) -> Pair:
    named = (first.normalised_name, first.country) == (second.normalised_name, second.country)
    read = first.country == second.country
    read = read and second_reading(first.normalised_name) == second_reading(second.normalised_name)
    hosted = bool(first.domain) and first.domain == second.domain
    return Pair(first, second, named, hosted, by_spelling=read and not named)
