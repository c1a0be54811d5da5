"""Values of KPIs for many partners and days: computed where a measure is lent, else as they were entered."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from partners.registries import Measure, Readings, Source, measures
from prm.kernel.periods import FiscalQuarter, add_months
from prm.kernel.tenancy.context import current_tenant
from scorecards.models import KpiActual, KpiDefinition
from scorecards.queries.topics import TOPICS

ENTERED_MONTHS = 12  # for so long an entered value counts


@dataclass(frozen=True)
class Entered:
    """A value that was entered or imported for a month."""

    month: dt.date
    value: Decimal
    source: str


@dataclass(frozen=True)
class KpiGrid:
    """Values of KPIs for partners and days: computed where a measure is lent, else as entered."""

    days: tuple[dt.date, ...]
    readings: Mapping[UUID, Reading]  # by KPI
    entered: ByPartner  # by KPI and partner, the oldest first

    @classmethod
    def read(
        cls,
        kpis: Sequence[KpiDefinition],
        partner_ids: Sequence[UUID],
        days: Sequence[dt.date],
        read: Mapping[Read, Reading] | None = None,
        entered: ByPartner | None = None,
    ) -> KpiGrid:
        """One query for each source, whatever the number of KPIs, partners and days; one for what was entered.

        With `read` the sources were asked before, on these days and perhaps on others after them; with `entered` it
        is known what was entered.
        """
        if read is None:
            read = read_measures([read_of(kpi) for kpi in kpis], partner_ids, days)
        readings = {}
        for kpi in kpis:
            source, name = read_of(kpi)
            if (source, name) in read:
                readings[kpi.pk] = read[source, name]
        if entered is None:
            entered = _entered(kpis, partner_ids, days)
        return cls(tuple(days), readings, entered)

    def series(self, kpi: KpiDefinition, partner_id: UUID) -> list[Decimal | None]:
        """One value for each day."""
        numbers, _last = self.readings.get(kpi.pk, ({}, {}))
        computed = numbers.get(partner_id)
        entered = self.entered.get(kpi.pk, {}).get(partner_id)
        if entered is None:
            return list(computed) if computed is not None else [None] * len(self.days)
        known = computed or [None] * len(self.days)
        return [
            number if number is not None else (said.value if (said := _said(entered, day)) else None)
            for number, day in zip(known, self.days, strict=True)
        ]

    def table(self, kpi: KpiDefinition, partner_ids: Iterable[UUID]) -> dict[UUID, Sequence[Decimal | None]]:
        """The values of many partners, one for each day; None where there is none."""
        numbers, _last = self.readings.get(kpi.pk, ({}, {}))
        nothing: Sequence[Decimal | None] = (None,) * len(self.days)
        found = {partner_id: numbers.get(partner_id, nothing) for partner_id in partner_ids}
        for partner_id in self.entered.get(kpi.pk, ()):
            found[partner_id] = self.series(kpi, partner_id)
        return found

    def column(self, kpi: KpiDefinition) -> dict[UUID, Decimal]:
        """The values of the first day; who has none is missing."""
        numbers, _last = self.readings.get(kpi.pk, ({}, {}))
        found = {partner_id: series[0] for partner_id, series in numbers.items() if series[0] is not None}
        for partner_id, entered in self.entered.get(kpi.pk, {}).items():
            if partner_id not in found and (said := _said(entered, self.days[0])):
                found[partner_id] = said.value
        return found

    def _entered_for(self, kpi: KpiDefinition, partner_id: UUID) -> Sequence[Entered]:
        return self.entered.get(kpi.pk, {}).get(partner_id, ())

    def at(self, kpi: KpiDefinition, partner_id: UUID, place: int = 0) -> tuple[Decimal | None, str, dt.date | None]:
        """Value, origin and the day of its latest data on one of the days."""
        numbers, last = self.readings.get(kpi.pk, ({}, {}))
        computed = numbers[partner_id][place] if partner_id in numbers else None
        seen = last[partner_id][place] if partner_id in last else None
        if computed is None and (said := _said(self._entered_for(kpi, partner_id), self.days[place])):
            return said.value, said.source, said.month
        return computed, "computed", seen


Read = tuple[Source | None, str]
Reading = tuple[Mapping[UUID, Sequence[Decimal | None]], Mapping[UUID, Sequence[dt.date | None]]]


def read_of(kpi: KpiDefinition) -> Read:
    """Where a KPI is read: a topic from the scorecards, else from the source of its measure."""
    if kpi.kind == KpiDefinition.Kind.TOPIC:
        return TOPICS, kpi.measure
    measure = measures.get(kpi.measure) if kpi.kind == KpiDefinition.Kind.METRIC else None
    return (measure.source if measure else None), kpi.measure


def read_measures(asked: Iterable[Read], partner_ids: Sequence[UUID], days: Sequence[dt.date]) -> dict[Read, Reading]:
    """Numbers and latest data of measures by source and name; each source is asked once for all its measures."""
    wanted: dict[Source | None, list[str]] = defaultdict(list)
    for source, name in asked:
        wanted[source].append(name)
    found: dict[Read, Reading] = {}
    for source, names in wanted.items():
        if source is None:
            lent = [measures[name] for name in names if name in measures]
            found |= {(None, one.name): (_day_by_day(one, partner_ids, days), {}) for one in lent}
            continue
        readings: Readings = source.read(partner_ids, days, names)
        found |= {(source, name): (readings.numbers.get(name, {}), readings.last) for name in names}
    return found


def _day_by_day(
    measure: Measure, partner_ids: Sequence[UUID], days: Sequence[dt.date]
) -> dict[UUID, list[Decimal | None]]:
    """A measure without a source is computed for each day."""
    start = current_tenant().fy_start_month
    numbers: dict[UUID, list[Decimal | None]] = {partner_id: [] for partner_id in partner_ids}
    for day in days:
        period = FiscalQuarter.containing(day, start)
        values = measure.compute(partner_ids, [period], day)
        for partner_id in partner_ids:
            value = values.get((partner_id, period))
            numbers[partner_id].append(value.number if value else None)
    return numbers


ByPartner = Mapping[UUID, Mapping[UUID, Sequence[Entered]]]


def _entered(kpis: Sequence[KpiDefinition], partner_ids: Sequence[UUID], days: Sequence[dt.date]) -> ByPartner:
    rows = entered_rows([kpi.pk for kpi in kpis], partner_ids, min(days), max(days)).order_by("month")
    return grouped(rows.values_list("kpi_id", "partner_id", "month", "value", "source"))


def entered_rows(
    kpi_ids: Sequence[UUID], partner_ids: Sequence[UUID], first: dt.date, last: dt.date
) -> QuerySet[KpiActual]:
    """What was entered or imported and may still count on one of these days."""
    return KpiActual.objects.filter(
        kpi__in=kpi_ids,
        partner_id__in=list(partner_ids),
        month__gt=add_months(first.replace(day=1), -ENTERED_MONTHS),
        month__lte=last,
    )


def grouped(rows: Iterable[tuple[UUID, UUID, dt.date, Decimal, str]]) -> ByPartner:
    """By KPI and partner, in the order of the rows."""
    found: dict[UUID, dict[UUID, list[Entered]]] = defaultdict(lambda: defaultdict(list))
    for kpi_id, partner_id, month, value, source in rows:
        found[kpi_id][partner_id].append(Entered(month, value, source))
    return found


def _said(entered: Sequence[Entered], day: dt.date) -> Entered | None:
    """What was last entered for a month up to a day, if it is not too old."""
    since = add_months(day.replace(day=1), -ENTERED_MONTHS)
    return next((one for one in reversed(entered) if since < one.month <= day), None)


def kpi_history(kpi: KpiDefinition, partner_id: UUID, days: Sequence[dt.date]) -> list[Decimal | None]:
    """The values of one KPI of a partner on several days."""
    return KpiGrid.read([kpi], [partner_id], days).series(kpi, partner_id)
