"""Every fenced table, asked directly in SQL as vendor, as company, as another vendor, and outside everything.

Expected answers follow from the fence of the model alone; too much and too little are both faults.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, connections, transaction

from prm.kernel.isolation.planting import Row, World, has_partner, may_read
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.tenancy.models import Fence, Record
from prm.kernel.tenancy.registry import fenced_models, tenant_references

CONTEXTS = ("A/vendor", "A/P1", "A/P2", "B/vendor", "none")
COMMANDS = ("count", "insert", "update", "move", "delete", "refer")
REFUSED = "42501"  # row-level security, a missing grant, or no tenant context
NO_SUCH_KEY = "23503"
SAME_AGAIN = "23505"  # a unique rule spoke before the deferred key could


@dataclass
class Walk:
    """How much was asked and what was wrong."""

    asked: dict[str, int] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def note(self, command: str, is_right: bool, sentence: str) -> None:
        self.asked[command] = self.asked.get(command, 0) + 1
        if not is_right:
            self.faults.setdefault(command, []).append(sentence)

    @property
    def sentences(self) -> list[str]:
        return [sentence for found in self.faults.values() for sentence in found]


def walk_tables(world: World, only: type[Record] | None = None) -> Walk:
    """Ask everything of every fenced table in the five contexts."""
    walk, rows = Walk(), defaultdict(list)
    for row in world.rows:
        rows[row.model].append(row)
    for context in CONTEXTS:
        with _inside(world, context):
            for model in fenced_models() if only is None else [only]:
                _ask(walk, world, model, rows[model], context)
    return walk


@contextmanager
def _inside(world: World, context: str) -> Iterator[None]:
    if context == "none":
        yield
        return
    name, _, whose = context.partition("/")
    companies = None if whose == "vendor" else [world.companies[context].pk]
    with tenant_scope(world.tenants[name], partner_ids=companies):
        yield


def _ask(walk: Walk, world: World, model: type[Record], rows: list[Row], context: str) -> None:
    table, where = model._meta.db_table, f"{model._meta.db_table} as {context}"
    _count(walk, world, model, rows, context)
    for row in _one_per_audience(row for row in rows if not may_insert(row, context)):
        insert = f'insert into "{table}" select * from json_populate_record(null::"{table}", %s)'  # noqa: S608
        code, _ = _try(insert, [_copy(row)])
        walk.note("insert", code == REFUSED, f"{where}: a row of {row.audience} could be inserted ({code or 'done'})")
    others = [row for row in rows if not may_change(row, context)]
    mine = _not_fixed(model, [row for row in rows if may_change(row, context)])
    grants = getattr(model, "grants", "select, insert, update, delete").split(
        ", "
    )  # a right on a column is not the whole
    for command, sql in (
        ("update", f'update "{table}" set tenant_id = tenant_id where id = any(%s)'),  # noqa: S608 - table of a model
        ("delete", f'delete from "{table}" where id = any(%s)'),  # noqa: S608
    ):
        code, touched = _try(sql, [[row.pk for row in others]])
        walk.note(command, code == REFUSED or touched == 0, f"{where}: {command} reached {touched} foreign rows")
        if command == "update" and mine and command in grants:
            code, touched = _try(sql, [[row.pk for row in mine]])
            walk.note(
                command, touched == len(mine), f"{where}: {touched} of {len(mine)} own rows can be changed ({code})"
            )
    for row in mine[:1]:
        _move(walk, world, row, context, where)
    if context == "A/vendor":
        _refer(walk, world, model, rows)


def _not_fixed(model: type[Record], rows: list[Row]) -> list[Row]:
    """Those that the model lets anybody change: parts of what is in use may be fixed even for their owner."""
    if model.may_change == "true" or not rows:
        return rows
    table = model._meta.db_table
    with connections["default"].cursor() as cursor:
        cursor.execute(f'select id from "{table}" where ({model.may_change})')  # noqa: S608 - from a model
        free = {pk for (pk,) in cursor.fetchall()}
    return [row for row in rows if row.pk in free]


def _count(walk: Walk, world: World, model: type[Record], rows: list[Row], context: str) -> None:
    """What a plain select returns: every expected row, no other vendor's row, no foreign canary."""
    table, where = model._meta.db_table, f"{model._meta.db_table} as {context}"
    try:
        with transaction.atomic(), connections["default"].cursor() as cursor:
            cursor.execute(f'select id, tenant_id, t::text from "{table}" t')  # noqa: S608
            found = cursor.fetchall()
    except DatabaseError as error:
        walk.note("count", context == "none" and _code(error) == REFUSED, f"{where}: {error}")
        return
    if context == "none":
        # Memberships answer nobody with nothing: they are asked before a tenant is chosen.
        walk.note("count", model.fence == Fence.MEMBER and not found, f"{where}: {len(found)} rows without a context")
        return
    expected = {row.pk for row in rows if may_read(context, row.audience)}
    seen = {pk for pk, _, _ in found}
    planted = {row.pk for row in rows}
    own_tenant = world.tenants[context[0]].pk
    walk.note("count", seen & planted == expected, f"{where}: sees {len(seen & planted)} rows, not {len(expected)}")
    walk.note("count", {t for _, t, _ in found} <= {own_tenant}, f"{where}: sees rows of another vendor")
    text = "\n".join(t for _, _, t in found)
    hits = sorted({audience for word, audience in world.foreign_to(context).items() if word in text})
    walk.note("count", not hits, f"{where}: reads canaries of {', '.join(hits)}")


def _move(walk: Walk, world: World, row: Row, context: str, where: str) -> None:
    """An own row must not be given to another vendor, nor by a company to its rival."""
    table = row.model._meta.db_table
    other = next(t for name, t in world.tenants.items() if name != row.tenant)
    code, _ = _try(f'update "{table}" set tenant_id = %s where id = %s', [other.pk, row.pk])  # noqa: S608
    walk.note("move", code == REFUSED, f"{where}: a row could be moved to another vendor ({code or 'done'})")
    if has_partner(row.model) and not context.endswith("/vendor"):
        rival = world.companies[f"{row.tenant}/{'P2' if context.endswith('P1') else 'P1'}"]
        code, _ = _try(f'update "{table}" set partner_id = %s where id = %s', [rival.pk, row.pk])  # noqa: S608
        walk.note("move", code == REFUSED, f"{where}: a row could be moved to a rival ({code or 'done'})")


def _refer(walk: Walk, world: World, model: type[Record], rows: list[Row]) -> None:
    """References into another vendor, or from one company's row to a rival's, are refused by the composite keys."""
    table = model._meta.db_table
    own = [row for row in rows if row.tenant == "A" and row.company in ("P1", "")]
    mine = next(iter(_not_fixed(model, own)), None)
    if mine is None or "update" not in getattr(model, "grants", "update").split(", "):
        return
    for column in tenant_references(model):
        targets = [world.pick(column.related_model, "B", "P1")]
        if mine.company and column.column != "partner_id" and _always_partner(column.related_model):
            targets.append(world.pick(column.related_model, "A", "P2"))
        for target in filter(None, targets):
            sql = f'update "{table}" set "{column.column}" = %s where id = %s'  # noqa: S608
            code, _ = _try(sql, [target.pk, mine.pk])
            whose = f"{target.tenant}/{target.company or 'vendor'}"
            walk.note(
                "refer",
                code in {NO_SUCH_KEY, SAME_AGAIN, REFUSED},
                f"{table}.{column.column} accepts a row of {whose} ({code})",
            )


def _always_partner(model: type[Record]) -> bool:
    return any(f.column == "partner_id" and not f.null for f in model._meta.local_concrete_fields)


def may_change(row: Row, context: str) -> bool:
    """Whether the fence lets this context update and delete the row."""
    if not may_read(context, row.audience):
        return False
    if context.endswith("/vendor"):
        return True
    return row.model.fence in {Fence.PARTNER, Fence.PARTNER_MAYBE, Fence.MEMBER} and row.audience == context


def may_insert(row: Row, context: str) -> bool:
    """Whether the fence lets this context add such a row."""
    in_tenant = context.startswith(f"{row.tenant}/")
    return may_change(row, context) or (row.model.fence == Fence.INBOX and in_tenant)


def _one_per_audience(rows: Any) -> list[Row]:
    return list({row.audience: row for row in rows}.values())


def _copy(row: Row) -> str:
    return json.dumps(row.columns | {"id": str(uuid.uuid4())})


def _try(sql: str, values: list[Any]) -> tuple[str, int]:
    """Run it, check every deferred key, undo it. Returns the database's refusal (or empty) and the rows touched.

    Thousands of times: so the savepoint travels with the statement.
    """
    with connections["default"].cursor() as cursor:
        try:
            cursor.execute(f"savepoint asking; {sql}", values)
            code, touched = "", cursor.rowcount
            if touched:
                cursor.execute("set constraints all immediate")
        except DatabaseError as error:
            code, touched = _code(error), 0
        cursor.execute("rollback to asking; release asking; set constraints all deferred")
    return code, touched


def _code(error: DatabaseError) -> str:
    return getattr(error.__cause__, "pgcode", "") or type(error).__name__
