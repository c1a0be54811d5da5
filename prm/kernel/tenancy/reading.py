"""How the rows of a prepared question become records: what Django works out for each queryset, worked out once.

For a page of small questions the preparations (which column goes where, who is set on whom) take longer than the rows.
Everything is Django's own (`from_db`, populators, converters); a queryset of any other kind is read by Django itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any

from django.db.models import QuerySet
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators

Rows = Sequence[tuple[Any, ...]]
Reader = Callable[[Any, Rows], list[Any]]  # connection and rows to what the queryset would give


def reader_of(rows: QuerySet[Any], compiler: Any, converters: dict[int, Any]) -> Reader | None:
    """A reader for records, tuples or single values; None for what has more to it (prefetches, columns of an order)."""
    known: Any = rows
    if known._prefetch_related_lookups or known._known_related_objects or compiler.has_extra_select:
        return None
    kinds: dict[Any, Callable[[], Callable[[Rows], list[Any]]]] = {
        ModelIterable: lambda: _records(rows.db, compiler),
        ValuesListIterable: lambda: lambda found: list(map(tuple, found)),
        FlatValuesListIterable: lambda: lambda found: list(map(itemgetter(0), found)),
    }
    if known._iterable_class not in kinds:
        return None
    made = kinds[known._iterable_class]()
    if not converters:
        return lambda _connection, found: made(found)
    places = [(place, convs, expression) for place, (convs, expression) in converters.items()]
    return lambda connection, found: made(_converted(connection, found, places))


def _converted(connection: Any, found: Rows, places: Sequence[tuple[int, Any, Any]]) -> Any:
    rows = [list(row) for row in found]
    for row in rows:
        for place, convs, expression in places:
            for convert in convs:
                row[place] = convert(row[place], expression, connection)
    return rows


def _records(db: str, compiler: Any) -> Callable[[Rows], list[Any]]:
    select, info = compiler.select, compiler.klass_info
    model, fields, notes = info["model"], info["select_fields"], compiler.annotation_col_map or {}
    start, end = fields[0], fields[-1] + 1
    names = [column[0].target.attname for column in select[start:end]]
    related = get_related_populators(info, select, db)  # type: ignore[call-arg]

    def made(found: Rows) -> list[Any]:
        records = []
        for row in found:
            record = model.from_db(db, names, row[start:end])
            for each in related:
                each.populate(row, record)
            for name, place in notes.items():
                setattr(record, name, row[place])
            records.append(record)
        return records

    return made
