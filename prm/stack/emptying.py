"""After a test that commits: what it wrote is deleted. Django would empty every table, and make two thousand files.

A table without a page was never written. Rows go without triggers and fences, which only the superuser of the run's
own cluster may do; where the database is given, Django's way stays.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .postgres import Postgres

# What follows from the models: Django would delete and refill it.
KEPT = ("django_migrations", "django_content_type", "auth_permission")
MUCH = 1 << 20  # bytes of a table from which on it pays to give them back
WRITTEN = """select oid::regclass::text, pg_relation_size(oid) from pg_class
             where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all(%s)
             and pg_relation_size(oid) > 0"""


def delete_all(cluster: Postgres, database: str) -> None:
    """Leave no row in that database, except what was there before the first test."""
    connection = cluster.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [list(KEPT)])
        written = dict(cursor.fetchall())
        if written:
            deletes = "; ".join(f"delete from {table}" for table in written)  # noqa: S608 - the catalog names them
            cursor.execute(f"begin; set local session_replication_role = replica; {deletes}; commit")
        for table in (table for table, size in written.items() if size > MUCH):
            cursor.execute(f"vacuum {table}")
    connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """pytest-django's; until the end of the run its committing tests clean up our way."""
    slot = os.environ.get("PRM_TEST_SLOT")
    if not slot:
        yield
        return
    from django.db import connections
    from django.test import TransactionTestCase

    cluster = Postgres(Path(slot), disposable=True)

    def teardown(case: Any) -> None:
        assert "owner" in case.databases, "a test that commits names both databases, or nobody would clean up"
        delete_all(cluster, connections["owner"].settings_dict["NAME"])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield
