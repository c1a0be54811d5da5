"""Figures of deals for many partners at once: registered, won, how often, how large, how fast (F9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from dealreg.formulas import deal_metrics
from dealreg.models import DealRegistration
from prm.kernel.periods import FiscalQuarter, add_months
from prm.kernel.tenancy.context import current
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import FEW, remember_few

State = DealRegistration.State
TAKEN_BACK = (State.WITHDRAWN, State.CANCELLED)
KEPT_MONTHS = 15


@dataclass(frozen=True)
class _Deal:
    """What the figures need of a deal."""

    state: str
    amount: Decimal
    opened: dt.date
    approved_on: dt.date | None
    closed_on: dt.date | None


def _deals(partner_ids: Sequence[UUID], start: dt.date, end: dt.date, as_of: dt.date) -> Mapping[UUID, Sequence[_Deal]]:
    """The deals approved or closed in a time. Of the partners of one page all figures ask the database once."""
    since = add_months(as_of, -KEPT_MONTHS)
    if len(partner_ids) > FEW or start < since:
        return _read(partner_ids, start, end)
    return remember_few("deals", partner_ids, as_of, lambda: _read(partner_ids, since, as_of))


def _read(partner_ids: Sequence[UUID], start: dt.date, end: dt.date) -> Mapping[UUID, Sequence[_Deal]]:
    found: dict[UUID, list[_Deal]] = defaultdict(list)
    for partner_id, state, amount, sent, approved_on, closed_on in _rows(list(partner_ids), start, end):
        if sent is not None:
            found[partner_id].append(_Deal(state, amount or Decimal(0), sent.date(), approved_on, closed_on))
    return found


@prepared
def _rows(partner_ids: list[UUID], start: dt.date, end: dt.date) -> QuerySet:
    inside = Q(approved_on__range=(start, end)) | Q(closed_on__range=(start, end))
    rows = DealRegistration.objects.filter(inside, partner_id__in=partner_ids)
    return rows.values_list("partner_id", "state", "amount", "submitted_at", "approved_on", "closed_on")


def known(partner_ids: Sequence[UUID]) -> list[UUID]:
    """Those of whom the reader may know at all: in a partner's hands a rival has no figure, not even zero."""
    reach = current().partner_ids
    return [pk for pk in partner_ids if reach is None or pk in reach]


def registered_12m(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, int]:
    start = add_months(as_of, -12) + dt.timedelta(days=1)
    found = _deals(partner_ids, start, as_of, as_of)
    return {pk: _registered(found.get(pk, ()), start, as_of) for pk in known(partner_ids)}


def registered_in(
    partner_ids: Sequence[UUID], periods: Sequence[FiscalQuarter], as_of: dt.date
) -> dict[tuple[UUID, FiscalQuarter], int]:
    start, end = min(p.start for p in periods), min(max(p.end for p in periods), as_of)
    found = _deals(partner_ids, start, end, as_of)
    return {
        (pk, period): _registered(found.get(pk, ()), period.start, min(period.end, as_of))
        for pk in known(partner_ids)
        for period in periods
    }


def _registered(deals: Iterable[_Deal], start: dt.date, end: dt.date) -> int:
    """Approved in a time, and not taken back since."""
    return sum(
        deal.approved_on is not None and start <= deal.approved_on <= end and deal.state not in TAKEN_BACK
        for deal in deals
    )


def metrics_of(
    partner_ids: Sequence[UUID], periods: Iterable[FiscalQuarter], as_of: dt.date
) -> dict[tuple[UUID, FiscalQuarter], dict[str, Any]]:
    """F9 per partner and period, from one query."""
    asked = list(periods)
    start, end = min(p.start for p in asked), min(max(p.end for p in asked), as_of)
    found = _deals(partner_ids, start, end, as_of)
    return {
        (pk, period): deal_metrics(
            period_start=period.start, period_end=min(period.end, as_of), deals=_closed(found.get(pk, ()))
        )
        for pk in known(partner_ids)
        for period in asked
    }


def _closed(deals: Iterable[_Deal]) -> list[dict[str, Any]]:
    """Won and lost ones in the shape of F9; a cycle begins with the submission."""
    return [
        {
            "amount": deal.amount,
            "opened": min(deal.opened, deal.closed_on),
            "closed": deal.closed_on,
            "outcome": str(deal.state),
        }
        for deal in deals
        if deal.closed_on is not None and deal.state in (State.WON, State.LOST)
    ]


def rows_behind(partner_id: UUID, start: dt.date, end: dt.date, *, closed: bool) -> list[dict[str, Any]]:
    """The deals behind a figure: without the customers, whom not everybody who reads the figure may know."""
    found = DealRegistration.objects.filter(partner_id=partner_id)
    if closed:
        found = found.filter(state__in=[State.WON, State.LOST], closed_on__range=(start, end))
        names = ("closed_on", "number", "amount", "state")
    else:
        found = found.filter(approved_on__range=(start, end)).exclude(state__in=TAKEN_BACK)
        names = ("approved_on", "number", "amount", "state")
    words = dict(State.choices)
    rows = found.order_by(f"-{names[0]}", "pk").values(*names)
    return [{**row, "state": str(words.get(row["state"], row["state"]))} for row in rows]


def with_submission(partner_ids: Sequence[UUID]) -> set[UUID]:
    """Of these partners those that have sent a registration."""
    sent = DealRegistration.objects.filter(partner_id__in=partner_ids).exclude(state=State.DRAFT)
    return set(sent.values_list("partner_id", flat=True).distinct())
