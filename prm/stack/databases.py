"""A migrated test database in a fraction of a second: copied from a template that an earlier run left in its slot.

The template carries a hash of all that shapes the schema; another hash means a new template. Each worker's copy is
made anew, so no run sees what another wrote. Django's own migrate still runs on the copy and finds nothing to do.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from .addresses import OWNER_ROLE
from .places import ROOT
from .postgres import Postgres

SHAPES = ("migrations", "models", "tenancy")
SHAPING_FILES = ("models.py", "apps.py", "settings.py", "roles.py", "requirements.lock")
SKIPPED = {".venv", "node_modules", "var", "tests", "staticfiles", ".git"}
PREFIX = "shape-"


def fingerprint(root: Path = ROOT) -> str:
    """A hash of the files from which the database's shape follows."""
    digest = hashlib.sha256()
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED)
        shaping = set(SHAPES) & set(Path(folder).relative_to(root).parts)
        for name in sorted(files):
            if name in SHAPING_FILES or (shaping and name.endswith(".py")):
                file = Path(folder) / name
                digest.update(f"{file.relative_to(root)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()[:20]


class Templates:
    """The template of one cluster."""

    def __init__(self, cluster: Postgres, shape: str):
        self.cluster = cluster
        self.name = PREFIX + shape

    def exists(self) -> bool:
        return bool(self._ask("select 1 from pg_database where datname = %s", self.name))

    def copy_to(self, database: str) -> None:
        """Replace that database by a fresh copy."""
        self.drop(database)
        self._do(f'create database "{database}" template "{self.name}" owner {OWNER_ROLE}')

    def drop(self, database: str) -> None:
        """Remove a database of an earlier run."""
        self._do(f'drop database if exists "{database}" with (force)')

    def make_from(self, database: str) -> None:
        """Keep a copy of a database that was just migrated; nobody may be connected to it. Older shapes go."""
        for (old,) in self._ask("select datname from pg_database where starts_with(datname, %s)", PREFIX):
            self._do(f'drop database "{old}"')
        self._do(f'create database "{self.name}" template "{database}" owner {OWNER_ROLE}')

    def _ask(self, query: str, *values: str) -> list[tuple[str, ...]]:
        connection = self.cluster.connect()
        with connection.cursor() as cursor:
            cursor.execute(query, values)
            rows = cursor.fetchall()
        connection.close()
        return rows

    def _do(self, statement: str) -> None:
        connection = self.cluster.connect()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


@dataclass
class Copying:
    """The workers of a run take turns here, so that only the first of them migrates."""

    templates: Templates
    lock: IO[str]
    migrates: bool = False

    def begin(self, *, afresh: bool) -> None:
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        database = database_of_tests()
        if self.templates.exists() and not afresh:
            self.templates.copy_to(database)
            self.end()
        else:
            self.templates.drop(database)
            self.migrates = True

    def end(self) -> None:
        fcntl.flock(self.lock, fcntl.LOCK_UN)


@pytest.fixture(scope="session")
def _copying(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> Iterator[Copying | None]:
    """Copies the template when there is one; None where the database is given or other options rule."""
    _set_up_the_owners_alias_too()
    options, slot = request.config.option, os.environ.get("PRM_TEST_SLOT")
    if not slot or options.nomigrations or options.reuse_db:
        yield None
        return
    with open(Path(slot) / ".template.lock", "w") as lock:
        copying = Copying(Templates(Postgres(Path(slot), disposable=True), fingerprint()), lock)
        copying.begin(afresh=options.create_db)
        yield copying


def _set_up_the_owners_alias_too() -> None:
    """The application's alias mirrors the owner's; pytest-django leaves it out when no collected test names it."""
    from pytest_django import fixtures

    named = fixtures._get_databases_for_setup

    def with_owner(items):
        aliases, serialized = named(items)
        return {*aliases, "owner"}, serialized

    fixtures._get_databases_for_setup = with_owner


@pytest.fixture(scope="session")
def django_db_keepdb(_copying: Copying | None, django_db_keepdb: bool) -> bool:
    """pytest-django works on the copy as it is, and leaves it."""
    return django_db_keepdb or _copying is not None


@pytest.fixture(scope="session")
def django_db_createdb(_copying: Copying | None, django_db_createdb: bool) -> bool:
    """--create-db has done its work by now."""
    return django_db_createdb and _copying is None


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, _copying: Copying | None, django_db_blocker: Any) -> None:
    """After the full migration of a new shape: keep it for the next. If it fails, let the other workers try."""
    try:
        with _rendering_little():
            request.getfixturevalue("django_db_setup")  # pytest-django's own
        if _copying is not None and _copying.migrates:
            _keep(_copying, django_db_blocker)
    finally:
        if _copying is not None:
            _copying.end()


@contextmanager
def _rendering_little() -> Iterator[None]:
    """Each step of a migration makes anew the model that it changes, not all that hang together with it.

    As every model hangs on its tenant, that takes a fifth of the time. Code of a migration sees them all made anew, as
    Django sees to it wherever it postpones this itself; that the tables are the same is shown by a long test.
    """
    from django.db.migrations.state import ProjectState

    def itself(state: Any, app_label: str, model_name: str, delay: bool) -> set[tuple[str, str]]:
        state.is_delayed = True
        return {(app_label, model_name)}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ProjectState, "_find_reload_model", itself)
        yield


def _keep(copying: Copying, django_db_blocker: Any) -> None:
    from django.db import connections

    with django_db_blocker.unblock():
        connections.close_all()
    copying.templates.make_from(database_of_tests())


def database_of_tests() -> str:
    """The name that Django will use: pytest-django has put the worker's suffix into the settings by now."""
    from django.db import connections

    creation: Any = connections["owner"].creation  # the name has no public way to be asked
    return creation._get_test_db_name()
