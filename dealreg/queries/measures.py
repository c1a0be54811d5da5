"""Figures of deals for many partners at once: registered, won, how often, how large, how fast (F9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from dealreg.formulas import deal_metrics
from dealreg.models import DealRegistration
from prm.kernel.periods import FiscalQuarter, add_months

State = DealRegistration.State
TAKEN_BACK = (State.WITHDRAWN, State.CANCELLED)


def approved_days(partner_ids: Sequence[UUID], start: dt.date, end: dt.date) -> dict[UUID, list[dt.date]]:
    """The days on which registrations were approved that were not taken back since."""
    found: dict[UUID, list[dt.date]] = defaultdict(list)
    rows = DealRegistration.objects.filter(partner_id__in=partner_ids, approved_on__range=(start, end))
    for partner_id, day in rows.exclude(state__in=TAKEN_BACK).values_list("partner_id", "approved_on"):
        if day is not None:
            found[partner_id].append(day)
    return found


def registered_12m(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, int]:
    found = approved_days(partner_ids, add_months(as_of, -12) + dt.timedelta(days=1), as_of)
    return {partner_id: len(found.get(partner_id, ())) for partner_id in partner_ids}


def registered_in(
    partner_ids: Sequence[UUID], periods: Sequence[FiscalQuarter], as_of: dt.date
) -> dict[tuple[UUID, FiscalQuarter], int]:
    start, end = min(p.start for p in periods), min(max(p.end for p in periods), as_of)
    found = approved_days(partner_ids, start, end)
    return {
        (partner_id, period): sum(period.start <= day <= period.end for day in found.get(partner_id, ()))
        for partner_id in partner_ids
        for period in periods
    }


def closed_deals(partner_ids: Sequence[UUID], start: dt.date, end: dt.date) -> dict[UUID, list[dict[str, Any]]]:
    """Won and lost deals of a time, in the shape of F9; a cycle begins with the submission."""
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = DealRegistration.objects.filter(
        partner_id__in=partner_ids, state__in=[State.WON, State.LOST], closed_on__range=(start, end)
    )
    for partner_id, state, amount, submitted_at, closed_on in rows.values_list(
        "partner_id", "state", "amount", "submitted_at", "closed_on"
    ):
        assert submitted_at is not None
        assert closed_on is not None
        opened = min(submitted_at.date(), closed_on)
        found[partner_id].append(
            {"amount": amount or Decimal(0), "opened": opened, "closed": closed_on, "outcome": str(state)}
        )
    return found


def metrics_of(
    partner_ids: Sequence[UUID], periods: Iterable[FiscalQuarter], as_of: dt.date
) -> dict[tuple[UUID, FiscalQuarter], dict[str, Any]]:
    """F9 per partner and period, from one query."""
    asked = list(periods)
    start, end = min(p.start for p in asked), min(max(p.end for p in asked), as_of)
    found = closed_deals(partner_ids, start, end)
    return {
        (partner_id, period): deal_metrics(
            period_start=period.start, period_end=min(period.end, as_of), deals=found.get(partner_id, ())
        )
        for partner_id in partner_ids
        for period in asked
    }


def rows_behind(partner_id: UUID, start: dt.date, end: dt.date, *, closed: bool) -> list[dict[str, Any]]:
    """The deals behind a figure."""
    found = DealRegistration.objects.filter(partner_id=partner_id)
    if closed:
        found = found.filter(state__in=[State.WON, State.LOST], closed_on__range=(start, end))
        names = ("closed_on", "amount", "customer_name", "number", "state")
    else:
        found = found.filter(approved_on__range=(start, end)).exclude(state__in=TAKEN_BACK)
        names = ("approved_on", "amount", "customer_name", "number", "state")
    return list(found.order_by(f"-{names[0]}", "pk").values(*names))


def with_submission(partner_ids: Sequence[UUID]) -> set[UUID]:
    """Of these partners those that have sent a registration."""
    sent = DealRegistration.objects.filter(partner_id__in=partner_ids).exclude(state=State.DRAFT)
    return set(sent.values_list("partner_id", flat=True).distinct())
