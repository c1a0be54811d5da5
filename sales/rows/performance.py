"""Performance as a page shows it: every figure written once, in the vendor's currency."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
    """What the performance panel and page print; each part is written when it is printed, the panel needs a few."""

    figures: Performance
    write: Formatter

    @property
    def as_of(self) -> str:
        return self.write.day(self.figures.as_of)

    @property
    def fiscal_year(self) -> str:
        return self.figures.fiscal_year

    @property
    def quarter_label(self) -> str:
        return self.figures.quarter.label

    @property
    def has_figures(self) -> bool:
        return self.figures.has_figures

    @property
    def last_booked(self) -> str:
        return self.write.day(self.figures.last_booked) if self.figures.last_booked else ""

    @property
    def last_booked_iso(self) -> str:
        return self.figures.last_booked.isoformat() if self.figures.last_booked else ""

    @cached_property
    def year(self) -> ShownPeriod:
        return self._period(self.figures.year)

    @cached_property
    def quarter(self) -> ShownPeriod:
        return self._period(self.figures.quarter)

    @cached_property
    def quarters(self) -> list[ShownPeriod]:
        return [self._period(figure) for figure in self.figures.quarters]

    @cached_property
    def months(self) -> list[ShownMonth]:
        money = self.write.money
        return [ShownMonth(m.month, money(m.target), money(m.actual), m.is_closed) for m in self.figures.months]

    @cached_property
    def by_line(self) -> list[ShownLine]:
        money = self.write.money
        return [ShownLine(line.line, money(line.target), money(line.actual)) for line in self.figures.by_line]

    @property
    def chart(self) -> Chart:
        return self.figures.chart

    def _period(self, figure: PeriodFigure) -> ShownPeriod:
        write, running = self.write, running_words(figure.running, self.write)
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
    return ShownPerformance(figures, formatter())
