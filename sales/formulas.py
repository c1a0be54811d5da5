"""Sales against the target: what was sold so far, and whether enough is in the pipeline for the rest."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from partners.formulas import attainment_status
from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ZERO,
    Number,
    divide,
    divide_positive,
    money,
    multiple,
    ratio,
    to_decimal,
    to_whole,
    total_of,
)
from prm.kernel.periods import (
    DateLike,
    FiscalQuarter,
    FiscalYear,
    is_closed_month,
    month_end,
    month_of,
    to_date,
)


@formula("F7")
def performance_to_plan(
    *,
    fy_start_month: Number,
    as_of: DateLike,
    period: str,
    targets: Mapping[str, Number],
    actuals: Mapping[str, Number],
    mode: str = "closed_months",
) -> Outputs:
    """Actual against target of the fiscal year or quarter so far: the backward look.

    Money per month 'YYYY-MM', a missing month is 0.00. Mode `prorated` adds the running month: its target
    by days passed, rounded to money, and its actuals. performance is a ratio (4 places), null when the
    target is not above 0. Raises ValueError for another period or mode. Source: domain formulas F7.
    """
    today, start_month = to_date(as_of), to_whole(fy_start_month)
    if period not in ("fiscal_year", "fiscal_quarter"):
        raise ValueError(f"unknown period: {period}")
    if mode not in ("closed_months", "prorated"):
        raise ValueError(f"unknown mode: {mode}")
    span: FiscalYear | FiscalQuarter = (
        FiscalYear.containing(today, start_month)
        if period == "fiscal_year"
        else FiscalQuarter.containing(today, start_month)
    )
    closed = [month for month in span.months if is_closed_month(month, today)]
    target = total_of(_of_month(targets, month) for month in closed)
    actual = total_of(_of_month(actuals, month) for month in closed)
    running = month_of(today)
    if mode == "prorated" and running not in closed:
        target += money(_of_month(targets, running) * today.day / month_end(running).day)
        actual += _of_month(actuals, running)
    performance, status = attained(target, actual)
    return {
        "closed_months": len(closed),
        "target_to_date": money(target),
        "actual_to_date": money(actual),
        "performance": performance,
        "variance": money(actual - target),
        "status": status,
    }


def attained(target: Decimal, actual: Decimal) -> tuple[Decimal | None, str]:
    """Actual over target as a ratio (4 places) with its colour; null and grey when the target is not above 0."""
    performance = ratio(divide_positive(actual, target))
    return performance, attainment_status(performance)


def _of_month(amounts: Mapping[str, Number], month: str) -> Decimal:
    return to_decimal(amounts.get(month, 0))


@formula("F8")
def pipeline_to_target(
    *,
    as_of: DateLike,
    period_end: DateLike,
    period_target: Number,
    won_to_date: Number,
    opportunities: Sequence[Record],
    index: Number = "3.0",
) -> Outputs:
    """Is there enough open pipeline for what is left to sell? The forward look.

    Money, coverage a multiple (2 places), pipeline_to_target a ratio (4 places); both null when nothing
    is left to sell. Deals overdue on as_of are counted apart, later than period_end not at all. The
    required pipeline is rounded to money before it is used. Source: domain formulas F8.
    """
    today, end, target = to_date(as_of), to_date(period_end), to_decimal(period_target)
    overdue, pipeline, weighted = [], [], []
    for deal in opportunities:
        closes, amount = to_date(deal["expected_close"]), to_decimal(deal["amount"])
        if closes < today:
            overdue.append(amount)
        elif closes <= end:
            pipeline.append(amount)
            weighted.append(money(amount * to_decimal(deal["probability"])))
    open_pipeline = total_of(pipeline)
    remaining = max(ZERO, target - to_decimal(won_to_date))
    required = money(remaining * to_decimal(index))
    to_target = ratio(divide(open_pipeline, required))
    if target <= 0:
        status = "grey"
    elif remaining == 0:
        status = "green"
    else:
        status = attainment_status(to_target)
    return {
        "remaining_target": money(remaining),
        "open_pipeline": money(open_pipeline),
        "weighted_pipeline": money(total_of(weighted)),
        "required_pipeline": required,
        "coverage": multiple(divide(open_pipeline, remaining)),
        "pipeline_to_target": to_target,
        "pipeline_gap": money(max(ZERO, required - open_pipeline)),
        "overdue_count": len(overdue),
        "overdue_amount": money(total_of(overdue)),
        "status": status,
    }
