"""Questions that are asked on every page: their SQL is written once per process, afterwards only the values change.

Django writes a statement anew each time it is asked, which for the small questions of a page takes longer than the
database needs to answer. A prepared function is a named question whose every value is an argument:

    @prepared
    def open_tasks(member: Membership, partner_id: UUID) -> QuerySet[Task]:
        return Task.objects.visible_to(member).filter(partner_id=partner_id, due_on__lte=clock.today())

    open_tasks(member, partner.pk)  # a list

The tenant, the fences and today are as late as everywhere; all other ids, days and moments must be arguments. Texts of
any kind are given as `Text`; other words, numbers and flags stand in the statement, so they should be few. Where an id
is not (a team's lead whose people are looked up first), the question is asked as always. What else a function could
depend on (settings of the tenant, the language) is found by the suite: it writes each statement again for every tenant
and compares (`COMPARED`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial, update_wrapper
from types import NoneType
from typing import Any, Generic, ParamSpec, Protocol, runtime_checkable
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

from prm.kernel import clock
from prm.kernel.tenancy.context import current_tenant_id, is_inside
from prm.kernel.tenancy.planned import Place, Plan, by_name, compare, plan_of
from prm.kernel.tenancy.reading import Reader, reader_of
from prm.kernel.tenancy.remember import FEW

P = ParamSpec("P")
Args = Sequence[Any]
COMPARED = settings.TESTING
MOST = 500  # statements of one question


class Text(str):
    """A text that somebody wrote, as an argument: an empty one may lead to another statement, others share theirs."""


class NotPrepared(Exception):
    """A statement that does not follow from its arguments."""


@runtime_checkable
class HasParts(Protocol):
    """An argument that is more than a value (a membership): what statements it can lead to, and the ids in it."""

    def shape(self) -> Hashable: ...

    def with_ids(self, replaced: Callable[[Callable[[Any], UUID]], UUID]) -> Any:
        """One of the same shape in which each id is another: `replaced(reader)`; the reader finds the real one."""


@dataclass(frozen=True)
class _Slot:
    """A place in a statement that is filled for each question, and the SQL type of what goes there."""

    read: Callable[[Args], Any]
    type: str


@dataclass(frozen=True)
class _Statement:
    """A statement as Django's compiler wrote it; of its values those that are slots change."""

    rows: QuerySet
    compiler: Any
    sql: str
    values: tuple[Any, ...]
    converters: dict[int, Any]
    has_pairs: bool
    plan: Plan
    read: Reader | None

    def filled(self, args: Args) -> tuple[str, tuple[Any, ...]]:
        return self.sql, tuple(one.read(args) if type(one) is _Slot else one for one in self.values)

    def given(self, args: Args) -> tuple[Any, ...]:
        """What goes into its places, in their order."""
        return tuple(one.read(args) for one in self.values if type(one) is _Slot)

    def ask(self, args: Args) -> list[Any]:
        """Run it and make the records as Django does, related ones included."""
        connection = connections[self.rows.db]
        found = by_name(connection, self.plan, self.given(args)) or self.filled(args)
        if self.read:
            with connection.cursor() as cursor:
                cursor.execute(*found)
                return self.read(connection, cursor.fetchall())
        compiler, rows, query = _twin(self.compiler), _twin(self.rows), _twin(self.rows.query)
        compiler.connection = connection
        compiler.as_sql = lambda *_args, **_kwargs: found
        compiler.get_converters = lambda _columns: self.converters
        compiler.has_composite_fields = lambda _columns: self.has_pairs
        query.get_compiler = lambda *_args, **_kwargs: compiler
        rows._query = query
        return list(rows)


def _twin(one: Any) -> Any:
    """Another object with the same content. (A copy of a queryset would be asked first.)"""
    twin = one.__class__.__new__(one.__class__)
    twin.__dict__.update(one.__dict__)
    return twin


class Prepared(Generic[P]):
    """A question with its statements, one for each shape of arguments: kinds, lengths of lists, words, numbers."""

    def __init__(self, build: Callable[P, QuerySet]) -> None:
        self._build: Callable[..., QuerySet] = build
        self._statements: dict[Hashable, _Statement | None] = {}
        self._compared: set[Hashable] = set()
        self._planned: set[Hashable] = set()
        update_wrapper(self, build)
        self._name = getattr(build, "__qualname__", "a question")

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Any]:
        assert not kwargs, "values of a prepared question are given by place"
        args = tuple(list(dict.fromkeys(one)) if isinstance(one, list | tuple) else one for one in args)  # type: ignore[assignment]
        if any(isinstance(one, list | tuple) and not 0 < len(one) <= FEW for one in args):
            return list(self._build(*args))
        shape = tuple(_shape(one) for one in args)
        if shape not in self._statements:
            if len(self._statements) >= MOST:
                self._statements.clear()
            self._statements[shape] = self._written(args)
        statement = self._statements[shape]
        if statement is None:
            return list(self._build(*args))
        if COMPARED and (shape, tenant := is_inside() and current_tenant_id()) not in self._compared:
            self._compare(statement, args)
            if shape not in self._planned:
                self._compare_planned(statement, args)
                self._planned.add(shape)
            self._compared.add((shape, tenant))
        return statement.ask(args)

    def _written(self, args: Args) -> _Statement | None:
        """Write the statement with values that occur nowhere else, and find them again."""
        slots: dict[Any, _Slot] = {}
        if is_inside():
            slots[str(current_tenant_id())] = _Slot(lambda _args: str(current_tenant_id()), "uuid")
        rows = self._build(*[_marked(one, number, slots) for number, one in enumerate(args)])
        compiler = rows.query.get_compiler(using=rows.db)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            return None
        if any(isinstance(one, dt.date) and one not in slots for one in values):
            slots[clock.today()] = _Slot(lambda _args: clock.today(), "date")
        found = tuple(slots.get(one, one) if isinstance(one, Hashable) else one for one in values)
        if any(_is_foreign(one) for one in found):
            return None
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        converters, has_pairs = compiler.get_converters(columns), compiler.has_composite_fields(columns)
        plan = plan_of(sql, [Place(one.type) if type(one) is _Slot else one for one in found])
        read = None if has_pairs else reader_of(rows, compiler, converters)
        return _Statement(rows, compiler, sql, found, converters, has_pairs, plan, read)

    def _compare(self, statement: _Statement, args: Args) -> None:
        sql, values = self._build(*args).query.sql_with_params()
        if (sql, tuple(values)) != statement.filled(args):
            raise NotPrepared(
                f"{self._name} depends on more than its arguments:\n"
                f"asked as {statement.filled(args)}\nshould be {sql, tuple(values)}"
            )

    def _compare_planned(self, statement: _Statement, args: Args) -> None:
        """Planned for any value it gives the same rows; of a slice as many, for among equals either may be within."""
        told: Any = len if statement.rows.query.is_sliced else None
        given, asked = statement.given(args), statement.filled(args)
        compare(connections[statement.rows.db], statement.plan, given, asked, told=told)


def prepared(build: Callable[P, QuerySet]) -> Prepared[P]:
    return Prepared(build)


def _shape(one: Any) -> Any:
    """Ids and days share a statement; a word, a number or a flag may change what is written, so it stands in it."""
    if isinstance(one, UUID | dt.date):
        return type(one)
    if isinstance(one, Text):
        return Text, bool(one)
    if isinstance(one, list | tuple):
        return tuple(_shape(each) for each in one)
    return one.shape() if isinstance(one, HasParts) else (type(one), one)


def _marked(one: Any, number: int, slots: dict[Any, _Slot]) -> Any:
    """What stands for this argument while the statement is written; each id and day in it gets its slot."""
    if isinstance(one, list | tuple):
        return [_mark(each, partial(_at, number, place), slots) for place, each in enumerate(one)]
    if isinstance(one, HasParts):
        return one.with_ids(lambda read: _mark(UUID(int=0), lambda args: read(args[number]), slots))
    return _mark(one, lambda args: args[number], slots)


def _at(number: int, place: int, args: Args) -> Any:
    return args[number][place]


def _is_foreign(one: Any) -> bool:
    """An id, a day or something larger that came from no argument."""
    if isinstance(one, list | tuple):
        return any(_is_foreign(each) for each in one)
    return not isinstance(one, _Slot | str | int | float | Decimal | NoneType)


def _mark(one: Any, read: Callable[[Args], Any], slots: dict[Any, _Slot]) -> Any:
    if isinstance(one, UUID):
        mark: Any = uuid4()
        kind = "uuid"
    elif isinstance(one, dt.datetime):
        mark, kind = dt.datetime(1800, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=len(slots)), "timestamptz"
    elif isinstance(one, dt.date):
        mark, kind = dt.date(1700, 1, 1) + dt.timedelta(days=len(slots)), "date"
    elif isinstance(one, Text) and one:
        mark, kind = f"mark {uuid4()}", "text"
    else:
        return one
    slots[mark] = _Slot(read, kind)
    return mark
