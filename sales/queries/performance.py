"""Questions about sales: performance to plan of one partner on a page, of many in one query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.models import Membership
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO, money, reporting_places
from prm.kernel.periods import (
    FiscalQuarter,
    FiscalYear,
    add_days,
    add_months,
    is_closed_month,
    month_of,
)
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember
from sales.formulas import attained, performance_to_plan
from sales.models import SalesActual, Target
from sales.queries.sums import (
    Behind,
    ByMonth,
    booked_sums,
    closed_sums,
    furthest_behind,
    in_money,
    known_sums,
    page_sums,
    sums_of,
)


@dataclass(frozen=True)
class MonthFigure:
    """One month: money agreed and booked; no target is None, not zero."""

    month: str
    target: Decimal | None
    actual: Decimal
    is_closed: bool


@dataclass(frozen=True)
class PeriodFigure:
    """A quarter or the year so far: the output of F7 over its closed months; without a target there is no variance."""

    label: str
    start: dt.date
    end: dt.date
    target: Decimal | None
    actual: Decimal
    performance: Decimal | None
    variance: Decimal | None
    status: str
    closed_months: int
    why: str = ""
    running: MonthFigure | None = None  # the month that has begun and counts once it is over


@dataclass(frozen=True)
class LineFigure:
    """One product line in the quarter so far."""

    line: str
    target: Decimal | None
    actual: Decimal


@dataclass(frozen=True)
class Performance:
    """The performance part of a partner's scorecard as of a day."""

    as_of: dt.date
    currency: str
    fiscal_year: str
    months: tuple[MonthFigure, ...]
    quarters: tuple[PeriodFigure, ...]
    quarter: PeriodFigure
    year: PeriodFigure
    by_line: tuple[LineFigure, ...]
    last_booked: dt.date | None
    chart: Chart = field(compare=False)

    @property
    def has_figures(self) -> bool:
        return any(m.actual or m.target is not None for m in self.months)


def performance(partner_id: UUID, as_of: dt.date, *, with_lines: bool = True) -> Performance:
    """Plan and performance of one partner in the fiscal year of `as_of`; the figures by line cost two queries more.

    `last_booked` is asked for only when the year has no figures: the page then offers that day.
    """
    tenant = current_tenant()
    year = FiscalYear.containing(as_of, tenant.fy_start_month)
    quarter = FiscalQuarter.containing(as_of, tenant.fy_start_month)
    with reporting_places(currency_places(tenant.currency)):
        sums = sums_of([partner_id], as_of)
        actuals, targets = in_money(sums.booked[partner_id]), in_money(sums.agreed[partner_id])
        quarters = tuple(
            _period(part.label, part, actuals, targets, as_of) for part in year.quarters if part.start <= as_of
        )
        months = tuple(
            MonthFigure(m, targets.get(m), actuals.get(m, money(ZERO)), is_closed_month(m, as_of)) for m in year.months
        )
        is_empty = not targets and not any(actuals.values())
        return Performance(
            as_of=as_of,
            currency=tenant.currency,
            fiscal_year=year.label,
            months=months,
            quarters=quarters,
            quarter=quarters[quarter.number - 1],
            year=_period(year.label, year, actuals, targets, as_of),
            by_line=_by_line(partner_id, quarter, as_of) if with_lines else (),
            last_booked=_last_booked(partner_id, as_of) if is_empty else None,
            chart=_chart(year, months, tenant.currency),
        )


def actuals_by_month(partner_ids: Iterable[UUID], start: dt.date, end: dt.date) -> dict[UUID, ByMonth]:
    """Net revenue per partner and month, each month rounded to money, so that tables of months add up."""
    found: dict[UUID, ByMonth] = defaultdict(dict)
    rows = (
        SalesActual.objects.filter(partner_id__in=list(partner_ids), booked_on__gte=start, booked_on__lte=end)
        .annotate(month=TruncMonth("booked_on"))
        .values("partner_id", "month")
        .annotate(total=Sum("amount"))
        .values_list("partner_id", "month", "total")
    )
    for partner_id, month, total in rows:
        found[partner_id][month_of(month)] = money(total)
    return found


def revenue_12m(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, Decimal]:
    """Net revenue of the 12 months ending on `as_of` (that day included), per partner that has any."""
    if known := known_sums(partner_ids, as_of):
        return in_money(known.year_back)  # type: ignore[arg-type, return-value]
    page = page_sums(partner_ids, as_of)
    found = page.year_back if page else booked_sums(partner_ids, add_days(add_months(as_of, -12), 1), as_of)
    return {partner_id: money(total) for partner_id, total in found.items()}


def revenue_of(partner_ids: Sequence[UUID], spans: Sequence[FiscalQuarter], as_of: dt.date) -> dict[Any, Decimal]:
    """Net revenue of each partner in each span up to `as_of`, in one query; (partner, span) without bookings: 0."""
    sums = {
        f"s{number}": Sum("amount", filter=Q(booked_on__gte=span.start, booked_on__lte=min(span.end, as_of)))
        for number, span in enumerate(spans)
    }
    found: dict[Any, Decimal] = {(partner_id, span): ZERO for partner_id in partner_ids for span in spans}
    if not spans:
        return found
    first, last = min(span.start for span in spans), min(as_of, max(span.end for span in spans))
    booked = SalesActual.objects.filter(partner_id__in=list(partner_ids), booked_on__gte=first, booked_on__lte=last)
    for row in booked.values("partner_id").annotate(**sums):
        for number, span in enumerate(spans):
            found[row["partner_id"], span] = money(row[f"s{number}"] or ZERO)
    return found


def first_bookings(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, dt.date]:
    """The day of the first booked revenue above zero, per partner that has any."""
    rows = (
        SalesActual.objects.filter(partner_id__in=list(partner_ids), booked_on__lte=as_of, amount__gt=0)
        .values("partner_id")
        .annotate(first=Min("booked_on"))
        .values_list("partner_id", "first")
    )
    return dict(rows)


def quarters_with_bookings(partner_id: UUID) -> list[FiscalQuarter]:
    """The fiscal quarters in which the partner has bookings or targets, newest first."""
    start_month = current_tenant().fy_start_month
    days = set(
        SalesActual.objects.filter(partner_id=partner_id)
        .annotate(m=TruncMonth("booked_on"))
        .values_list("m", flat=True)
    )
    days |= set(Target.objects.filter(partner_id=partner_id).values_list("month", flat=True).distinct())
    return sorted({FiscalQuarter.containing(day, start_month) for day in days}, reverse=True)


def performance_of(partner_ids: Sequence[UUID], quarter: FiscalQuarter, as_of: dt.date) -> dict[UUID, dict[str, Any]]:
    """F7 over the fiscal year to `as_of`'s closed months, for many partners in two queries of one row a partner."""
    ids = list(partner_ids)
    months = [m for m in quarter.fiscal_year.months if is_closed_month(m, as_of)]
    page = page_sums(ids, as_of) if quarter.start <= as_of <= quarter.end else None
    actuals, targets = (page.booked, page.agreed) if page else closed_sums(ids, months) if months else ({}, {})
    found = {}
    for partner_id in ids:
        target, actual = targets.get(partner_id), actuals.get(partner_id, ZERO)
        found[partner_id] = {"target_to_date": target, "actual_to_date": actual, **_attained(target, actual)}
    return found


def behind_plan(partners: QuerySet, as_of: dt.date, most: int) -> tuple[dict[UUID, dict[str, Any]], Behind]:
    """F7 as `performance_of` gives it, of the `most` partners furthest behind their plan, the furthest first.

    Found in one statement: of all partners of a vendor eight are shown.
    """
    year = FiscalYear.containing(as_of, current_tenant().fy_start_month)
    found = furthest_behind(partners, [m for m in year.months if is_closed_month(m, as_of)], most)
    return {partner_id: _attained(target, actual) for partner_id, target, actual in found.furthest}, found


def _attained(target: Decimal | None, actual: Decimal) -> dict[str, Any]:
    performance, status = attained(target or ZERO, actual)
    variance = variance_of(performance, actual - (target or ZERO))
    return {"performance": performance, "variance": variance, "status": status}


def total_performance(member: Membership, as_of: dt.date) -> PeriodFigure:
    """F7 of all partners this member may know of together: sums of rows, never an average of averages."""
    tenant = current_tenant()
    year = FiscalYear.containing(as_of, tenant.fy_start_month)
    with reporting_places(currency_places(tenant.currency)):
        actuals, targets = _totals(member, year, as_of)
        return _period(year.label, year, actuals, targets, as_of)


def total_by_month(member: Membership, as_of: dt.date) -> Chart:
    """Target and actual of all partners this member may know of together, month by month."""
    tenant = current_tenant()
    year = FiscalYear.containing(as_of, tenant.fy_start_month)
    with reporting_places(currency_places(tenant.currency)):
        actuals, targets = _totals(member, year, as_of)
        months = [
            MonthFigure(m, targets.get(m), actuals.get(m, money(ZERO)), is_closed_month(m, as_of)) for m in year.months
        ]
        return _chart(year, months, tenant.currency)


def _totals(member: Membership, year: FiscalYear, as_of: dt.date) -> tuple[ByMonth, ByMonth]:
    """Booked and agreed by month; two parts of the home page read them, so they are asked once."""

    def ask() -> tuple[ByMonth, ByMonth]:
        booked = SalesActual.objects.visible_to(member).filter(booked_on__gte=year.start, booked_on__lte=as_of)
        agreed = Target.objects.visible_to(member).filter(month__gte=year.start, month__lte=year.end)
        actuals = booked.annotate(month=TruncMonth("booked_on")).values("month").annotate(total=Sum("amount"))
        targets = agreed.values("month").annotate(total=Sum("amount"))
        return (
            {month_of(row["month"]): money(row["total"]) for row in actuals},
            {month_of(row["month"]): money(row["total"]) for row in targets},
        )

    return remember(("totals", member.pk, year.start, as_of), ask)


def _period(label: str, span: Any, actuals: ByMonth, targets: ByMonth, as_of: dt.date) -> PeriodFigure:
    """F7 for a quarter or year that has begun, at its end or at `as_of`, whichever is earlier."""
    until = min(as_of, span.end)
    result = performance_to_plan(
        fy_start_month=span.start_month,
        as_of=until,
        period="fiscal_year" if isinstance(span, FiscalYear) else "fiscal_quarter",
        targets=targets,
        actuals=actuals,
    )
    has_target = any(month in targets for month in span.months if is_closed_month(month, until))
    return PeriodFigure(
        label=label,
        start=span.start,
        end=span.end,
        target=result["target_to_date"] if has_target else None,
        actual=result["actual_to_date"],
        performance=result["performance"],
        variance=variance_of(result["performance"], result["variance"]),
        status=result["status"],
        closed_months=result["closed_months"],
        why=_why(result),
        running=_running(span, actuals, targets, until),
    )


def _running(span: Any, actuals: ByMonth, targets: ByMonth, until: dt.date) -> MonthFigure | None:
    month = month_of(until)
    if month not in span.months or is_closed_month(month, until):
        return None
    return MonthFigure(month, targets.get(month), actuals.get(month, money(ZERO)), False)


def variance_of(performance: Decimal | None, difference: Decimal) -> Decimal | None:
    """The difference to the plan; where no plan can be met, the whole actual would only look like one."""
    return None if performance is None else difference


def _why(result: dict[str, Any]) -> str:
    if result["performance"] is not None:
        return ""
    return "no month is closed yet" if not result["closed_months"] else "no target is agreed for the closed months"


def _last_booked(partner_id: UUID, as_of: dt.date) -> dt.date | None:
    booked = SalesActual.objects.filter(partner_id=partner_id, booked_on__lte=as_of)
    return booked.aggregate(last=Max("booked_on"))["last"]


def _by_line(partner_id: UUID, quarter: FiscalQuarter, as_of: dt.date) -> tuple[LineFigure, ...]:
    end = min(as_of, quarter.end)
    actuals = dict(
        SalesActual.objects.filter(partner_id=partner_id, booked_on__gte=quarter.start, booked_on__lte=end)
        .values("line__name")
        .annotate(total=Sum("amount"))
        .values_list("line__name", "total")
    )
    targets = dict(
        Target.objects.filter(
            partner_id=partner_id, line__isnull=False, month__gte=quarter.start, month__lte=quarter.end
        )
        .values("line__name")
        .annotate(total=Sum("amount"))
        .values_list("line__name", "total")
    )
    lines = [
        LineFigure(name, money(targets[name]) if name in targets else None, money(actuals.get(name, ZERO)))
        for name in actuals.keys() | targets.keys()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.actual, line.line)))


def _chart(year: FiscalYear, months: Sequence[MonthFigure], currency: str) -> Chart:
    return Chart(
        kind=ChartKind.COLUMNS_LINE,
        title=f"Target and actual by month, {year.label}",
        categories=tuple(m.month for m in months),
        series=(
            Series("Actual", tuple(m.actual if m.is_closed or m.actual else None for m in months), "brand"),
            Series("Target", tuple(m.target for m in months), "accent"),
        ),
        unit="money",
        currency=currency,
    )
