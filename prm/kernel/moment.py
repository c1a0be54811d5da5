"""The moment at which the present transaction began: one action has one time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

_began: ContextVar[dt.datetime | None] = ContextVar("moment_began", default=None)


@contextmanager
def one_time() -> Iterator[None]:
    """Inside the block the time stands still (entering a tenant uses it); nested blocks keep the outer time."""
    if _began.get() is not None:
        yield
        return
    token = _began.set(timezone.now())
    try:
        yield
    finally:
        _began.reset(token)


def began() -> dt.datetime | None:
    """When it began; None outside."""
    return _began.get()
