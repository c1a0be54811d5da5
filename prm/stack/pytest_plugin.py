"""Gives pytest its own PostgreSQL and Redis, and its browser.

Several runs at once are normal: each takes the first free slot var/test/1, var/test/2, ... The cluster of a slot
stays for the next run, so a start takes a tenth of a second. The workers of one run share their run's services.
"""

from __future__ import annotations

import atexit
import os
from pathlib import Path
from typing import IO

import pytest

from . import bootstrap, browser, databases, emptying, keys
from .addresses import default_urls, redis_url_with_db
from .places import var_folder
from .services import Services, given_database, try_lock

SLOTS = 64
SERVICES = pytest.StashKey[Services]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config):
    """Before pytest-django reads the settings; a wrapper comes before all that are not."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        early_config.stash[SERVICES] = start_services()
    else:
        number = int(worker.removeprefix("gw")) + 1
        os.environ["REDIS_URL"] = redis_url_with_db(os.environ["REDIS_URL"], 2 * number)
        os.environ["CACHE_DB"] = str(2 * number + 1)  # a test that empties its cache must not empty its neighbour's
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "browser: drives Chromium; set for every test that uses a page",
        "pace: plays a script at human pace; only with --pace",
        "long: matrices in full, fuzzing, soak; only with --long",
    ):
        config.addinivalue_line("markers", line)
    # Registered late, because the last to define a fixture wins, and the plugins we adapt are loaded after us.
    config.pluginmanager.register(browser, "prm-browser")
    if config.pluginmanager.has_plugin("django"):
        config.pluginmanager.register(databases, "prm-databases")
        config.pluginmanager.register(emptying, "prm-emptying")


def pytest_unconfigure(config: pytest.Config) -> None:
    if services := config.stash.get(SERVICES, None):
        services.stop()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("prm")
    group.addoption("--pace", action="store_true", help="run only what is played at human pace")
    group.addoption("--long", action="store_true", help="run the long tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    pace, long = config.getoption("--pace"), config.getoption("--long")
    kept = [item for item in items if wanted({mark.name for mark in item.iter_markers()}, pace=pace, long=long)]
    if len(kept) < len(items):
        keep = set(kept)
        config.hook.pytest_deselected(items=[item for item in items if item not in keep])
        items[:] = kept


def wanted(marks: set[str], *, pace: bool, long: bool) -> bool:
    """Whether a test with these marks runs."""
    return "pace" in marks if pace else "pace" not in marks and (long or "long" not in marks)


def start_services() -> Services:
    """Take a slot, start its services and name their addresses for this process and its children."""
    slot = take_slot(var_folder() / "test")
    services = Services(slot, disposable=True)
    # Held for the life of the process, and freed by the kernel whatever happens to it.
    os.environ["PRM_VAR"] = str(slot)
    atexit.register(services.stop)
    if not given_database():
        os.environ["PRM_TEST_SLOT"] = str(slot)
    services.start()
    os.environ.update(default_urls())
    for name, value in {**keys.load_or_make(slot), "MEDIA_ROOT": str(slot / "media")}.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("WHITENOISE_AUTOREFRESH", "1")  # each client of a test would look for all files anew
    os.environ.setdefault("DJANGO_LIVE_TEST_SERVER_ADDRESS", "127.0.0.1")  # `localhost` may not resolve
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in the thread of the tests
    return services


_held: list[IO[str]] = []  # the lock lives as long as the process


def take_slot(folder: Path) -> Path:
    """The first folder that no other run holds."""
    for number in range(1, SLOTS + 1):
        slot = folder / str(number)
        if lock := try_lock(slot / ".lock"):
            _held.append(lock)
            return slot
    raise SystemExit(f"{SLOTS} test runs at once: is something left over in {folder}?")


def pytest_report_header() -> str:
    chromium = bootstrap.find_browser() or "none"
    return f"services: {os.environ.get('PRM_VAR', 'given')}; browser: {chromium}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the browser tests did not run."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if browser.REASON in str(r.longrepr)]
    if skipped:
        terminalreporter.section("browser tests did not run", yellow=True, bold=True)
        terminalreporter.line(f"{len(skipped)} browser tests were skipped: {browser.REASON}")
