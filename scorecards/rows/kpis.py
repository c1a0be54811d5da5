"""A KPI as pages print it: value, target, borders, age, and the rows behind it, each written once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.periods import month_of
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter
from prm.kernel.words import own
from scorecards.models import KpiDefinition
from scorecards.queries import KpiFigure
from scorecards.rows.words import title_of

SCOPES = {
    "partner": own("agreed with the partner"),
    "tier": own("asked of its tier"),
    "program": own("asked of all partners"),
    "fixed": gettext_lazy("the same for all"),
}


@dataclass(frozen=True)
class ShownKpi:
    """One KPI of a partner as a page shows it."""

    name: str
    value: str
    status: str
    target: str
    target_scope: str
    borders: str
    direction: str
    formula: str
    source: str
    last_data: str
    computed_at: str
    why_empty: str
    url: str


@dataclass(frozen=True)
class ShownRows:
    """The rows behind a figure as a table."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int


def write_value(write: Formatter, value: Decimal | None, unit: str) -> str:
    """A KPI's value by its unit; a flag is a yes or a no."""
    if unit == "flag":
        return NOT_AVAILABLE if value is None else _("yes") if value else _("no")
    if unit == "count" and value is not None and value != int(value):
        return write.number(value, 1)  # a border that is a share of a small count
    return write.figure(value, unit)


def present_kpi(kpi: KpiFigure) -> ShownKpi:
    write = formatter()
    borders = ""
    if kpi.green is not None and kpi.yellow is not None and kpi.unit != "flag":
        said = _("green from %(green)s, yellow from %(yellow)s")
        if kpi.direction == KpiDefinition.Direction.LOWER:
            said = _("green up to %(green)s, yellow up to %(yellow)s")
        borders = said % {
            "green": write_value(write, kpi.green, kpi.unit),
            "yellow": write_value(write, kpi.yellow, kpi.unit),
        }
    return ShownKpi(
        name=kpi.name,
        value=write_value(write, kpi.value, kpi.unit),
        status=kpi.status,
        target="" if kpi.target is None else write_value(write, kpi.target, kpi.unit),
        target_scope=str(SCOPES.get(kpi.target_scope, "")),
        borders=borders,
        direction=str(KpiDefinition.Direction(kpi.direction).label),
        formula=kpi.formula,
        source=kpi.source,
        last_data=write.day(kpi.last_data) if kpi.last_data else "",
        computed_at=write.moment(kpi.computed_at),
        why_empty=kpi.why_empty,
        url=kpi.url,
    )


def present_rows(rows: list[dict[str, Any]], limit: int = 50) -> ShownRows | None:
    """The rows that a measure lends, titles from their names."""
    if not rows:
        return None
    write = formatter()
    names = tuple(rows[0])
    return ShownRows(
        tuple(title_of(name) for name in names),
        tuple(tuple(_cell(write, row[name]) for name in names) for row in rows[:limit]),
        max(0, len(rows) - limit),
    )


def _cell(write: Formatter, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return write.money(value)
    return write.day(value) if isinstance(value, dt.date) else str(value)


def history_chart(kpi: KpiFigure, days: list[dt.date], values: list[Decimal | None]) -> Chart:
    return Chart(
        kind=ChartKind.LINE,
        title=_("%(name)s at the end of each month") % {"name": kpi.name},
        categories=tuple(month_of(day) for day in days),
        series=(Series(kpi.name, tuple(values), "brand"),),
        unit=kpi.unit,
    )
