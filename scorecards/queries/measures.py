"""The KPIs of partners on a day: each with its value, target, colour, formula, source and age, or why it is empty.

Everything is read from dated rows, so a past day gives the same figures tomorrow. Many partners and many days cost
the same number of queries as one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import CharField, Q, UUIDField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _

from partners.formulas import rag_status
from partners.models import Partner
from partners.queries import tiers_held
from partners.registries import Source, measures
from prm.kernel import clock
from prm.kernel.periods import FiscalYear
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember
from scorecards.models import KpiDefinition, KpiSetting, KpiTarget, PartnerKpiTarget
from scorecards.queries.kpi_values import ByPartner, KpiGrid, Read, Reading, entered_rows, grouped, read_of
from scorecards.queries.planned import STAGED, registered_deals, why_not_measured
from scorecards.queries.topics import NO_SCORECARD, NOT_SCORED

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
    targets, entered = written_on([kpi.pk for kpi in kpis], ids, on)
    grid = KpiGrid.read(kpis, ids, [on], entered=entered)
    stages = life_stages(ids)
    is_told = any(kpi.measure in STAGED and kpi.measure not in measures for kpi in kpis)
    registered = registered_deals(ids, on) if is_told else {}
    at = clock.now()
    found = {}
    for partner_id in ids:
        stage = stages.get(partner_id, "")
        told = registered.get(partner_id)
        figures = [_figure(setting, partner_id, stage, grid, targets, on, at, told) for setting in settings]
        found[partner_id] = KpiSheet(partner_id, on, stage, at, _categories(figures))
    return found


@dataclass(frozen=True)
class KpiColumn:
    """One KPI of many partners on a day, with no object for each: who has no figure (or no colour) is missing."""

    code: str
    category: str
    values: Mapping[UUID, Decimal]
    statuses: Mapping[UUID, str]  # green, yellow, red


def kpi_columns(
    settings: Sequence[KpiSetting], partner_ids: Sequence[UUID], *, on: dt.date, read: Mapping[Read, Reading]
) -> list[KpiColumn]:
    """The values and colours of `kpi_table` and nothing else: for thousands of partners at once.

    `read` holds what these KPIs are read from, the day first.
    """
    kpis = [setting.kpi for setting in settings]
    targets, entered = written_on([kpi.pk for kpi in kpis], partner_ids, on)
    grid = KpiGrid.read(kpis, partner_ids, [on], read, entered)
    found = []
    for setting in settings:
        values = grid.column(setting.kpi)
        colours = {pk: judged(setting, value, targets.find(setting, pk)[0])[0] for pk, value in values.items()}
        known = {pk: colour for pk, colour in colours.items() if colour != "grey"}
        found.append(KpiColumn(setting.kpi.code, setting.kpi.category, values, known))
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


# --- targets ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Targets:
    """Targets that hold on a day, by KPI and scope: of a partner, a tier, or the programme (tier None)."""

    of_partner: Mapping[tuple[UUID, UUID], Decimal]
    of_tier: Mapping[tuple[UUID, UUID | None], Decimal]
    tiers: Mapping[UUID, UUID]

    @classmethod
    def of(cls, kpi_ids: Sequence[UUID], partner_ids: Sequence[UUID], on: dt.date) -> Targets:
        """One query, and one more where a tier has targets."""
        return written_on(kpi_ids, partner_ids, on)[0]

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


def written_on(kpi_ids: Sequence[UUID], partner_ids: Sequence[UUID], on: dt.date) -> tuple[Targets, ByPartner]:
    """The targets that hold on a day, and what was entered and may count then: all that people wrote, in one query.

    Where a tier has targets one more finds out who holds it. A month is narrower than the fiscal year.
    """
    year = FiscalYear.containing(on, current_tenant().fy_start_month).year
    held = Q(kpi__in=kpi_ids) & (Q(month=on.replace(day=1)) | Q(fiscal_year=year))
    of_partner = PartnerKpiTarget.objects.filter(held, partner_id__in=list(partner_ids))
    nobody, nothing = Cast(Value(None), UUIDField()), Value("", output_field=CharField())
    rows = of_partner.values_list("kpi_id", "partner_id", nobody, "month", "value", nothing).union(
        KpiTarget.objects.filter(held).values_list("kpi_id", nobody, "tier_id", "month", "value", nothing),
        entered_rows(kpi_ids, partner_ids, on, on).values_list(
            "kpi_id", "partner_id", nobody, "month", "value", "source"
        ),
        all=True,
    )
    own: dict[tuple[UUID, UUID], Decimal] = {}
    shared: dict[tuple[UUID, UUID | None], Decimal] = {}
    entered = []
    for kpi_id, partner_id, tier_id, month, value, source in sorted(rows, key=lambda row: row[3] or dt.date.min):
        if source:
            entered.append((kpi_id, partner_id, month, value, source))
        elif partner_id:
            own[kpi_id, partner_id] = value
        else:
            shared[kpi_id, tier_id] = value
    has_tiers = any(tier_id for _kpi_id, tier_id in shared)
    return Targets(own, shared, tiers_held(partner_ids, on) if has_tiers else {}), grouped(entered)


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
    registered: Decimal | None,
) -> KpiFigure:
    kpi = setting.kpi
    value, origin, last_data = grid.at(kpi, partner_id)
    target, scope = targets.find(setting, partner_id)
    status, green, yellow = judged(setting, value, target)
    source = read_of(kpi)[0]
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
        why_empty="" if value is not None else _why(kpi, last_data, registered),
        in_focus=stage in setting.life_stages,
        url=f"{reverse('scorecards:kpi', args=[partner_id, kpi.pk])}?as_of={on.isoformat()}",
    )


def _source_words(source: Source | None, origin: str) -> str:
    if origin == "manual":
        return _("Entered by hand")
    if origin == "import":
        return _("Imported")
    return str(source.label) if source else ""


def _why(kpi: KpiDefinition, last_data: dt.date | None, registered: Decimal | None) -> str:
    """A sentence that says why there is no value."""
    if kpi.kind == KpiDefinition.Kind.TOPIC:
        return str(NOT_SCORED if last_data else NO_SCORECARD)
    if kpi.kind == KpiDefinition.Kind.ENTERED:
        return _("No value has been entered for the last 12 months.")
    measure = measures.get(kpi.measure)
    if measure is None:
        return why_not_measured(kpi.measure, registered)
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
