"""Targets of a fiscal year: of one partner by line, of many in total, and what is proposed."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncMonth

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO, apportion
from prm.kernel.periods import FiscalYear, add_months, month_start
from prm.kernel.tenancy.context import current_tenant
from sales.models import SalesActual, Target, TargetProposal

Amounts = dict[dt.date, Decimal]
SHOWN_PROPOSALS = 12


@dataclass(frozen=True)
class YearTargets:
    """The targets of one partner in a fiscal year by line (None: in total), and who stands behind them."""

    by_line: dict[UUID | None, Amounts]
    source: str
    unconfirmed: bool

    @property
    def is_by_line(self) -> bool:
        return any(line for line in self.by_line)


def targets_of_year(partner: Partner, year: FiscalYear) -> YearTargets:
    rows = Target.objects.filter(partner=partner, month__gte=year.start, month__lte=year.end).order_by("month")
    by_line: dict[UUID | None, Amounts] = defaultdict(dict)
    sources: dict[str, str] = {}
    unconfirmed = False
    for target in rows:
        by_line[target.line_id][target.month] = target.amount
        sources[target.source] = str(target.get_source_display())
        unconfirmed = unconfirmed or target.confirmed_by_id is None
    return YearTargets(dict(by_line), ", ".join(sorted(sources.values())), unconfirmed)


def totals_of_year(partner_ids: Sequence[UUID], year: FiscalYear) -> tuple[dict[UUID, Amounts], set[UUID]]:
    """Targets per partner and month with lines added up, and the partners that have them by line; one query."""
    rows = Target.objects.filter(partner_id__in=list(partner_ids), month__gte=year.start, month__lte=year.end)
    totals: dict[UUID, Amounts] = defaultdict(lambda: defaultdict(Decimal))
    by_line: set[UUID] = set()
    for partner_id, line_id, month, amount in rows.values_list("partner_id", "line_id", "month", "amount"):
        totals[partner_id][month] += amount
        if line_id:
            by_line.add(partner_id)
    return totals, by_line


def proposals_of(partner: Partner, member: Membership, year: FiscalYear, *, by_line: bool) -> list[TargetProposal]:
    """What was proposed for this fiscal year, by line or in total; the latest first."""
    rows = TargetProposal.objects.visible_to(member).filter(partner=partner)
    here = rows.filter(months__has_any_keys=_firsts(year), line__isnull=not by_line)
    found = here.select_related("line", "proposed_by__user", "partner").order_by("-created_at", "pk")
    return list(found[:SHOWN_PROPOSALS])


def proposals_elsewhere(
    partner: Partner, member: Membership, year: FiscalYear, *, by_line: bool
) -> list[TargetProposal]:
    """What waits for an answer for other fiscal years, or given the other way; the oldest first."""
    rows = TargetProposal.objects.visible_to(member).filter(partner=partner, state=TargetProposal.State.PROPOSED)
    here = Q(months__has_any_keys=_firsts(year), line__isnull=not by_line)
    return list(rows.exclude(here).order_by("created_at", "pk")[:SHOWN_PROPOSALS])


def _firsts(year: FiscalYear) -> list[str]:
    return [month_start(month).isoformat() for month in year.months]


def waiting_proposals(member: Membership) -> QuerySet[TargetProposal]:
    """What the other side proposed and this member's side has not answered."""
    rows = TargetProposal.objects.visible_to(member).filter(state=TargetProposal.State.PROPOSED)
    return rows.exclude(side=member.side).select_related("partner", "line").order_by("created_at")


def spread(total: Decimal, partner: Partner, year: FiscalYear, *, as_sold: bool) -> Amounts:
    """A year's amount as twelve months that add up exactly (F3): in equal parts, or as last year's bookings ran."""
    months = [month_start(month) for month in year.months]
    weights = [Decimal(1)] * len(months)
    if as_sold:
        before = year.previous
        rows = SalesActual.objects.filter(partner=partner, booked_on__gte=before.start, booked_on__lte=before.end)
        sold = dict(
            rows.annotate(m=TruncMonth("booked_on")).values("m").annotate(s=Sum("amount")).values_list("m", "s")
        )
        ran = [max(ZERO, sold.get(add_months(month, -12), ZERO)) for month in months]
        weights = ran if any(ran) else weights
    parts = apportion(total, currency_places(current_tenant().currency), weights) or []
    return dict(zip(months, parts, strict=True))
