"""Both services together: started in order, stopped in reverse, and left out where an address is given."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from .postgres import Postgres
from .redis_server import RedisServer


class Services:
    """The embedded services of one var folder."""

    def __init__(self, var: Path, *, disposable: bool = False, say: Callable[[str], None] = lambda line: None):
        self.var = var
        self.disposable = disposable
        self.say = say
        self.running: list[tuple[str, Postgres | RedisServer]] = []

    def start(self) -> None:
        """Start what no given address replaces. Two starters at once wait for each other."""
        self.var.mkdir(parents=True, exist_ok=True)
        with open(self.var / ".start.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not given_database():
                self._start("PostgreSQL", Postgres(self.var, disposable=self.disposable))
            if not os.environ.get("REDIS_URL"):
                self._start("Redis", RedisServer(self.var, disposable=self.disposable))

    def stop(self) -> None:
        """Stop all that is running, PostgreSQL last."""
        for name, service in reversed(self.running):
            began = time.monotonic()
            if not service.stop():
                self.say(f"{name} is left to the process that started it")
                continue
            self.say(f"{name} stopped ({time.monotonic() - began:.1f} s)")
        self.running = []

    @property
    def started_here(self) -> bool:
        """Whether anything dies with us; else another process started it and stops it."""
        return any(service.process is not None for _, service in self.running)

    def tick(self) -> None:
        """Start again what died under us; the programs reconnect by themselves."""
        for name, service in self.running:
            if service.process is not None and service.process.poll() is not None:
                self.say(f"{name} ended with {service.process.returncode}; started again, see {service.log}")
                service.start()

    def _start(self, name: str, service: Postgres | RedisServer) -> None:
        began = time.monotonic()
        self.running.append((name, service))
        service.start()
        self.say(f"{name} ready ({time.monotonic() - began:.1f} s)")


def given_database() -> bool:
    """Whether the environment names a database; both roles' addresses are needed then."""
    given = [bool(os.environ.get(name)) for name in ("DATABASE_URL", "DATABASE_OWNER_URL")]
    if any(given) and not all(given):
        raise SystemExit("Set both DATABASE_URL (application role) and DATABASE_OWNER_URL (owner), or neither")
    return all(given)


def try_lock(file: Path) -> IO[str] | None:
    """An exclusive lock held until the process ends, or None when somebody else holds it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = open(file, "a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        return None
    return lock
