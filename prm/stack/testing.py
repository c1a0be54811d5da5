"""bin/test: hands over to pytest, or runs the checks."""

from __future__ import annotations

import os
import sys

from .places import ROOT

USAGE = """bin/test [--pace | --long] [--cov] [pytest arguments]   the tests
bin/test --lint                                        the checks

  bin/test                          everything, on both cores
  bin/test tests/kernel -k tenancy  some of it
  bin/test --pace                   only what is played at human pace
  bin/test --long                   the long tests too
  bin/test --cov                    with coverage

Each run has its own PostgreSQL and Redis (var/test/N), so several may run at once. Chromium is taken from the
system; where there is none, the browser tests are skipped and the summary says so.
"""
# With these a second process would only be in the way.
ALONE = {"-s", "--pdb", "--trace", "--co", "--collect-only", "--pace", "--sw", "--stepwise", "--fixtures", "--markers"}


def pytest_arguments(given: list[str], cores: int) -> list[str]:
    """The command line of pytest: spread over the cores when a run is large enough to gain by it.

    As many processes as cores: one more waits less for workers and browsers, and plants one more world.
    """
    arguments = list(given)
    if "--cov" in arguments:
        arguments[arguments.index("--cov")] = "--cov=."
        arguments.append("--cov-report=term:skip-covered")
    chosen = any(word.startswith(("-n", "--numprocesses")) for word in given)
    small = any(word.split("::")[0].endswith(".py") for word in given)
    if chosen or small or ALONE & set(given) or cores < 2:
        return arguments
    return ["-n", str(min(cores, 8)), "--dist", "worksteal", *arguments]


def main(arguments: list[str]) -> None:
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return
    os.chdir(ROOT)
    if arguments[:1] == ["--lint"]:
        from .checks import run_checks

        raise SystemExit(run_checks(arguments[1:]))
    words = [sys.executable, "-m", "pytest", *pytest_arguments(arguments, len(os.sched_getaffinity(0)))]
    os.execv(sys.executable, words)


if __name__ == "__main__":
    main(sys.argv[1:])
