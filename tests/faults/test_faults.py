"""A worker killed in the middle of a deck, Redis flushed, PostgreSQL stopped at once: nothing acknowledged is lost.

These tests have a PostgreSQL and a Redis of their own, so that nobody else's run feels the blows.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import connections

from prm.stack.addresses import APP_ROLE, OWNER_ROLE, postgres_url, redis_client_url
from prm.stack.places import socket_folder
from prm.stack.postgres import Postgres
from prm.stack.processes import tail
from prm.stack.redis_server import RedisServer

ROOT = Path(settings.BASE_DIR)
PATIENCE = 90
LEASE = 2


class Installation:
    """A database, a queue, a worker that can be killed, and somebody who asks for things."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Not disposable: with synchronous_commit off, as in the other tests, a blow does lose what was acknowledged.
        self.postgres = Postgres(folder)
        self.redis = RedisServer(folder, disposable=True)
        self.postgres.start()
        self.redis.start()
        sockets = socket_folder(folder)
        self.redis_url = f"redis+socket://{sockets / 'redis.sock'}?virtual_host=0"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "PRM_", "DJANGO_"))},
            "DJANGO_SETTINGS_MODULE": "prm.settings",
            "SECRET_KEY": "faults",
            "DATABASE_URL": postgres_url(sockets, APP_ROLE),
            "DATABASE_OWNER_URL": postgres_url(sockets, OWNER_ROLE),
            "REDIS_URL": self.redis_url,
            "MEDIA_ROOT": str(folder / "media"),
            "FAULTS_DIR": str(folder),
            "DELIVERY_LEASE_SECONDS": str(LEASE),
            "PYTHONUNBUFFERED": "1",
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        self.driver: subprocess.Popen[str] | None = None
        self.take_over_tables()

    def take_over_tables(self) -> None:
        """The tables and fences of the tests' own database: migrating anew would take ten times as long."""
        theirs, dump = connections["owner"].get_connection_params(), str(self.folder / "tables.sql")
        tools, env = self.postgres.binaries, self.env | {"PGPASSWORD": theirs.get("password") or ""}
        source = ["--host", theirs.get("host") or "", "--username", theirs["user"], "--dbname", theirs["dbname"]]
        source += ["--port", str(theirs["port"])] if theirs.get("port") else []
        command = [str(tools / "pg_dump"), "--enable-row-security", "--file", dump, *source]
        if subprocess.run(command, env=env, capture_output=True).returncode:  # a server newer than our tools
            self.run([sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "0"])
            return
        ours = [str(tools / "psql"), "--quiet", "--no-psqlrc", "--single-transaction", "--set", "ON_ERROR_STOP=1"]
        ours += ["--file", dump]  # in one transaction: each of its thousand statements would wait for the disk
        self.run([*ours, self.env["DATABASE_OWNER_URL"]])

    def run(self, command: list[str]) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def drive(self, word: str) -> dict[str, Any]:
        """The last thing that the driver says to this word."""
        if self.driver is None:
            command = [sys.executable, "-m", "tests.faults.driver", "serve"]
            pipe = subprocess.PIPE
            self.driver = subprocess.Popen(command, cwd=ROOT, env=self.env, stdin=pipe, stdout=pipe, text=True)
        assert self.driver.stdin is not None
        assert self.driver.stdout is not None
        self.driver.stdin.write(f"{word}\n")
        self.driver.stdin.flush()
        said: dict[str, Any] = {}
        for line in self.driver.stdout:
            found = json.loads(line) if line.startswith("{") else {}
            if found == {"end": True}:
                return said
            said = found or said
        raise AssertionError(f"the driver ended over {word!r}")

    def state(self) -> dict[str, Any]:
        return self.drive("state")

    def start_worker(self) -> subprocess.Popen[bytes]:
        """A real worker with its beat inside, in a session of its own."""
        command = [
            sys.executable, "-m", "celery", "-A", "tests.faults.worker", "worker", "-B", "-c", "2", "-l", "WARNING",
            "--schedule", str(self.folder / f"beat-{len(self.workers)}"), "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        with open(self.folder / "worker.log", "ab") as log:
            worker = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True)
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """kill -9 of the worker and of everything it has started."""
        if worker.poll() is None:
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(10)

    def until(self, what: str, holds: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > limit:
                raise AssertionError(f"not within {PATIENCE} s: {what}\n{tail(self.folder / 'worker.log', 40)}")
            time.sleep(0.2)

    def starts(self) -> int:
        file = self.folder / "started"
        return len(file.read_text().split()) if file.exists() else 0

    def stop_database_at_once(self) -> None:
        """As a power cut does: no checkpoint, every connection gone; then up again."""
        pid = self.postgres.running_pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        if self.postgres.process:
            self.postgres.process.wait(30)
            self.postgres.process = None
        self.postgres.start()

    def stop(self) -> None:
        for worker in self.workers:
            self.kill(worker)
        if self.driver:
            self.driver.kill()
            self.driver.wait(10)
        self.redis.stop()
        self.postgres.stop()


@pytest.fixture(scope="module")
def founded(django_db_setup: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("faults"))
    try:
        installation.drive("found")
        yield installation
    finally:
        installation.stop()


@pytest.fixture
def place(founded: Installation) -> Iterator[Installation]:
    (founded.folder / "started").unlink(missing_ok=True)
    yield founded
    (founded.folder / "hold").unlink(missing_ok=True)
    for worker in founded.workers:
        founded.kill(worker)


def one_deck_more(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Exactly one edition more, drawn once, told once."""
    assert now["decks"] == [*before["decks"], "ready"]
    assert now["files"] == before["files"] + 1
    assert set(now["deliveries"]) == {"done"}
    for name, count in now["events"].items():
        assert count == before["events"].get(name, 0) + 1, name


def test_a_worker_killed_in_the_middle_of_a_deck(place: Installation) -> None:
    before = place.state()
    (place.folder / "hold").touch()
    worker = place.start_worker()
    place.drive("ask")
    place.until("the drawing begins", lambda: place.starts() == 1)
    place.kill(worker)
    assert place.state()["decks"][-1] == "waiting"
    (place.folder / "hold").unlink()
    place.start_worker()
    place.until("the deck is ready", lambda: place.state()["decks"][-1] == "ready")
    place.until("the work is noted as done", lambda: set(place.state()["deliveries"]) == {"done"})
    assert place.starts() == 2  # the negative control: the first attempt was really cut off
    one_deck_more(before, place.state())


def test_redis_is_flushed_before_anybody_picked_up_the_work(place: Installation) -> None:
    before = place.state()
    place.drive("ask")
    queue = redis.Redis.from_url(redis_client_url(place.redis_url))
    assert queue.llen("celery") >= 1
    queue.flushall()
    assert queue.llen("celery") == 0
    place.start_worker()
    place.until("the deck is ready", lambda: place.state()["decks"][-1] == "ready")
    place.until("the work is noted as done", lambda: set(place.state()["deliveries"]) == {"done"})
    one_deck_more(before, place.state())


def test_the_database_stops_at_once_while_people_work(place: Installation) -> None:
    place.start_worker()
    command = [sys.executable, "-m", "tests.faults.driver", "write"]
    writer = subprocess.Popen(command, cwd=ROOT, env=place.env, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    lines = [json.loads(writer.stdout.readline()) for _ in range(20)]
    assert all("acknowledged" in line for line in lines)
    place.stop_database_at_once()
    for line in writer.stdout:
        lines.append(json.loads(line))
        if "acknowledged" in lines[-1] and any("failed" in earlier for earlier in lines):
            (place.folder / "enough").touch()  # it serves again by itself
    assert writer.wait(30) == 0
    acknowledged = {line["acknowledged"] for line in lines if "acknowledged" in line}
    assert any("failed" in line for line in lines)  # the negative control: the blow was felt
    assert acknowledged <= set(place.state()["teams"])
    place.until("all that was asked for is done", lambda: acknowledged <= set(place.state()["noted"]))
    assert set(place.state()["noted"].values()) == {1}  # once each
