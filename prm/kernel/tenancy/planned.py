"""The server plans a prepared question once per connection, instead of each time it is asked.

To plan a statement with its joins and fences takes the server several times as long as to answer it. What was asked a
few times on a connection is therefore given a name there (`PREPARE`) and from then on asked by its name. Tenant, scope
and member are read when it runs, so the fences hold as for every statement.

Not where a text is asked for. One plan for any value expects of each as many rows as on average, and of texts few are
like the average: where most customers have no domain, it would read the whole table rather than look up the one that
was asked for.

Only for connections that are this program's own (`DATABASE_PREPARES`): behind a pool that changes the server's side
between transactions (PgBouncer in transaction mode) the name would be known to another one.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from prm.kernel.tenancy.remember import FEW

RARELY, MOST = 3, 200  # asked so often it is planned; so many of one connection, as each takes the server's memory
PLACE = re.compile("%%|%s")
NAMED = re.compile(r"%\((\w+)\)s")
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Place:
    """Where a value of the call goes, and of which SQL type it is."""

    type: str


@dataclass(frozen=True)
class Plan:
    """A statement with places for its values and the constants between them."""

    sql: str
    constants: tuple[Any, ...]
    number: int = field(default_factory=lambda: next(_numbers))
    has_texts: bool = False

    @property
    def name(self) -> str:
        return f"asked_{self.number}"


def plan_of(sql: str, values: Sequence[Any]) -> Plan:
    """The plan of a statement whose values are constants or places, in their order."""
    left, count = iter(values), itertools.count(1)
    constants: list[Any] = []

    def written(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return found[0]
        value = next(left)
        if isinstance(value, Place):
            return f"${next(count)}::{value.type}"
        constants.append(value)
        return "%s"

    has_texts = any(isinstance(value, Place) and value.type == "text" for value in values)
    return Plan(PLACE.sub(written, sql), tuple(constants), has_texts=has_texts)


@dataclass
class _Known:
    """What a connection was asked how often, and what it has names for."""

    asked: dict[int, int] = field(default_factory=dict)
    named: set[int] = field(default_factory=set)


def by_name(connection: Any, plan: Plan, values: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]] | None:
    """How to ask it by its name; None while it is to be asked as it is."""
    if plan.has_texts or not settings.DATABASE_PREPARES:
        return None
    known = connection.__dict__.setdefault("_known_questions", _Known())
    if plan.number not in known.named:
        times = known.asked.get(plan.number, 0) + 1
        known.asked[plan.number] = times
        if times <= RARELY or len(known.named) >= MOST:
            return None
        with connection.cursor() as cursor:
            cursor.execute(f"prepare {plan.name} as {plan.sql}", plan.constants)
        known.named.add(plan.number)
    return call(plan, values)


def call(plan: Plan, values: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    marks = ", ".join(["%s"] * len(values))
    return f"execute {plan.name} ({marks})" if values else f"execute {plan.name}", values


SQL_TYPES: dict[type, str] = {UUID: "uuid", dt.date: "date", Decimal: "numeric", int: "bigint", str: "text"}
_compared: set[Plan] = set()


def rows_of(sql: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement that was written here (not by Django): planned as a prepared question is.

    Its places are `%s` or `%(name)s`, as psycopg2 has them; what else the text holds (how many months, decimals) must
    have few forms. Lists are of ids; with more than a page of them it is planned each time.
    """
    if isinstance(values, Mapping):
        names = NAMED.findall(sql)
        sql, values = NAMED.sub("%s", sql), [values[name] for name in names]
    connection = connections[DEFAULT_DB_ALIAS]  # itself: what it knows is noted on it, and each thread has another
    given, many = tuple(values), any(isinstance(one, list) and len(one) > FEW for one in values)
    with connection.cursor() as cursor:
        if many:
            cursor.execute(sql, given)
            return cursor.fetchall()
        plan = _plan(sql, tuple(map(_type_of, values)))
        if settings.TESTING and plan not in _compared:
            _compared.add(plan)
            compare(connection, plan, given, (sql, given))
        cursor.execute(*(by_name(connection, plan, given) or (sql, given)))
        return cursor.fetchall()


@lru_cache(maxsize=MOST)
def _plan(sql: str, types: tuple[str, ...]) -> Plan:
    return plan_of(sql, [Place(one) for one in types])


def _type_of(value: Any) -> str:
    return "uuid[]" if isinstance(value, list) else SQL_TYPES[type(value)]


class PlannedOtherwise(Exception):
    """Planned for any value, the server gives other rows."""


def compare(connection: Any, plan: Plan, given: Sequence[Any], asked: Any, *, told: Any = None) -> None:
    """Planned for any value, the server gives the same rows. Asked beside Django, which counts its questions."""
    told = told or (lambda rows: sorted(map(repr, rows)))
    with connection.connection.cursor() as cursor:
        cursor.execute(f"prepare {plan.name} as {plan.sql}", plan.constants)
        cursor.execute("set local plan_cache_mode = force_generic_plan")
        cursor.execute(*call(plan, tuple(given)))
        found = told(cursor.fetchall())
        cursor.execute(f"set local plan_cache_mode = auto; deallocate {plan.name}")
        cursor.execute(*asked)
        if found != (plain := told(cursor.fetchall())):
            raise PlannedOtherwise(f"{plan.sql}\nplanned for any value gives {found}\nshould be {plain}")


@receiver(connection_created)
def forget(connection: Any, **kwargs: Any) -> None:
    """A new connection knows no names."""
    connection.__dict__.pop("_known_questions", None)
