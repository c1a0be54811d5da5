"""bin/dev: database, queue, migrations, demo data, web server and worker, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import http.client
import os
import signal
import socket
import sys
import time
from pathlib import Path

from . import environment
from .commands import say
from .places import ROOT, var_folder
from .processes import end, lines, spawn, tail
from .services import Services, try_lock
from .supervisor import Program, Supervisor, open_log

HOST = "127.0.0.1"
FIRST_PORT = 8000
PORTS_TRIED = 50
READY_SECONDS = 90


class Stop(Exception):
    """Somebody asked us to end."""


def main(arguments: list[str]) -> int:
    """The whole life of bin/dev; returns its exit code."""
    options = parse(arguments)
    var = var_folder()
    lock = try_lock(var / ".dev.lock")
    if lock is None:
        print(f"already running: {_read(var / 'url') or 'still starting'}")
        return 0
    environment.load_env_file()
    for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sig, _ask_to_stop)
    with open(var / ".users.lock", "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)  # a bin/manage that started the database leaves it running for us
        return run(var, options)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/dev", description=__doc__)
    parser.add_argument("--reload", action="store_true", help="the web server follows changes of the code")
    parser.add_argument("--once", action="store_true", help="stop again as soon as everything is ready")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or FIRST_PORT), help="first port to try")
    return parser.parse_args(arguments)


def run(var: Path, options: argparse.Namespace) -> int:
    """Start all, wait for the end, stop all; PostgreSQL is the first to start and the last to stop."""
    services = Services(var, say=say)
    supervisor = None
    try:
        services.start()
        environment.give(var)
        people = prepare(var)
        port = free_port(options.port)
        url = f"http://localhost:{port}/"
        os.environ.setdefault("SITE_URL", url.rstrip("/"))
        supervisor = Supervisor(var / "log", os.environ.copy(), say)
        for program in programs(port, reload=options.reload):
            supervisor.start(program)
        wait_until_ready(supervisor, port)
        (var / "url").write_text(url)
        print(f"\nREADY {url}\n\n{people}\nCtrl-C stops everything; logs are in {var / 'log'}\n", flush=True)
        while not options.once:
            supervisor.tick()
            services.tick()
            time.sleep(0.2)
    except Stop:
        print(flush=True)
        say("stopping")
    finally:
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, signal.SIG_IGN)
        (var / "url").unlink(missing_ok=True)
        if supervisor:
            supervisor.stop()
        services.stop()
    return 0


def prepare(var: Path) -> str:
    """Migrate and seed in a process of its own; returns who can sign in."""
    people = var / "people.txt"
    process = spawn([sys.executable, "-m", "prm.stack.prepare", str(people)], env=os.environ, cwd=ROOT)
    try:
        with open_log(var / "log" / "prepare.log") as log:
            for line in lines(process):
                log.write(f"{line}\n")
                if line.startswith("::"):
                    say(line[2:])
        if process.wait():
            raise SystemExit(f"Migrations or demo data failed:\n{tail(var / 'log' / 'prepare.log', 30)}")
    finally:
        end(process)
    return _read(people)


def programs(port: int, *, reload: bool) -> list[Program]:
    """The web server, and one worker for all queues with the beat inside (one process instead of three)."""
    python = sys.executable
    web = [
        python, "-m", "gunicorn", "prm.wsgi", "--bind", f"{HOST}:{port}", "--worker-class", "gthread", "--workers", "2",
        "--threads", "4", "--no-control-socket", "--graceful-timeout", "3", "--timeout", "60",
        "--reload" if reload else "--preload",
    ]  # fmt: skip
    worker = [
        python, "-W", "ignore:You're running the worker with superuser", "-m", "celery", "-A", "prm", "worker",
        "-P", "threads", "-c", "4", "-Q", "celery,outside", "-B", "-l", "warning",
        "--without-gossip", "--without-mingle",
    ]  # fmt: skip
    return [Program("web", web), Program("worker", worker)]


def free_port(first: int) -> int:
    """The first port from there on which nobody listens, by either name of this machine."""
    for port in range(first, first + PORTS_TRIED):
        if _is_free(socket.AF_INET, HOST, port) and _is_free(socket.AF_INET6, "::1", port):
            if port != first:
                say(f"port {first} is taken; using {port}")
            return port
    raise SystemExit(f"No free port from {first} to {first + PORTS_TRIED - 1}")


def _is_free(family: int, host: str, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError:
        return family == socket.AF_INET6 and not _has_ipv6()
    return True


def _has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def wait_until_ready(supervisor: Supervisor, port: int) -> None:
    """Until the web server answers; a program that ends meanwhile is started again as usual."""
    limit = time.monotonic() + READY_SECONDS
    while not answers(port):
        supervisor.tick()
        if time.monotonic() > limit or any(program.given_up for program in supervisor.programs):
            raise SystemExit(f"The web server did not start:\n{tail(supervisor.logs / 'web.log', 30)}")
        time.sleep(0.05)


def answers(port: int) -> bool:
    """Whether an HTTP answer comes, whichever."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/live")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _ask_to_stop(*_: object) -> None:
    raise Stop


def _read(file: Path) -> str:
    return file.read_text().strip() + "\n" if file.exists() else ""


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
