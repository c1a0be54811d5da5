"""Rows of a file of companies that look like partners that are there (F37): by web domain, or by name and country."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from partners.formulas import normalise_domain, normalise_name
from partners.models import Partner
from prm.kernel.imports.problems import Double
from prm.kernel.imports.registry import Values


class Doubles:
    """The partners that the next rows may be, found for all of them at once."""

    def __init__(self) -> None:
        self._named: dict[tuple[str, str], list[Partner]] = {}
        self._hosted: dict[str, list[Partner]] = {}

    def meet(self, rows: Sequence[Values]) -> None:
        names = {normalise_name(row["name"]) for row in rows} - {""}
        domains = {normalise_domain(row.get("domain") or "") or "" for row in rows} - {""}
        named, hosted = defaultdict(list), defaultdict(list)
        for partner in Partner.objects.filter(Q(normalised_name__in=names) | Q(domain__in=domains)).order_by("pk"):
            named[partner.normalised_name, partner.country].append(partner)
            if partner.domain:
                hosted[partner.domain].append(partner)
        self._named, self._hosted = dict(named), dict(hosted)

    def of(self, values: Values) -> list[tuple[Partner, str]]:
        """The partners that a row may be, each with what is alike."""
        domain = normalise_domain(values.get("domain") or "") or ""
        named = self._named.get((normalise_name(values["name"]), values["country"]), [])
        hosted = self._hosted.get(domain, []) if domain else []
        words = {(True, True): _("same name and web domain"), (True, False): _("same web domain")}
        found = {partner.pk: partner for partner in (*hosted, *named)}
        return [
            (partner, words.get((partner in hosted, partner in named)) or _("same name and country"))
            for partner in found.values()
        ]


def as_double(line: int, values: Values, found: Iterable[tuple[Partner, str]]) -> Double:
    said = ", ".join(filter(None, (values["name"], values["country"], values.get("domain"))))
    return Double(line, said, [_told(partner, alike) for partner, alike in found])


def _told(partner: Partner, alike: str) -> dict[str, Any]:
    says = f"{partner.name}, {partner.country} ({partner.number})"
    return {"id": str(partner.pk), "says": says, "alike": alike, "url": f"/partners/{partner.pk}/"}
