"""Performance to plan, the months and the lines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from partners.models import Partner
from prm.kernel.numbers import total_of
from prm.kernel.periods import FiscalQuarter
from qbr.figures.shape import figure
from sales.queries import LineFigure, MonthFigure, PeriodFigure, actuals_by_month, performance

LINES_SHOWN = 5


def performance_part(partner: Partner, quarter: FiscalQuarter, as_of: dt.date) -> dict[str, Any]:
    found = performance(partner.pk, as_of)
    if not found.has_figures:
        nothing = f"nothing is booked and no target is agreed in {found.fiscal_year}"
        return {
            "label": "Performance to plan",
            "why": nothing,
            "quarters": [],
            "periods": [],
            "months": [],
            "lines": [],
        }
    quarters = [_period(period) for period in found.quarters]
    before = quarter.previous
    earlier = actuals_by_month([partner.pk], before.start, before.end)[partner.pk]
    return {
        "label": "Performance to plan",
        "why": "",
        "year": _period(found.year),
        "quarter": _period(found.quarter),
        "running": _running(found.year.running),
        "quarter_before": {"label": before.label, "actual": total_of(earlier.values()) if earlier else None},
        "months": [
            {
                "month": month.month,
                "target": figure(
                    f"Target of {month.month}", month.target, "money", why="no target is agreed for these months"
                ),
                "actual": figure("Actual", month.actual if month.is_closed or month.actual else None, "money"),
            }
            for month in found.months
        ],
        "periods": [*quarters, {**_period(found.year), "period": "Year to date", "is_total": True}],
        "lines": _lines(found.by_line),
    }


def _running(month: MonthFigure | None) -> dict[str, Any] | None:
    """The month that counts once it is over: only a deck made within its quarter has one."""
    return None if month is None else {"month": month.month, "actual": figure("Actual", month.actual, "money")}


def _period(period: PeriodFigure) -> dict[str, Any]:
    name = f"Performance to plan, {period.label}"
    return {
        "period": period.label,
        "is_total": False,
        "target": figure(f"Target, {period.label}", period.target, "money", why=period.why),
        "actual": figure("Actual", period.actual, "money"),
        "variance": figure(f"Variance, {period.label}", period.variance, "money", why=period.why),
        "performance": figure(name, period.performance, "ratio", status=period.status, why=period.why),
    }


def _lines(by_line: tuple[LineFigure, ...]) -> list[dict[str, Any]]:
    """The largest lines; the others as one row, so that the table adds up."""
    shown = list(by_line)
    if len(shown) > LINES_SHOWN + 1:
        rest = shown[LINES_SHOWN:]
        targets = [line.target for line in rest if line.target is not None]
        together = LineFigure("Other lines", total_of(targets) if targets else None, total_of(x.actual for x in rest))
        shown = [*shown[:LINES_SHOWN], together]
    return [
        {
            "line": line.line,
            "target": figure(f"Target of {line.line}", line.target, "money", why="no target is agreed by product line"),
            "actual": figure(line.line, line.actual, "money"),
        }
        for line in shown
    ]
