"""What stands behind a figure of the performance scorecard: its formula with its inputs, and the rows it is made of."""

from __future__ import annotations

import datetime as dt
import inspect
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Partner
from partners.registries import measures
from prm.kernel.formulas import registered
from prm.kernel.models import Membership
from scorecards.models import KpiDefinition
from scorecards.queries.behind_rows import BehindRows, RowTable
from scorecards.queries.composite import COMPONENTS, Composite
from scorecards.queries.measures import KpiFigure
from scorecards.queries.performance import Figure, PerformanceCard, PlanFigure, Requirement, key_of

ROUNDING = {
    "money": gettext_lazy("to the minor unit of the currency, half up; each month is rounded, sums add rounded months"),
    "ratio": gettext_lazy("to 4 decimals (89.13 % is 0.8913), half up, once"),
    "score": gettext_lazy("to 1 decimal, half up, once"),
    "multiple": gettext_lazy("to 2 decimals, half up, once"),
    "count": gettext_lazy("whole numbers"),
    "days": gettext_lazy("whole days; averages to 1 decimal, half up"),
    "flag": gettext_lazy("none: yes or no"),
}
OF_MEASURE = {name: name for name in ("performance_to_plan", "pipeline_to_target", "capability_score")}


@dataclass(frozen=True)
class FormulaText:
    """How a figure is computed: the formula's name, what goes in, how it is rounded, where it is written down."""

    number: str  # F7; empty for a plain measure
    name: str
    text: str
    inputs: tuple[str, ...]
    rounding: str
    judged: str


@dataclass(frozen=True)
class Input:
    """One number that went in."""

    label: str
    value: Decimal | None
    unit: str


@dataclass(frozen=True)
class Behind:
    """A figure with its formula, its inputs and its rows."""

    key: str
    label: str
    value: Decimal | None
    unit: str
    status: str
    why: str
    formula: FormulaText
    inputs: tuple[Input, ...]
    tables: tuple[RowTable, ...]
    source: str
    last_data: dt.date | None
    kpi: KpiFigure | None = None


def behind(card: PerformanceCard, key: str, partner: Partner, member: Membership) -> Behind | None:
    """What makes the figure of that key; None for a key that stands for nothing on this card.

    Of the rows a member gets those it may see anyway, and is told where that is not all.
    """
    rows = BehindRows(card, partner, member)
    if plan := next((figure for figure in card.plan if figure.key == key), None):
        return _plan(plan, rows)
    if kpi := next((figure for figure in card.sheet.kpis if key_of(figure) == key), None):
        return _kpi(kpi, rows)
    if key == "tier":
        return _tier(card)
    if wanted := next((one for one in card.program.requirements if one.key == key), None):
        return _requirement(wanted, rows)
    if figure := next((figure for figure in card.figures if figure.key == key), None):
        return _figure(figure, rows)
    if key == "composite" and card.composite is not None:
        return _composite(card.composite)
    return None


# --- by kind of figure -------------------------------------------------------------------------------------


def _plan(plan: PlanFigure, rows: BehindRows) -> Behind:
    """Bookings and targets of the months that count: the closed ones; of an open month what is booked so far."""
    start, end = rows.span(plan)
    inputs = (
        Input(_("Actual"), plan.actual, "money"),
        Input(_("Target"), plan.target, "money"),
        Input(_("Variance"), plan.variance, "money"),
    )
    booked = rows.bookings(start, end)
    return Behind(
        key=plan.key,
        label=_("Performance to plan, %(period)s") % {"period": plan.label},
        value=plan.performance,
        unit="ratio",
        status=plan.status,
        why=plan.why,
        formula=formula_text("performance_to_plan", "ratio"),
        inputs=inputs,
        tables=(booked, rows.targets(start, end)),
        source=_("Targets and bookings"),
        last_data=max((row["booked_on"] for row in booked.rows), default=None),
    )


def _kpi(kpi: KpiFigure, rows: BehindRows) -> Behind:
    tables: list[RowTable] = []
    if kpi.origin in ("manual", "import"):
        tables.append(rows.entered(kpi))
    elif kpi.kind == KpiDefinition.Kind.TOPIC:
        tables.append(rows.answers(kpi.measure))
    elif kpi.measure == "performance_to_plan":
        start, end = rows.span(rows.card.year)
        tables += [rows.bookings(start, end), rows.targets(start, end)]
    elif kpi.measure == "required_tasks":
        tables.append(rows.tasks())
    else:
        tables += rows.lent(kpi.measure)
    name = "capability_score" if kpi.kind == KpiDefinition.Kind.TOPIC else OF_MEASURE.get(kpi.measure, "")
    given = [Input(_("Value"), kpi.value, kpi.unit), Input(_("Target"), kpi.target, kpi.unit)]
    given += [Input(_("Green from"), kpi.green, kpi.unit), Input(_("Yellow from"), kpi.yellow, kpi.unit)]
    return Behind(
        key=key_of(kpi),
        label=kpi.name,
        value=kpi.value,
        unit=kpi.unit,
        status=kpi.status,
        why=kpi.why_empty,
        formula=formula_text(name, kpi.unit, kpi.formula),
        inputs=tuple(one for one in given if one.value is not None),
        tables=tuple(tables),
        source=kpi.source,
        last_data=kpi.last_data,
        kpi=kpi,
    )


def _tier(card: PerformanceCard) -> Behind:
    part = card.program
    asked = tuple(
        {
            "requirement": one.row.label,
            "target": (one.row.target if one.row.kind != "flag" else Decimal(1), one.row.unit),
            "actual": (one.row.actual, one.row.unit),
            "gap": (one.row.gap, one.row.unit if one.row.kind != "flag" else "count"),
            "is_met": one.row.is_met,
        }
        for one in part.requirements
    )
    columns = ("requirement", "target", "actual", "gap", "is_met")
    return Behind(
        key="tier",
        label=part.attainment.label,
        value=part.attainment.value,
        unit="ratio",
        status=part.attainment.status,
        why=part.attainment.why,
        formula=formula_text("tier_attainment", "ratio"),
        inputs=(Input(_("Progress through all levels"), part.standing.progress, "ratio"),),
        tables=(RowTable(_("Requirements"), columns, asked),),
        source=_("Program in force on the day, and the measures it names"),
        last_data=part.standing.as_of,
    )


def _requirement(wanted: Requirement, rows: BehindRows) -> Behind:
    row = wanted.row
    lent = measures.get(row.metric)
    given = (Input(_("Target"), row.target, row.unit), Input(_("Gap"), row.gap, row.unit))
    return Behind(
        key=wanted.key,
        label=row.label,
        value=row.actual,
        unit=row.unit,
        status="green" if row.is_met else "red",
        why=row.why if row.actual is None else "",
        formula=formula_text("tier_attainment", row.unit, lent.formula if lent else ""),
        inputs=tuple(one for one in given if one.value is not None),
        tables=tuple(rows.lent(row.metric)),
        source=str(lent.label) if lent else "",
        last_data=rows.card.on,
    )


def _figure(figure: Figure, rows: BehindRows) -> Behind:
    is_task, is_deal = figure.key.startswith("tasks"), figure.key.startswith("deals:")
    made_of = [rows.tasks()] if is_task else rows.lent(figure.key.removeprefix("deals:")) if is_deal else []
    name = "deal_metrics" if is_deal else OF_MEASURE.get(figure.key, "")
    text = _("required tasks of the partner's side that were due by the day; done by then or late") if is_task else ""
    formula = formula_text(name, figure.unit, text)
    return Behind(
        key=figure.key,
        label=figure.label,
        value=figure.value,
        unit=figure.unit,
        status=figure.status,
        why=figure.why,
        formula=replace(formula, judged="") if is_deal else formula,  # deals are counted, not judged
        inputs=(),
        tables=tuple(made_of),
        source=_("Tasks") if is_task else _("Deals") if made_of else "",
        last_data=rows.card.on if is_task else None,
    )


def _composite(composite: Composite) -> Behind:
    parts = tuple(
        {"component": str(one.label), "weight": one.weight, "points": one.value, "why": one.why}
        for one in composite.components
    )
    note = "" if parts else _("Its parts are weighed by the vendor's own settings and not shown.")
    given = (Input(_("Weight covered"), composite.weight_covered, "ratio"),)
    return Behind(
        key="composite",
        label=_("Composite score"),
        value=composite.score,
        unit="score",
        status="",
        why=composite.why,
        formula=formula_text("composite_score", "score"),
        inputs=tuple(one for one in given if one.value is not None),
        tables=(RowTable(_("Components"), ("component", "weight", "points", "why"), parts, note=note),),
        source=_("The measures it names: %(names)s")
        % {"names": ", ".join(str(label) for label, _m, _f in COMPONENTS.values())},
        last_data=composite.on,
    )


def formula_text(name: str, unit: str, text: str = "") -> FormulaText:
    """The registered formula of that name in words; without one the sentence of the measure."""
    judged = _("Green from 75.0, yellow from 50.0") if unit == "score" else ""
    if unit == "ratio":
        judged = _("Green from 100 %, yellow from 80 %")
    known = registered().get(name)
    if known is None:
        return FormulaText("", "", text, (), str(ROUNDING.get(unit, "")), judged)
    given = tuple(inspect.signature(known.function).parameters)
    said = " ".join(part for part in (known.summary, text) if part)
    return FormulaText(known.number, known.name, said, given, str(ROUNDING.get(unit, "")), judged)
