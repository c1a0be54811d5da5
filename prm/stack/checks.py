"""bin/test --lint: everything that can be said about the code without running the program."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .places import ROOT

TYPED_LAYERS = ("actions", "queries", "policies", "formulas")
APART = {"prm", "tests", "templates", "static", "node_modules", "var", "bin", "deploy", "docs", "staticfiles"}


@dataclass(frozen=True)
class Check:
    """One command and how to put right what it finds."""

    name: str
    command: list[str]
    cure: str = ""


@dataclass(frozen=True)
class Outcome:
    check: Check
    passed: bool
    text: str
    seconds: float


def all_checks(root: Path = ROOT) -> list[Check]:
    """The checks; slow ones first, so that they overlap with the others."""
    python, scripts = sys.executable, Path(sys.executable).parent
    typed = [str(path) for path in typed_paths(root)]
    checks = [
        Check("types", [python, "-m", "mypy", *typed]),
        Check(
            "migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"], "bin/manage makemigrations"
        ),
        Check("storeys", [str(scripts / "lint-imports"), "--no-cache"]),
        Check("templates", [python, "-m", "djlint", "--lint", "--quiet", *template_folders(root)]),
        Check("style", [python, "-m", "ruff", "check", "."], "ruff check --fix ."),
        Check("format", [python, "-m", "ruff", "format", "--check", "."], "ruff format ."),
    ]
    return [check for check in checks if not (check.name == "templates" and not template_folders(root))]


def typed_paths(root: Path) -> list[Path]:
    """The kernel, and of every app the layers in which a wrong type is a wrong rule."""
    apps = [
        folder for folder in sorted(root.iterdir()) if (folder / "__init__.py").exists() and folder.name not in APART
    ]
    layers = [app / name for app in apps for layer in TYPED_LAYERS for name in (layer, f"{layer}.py")]
    return [path.relative_to(root) for path in [root / "prm" / "kernel", *layers] if path.exists()]


def template_folders(root: Path) -> list[str]:
    """Where pages lie; an app may bring its own."""
    folders = [root / "templates", *(root / "prm").glob("*/templates"), *root.glob("*/templates")]
    return [str(folder.relative_to(root)) for folder in folders if any(folder.rglob("*.html"))]


def run_checks(arguments: list[str]) -> int:
    """Run all, or those named; print what failed; 1 when anything did."""
    from .pytest_plugin import start_services

    checks = [check for check in all_checks() if not arguments or check.name in arguments]
    os.environ.setdefault("DEBUG", "1")  # settings are loaded by the type checker too
    if any(check.name == "migrations" for check in checks):
        start_services()
    with ThreadPoolExecutor(max_workers=2) as pool:
        failed = report(pool.map(_run, checks))
    print(f"\n{len(checks) - failed} checks passed, {failed} failed")
    return 1 if failed else 0


def report(outcomes: Iterable[Outcome]) -> int:
    """One line per check, the whole text of those that failed; returns how many did."""
    failed = 0
    for outcome in outcomes:
        print(f"{'ok    ' if outcome.passed else 'FAILED'} {outcome.check.name} ({outcome.seconds:.1f} s)", flush=True)
        if not outcome.passed:
            failed += 1
            print(outcome.text.rstrip())
            if outcome.check.cure:
                print(f"  to put it right: {outcome.check.cure}")
    return failed


def _run(check: Check) -> Outcome:
    began = time.monotonic()
    done = subprocess.run(
        check.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return Outcome(check, done.returncode == 0, done.stdout, time.monotonic() - began)
