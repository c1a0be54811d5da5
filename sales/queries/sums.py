"""Sums of many partners at once, in SQL: lists and rollups ask them for every page they show.

Each is one statement over the index by partner and day. Built from expressions, the twelve filtered sums of a year
took longer to write than to answer.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import CharField, DateField, Max, QuerySet, Sum, Value
from django.db.models.functions import Cast, TruncMonth

from partners.formulas import ATTAINMENT_GREEN
from prm.kernel.money import currency_places
from prm.kernel.numbers import money
from prm.kernel.periods import FiscalYear, add_days, add_months, is_closed_month, month_end, month_of, month_start
from prm.kernel.tenancy.context import current_tenant, current_tenant_id
from prm.kernel.tenancy.planned import rows_of
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import FEW, recall_few, remember_few
from sales.models import SalesActual, Target

ByPartner = dict[UUID, Decimal]


def booked_sums(partner_ids: Sequence[UUID], first: dt.date, last: dt.date) -> ByPartner:
    """Net revenue booked from `first` to `last`, both included, not rounded, per partner that has any."""
    return _summed(BOOKED, "sum(amount)", [], partner_ids, first, last)


def closed_sums(partner_ids: Sequence[UUID], months: Sequence[str]) -> tuple[ByPartner, ByPartner]:
    """What was booked and what was agreed in these months together, per partner that has any.

    Bookings keep more decimals than money: each month is rounded as the page rounds it, so that both give the same
    figure. Targets are money already.
    """
    first, last = month_start(months[0]), month_end(months[-1])
    booked, ends = _rounded_months(months)
    return (
        _summed(BOOKED, booked, ends, partner_ids, first, last),
        _summed(AGREED, "sum(amount)", [], partner_ids, first, last),
    )


@dataclass(frozen=True)
class PageSums:
    """Per partner that has any: booked in the 12 months, and booked and agreed in the closed months of the year."""

    year_back: ByPartner
    booked: ByPartner
    agreed: ByPartner


def page_sums(partner_ids: Sequence[UUID], as_of: dt.date) -> PageSums | None:
    """What `booked_sums` and `closed_sums` give of the partners of one page, in one statement, once per request.

    None for more than a page, or in the first month of a year.
    """
    year = FiscalYear.containing(as_of, current_tenant().fy_start_month)
    months = [month for month in year.months if is_closed_month(month, as_of)]
    if not months or len(partner_ids) > FEW:
        return None
    return remember_few("sums of a page", partner_ids, as_of, lambda: _page_sums(list(partner_ids), months, as_of))


def _page_sums(ids: list[UUID], months: Sequence[str], as_of: dt.date) -> PageSums:
    first, last = month_start(months[0]), month_end(months[-1])
    booked, ends = _rounded_months(months)
    sql = f"""
        select partner_id, sum(back), sum(booked), sum(agreed) from (
            select partner_id, sum(amount) as back, {booked} as booked, null::numeric as agreed
              {BOOKED} and partner_id = any(%s) group by partner_id
            union all
            select partner_id, null, null, sum(amount) {AGREED} and partner_id = any(%s) group by partner_id
        ) as each group by partner_id"""  # noqa: S608 - written here
    year_ago, tenant = add_days(add_months(as_of, -12), 1), current_tenant_id()
    rows = rows_of(sql, [*ends, tenant, year_ago, as_of, ids, tenant, first, last, ids])
    of = lambda place: {row[0]: row[place] for row in rows if row[place] is not None}
    return PageSums(of(1), of(2), of(3))


@dataclass(frozen=True)
class Behind:
    """The partners furthest behind their plan, each with target and booked; how many are behind, how many have one."""

    furthest: list[tuple[UUID, Decimal, Decimal]]
    count: int
    planned: int


def furthest_behind(partners: QuerySet, months: Sequence[str], most: int) -> Behind:
    """Of these partners the `most` whose share of the plan, as shown (4 places), is smallest and below green."""
    if not months:
        return Behind([], 0, 0)
    first, last = month_start(months[0]), month_end(months[-1])
    booked, ends = _rounded_months(months)
    chosen, values = partners.order_by().values("pk").query.sql_with_params()
    sql = f"""
        with chosen (id) as materialized ({chosen}),
        agreed as (select partner_id, sum(amount) as target {AGREED} and partner_id in (select id from chosen)
                   group by partner_id),
        booked as (select partner_id, {booked} as actual {BOOKED} and partner_id in (select id from chosen)
                   group by partner_id),
        planned as (select partner_id, target, coalesce(actual, 0) as actual,
                           round(coalesce(actual, 0) / target, 4) as share
                    from agreed left join booked using (partner_id) where target > 0)
        select partner_id, target, actual, share < %s, count(*) filter (where share < %s) over (), count(*) over ()
        from planned order by share, partner_id limit %s"""  # noqa: S608 - written here or by the query builder
    days: list[Any] = [current_tenant_id(), first, last]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *days, *ends, *days, ATTAINMENT_GREEN, ATTAINMENT_GREEN, most])
        rows = cursor.fetchall()
    behind, planned = rows[0][4:] if rows else (0, 0)
    return Behind([(pk, target, actual) for pk, target, actual, is_behind, *_ in rows if is_behind], behind, planned)


BOOKED = "from sales_salesactual where tenant_id = %s and booked_on between %s and %s"
AGREED = "from sales_target where tenant_id = %s and month between %s and %s"


def _rounded_months(months: Sequence[str]) -> tuple[str, list[dt.date]]:
    """The sum of what was booked in each month, rounded month by month, and the days that go into it."""
    places = currency_places(current_tenant().currency)
    month = f"coalesce(round(sum(amount) filter (where booked_on between %s and %s), {places:d}), 0)"
    ends = [day for m in months for day in (month_start(m), month_end(m))]
    return " + ".join([month] * len(months)), ends


def _summed(
    rows: str, total: str, values: Sequence[dt.date], ids: Sequence[UUID], first: dt.date, last: dt.date
) -> ByPartner:
    sql = f"select partner_id, {total} {rows} and partner_id = any(%s) group by partner_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, current_tenant_id(), first, last, list(ids)])
        return dict(cursor.fetchall())


# --- by month, for the pages of a few partners ----------------------------------------------------------------

MONTHLY = "sums of money"
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
    return remember_few(MONTHLY, partner_ids, as_of, lambda: _read_by_month(list(partner_ids), as_of))


def known_sums(partner_ids: Sequence[UUID], as_of: dt.date) -> Sums | None:
    """Those that were asked before in this request."""
    return recall_few(MONTHLY, partner_ids, as_of)


def in_money(by_month: ByMonth) -> ByMonth:
    """Each month rounded, so that tables of months add up."""
    return {month: money(total) for month, total in by_month.items()}


def _read_by_month(ids: list[UUID], as_of: dt.date) -> Sums:
    year = FiscalYear.containing(as_of, current_tenant().fy_start_month)
    sums = Sums()
    for kind, partner_id, at, total, last in _monthly(ids, year.start, year.end, add_months(as_of, -12), as_of):
        if kind == "agreed":
            sums.agreed[partner_id][month_of(at)] = total
        elif kind == "back":
            sums.year_back[partner_id] = total
        else:
            sums.booked[partner_id][month_of(at)] = total
            sums.last[partner_id] = max(last, sums.last.get(partner_id, last))
    return sums


@prepared
def _monthly(ids: list[UUID], start: dt.date, end: dt.date, year_ago: dt.date, as_of: dt.date) -> QuerySet:
    booked = SalesActual.objects.filter(partner_id__in=ids, booked_on__lte=as_of)
    agreed = Target.objects.filter(partner_id__in=ids, month__gte=start, month__lte=end)
    no_day = Cast(Value(None), DateField())
    of_year = booked.filter(booked_on__gte=start).annotate(at=TruncMonth("booked_on"))
    back = booked.filter(booked_on__gt=year_ago).annotate(at=no_day)
    return _by_month("booked", of_year, last=Max("booked_on")).union(
        _by_month("agreed", agreed.annotate(at=Cast("month", DateField())), last=no_day),
        _by_month("back", back, last=no_day),
        all=True,
    )


def _by_month(kind: str, rows: Any, *, last: Any) -> Any:
    grouped = rows.annotate(of=Value(kind, output_field=CharField())).values("of", "partner_id", "at")
    return grouped.annotate(total=Sum("amount"), last=last).values_list("of", "partner_id", "at", "total", "last")
