"""The product's own worker, which stops in the middle of a deck while a file named `hold` lies in FAULTS_DIR."""

from __future__ import annotations

import os
import time
from pathlib import Path

import django

django.setup()

import qbr.tasks  # noqa: E402 - after the set-up
import tests.faults.tasks  # noqa: E402, F401 - registers the small task
from prm.celery import app  # noqa: E402, F401 - what `celery -A` looks for
from prm.kernel.outbox import heartbeat  # noqa: E402

PLACE = Path(os.environ["FAULTS_DIR"])
draw = qbr.tasks.draw_powerpoint


def draw_slowly(*arguments, **keywords):
    """Note that the drawing began, wait as long as the test holds us, then draw as always."""
    with open(PLACE / "started", "a") as started:
        started.write(f"{os.getpid()}\n")
    while (PLACE / "hold").exists():
        heartbeat()
        time.sleep(0.05)
    return draw(*arguments, **keywords)


qbr.tasks.draw_powerpoint = draw_slowly
