"""Running the steps of a set-up: said aloud with their time, their output kept for when they fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

# Handed on when bin/dev becomes the program: the clock runs on.
BEGAN = float(os.environ.pop("PRM_BEGAN", 0)) or time.monotonic()


def say(line: str) -> None:
    """One line of progress with the seconds since the start."""
    print(f"[{time.monotonic() - BEGAN:5.1f} s] {line}", flush=True)


class StepFailed(Exception):
    """A command of the set-up ended badly; its text is the end of what it said."""


def run(command: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None) -> None:
    """Run a command quietly, its output appended to the log."""
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env={**os.environ, **(env or {})},
        )
    except OSError as problem:
        raise StepFailed(str(problem)) from problem
    with open(log, "a") as out:
        out.write(f"$ {' '.join(words)}\n{done.stdout}\n")
    if done.returncode:
        raise StepFailed(done.stdout.strip()[-1500:] or f"{words[0]} ended with {done.returncode}")


def install_packages(reason: str, packages: Sequence[str], *, log: Path) -> bool:
    """Install Debian packages if we may, else print the one line that does it. True when they are there."""
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    prefix = _privilege()
    if prefix is None:
        rights = "sudo " if os.geteuid() else ""
        hint = f"run: {rights}{line}" if shutil.which("apt-get") else f"install: {' '.join(packages)} (Debian's names)"
        say(f"{reason} is missing; {hint}")
        return False
    say(f"{reason}: {line}")
    env = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        try:
            run([*prefix, *line.split()], log=log, env=env)
        except StepFailed:
            run([*prefix, "apt-get", "update", "-qq"], log=log, env=env)
            run([*prefix, *line.split()], log=log, env=env)
    except StepFailed as failed:
        say(f"{reason} could not be installed; run: {line}\n{str(failed)[-400:]}")
        return False
    return True


def _privilege() -> list[str] | None:
    """What stands before apt-get: nothing for root, `sudo -n` where it asks no password, None where we may not."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def require_python() -> None:
    """Go on with a newer Python where the usual one is too old; stop early where there is none."""
    if sys.version_info < (3, 11):
        for newer in filter(None, map(shutil.which, ("python3.13", "python3.12", "python3.11"))):
            os.execv(newer, [newer, *sys.argv])
        raise SystemExit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
