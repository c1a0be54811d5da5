"""Questions about sales: targets, and performance to plan of one partner on a page, of many in one query."""

from sales.queries.performance import (
    LineFigure,
    MonthFigure,
    Performance,
    PeriodFigure,
    actuals_by_month,
    first_bookings,
    performance,
    performance_of,
    quarters_with_bookings,
    revenue_12m,
    revenue_of,
    total_by_month,
    total_performance,
    variance_of,
)
from sales.queries.plan import NO_TARGET, PERFORMANCE, read_plan
from sales.queries.targets import (
    YearTargets,
    proposals_of,
    spread,
    targets_of_year,
    totals_of_year,
    waiting_proposals,
)

__all__ = [
    "NO_TARGET",
    "PERFORMANCE",
    "LineFigure",
    "MonthFigure",
    "Performance",
    "PeriodFigure",
    "YearTargets",
    "actuals_by_month",
    "first_bookings",
    "performance",
    "performance_of",
    "proposals_of",
    "quarters_with_bookings",
    "read_plan",
    "revenue_12m",
    "revenue_of",
    "spread",
    "targets_of_year",
    "total_by_month",
    "total_performance",
    "totals_of_year",
    "variance_of",
    "waiting_proposals",
]
