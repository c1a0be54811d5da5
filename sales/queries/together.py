"""All sums of money that a page needs of a few partners as of a day, asked together."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import CharField, DateField, Max, QuerySet, Sum, Value
from django.db.models.functions import Cast, TruncMonth

from prm.kernel.numbers import money
from prm.kernel.periods import FiscalYear, add_months, month_of
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import recall_few, remember_few
from sales.models import SalesActual, Target

NAME = "sums of money"
ByMonth = dict[str, Decimal]


@dataclass
class Sums:
    """By partner: booked and agreed by month of the fiscal year, unrounded; the last booking; revenue of 12 months."""

    booked: dict[UUID, ByMonth] = field(default_factory=lambda: defaultdict(dict))
    agreed: dict[UUID, ByMonth] = field(default_factory=lambda: defaultdict(dict))
    last: dict[UUID, dt.date] = field(default_factory=dict)
    year_back: dict[UUID, Decimal] = field(default_factory=dict)


def sums_of(partner_ids: Sequence[UUID], as_of: dt.date) -> Sums:
    """In one query, once per request for the partners of a page."""
    return remember_few(NAME, partner_ids, as_of, lambda: _read(list(partner_ids), as_of))


def known_sums(partner_ids: Sequence[UUID], as_of: dt.date) -> Sums | None:
    """Those that were asked before in this request."""
    return recall_few(NAME, partner_ids, as_of)


def in_money(by_month: ByMonth) -> ByMonth:
    """Each month rounded, so that tables of months add up."""
    return {month: money(total) for month, total in by_month.items()}


def _read(ids: list[UUID], as_of: dt.date) -> Sums:
    year = FiscalYear.containing(as_of, current_tenant().fy_start_month)
    sums = Sums()
    for kind, partner_id, at, total, last in _rows(ids, year.start, year.end, add_months(as_of, -12), as_of):
        if kind == "agreed":
            sums.agreed[partner_id][month_of(at)] = total
        elif kind == "back":
            sums.year_back[partner_id] = total
        else:
            sums.booked[partner_id][month_of(at)] = total
            sums.last[partner_id] = max(last, sums.last.get(partner_id, last))
    return sums


@prepared
def _rows(ids: list[UUID], start: dt.date, end: dt.date, year_ago: dt.date, as_of: dt.date) -> QuerySet:
    booked = SalesActual.objects.filter(partner_id__in=ids, booked_on__lte=as_of)
    agreed = Target.objects.filter(partner_id__in=ids, month__gte=start, month__lte=end)
    no_day = Cast(Value(None), DateField())
    of_year = booked.filter(booked_on__gte=start).annotate(at=TruncMonth("booked_on"))
    back = booked.filter(booked_on__gt=year_ago).annotate(at=no_day)
    return _summed("booked", of_year, last=Max("booked_on")).union(
        _summed("agreed", agreed.annotate(at=Cast("month", DateField())), last=no_day),
        _summed("back", back, last=no_day),
        all=True,
    )


def _summed(kind: str, rows: Any, *, last: Any) -> Any:
    grouped = rows.annotate(of=Value(kind, output_field=CharField())).values("of", "partner_id", "at")
    return grouped.annotate(total=Sum("amount"), last=last).values_list("of", "partner_id", "at", "total", "last")
