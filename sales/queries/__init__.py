"""Questions about sales: performance to plan of one partner on a page, of many in one query."""

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
    targets_by_month,
    total_by_month,
    total_performance,
    variance_of,
)
from sales.queries.plan import NO_TARGET, PERFORMANCE, read_plan

__all__ = [
    "NO_TARGET",
    "PERFORMANCE",
    "LineFigure",
    "MonthFigure",
    "Performance",
    "PeriodFigure",
    "actuals_by_month",
    "first_bookings",
    "performance",
    "performance_of",
    "quarters_with_bookings",
    "read_plan",
    "revenue_12m",
    "revenue_of",
    "targets_by_month",
    "total_by_month",
    "total_performance",
    "variance_of",
]
