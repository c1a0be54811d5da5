"""The KPIs of partners on a day: each with its value, target, colour, formula, source and age, or why it is empty.

Everything is read from dated rows, so a past day gives the same figures tomorrow. Many partners and many days cost
the same number of queries as one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.formulas import rag_status
from partners.models import Partner
from partners.queries import tiers_held
from partners.registries import Measure, Readings, Source, measures
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter, FiscalYear, add_months
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember
from scorecards.models import KpiActual, KpiDefinition, KpiSetting, KpiTarget, PartnerKpiTarget
from scorecards.queries.planned import why_not_measured
from scorecards.queries.topics import NO_SCORECARD, NOT_SCORED, TOPICS

ENTERED_MONTHS = 12  # for so long an entered value counts
CATEGORIES = tuple(KpiDefinition.Category)


@dataclass(frozen=True)
class KpiFigure:
    """One KPI of a partner on a day. `value` is None where there is none, and `why_empty` says why."""

    kpi_id: UUID
    code: str
    name: str
    category: str
    kind: str  # metric, topic, entered
    unit: str
    direction: str
    value: Decimal | None
    target: Decimal | None
    target_scope: str  # partner, tier, program, fixed; empty without a target
    green: Decimal | None  # the border in the KPI's own unit
    yellow: Decimal | None
    status: str  # green, yellow, red, grey
    formula: str
    measure: str
    source: str
    origin: str  # computed, manual, import
    computed_at: dt.datetime
    last_data: dt.date | None  # the day of the latest data that counted
    why_empty: str
    in_focus: bool  # asked for in the partner's life-stage
    url: str  # to the rows behind it


@dataclass(frozen=True)
class KpiCategory:
    """One of the five categories with its KPIs."""

    code: str
    name: str
    in_focus: bool
    kpis: tuple[KpiFigure, ...]

    def count(self, status: str) -> int:
        return sum(kpi.status == status for kpi in self.kpis)


@dataclass(frozen=True)
class KpiSheet:
    """All KPIs of a partner on a day; the categories of its life-stage first."""

    partner_id: UUID
    on: dt.date
    life_stage: str
    computed_at: dt.datetime
    categories: tuple[KpiCategory, ...]

    @property
    def kpis(self) -> tuple[KpiFigure, ...]:
        return tuple(kpi for category in self.categories for kpi in category.kpis)

    def kpi(self, code: str) -> KpiFigure | None:
        return next((kpi for kpi in self.kpis if kpi.code == code), None)


def kpi_sheet(partner: Partner, *, on: dt.date) -> KpiSheet:
    """The KPIs of one partner on a day."""
    remember(("life-stages", (partner.pk,)), lambda: {partner.pk: partner.life_stage})
    return kpi_table([partner.pk], on=on)[partner.pk]


def kpi_table(partner_ids: Sequence[UUID], *, on: dt.date) -> dict[UUID, KpiSheet]:
    """The KPIs of many partners on a day, in as many queries as for one."""
    ids = list(dict.fromkeys(partner_ids))
    settings = settings_on(on)
    kpis = [setting.kpi for setting in settings]
    grid = KpiGrid.read(kpis, ids, [on])
    targets = Targets.of([kpi.pk for kpi in kpis], ids, on)
    stages = life_stages(ids)
    at = clock.now()
    found = {}
    for partner_id in ids:
        stage = stages.get(partner_id, "")
        figures = [_figure(setting, partner_id, stage, grid, targets, on, at) for setting in settings]
        found[partner_id] = KpiSheet(partner_id, on, stage, at, _categories(figures))
    return found


def life_stages(partner_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The life-stage of each partner; read once per request for the same partners."""
    ids = tuple(partner_ids)
    rows = Partner.objects.filter(pk__in=ids).values_list("pk", "life_stage")
    return remember(("life-stages", ids), lambda: dict(rows))


def settings_on(on: dt.date) -> list[KpiSetting]:
    """Of each KPI in use on a day the setting that held then, in the order of the catalogue."""
    rows = KpiSetting.objects.filter(valid_from__lte=on).select_related("kpi").order_by("valid_from")
    latest = {setting.kpi_id: setting for setting in rows}
    in_use = [setting for setting in latest.values() if setting.in_use]
    places = {category.value: place for place, category in enumerate(CATEGORIES)}
    return sorted(in_use, key=lambda s: (places[s.kpi.category], s.kpi.order, s.kpi.code))


# --- values -------------------------------------------------------------------------------------------------


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
    entered: Mapping[tuple[UUID, UUID], Sequence[Entered]]  # by KPI and partner, the oldest first

    @classmethod
    def read(cls, kpis: Sequence[KpiDefinition], partner_ids: Sequence[UUID], days: Sequence[dt.date]) -> KpiGrid:
        """One query for each source, whatever the number of KPIs, partners and days; one for what was entered."""
        read = read_measures([_read_of(kpi) for kpi in kpis], partner_ids, days)
        readings = {}
        for kpi in kpis:
            source, name = _read_of(kpi)
            if (source, name) in read:
                readings[kpi.pk] = read[source, name]
        return cls(tuple(days), readings, _entered(kpis, partner_ids, days))

    def series(self, kpi: KpiDefinition, partner_id: UUID) -> list[Decimal | None]:
        """One value for each day."""
        numbers, _last = self.readings.get(kpi.pk, ({}, {}))
        computed = numbers.get(partner_id)
        entered = self.entered.get((kpi.pk, partner_id))
        if entered is None:
            return list(computed) if computed is not None else [None] * len(self.days)
        known = computed or [None] * len(self.days)
        return [
            number if number is not None else (said.value if (said := _said(entered, day)) else None)
            for number, day in zip(known, self.days, strict=True)
        ]

    def at(self, kpi: KpiDefinition, partner_id: UUID, place: int = 0) -> tuple[Decimal | None, str, dt.date | None]:
        """Value, origin and the day of its latest data on one of the days."""
        numbers, last = self.readings.get(kpi.pk, ({}, {}))
        computed = numbers[partner_id][place] if partner_id in numbers else None
        seen = last[partner_id][place] if partner_id in last else None
        if computed is None and (said := _said(self.entered.get((kpi.pk, partner_id), ()), self.days[place])):
            return said.value, said.source, said.month
        return computed, "computed", seen


Read = tuple[Source | None, str]
Reading = tuple[Mapping[UUID, Sequence[Decimal | None]], Mapping[UUID, Sequence[dt.date | None]]]


def _read_of(kpi: KpiDefinition) -> Read:
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


def _entered(
    kpis: Sequence[KpiDefinition], partner_ids: Sequence[UUID], days: Sequence[dt.date]
) -> dict[tuple[UUID, UUID], list[Entered]]:
    rows = KpiActual.objects.filter(
        kpi__in=[kpi.pk for kpi in kpis],
        partner_id__in=list(partner_ids),
        month__gt=add_months(min(days).replace(day=1), -ENTERED_MONTHS),
        month__lte=max(days),
    ).order_by("month")
    found: dict[tuple[UUID, UUID], list[Entered]] = defaultdict(list)
    for kpi_id, partner_id, month, value, source in rows.values_list(
        "kpi_id", "partner_id", "month", "value", "source"
    ):
        found[kpi_id, partner_id].append(Entered(month, value, source))
    return found


def _said(entered: Sequence[Entered], day: dt.date) -> Entered | None:
    """What was last entered for a month up to a day, if it is not too old."""
    since = add_months(day.replace(day=1), -ENTERED_MONTHS)
    return next((one for one in reversed(entered) if since < one.month <= day), None)


def kpi_history(kpi: KpiDefinition, partner_id: UUID, days: Sequence[dt.date]) -> list[Decimal | None]:
    """The values of one KPI of a partner on several days."""
    return KpiGrid.read([kpi], [partner_id], days).series(kpi, partner_id)


# --- targets ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Targets:
    """Targets that hold on a day, by KPI and scope: of a partner, a tier, or the programme (tier None)."""

    of_partner: Mapping[tuple[UUID, UUID], Decimal]
    of_tier: Mapping[tuple[UUID, UUID | None], Decimal]
    tiers: Mapping[UUID, UUID]

    @classmethod
    def of(cls, kpi_ids: Sequence[UUID], partner_ids: Sequence[UUID], on: dt.date) -> Targets:
        """Two queries, and one more where a tier has targets. A month is narrower than the fiscal year."""
        year = FiscalYear.containing(on, current_tenant().fy_start_month).year
        held = Q(month=on.replace(day=1)) | Q(fiscal_year=year)
        by_month_last = F("month").asc(nulls_first=True)
        of_partner = PartnerKpiTarget.objects.filter(held, kpi__in=kpi_ids, partner_id__in=list(partner_ids))
        of_tier = KpiTarget.objects.filter(held, kpi__in=kpi_ids)
        shared = {
            (kpi_id, tier_id): value
            for kpi_id, tier_id, value in of_tier.order_by(by_month_last).values_list("kpi_id", "tier_id", "value")
        }
        has_tiers = any(tier_id for _kpi_id, tier_id in shared)
        return cls(
            {
                (kpi_id, partner_id): value
                for kpi_id, partner_id, value in of_partner.order_by(by_month_last).values_list(
                    "kpi_id", "partner_id", "value"
                )
            },
            shared,
            tiers_held(partner_ids, on) if has_tiers else {},
        )

    def find(self, setting: KpiSetting, partner_id: UUID) -> tuple[Decimal | None, str]:
        """The target of a KPI for a partner and its scope: the narrowest wins, the one for all comes last."""
        if setting.target_kind == KpiSetting.TargetKind.NONE:
            return None, ""
        kpi = setting.kpi_id
        if (kpi, partner_id) in self.of_partner:
            return self.of_partner[kpi, partner_id], "partner"
        tier = self.tiers.get(partner_id)
        if tier and (kpi, tier) in self.of_tier:
            return self.of_tier[kpi, tier], "tier"
        if (kpi, None) in self.of_tier:
            return self.of_tier[kpi, None], "program"
        return (setting.target, "fixed") if setting.target is not None else (None, "")


# --- one figure ---------------------------------------------------------------------------------------------


def judged(
    setting: KpiSetting, value: Decimal | None, target: Decimal | None
) -> tuple[str, Decimal | None, Decimal | None]:
    """F4: the colour of a value, and the two borders it was held against.

    With a target the borders are shares of it; where none is set, or nothing can be attained, there is no colour.
    """
    green, yellow, direction = setting.green, setting.yellow, setting.kpi.direction
    if setting.target_kind != KpiSetting.TargetKind.NONE:
        if target is None or target < 0 or (target == 0 and direction == KpiDefinition.Direction.HIGHER):
            return "grey", None, None
        green, yellow = green * target, yellow * target
    return rag_status(value=value, green=green, yellow=yellow, direction=direction)["status"], green, yellow


def _figure(
    setting: KpiSetting,
    partner_id: UUID,
    stage: str,
    grid: KpiGrid,
    targets: Targets,
    on: dt.date,
    at: dt.datetime,
) -> KpiFigure:
    kpi = setting.kpi
    value, origin, last_data = grid.at(kpi, partner_id)
    target, scope = targets.find(setting, partner_id)
    status, green, yellow = judged(setting, value, target)
    source = _read_of(kpi)[0]
    return KpiFigure(
        kpi_id=kpi.pk,
        code=kpi.code,
        name=kpi.name,
        category=kpi.category,
        kind=kpi.kind,
        unit=kpi.unit,
        direction=kpi.direction,
        value=value,
        target=target,
        target_scope=scope,
        green=green,
        yellow=yellow,
        status=status,
        formula=kpi.formula,
        measure=kpi.measure,
        source=_source_words(source, origin),
        origin=origin,
        computed_at=at,
        last_data=last_data,
        why_empty="" if value is not None else _why(kpi, last_data),
        in_focus=stage in setting.life_stages,
        url=f"{reverse('scorecards:kpi', args=[partner_id, kpi.pk])}?as_of={on.isoformat()}",
    )


def _source_words(source: Source | None, origin: str) -> str:
    if origin == "manual":
        return _("Entered by hand")
    if origin == "import":
        return _("Imported")
    return str(source.label) if source else ""


def _why(kpi: KpiDefinition, last_data: dt.date | None) -> str:
    """A sentence that says why there is no value."""
    if kpi.kind == KpiDefinition.Kind.TOPIC:
        return str(NOT_SCORED if last_data else NO_SCORECARD)
    if kpi.kind == KpiDefinition.Kind.ENTERED:
        return _("No value has been entered for the last 12 months.")
    measure = measures.get(kpi.measure)
    if measure is None:
        return why_not_measured(kpi.measure)
    return str(measure.empty) or _("There is nothing to compute this from yet.")


def _categories(figures: Sequence[KpiFigure]) -> tuple[KpiCategory, ...]:
    """The categories in the order of the catalogue, those that the life-stage looks at first."""
    grouped: dict[str, list[KpiFigure]] = defaultdict(list)
    for figure in figures:
        grouped[figure.category].append(figure)
    found = [
        KpiCategory(
            category.value,
            str(category.label),
            any(figure.in_focus for figure in grouped[category]),
            tuple(sorted(grouped[category], key=lambda figure: not figure.in_focus)),
        )
        for category in CATEGORIES
        if category in grouped
    ]
    return tuple(sorted(found, key=lambda category: not category.in_focus))
