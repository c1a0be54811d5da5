"""The template of the test databases is migrated in a quicker way than an installation; its tables are the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from prm.stack.addresses import APP_ROLE, OWNER_ROLE, postgres_url
from prm.stack.places import socket_folder
from prm.stack.postgres import Postgres


def tables_of(cluster: Postgres, database: str) -> str:
    command = [str(cluster.binaries / "pg_dump"), "--schema-only", "--host", str(cluster.sockets), "--username"]
    said = subprocess.run([*command, "postgres", database], capture_output=True, text=True, check=True).stdout
    # The dump opens and closes with a secret of its own; which database it came from stands in one right.
    return "\n".join(line for line in said.splitlines() if "restrict" not in line).replace(database, "DATABASE")


@pytest.mark.long
@pytest.mark.skipif("PRM_TEST_SLOT" not in os.environ, reason="the database is given: nothing is migrated quickly")
def test_the_tables_are_those_of_an_installation(db):
    slot = Path(os.environ["PRM_TEST_SLOT"])
    cluster, whole = Postgres(slot, disposable=True), "whole"
    connection = cluster.connect()
    with connection.cursor() as cursor:
        cursor.execute(f'drop database if exists "{whole}"')
        cursor.execute(f'create database "{whole}" owner {OWNER_ROLE}')
    sockets = socket_folder(slot)
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "DJANGO_"))} | {
        "DATABASE_URL": postgres_url(sockets, APP_ROLE, whole),
        "DATABASE_OWNER_URL": postgres_url(sockets, OWNER_ROLE, whole),
    }
    command = [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    installed = tables_of(cluster, whole)
    assert "CREATE POLICY" in installed  # the control: everything stands there
    assert tables_of(cluster, connections["owner"].settings_dict["NAME"]).splitlines() == installed.splitlines()
    with connection.cursor() as cursor:
        cursor.execute(f'drop database "{whole}"')
    connection.close()
