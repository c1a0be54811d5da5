"""bin/manage: a management command in the environment of bin/dev, with the services running while it works."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys

from . import environment
from .commands import say
from .places import ROOT, var_folder
from .services import Services


def main(arguments: list[str]) -> int:
    """Start what is not running, run the command, stop what we started once nobody else uses it."""
    var = var_folder()
    var.mkdir(parents=True, exist_ok=True)
    environment.load_env_file()
    with open(var / ".users.lock", "w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        services = Services(var)
        services.start()
        environment.give(var)
        try:
            command = [sys.executable, str(ROOT / "manage.py"), *arguments]
            return subprocess.run(command, cwd=ROOT).returncode
        except KeyboardInterrupt:
            return 130
        finally:
            if services.started_here:
                _wait_for_others(users)
            services.stop()


def _wait_for_others(users) -> None:
    """The services die with us, so whoever joined must be done first."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        say("another process uses the database started here; it is stopped when that ends")
        fcntl.flock(users, fcntl.LOCK_EX)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
