"""The performance scorecard as pages and paper print it: every figure written once, with the way to its rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from prm.kernel.charts import Chart
from prm.kernel.web.format import Formatter, formatter
from sales.rows import hint_of, running_words
from scorecards.models import KpiDefinition
from scorecards.queries import Behind, Figure, KpiFigure, PerformanceCard, PlanFigure, RowTable, category_status
from scorecards.queries.performance import Requirement, key_of
from scorecards.rows.kpis import SCOPES, write_value
from scorecards.rows.words import formula_name, inputs_of, title_of


@dataclass(frozen=True)
class ShownFigure:
    key: str
    label: str
    value: str
    status: str
    why: str
    url: str


@dataclass(frozen=True)
class ShownPlan:
    key: str
    kind: str
    label: str
    target: str
    actual: str
    variance: str
    performance: str
    status: str
    why: str
    running: str
    hint: str
    is_closed: bool
    url: str


@dataclass(frozen=True)
class ShownRequirement:
    label: str
    target: str
    actual: str
    gap: str
    is_met: bool
    why: str
    url: str


@dataclass(frozen=True)
class ShownKpi:
    name: str
    value: str
    status: str
    target: str
    target_scope: str
    why: str
    note: int  # the number of the reason among the notes below the paper; 0 where there is a value
    in_focus: bool
    url: str


@dataclass(frozen=True)
class ShownCategory:
    name: str
    in_focus: bool
    status: str
    kpis: tuple[ShownKpi, ...]


@dataclass(frozen=True)
class ShownCard:
    """What the page and the paper print."""

    partner_id: UUID
    name: str
    number: str
    tier: str
    life_stage: str
    day: str
    iso_day: str
    is_live: bool
    fiscal_year: str
    currency: str
    has_plan: bool
    last_booked: str
    last_booked_url: str
    year: ShownPlan
    quarter: ShownPlan
    quarters: tuple[ShownPlan, ...]
    months: tuple[ShownPlan, ...]
    chart: Chart
    headline: tuple[ShownFigure, ...]
    qualifying: str
    next: str
    holds_more: bool
    attainment: ShownFigure
    requirements: tuple[ShownRequirement, ...]
    certifications: tuple[ShownFigure, ...]
    tasks: tuple[ShownFigure, ...]
    deals: tuple[ShownFigure, ...]
    categories: tuple[ShownCategory, ...]
    composite: ShownFigure | None
    percentile: ShownFigure | None
    notes: tuple[tuple[int, str], ...]  # each reason for an empty KPI once
    computed_at: str
    last_data: str


def card_url(partner_id: UUID, day: dt.date | None = None) -> str:
    address = reverse("scorecards:performance", args=[partner_id])
    return f"{address}?{urlencode({'on': day.isoformat()})}" if day else address


def figure_url(partner_id: UUID, key: str, day: dt.date) -> str:
    query = urlencode({"of": key, "on": day.isoformat()})
    return f"{reverse('scorecards:figure', args=[partner_id])}?{query}"


def present_card(card: PerformanceCard) -> ShownCard:
    write = formatter()
    url = lambda key: figure_url(card.partner_id, key, card.on)
    figure = lambda one: _figure(write, one, url(one.key))
    plan = lambda one: _plan(write, one, url(one.key))
    last = card.sales.last_booked
    standing = card.program.standing
    tier = figure(card.program.attainment)
    composite = None
    if card.composite is not None:
        score = write.score(card.composite.score)
        composite = ShownFigure("composite", _("Composite score"), score, "", card.composite.why, url("composite"))
    percentile = None
    if one := card.percentile:
        value = write.number(one.value) if one.value is not None else write.score(None)
        percentile = ShownFigure(one.key, one.label, value, "", one.why, "")
    reasons = list(dict.fromkeys(kpi.why_empty for kpi in card.sheet.kpis if kpi.why_empty))
    data = [kpi.last_data for kpi in card.sheet.kpis if kpi.last_data]
    return ShownCard(
        partner_id=card.partner_id,
        name=card.name,
        number=card.number,
        tier=card.tier,
        life_stage=card.life_stage,
        day=write.day(card.on),
        iso_day=card.on.isoformat(),
        is_live=card.is_live,
        fiscal_year=card.fiscal_year,
        currency=card.currency,
        has_plan=card.sales.has_figures,
        last_booked=write.day(last) if last else "",
        last_booked_url=card_url(card.partner_id, last) if last else "",
        year=plan(card.year),
        quarter=plan(card.quarter),
        quarters=tuple(plan(one) for one in card.quarters),
        months=tuple(plan(one) for one in card.months),
        chart=card.sales.chart,
        headline=(*(figure(one) for one in card.pipeline), tier, figure(card.tasks[0])),
        qualifying=standing.qualifying,
        next=standing.held if standing.holds_more else standing.next,
        holds_more=standing.holds_more,
        attainment=tier,
        requirements=tuple(_requirement(write, one, url(one.key)) for one in card.program.requirements),
        certifications=tuple(figure(one) for one in card.certifications),
        tasks=tuple(figure(one) for one in card.tasks),
        deals=tuple(figure(one) for one in card.deals),
        categories=tuple(
            ShownCategory(
                category.name,
                category.in_focus,
                category_status([kpi.status for kpi in category.kpis]),
                tuple(_kpi(write, kpi, url(key_of(kpi)), reasons) for kpi in category.kpis),
            )
            for category in card.sheet.categories
        ),
        composite=composite,
        percentile=percentile,
        notes=tuple(enumerate(reasons, start=1)),
        computed_at=write.moment(card.computed_at),
        last_data=write.day(max(data)) if data else "",
    )


def _figure(write: Formatter, one: Figure, url: str) -> ShownFigure:
    return ShownFigure(one.key, one.label, write_value(write, one.value, one.unit), one.status, one.why, url)


def _plan(write: Formatter, one: PlanFigure, url: str) -> ShownPlan:
    running = running_words(one.running, write)
    return ShownPlan(
        key=one.key,
        kind=one.kind,
        label=one.label,
        target=write.money(one.target),
        actual=write.money(one.actual),
        variance=write.money(one.variance),
        performance=write.percent(one.performance),
        status=one.status,
        why=one.why,
        running=running,
        hint=hint_of(one.why, running),
        is_closed=one.is_closed,
        url=url,
    )


def _requirement(write: Formatter, one: Requirement, url: str) -> ShownRequirement:
    row, is_flag = one.row, one.row.kind == "flag"
    gap = "" if row.gap is None else _("missing") if is_flag else write_value(write, row.gap, row.unit)
    return ShownRequirement(
        label=row.label,
        target=_("yes") if is_flag else write_value(write, row.target, row.unit),
        actual=write_value(write, row.actual, row.unit),
        gap=gap,
        is_met=row.is_met,
        why=row.why if row.actual is None else "",
        url=url,
    )


def _kpi(write: Formatter, kpi: KpiFigure, url: str, reasons: list[str]) -> ShownKpi:
    return ShownKpi(
        name=kpi.name,
        value=write_value(write, kpi.value, kpi.unit),
        status=kpi.status,
        target="" if kpi.target is None else write_value(write, kpi.target, kpi.unit),
        target_scope=str(SCOPES.get(kpi.target_scope, "")),
        why=kpi.why_empty,
        note=reasons.index(kpi.why_empty) + 1 if kpi.why_empty else 0,
        in_focus=kpi.in_focus,
        url=url,
    )


# --- what stands behind a figure ---------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownTable:
    title: str
    columns: tuple[tuple[str, bool], ...]  # title, and whether it holds figures
    rows: tuple[tuple[tuple[str, bool], ...], ...]
    total: str
    more: int
    note: str


@dataclass(frozen=True)
class ShownBehind:
    label: str
    value: str
    status: str
    why: str
    formula: str
    text: str
    takes: str
    rounding: str
    judged: str
    source: str
    last_data: str
    computed_at: str
    inputs: tuple[tuple[str, str], ...]
    tables: tuple[ShownTable, ...]
    target: str
    history_url: str


def present_behind(found: Behind, card: PerformanceCard) -> ShownBehind:
    write, formula, kpi = formatter(), found.formula, found.kpi
    judged = formula.judged
    if kpi is not None and kpi.green is not None:
        judged = _("%(direction)s: green from %(green)s, yellow from %(yellow)s") % {
            "direction": KpiDefinition.Direction(kpi.direction).label,
            "green": write_value(write, kpi.green, kpi.unit),
            "yellow": write_value(write, kpi.yellow, kpi.unit),
        }
    return ShownBehind(
        label=found.label,
        value=write_value(write, found.value, found.unit),
        status=found.status,
        why=found.why,
        formula=" ".join(part for part in (formula.number, formula_name(formula.name)) if part),
        text=formula.text,
        takes=inputs_of(formula.inputs),
        rounding=formula.rounding,
        judged=judged if found.status else "",
        source=found.source,
        last_data=write.day(found.last_data) if found.last_data else "",
        computed_at=write.moment(card.computed_at),
        inputs=tuple((one.label, write_value(write, one.value, one.unit)) for one in found.inputs),
        tables=tuple(_table(write, table) for table in found.tables),
        target=str(SCOPES.get(kpi.target_scope, "")) if kpi else "",
        history_url=kpi.url if kpi else "",
    )


def _table(write: Formatter, table: RowTable) -> ShownTable:
    columns = [name for name in table.columns if any(row.get(name) not in (None, "") for row in table.rows)]
    numeric = {name for name in table.columns for row in table.rows if isinstance(row.get(name), Decimal | tuple)}
    cells = lambda row: tuple((_cell(write, row.get(name)), name in numeric) for name in columns)
    return ShownTable(
        title=table.title,
        columns=tuple((title_of(name), name in numeric) for name in columns),
        rows=tuple(cells(row) for row in table.rows),
        total=write.money(table.total) if table.total is not None else "",
        more=table.more,
        note=table.note,
    )


def _cell(write: Formatter, value: Any) -> str:
    if isinstance(value, tuple):
        return write_value(write, *value)
    if value is None:
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Decimal):
        return f"{value:f}"
    return write.day(value) if isinstance(value, dt.date) else str(value)
