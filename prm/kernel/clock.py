"""The only clock. Business code never asks the operating system for the time.

`now()` is the time at which the transaction's tenant scope was entered (so that one action has one time),
plus an offset that tests and the demo may set to travel through time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from zoneinfo import ZoneInfo

from django.utils import timezone

from prm.kernel.moment import began
from prm.kernel.tenancy.context import current_tenant

_offset: ContextVar[dt.timedelta] = ContextVar("clock_offset", default=dt.timedelta())
_frozen: ContextVar[dt.datetime | None] = ContextVar("clock_frozen", default=None)


def now() -> dt.datetime:
    """The current time in UTC: inside a tenant's transaction the one at which it was entered."""
    frozen = _frozen.get()
    if frozen is not None:
        return frozen
    return (began() or timezone.now()) + _offset.get()


def today(zone: str | None = None) -> dt.date:
    """The calendar date in the tenant's zone (or in `zone`)."""
    if zone is None:
        zone = current_tenant().time_zone
    return now().astimezone(ZoneInfo(zone)).date()


def day_of(moment: dt.datetime) -> dt.date:
    """The calendar date of a moment in the tenant's zone, in which all days of business are."""
    return moment.astimezone(ZoneInfo(current_tenant().time_zone)).date()


@contextmanager
def travel(*, days: int = 0, to: dt.datetime | None = None) -> Iterator[None]:
    """Inside the block the clock stands still at `to`, or is `days` ahead of what it was. For demo and tests only."""
    ahead = dt.timedelta(days=days)
    standing = to or _frozen.get()
    frozen = _frozen.set(standing + ahead if standing else None)
    offset = _offset.set(_offset.get() if standing else _offset.get() + ahead)
    try:
        yield
    finally:
        _offset.reset(offset)
        _frozen.reset(frozen)
