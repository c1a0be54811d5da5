"""One Django process that brings the database to where bin/dev needs it: migrated, seeded, the people written down.

Lines that begin with `::` are progress for the console; all else goes to the log.
"""

from __future__ import annotations

import io
import sys
import time
import traceback
from pathlib import Path


def main(people_file: str) -> None:
    import django
    from django.core.management import call_command, get_commands

    django.setup()
    with step("migrations"):
        call_command("migrate", database="owner", verbosity=1, interactive=False)
    if "seed_demo" not in get_commands():
        return
    try:
        with step("demo data"):
            call_command("seed_demo", stdout=Aloud())
        with open(people_file, "w") as people:
            call_command("seed_demo", people=True, stdout=people)
    except Exception:  # noqa: BLE001 - the program is of use without its demo
        traceback.print_exc()
        print("::demo data FAILED and is missing or incomplete; see var/log/prepare.log", flush=True)


class Aloud(io.TextIOBase):
    """What a command prints, said on the console as it happens: its step may take a minute."""

    def write(self, text: str) -> int:
        for line in filter(None, map(str.strip, text.splitlines())):
            print(f"::demo: {line}", flush=True)
        return len(text)


class step:
    """Says how long a step took, when it is done."""

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None:
        self.began = time.monotonic()

    def __exit__(self, problem, *_) -> None:
        if problem is None:
            print(f"::{self.name} done ({time.monotonic() - self.began:.1f} s)", flush=True)


if __name__ == "__main__":
    Path(sys.argv[1]).unlink(missing_ok=True)
    main(sys.argv[1])
