"""Performance to plan of many partners on many days at once, for the measures that read it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, DateField, F, Max, Sum, Value
from django.db.models.functions import Cast, Round, TruncMonth
from django.utils.translation import gettext_lazy as _

from partners.registries import Readings
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO
from prm.kernel.periods import FiscalYear, add_days
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember_few
from sales.formulas import attained
from sales.models import SalesActual, Target

PERFORMANCE = "performance_to_plan"
NO_TARGET = _("No target is agreed for the closed months of the fiscal year.")


def read_plan(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """F7 over the closed months of each day's fiscal year, and the latest booking: one query of sums by month."""
    tenant = current_tenant()
    spans = [_closed(day, tenant.fy_start_month) for day in days]
    first = min(start for start, _ in spans)
    last_day, places = max(days), currency_places(tenant.currency)
    actuals, targets, booked = remember_few(
        "plan", partner_ids, (first, last_day), lambda: _by_month(partner_ids, first, last_day, places)
    )
    numbers: dict[UUID, list[Decimal | None]] = {}
    for partner_id, agreed in targets.items():
        sold = actuals.get(partner_id, {})
        numbers[partner_id] = [attained(_sum(agreed, span), _sum(sold, span))[0] for span in spans]
    last = {partner_id: [_last(months, day) for day in days] for partner_id, months in booked.items()}
    return Readings({PERFORMANCE: numbers}, last)


def _closed(day: dt.date, start_month: int) -> tuple[dt.date, dt.date]:
    """The first month of the day's fiscal year, and the first one that is not closed on the day."""
    return FiscalYear.containing(day, start_month).start, add_days(day, 1).replace(day=1)


Months = dict[dt.date, Any]


def _by_month(
    partner_ids: Sequence[UUID], first: dt.date, last: dt.date, places: int
) -> tuple[dict[UUID, Months], dict[UUID, Months], dict[UUID, Months]]:
    """Booked, agreed, and the latest day booked, per partner and month; each month rounded as pages round it."""
    ids = list(partner_ids)
    booked = (
        SalesActual.objects.filter(partner_id__in=ids, booked_on__gte=first, booked_on__lte=last)
        .values("partner_id", at=TruncMonth("booked_on", output_field=DateField()))
        .annotate(total=Round(Sum("amount"), places), latest=Max("booked_on"), is_target=_flag(False))
    )
    agreed = (
        Target.objects.filter(partner_id__in=ids, month__gte=first, month__lte=last)
        .values("partner_id", at=F("month"))
        .annotate(total=Round(Sum("amount"), places), latest=Cast(Value(None), DateField()), is_target=_flag(True))
    )
    columns = ("partner_id", "at", "total", "latest", "is_target")
    actuals: dict[UUID, Months] = defaultdict(dict)
    targets: dict[UUID, Months] = defaultdict(dict)
    days: dict[UUID, Months] = defaultdict(dict)
    for partner_id, month, total, latest, is_target in booked.values_list(*columns).union(
        agreed.values_list(*columns), all=True
    ):
        (targets if is_target else actuals)[partner_id][month] = total
        if latest is not None:
            days[partner_id][month] = latest
    return actuals, targets, days


def _flag(value: bool) -> Value:
    return Value(value, output_field=BooleanField())


def _sum(amounts: Months, span: tuple[dt.date, dt.date]) -> Decimal:
    start, end = span
    return sum((amount for month, amount in amounts.items() if start <= month < end), ZERO)


def _last(months: Months, day: dt.date) -> dt.date | None:
    """The latest booking known on a day; of months after it nothing counts."""
    known = [latest for latest in months.values() if latest <= day]
    return max(known, default=None)
