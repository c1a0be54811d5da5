"""Performance as a page shows it: every figure written once, in the vendor's currency."""

from __future__ import annotations

from dataclasses import dataclass

from prm.kernel.charts import Chart
from prm.kernel.web.format import formatter
from sales.queries import Performance, PeriodFigure


@dataclass(frozen=True)
class ShownPeriod:
    label: str
    target: str
    actual: str
    performance: str
    variance: str
    status: str
    why: str


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


def present_performance(figures: Performance) -> ShownPerformance:
    write = formatter()

    def period(figure: PeriodFigure) -> ShownPeriod:
        return ShownPeriod(
            label=figure.label,
            target=write.money(figure.target),
            actual=write.money(figure.actual),
            performance=write.percent(figure.performance),
            variance=write.money(figure.variance),
            status=figure.status,
            why=figure.why,
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
