"""Performance to plan of many partners on many days at once, for the measures that read it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, Sum
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from partners.registries import Readings
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO, divide_positive, money, ratio, reporting_places, total_of
from prm.kernel.periods import FiscalYear, add_days, month_end, month_of, month_start, months_between
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import FEW, remember_few
from sales.models import SalesActual, Target
from sales.queries.sums import sums_of

PERFORMANCE = "performance_to_plan"
NO_TARGET = _("No target is agreed for the closed months of the fiscal year.")


def read_plan(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """F7 over the closed months of each day's fiscal year, and the latest booking.

    Two queries, one of bookings and one of targets, of one row a partner with a column a month; for the partners of
    a page they are asked once per request. On a single day a page's partners share the sums of all it shows.
    """
    if len(days) == 1 and len(partner_ids) <= FEW:
        return _from_sums(partner_ids, days[0])
    return remember_few("plan", partner_ids, tuple(days), lambda: _read(partner_ids, days))


def _from_sums(partner_ids: Sequence[UUID], day: dt.date) -> Readings:
    tenant = current_tenant()
    sums = sums_of(partner_ids, day)
    start, first_open = _closed(day, tenant.fy_start_month)
    numbers: dict[UUID, Sequence[Decimal | None]] = {}
    with reporting_places(currency_places(tenant.currency)):
        closed = lambda by_month: total_of(
            money(total) for month, total in by_month.items() if month_of(start) <= month < month_of(first_open)
        )
        for partner_id, agreed in sums.agreed.items():
            numbers[partner_id] = [ratio(divide_positive(closed(sums.booked[partner_id]), closed(agreed)))]
    return Readings({PERFORMANCE: numbers}, {partner_id: [last] for partner_id, last in sums.last.items()})


def _read(partner_ids: Sequence[UUID], days: Sequence[dt.date]) -> Readings:
    tenant = current_tenant()
    spans = [_closed(day, tenant.fy_start_month) for day in days]
    months = list(months_between(month_of(min(start for start, _ in spans)), month_of(max(days))))
    places = [(months.index(month_of(start)), _place(months, end)) for start, end in spans]
    sums = _sums_by_month(months, currency_places(tenant.currency))
    ids = list(partner_ids)
    agreed = Target.objects.filter(partner_id__in=ids, month__gte=month_start(months[0]), month__lte=max(days))
    columns = [f"m{n}" for n in range(len(months))]
    rows = agreed.values("partner_id").annotate(**sums("month")).values_list("partner_id", *columns)
    targets = {partner_id: found for partner_id, *found in rows}
    booked = SalesActual.objects.filter(
        partner_id__in=ids, booked_on__gte=month_start(months[0]), booked_on__lte=max(days)
    )
    latest = {f"l{n}": Max("booked_on", filter=Q(booked_on__lte=day)) for n, day in enumerate(days)}
    numbers: dict[UUID, list[Decimal | None]] = {}
    last: dict[UUID, Sequence[dt.date | None]] = {}
    nothing = [ZERO] * len(months)
    sold: dict[UUID, Sequence[Any]] = {}
    rows = booked.values("partner_id").annotate(**sums("booked_on"), **latest)
    for partner_id, *found in rows.values_list("partner_id", *columns, *latest):
        sold[partner_id], last[partner_id] = found[: len(months)], found[len(months) :]
    for partner_id, asked in targets.items():
        target, actual = _running(asked), _running(sold.get(partner_id, nothing))
        numbers[partner_id] = [
            ratio(divide_positive(actual[end] - actual[start], target[end] - target[start])) for start, end in places
        ]
    return Readings({PERFORMANCE: numbers}, last)


def _closed(day: dt.date, start_month: int) -> tuple[dt.date, dt.date]:
    """The first month of the day's fiscal year, and the first one that is not closed on the day."""
    return FiscalYear.containing(day, start_month).start, add_days(day, 1).replace(day=1)


def _place(months: Sequence[str], first_open: dt.date) -> int:
    """How many of these months lie before the first open one."""
    return sum(month < month_of(first_open) for month in months)


def _sums_by_month(months: Sequence[str], places: int) -> Callable[[str], dict[str, Any]]:
    """A column a month for a table with its day in `day`, each rounded as pages round it."""

    def columns(day: str) -> dict[str, Any]:
        return {
            f"m{n}": Round(
                Sum("amount", filter=Q(**{f"{day}__gte": month_start(month), f"{day}__lte": month_end(month)})), places
            )
            for n, month in enumerate(months)
        }

    return columns


def _running(amounts: Sequence[Decimal | None]) -> list[Decimal]:
    """Sums up to each month, nothing first."""
    return list(itertools.accumulate((amount or ZERO for amount in amounts), initial=ZERO))
