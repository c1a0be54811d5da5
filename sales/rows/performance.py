"""Performance as a page shows it: every figure written once, in the vendor's currency."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from prm.kernel.charts import Chart
from prm.kernel.web.format import Formatter, formatter
from sales.queries import MonthFigure, Performance, PeriodFigure


@dataclass(frozen=True)
class ShownPeriod:
    label: str
    target: str
    actual: str
    performance: str
    variance: str
    status: str
    why: str
    running: str  # what the running month has booked so far; it counts once it is over
    hint: str  # both, as one line below the figure


@dataclass(frozen=True)
class ShownMonth:
    month: str
    target: str
    actual: str
    is_closed: bool


@dataclass(frozen=True)
class ShownLine:
    line: str
    target: str
    actual: str


@dataclass(frozen=True)
class ShownPerformance:
    """What the performance panel and page print."""

    as_of: str
    fiscal_year: str
    quarter_label: str
    has_figures: bool
    last_booked: str
    last_booked_iso: str
    year: ShownPeriod
    quarter: ShownPeriod
    quarters: tuple[ShownPeriod, ...]
    months: tuple[ShownMonth, ...]
    by_line: tuple[ShownLine, ...]
    chart: Chart


def running_words(running: MonthFigure | None, write: Formatter) -> str:
    """What a period leaves out yet, so that a quarter with bookings does not say 0.00 without a word."""
    if running is None or not running.actual:
        return ""
    return _("%(month)s so far %(amount)s, counted once the month is over") % {
        "month": running.month,
        "amount": write.money(running.actual),
    }


def hint_of(why: str, running: str) -> str:
    return "; ".join(part for part in (why, running) if part)


def present_performance(figures: Performance) -> ShownPerformance:
    write = formatter()

    def period(figure: PeriodFigure) -> ShownPeriod:
        running = running_words(figure.running, write)
        return ShownPeriod(
            label=figure.label,
            target=write.money(figure.target),
            actual=write.money(figure.actual),
            performance=write.percent(figure.performance),
            variance=write.money(figure.variance),
            status=figure.status,
            why=figure.why,
            running=running,
            hint=hint_of(figure.why, running),
        )

    return ShownPerformance(
        as_of=write.day(figures.as_of),
        fiscal_year=figures.fiscal_year,
        quarter_label=figures.quarter.label,
        has_figures=figures.has_figures,
        last_booked=write.day(figures.last_booked) if figures.last_booked else "",
        last_booked_iso=figures.last_booked.isoformat() if figures.last_booked else "",
        year=period(figures.year),
        quarter=period(figures.quarter),
        quarters=tuple(period(figure) for figure in figures.quarters),
        months=tuple(
            ShownMonth(m.month, write.money(m.target), write.money(m.actual), m.is_closed) for m in figures.months
        ),
        by_line=tuple(
            ShownLine(line.line, write.money(line.target), write.money(line.actual)) for line in figures.by_line
        ),
        chart=figures.chart,
    )
