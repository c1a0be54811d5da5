"""After every migrate the fences are stamped: one transaction, as the owner, from the models.

`drift()` compares what stands in the catalog with what was stamped and with what the models want now; the
program refuses to start when they differ.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction

from prm.kernel.tenancy.fences import Wanted, wanted
from prm.kernel.tenancy.registry import fenced_models

log = logging.getLogger(__name__)
FUNCTIONS = Path(__file__).with_name("functions.sql").read_text(encoding="utf-8")

# What stands in the catalog, in the catalog's own words.
CATALOG = {
    "policy": """select tablename, policyname,
                        concat_ws(' ', permissive, array_to_string(roles, ','), cmd, qual, '/', with_check)
                 from pg_policies where schemaname = 'public'""",
    "table": """select relname, 'rls', concat(relrowsecurity, relforcerowsecurity)
                from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')""",
    "key": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
              where connamespace = 'public'::regnamespace and conname like 'key\\_%%'""",
    "reference": """select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
                    where connamespace = 'public'::regnamespace and conname like 'ref\\_%%'""",
    "grant": """select table_name, grantee, string_agg(privilege_type, ',' order by privilege_type)
                from information_schema.role_table_grants where table_schema = 'public' and grantee = %(app)s
                group by 1, 2""",
}


def stamp_after_migrate(sender: Any, using: str, **kwargs: Any) -> None:
    """`flush` sends the same signal without a plan: it empties tables and leaves them standing as they are."""
    if using == "owner" and "plan" in kwargs:
        stamp(using)
        if kwargs["plan"]:  # the planner takes "is null" of a column without statistics for one row in 200
            with connections[using].cursor() as cursor:
                cursor.execute("analyze")


def app_role() -> str:
    return settings.DATABASES["default"]["USER"]


def stamp(using: str = "owner") -> None:
    """Make the catalog as the models want it: policies anew, keys where missing, grants table by table."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("set local lock_timeout = '30s'")
        cursor.execute(FUNCTIONS)
        cursor.execute("select current_user, current_database()")
        owner, database = cursor.fetchone()
        app = app_role()
        want = wanted(app, owner)
        _drop_policies(cursor)
        _drop_unwanted_keys(cursor, want)
        standing = {(kind, table, name) for kind in ("key", "reference") for table, name, _ in _catalog(cursor, kind)}
        for thing in want:
            if (thing.kind, thing.table, thing.name) not in standing:
                cursor.execute(thing.sql)
        _grant(cursor, app, database)
        _note(cursor, want)


def _drop_policies(cursor: Any) -> None:
    cursor.execute("select tablename, policyname from pg_policies where schemaname = 'public'")
    for table, name in cursor.fetchall():
        cursor.execute(f'drop policy "{name}" on "{table}"')


def _drop_unwanted_keys(cursor: Any, want: list[Wanted]) -> None:
    wanted_sql = {(w.kind, w.table, w.name): w.sql for w in want}
    cursor.execute("select kind, place, name, wanted from app.stamp where kind in ('key', 'reference')")
    noted = {(kind, table, name): sql for kind, table, name, sql in cursor.fetchall()}
    for kind in ("reference", "key"):
        for table, name, _ in _catalog(cursor, kind):
            key = (kind, table.strip('"'), name)
            if wanted_sql.get(key) != noted.get(key, wanted_sql.get(key)) or key not in wanted_sql:
                cursor.execute(f'alter table {table} drop constraint "{name}" cascade')


def _grant(cursor: Any, app: str, database: str) -> None:
    """DML and nothing else; append-only tables get no update and no delete; no temporary tables."""
    cursor.execute(f'revoke all on all tables in schema public from "{app}"')
    cursor.execute(f'revoke temporary on database "{database}" from public')
    cursor.execute("revoke create on schema public from public")
    cursor.execute(f'grant usage on schema public, app to "{app}"')
    cursor.execute(f'grant select on app.stamp to "{app}"')
    cursor.execute(f'grant usage, select on all sequences in schema public to "{app}"')
    for table, rights in table_grants().items():
        cursor.execute(f'grant {rights} on "{table}" to "{app}"')


def table_grants() -> dict[str, str]:
    """Table to the rights of the application's role."""
    grants = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            grants[model._meta.db_table] = getattr(model, "grants", "select, insert, update, delete")
    grants["django_migrations"] = "select"
    return grants


def _catalog(cursor: Any, kind: str) -> list[tuple[str, str, str]]:
    cursor.execute(CATALOG[kind], {"app": app_role()})
    return [(table.strip('"'), name, definition) for table, name, definition in cursor.fetchall()]


def _note(cursor: Any, want: list[Wanted]) -> None:
    """Write down what was wanted and what the catalog made of it."""
    sql = {(w.kind, w.table, w.name): w.sql for w in want}
    sql |= {("grant", table, app_role()): rights for table, rights in table_grants().items()}
    cursor.execute("delete from app.stamp")
    for kind in CATALOG:
        for table, name, definition in _catalog(cursor, kind):
            key = (kind, table, name)
            if key in sql:
                cursor.execute("insert into app.stamp values (%s, %s, %s, %s, %s)", [*key, sql[key], definition])


def drift(using: str = "default") -> list[str]:
    """Sentences about everything that is not as the models want it; empty when all is well."""
    with connections[using].cursor() as cursor:
        cursor.execute("select kind, place, name, wanted, found from app.stamp")
        noted = {(k, p, n): (w, f) for k, p, n, w, f in cursor.fetchall()}
        standing = {(kind, t, n): d for kind in CATALOG for t, n, d in _catalog(cursor, kind)}
        want = {(w.kind, w.table, w.name): w.sql for w in wanted(app_role(), _owner(cursor))}
    want |= {("grant", table, app_role()): rights for table, rights in table_grants().items()}
    fenced = {m._meta.db_table for m in fenced_models()}
    problems = []
    for key, sql in want.items():
        what = " ".join(key)
        if key not in standing:
            problems.append(f"{what} is missing")
        elif key not in noted or noted[key][0] != sql:
            problems.append(f"{what} was stamped for other models: run migrate")
        elif noted[key][1] != standing[key]:
            problems.append(f"{what} was changed by hand: {standing[key]}")
    for kind, table, name in standing.keys() - want.keys():
        if kind in {"policy", "grant"} or (kind == "key" and table in fenced):
            problems.append(f"{kind} {table} {name} stands there and nobody wants it")
    return sorted(problems)


def _owner(cursor: Any) -> str:
    cursor.execute("select tableowner from pg_tables where schemaname = 'app' and tablename = 'stamp'")
    row = cursor.fetchone()
    return row[0] if row else ""


def role_problems(using: str = "default") -> list[str]:
    """Sentences about a database role that could step over the fences."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            """select current_user, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
                      exists (select 1 from pg_class where relowner = r.oid),
                      has_schema_privilege('public', 'create'),
                      has_database_privilege(current_database(), 'temp'),
                      current_setting('server_version_num')::int
               from pg_roles r where r.rolname = current_user"""
        )
        name, superuser, bypass, roles, dbs, owns, creates, temp, version = cursor.fetchone()
    findings = {
        f"{name} is a superuser": superuser,
        f"{name} bypasses row-level security": bypass,
        f"{name} may create roles": roles,
        f"{name} may create databases": dbs,
        f"{name} owns tables": owns,
        f"{name} may create objects in schema public": creates,
        f"{name} may create temporary tables": temp,
        "the server is older than PostgreSQL 15": version < 150000,
    }
    return [sentence for sentence, is_so in findings.items() if is_so]


class UnsafeStart(SystemExit):
    """The program does not serve when its fences are not in place."""


def refuse_unsafe_start() -> None:
    """Called by the web server and the worker before they do anything."""
    problems = role_problems() or drift()
    if problems:
        lines = "\n  - ".join(problems[:20])
        raise UnsafeStart(f"Refusing to start, the isolation of tenants is not in place:\n  - {lines}")
