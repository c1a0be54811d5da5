"""Targets and values of KPIs from files. Numbers are plain: a share of 95 % is 0.95."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from partners.importers import PERMISSION, known_partner, partners_by_external_id
from partners.models import Tier
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.imports import values
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import Check, RecordImporter, Values, imports
from scorecards.models import KpiActual, KpiDefinition, KpiTarget, PartnerKpiTarget

LARGEST = 10**12


class _Numbers(RecordImporter):
    """What both kinds share: the KPI by its code, the partner by its external id, a number that can be kept."""

    def begin(self) -> None:
        super().begin()
        self._partners = partners_by_external_id()
        self._kpis = dict(KpiDefinition.objects.values_list("code", "pk"))

    def _kpi(self, row: Values) -> Any:
        if row["kpi"] not in self._kpis:
            raise Invalid(f"There is no KPI {shown(row['kpi'])}.", field="kpi")
        return self._kpis[row["kpi"]]

    def _partner(self, row: Values) -> Any:
        return known_partner(self._partners, row)

    def checks(self) -> Iterable[Check]:
        checks: list[Check] = [(("kpi",), self._kpi), (("value",), _refuse_too_large)]
        if "partner" in self.rules:
            checks.append((("partner",), self._partner))
        return checks

    def _take(self, record: Any, row: Values) -> tuple[Any, Any]:
        _refuse_too_large(row)
        value = row["value"]
        before = None if record._state.adding else self.state_of(record)
        if before is None or record.value != value:
            record.value, record.source = value, "import"
            if hasattr(record, "confirmed_by_id"):
                record.confirmed_by_id = record.proposed_by_id = None
        self.check(record)
        return self.fate_of(record, before), record


@imports
class KpiActuals(_Numbers):
    """Values of KPIs per partner and month, where nothing computes them."""

    entity = "kpi_actuals"
    permission = PERMISSION
    model = KpiActual
    key = ("kpi", "partner", "month")
    key_field = "month"
    references = frozenset({"partner", "kpi", "entered_by"})
    rules = {
        "kpi": values.text(60, required=True),
        "partner": values.text(80, required=True),
        "month": values.month(required=True),
        "value": values.number(required=True),
    }

    def checks(self) -> Iterable[Check]:
        return [*super().checks(), (("month",), _refuse_to_come)]

    def meet(self, rows: Sequence[Values]) -> None:
        ids = {self._partners.get(row["partner"]) for row in rows} - {None}
        found = KpiActual.objects.filter(partner_id__in=ids, month__in={row["month"] for row in rows})
        self.standing = {(a.kpi_id, a.partner_id, a.month): a for a in found}

    def prepare(self, row: Values) -> tuple[Any, Any]:
        key = (self._kpi(row), self._partner(row), row["month"])
        _refuse_to_come(row)
        standing = self.standing.get(key)
        record = standing or KpiActual(kpi_id=key[0], partner_id=key[1], month=key[2])
        return self._take(record, row)


@imports
class KpiTargets(_Numbers):
    """Targets of KPIs of partners, in a month or a fiscal year."""

    entity = "kpi_targets"
    permission = PERMISSION
    model = PartnerKpiTarget
    key = ("kpi", "partner", "month", "fiscal_year")
    key_field = "month"
    references = frozenset({"partner", "kpi", "proposed_by", "confirmed_by"})
    rules = {
        "kpi": values.text(60, required=True),
        "partner": values.text(80, required=True),
        "month": values.month(),
        "fiscal_year": values.count(),
        "value": values.number(required=True),
    }

    def checks(self) -> Iterable[Check]:
        return [*super().checks(), (("month", "fiscal_year"), _period)]

    def meet(self, rows: Sequence[Values]) -> None:
        ids = {self._partners.get(row["partner"]) for row in rows} - {None}
        found = PartnerKpiTarget.objects.filter(partner_id__in=ids)
        self.standing = {(t.kpi_id, t.partner_id, t.month, t.fiscal_year): t for t in found}

    def prepare(self, row: Values) -> tuple[Any, Any]:
        month, year = _period(row)
        key = (self._kpi(row), self._partner(row), month, year)
        record = self.standing.get(key) or PartnerKpiTarget(
            kpi_id=key[0], partner_id=key[1], month=month, fiscal_year=year
        )
        return self._take(record, row)


@imports
class SharedKpiTargets(_Numbers):
    """Targets of KPIs of a tier (by its code) or, without one, of all partners."""

    entity = "shared_kpi_targets"
    permission = PERMISSION
    model = KpiTarget
    key = ("kpi", "tier", "month", "fiscal_year")
    key_field = "month"
    references = frozenset({"tier", "kpi"})
    rules = {
        "kpi": values.text(60, required=True),
        "tier": values.text(40),
        "month": values.month(),
        "fiscal_year": values.count(),
        "value": values.number(required=True),
    }

    def begin(self) -> None:
        super().begin()
        self._tiers = dict(Tier.objects.values_list("code", "pk"))

    def checks(self) -> Iterable[Check]:
        return [*super().checks(), (("month", "fiscal_year"), _period), (("tier",), self._tier)]

    def _tier(self, row: Values) -> Any:
        code = row.get("tier")
        if code and code not in self._tiers:
            raise Invalid(f"There is no tier {shown(code)}.", field="tier")
        return self._tiers[code] if code else None

    def meet(self, rows: Sequence[Values]) -> None:
        self.standing = {(t.kpi_id, t.tier_id, t.month, t.fiscal_year): t for t in KpiTarget.objects.all()}

    def prepare(self, row: Values) -> tuple[Any, Any]:
        month, year = _period(row)
        key = (self._kpi(row), self._tier(row), month, year)
        record = self.standing.get(key) or KpiTarget(kpi_id=key[0], tier_id=key[1], month=month, fiscal_year=year)
        return self._take(record, row)


def _refuse_too_large(row: Values) -> None:
    if abs(row["value"]) >= LARGEST:
        raise Invalid(f"{shown(row['value'])} is too large.", field="value")


def _refuse_to_come(row: Values) -> None:
    if row["month"] > clock.today():
        raise Invalid(f"{row['month']:%Y-%m} has not begun.", field="month")


def _period(row: Values) -> tuple[Any, Any]:
    month, year = row.get("month"), row.get("fiscal_year")
    if (month is None) == (year is None):
        raise Invalid("A target is for a month or for a fiscal year: give one of them.", field="month")
    if year is not None and not 1990 < year < 3000:
        raise Invalid(f"{year} is no fiscal year.", field="fiscal_year")
    return month, year
