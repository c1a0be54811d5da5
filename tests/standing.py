"""The cast stands between tests: built once per worker in a transaction that no test commits, copied for each test.

Upon it stand the rows of fixtures that say `@stands`: for the tests of one after another that ask for the same ones.
Each test still runs in a savepoint of its own, so none sees what another did. Tests that commit (a browser, threads,
two databases) or that want an empty database get one: the transaction is rolled back first, and begun again later.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.plugin import blocking_manager_key

COMMITTING = {"live_server", "transactional_db", "django_db_reset_sequences", "django_db_serialized_rollback"}
DATABASES = COMMITTING | {"db"}
Build = Callable[..., Any]


@dataclass
class Layer:
    """What stands from here down, and the savepoint that holds it."""

    build: Build
    people: SimpleNamespace
    made: dict[Build, Any] = field(default_factory=dict)
    savepoint: transaction.Atomic = field(default_factory=transaction.atomic)


class Standing:
    """The rows that stand in this worker's database, if any do."""

    def __init__(self) -> None:
        self.is_ready = False  # whether the database is set up: the first test with the cast says so
        self.layers: list[Layer] = []
        self.copies: dict[Build, Any] = {}  # for the present test
        self._hour: Any = None

    def have(self, wanted: list[Build]) -> None:
        """Exactly these, the cast first; what the last test shares with this one is kept.

        Nothing stands over the full hour, so no test sees the rows of yesterday as today's.
        """
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        standing = [layer.build for layer in self.layers]
        while standing and (standing != wanted[: len(standing)] or hour != self._hour):
            self._leave()
            standing.pop()
        self._hour = hour
        for build in wanted[len(standing) :]:
            self._enter(build)

    def copy(self, build_cast: Build) -> SimpleNamespace:
        """Everybody, for one test to change as it likes."""
        self.is_ready = True
        if not self.layers:
            self.copies = {}
            return build_cast()
        people, self.copies = copy.deepcopy((self.layers[-1].people, self.layers[-1].made))
        return people

    def _enter(self, build: Build) -> None:
        layer = Layer(build, SimpleNamespace())
        layer.savepoint.__enter__()
        if not self.layers:
            with connection.cursor() as cursor:  # tests without a database take their time, too
                cursor.execute("set local idle_in_transaction_session_timeout = 0")
            layer.people = build()
        else:
            from prm.kernel.tenancy.context import tenant_scope

            layer.people, layer.made = copy.deepcopy((self.layers[-1].people, self.layers[-1].made))
            made = {one.__name__: value for one, value in layer.made.items()} | {"cast": layer.people}
            with tenant_scope(layer.people.acme):
                layer.made[build] = build(**{name: made[name] for name in needs(build)})
        self.layers.append(layer)
        with connection.cursor() as cursor:  # or the deferred checks would be made anew in every test
            cursor.execute("set constraints all immediate; set constraints all deferred")

    def _leave(self) -> None:
        transaction.set_rollback(True)
        self.layers.pop().savepoint.__exit__(None, None, None)


standing = Standing()


def stands(build: Build) -> Any:
    """A fixture whose rows stand between tests; it may ask for `cast` and for others that stand, in acme's scope."""

    @functools.wraps(build)
    def given(**fixtures: Any) -> Any:
        return standing.copies[build] if build in standing.copies else build(**fixtures)

    given.stands = build  # type: ignore[attr-defined]
    return pytest.fixture(given)


def needs(build: Build) -> list[str]:
    return list(inspect.signature(build).parameters)


def prepare(item: pytest.Item, build_cast: Build) -> None:
    """Before the fixtures of a test: have stand exactly what the test can use."""
    if not standing.is_ready or _needs_no_database(item):
        return
    with item.config.stash[blocking_manager_key].unblock():
        standing.have([build_cast, *_standing_fixtures(item)] if _can_use(item) else [])


def _needs_no_database(item: Any) -> bool:
    """What stands is in nobody's way then."""
    asks = any(name.startswith("django_db") for name in item.fixturenames) or DATABASES & set(item.fixturenames)
    return not asks and item.get_closest_marker("django_db") is None


def _can_use(item: pytest.Item) -> bool:
    names = set(getattr(item, "fixturenames", ()))
    if "cast" not in names or names & COMMITTING:
        return False
    marker = item.get_closest_marker("django_db")
    return marker is None or not (marker.kwargs.get("transaction") or marker.kwargs.get("databases"))


def _standing_fixtures(item: Any) -> list[Build]:
    """Those of its fixtures that stand, each after what it needs."""
    found: list[Build] = []

    def add(name: str) -> None:
        definitions = item._fixtureinfo.name2fixturedefs.get(name)
        build = getattr(definitions[-1].func, "stands", None) if definitions else None
        if build is None or build in found:
            return
        for need in needs(build):
            add(need)
        found.append(build)

    for name in item.fixturenames:
        add(name)
    return found
