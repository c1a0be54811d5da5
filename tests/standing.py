"""The cast stands between tests: built once per worker in a transaction that no test commits, copied for each test.

Each test still runs in a savepoint of its own, so none sees what another did. Tests that commit (a browser, threads,
two databases) or that want an empty database get one: the transaction is rolled back first, and begun again later.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from pytest_django.plugin import blocking_manager_key

COMMITTING = {"live_server", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}


class Standing:
    """The people who stand in this worker's database, if any do."""

    def __init__(self) -> None:
        self.is_ready = False  # whether the database is set up: the first test with the cast says so
        self.people: SimpleNamespace | None = None
        self._transaction: transaction.Atomic | None = None

    def enter(self, build: Callable[[], SimpleNamespace]) -> None:
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        self.people = build()
        with connection.cursor() as cursor:  # or the deferred checks would be made anew in every test
            cursor.execute("set constraints all immediate; set constraints all deferred")

    def leave(self) -> None:
        if self._transaction is not None:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)
        self.people = self._transaction = None

    def copy(self, build: Callable[[], SimpleNamespace]) -> SimpleNamespace:
        """Everybody, for one test to change as it likes."""
        self.is_ready = True
        return copy.deepcopy(self.people) if self.people else build()


standing = Standing()


def prepare(item: pytest.Item, build: Callable[[], SimpleNamespace]) -> None:
    """Before the fixtures of a test: have the cast stand exactly when the test can use it."""
    if not standing.is_ready:
        return
    wanted = _can_use(item)
    if wanted == (standing.people is not None):
        return
    with item.config.stash[blocking_manager_key].unblock():
        if wanted:
            standing.enter(build)
        else:
            standing.leave()


def _can_use(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if "cast" not in names or names & COMMITTING:
        return False
    marker = item.get_closest_marker("django_db")
    return marker is None or not (marker.kwargs.get("transaction") or marker.kwargs.get("databases"))
