"""A small memory for one context (a request, a task): the same question is asked of the database once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

T = TypeVar("T")
_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("remembered", default=None)


@contextmanager
def memory() -> Iterator[None]:
    """Begin with an empty memory; what was remembered is forgotten at the end."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remember(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer of `ask`, asked once per memory; without one it is asked each time."""
    known = _memory.get()
    if known is None:
        return ask()
    if key not in known:
        known[key] = ask()
    return known[key]


FEW = 50  # records of one page


def remember_few(name: str, ids: Sequence[Any], asked: Hashable, ask: Callable[[], T]) -> T:
    """As `remember`, for what was asked of these records; of more than a page of them nothing is kept."""
    return ask() if len(ids) > FEW else remember((name, tuple(ids), asked), ask)


def recall_few(name: str, ids: Sequence[Any], asked: Hashable) -> Any:
    """What `remember_few` has kept under that key, or None: for who can take a part of what another has asked."""
    return (_memory.get() or {}).get((name, tuple(ids), asked))
