"""A real Celery worker on the run's real Redis, in a thread: for the tests of one module that ask for it.

It ends with the module: a worker that went on would do the deliveries of later tests behind their backs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def worker(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Any]:
    """Work that actions post is done, with the same relay, leases and scopes as in production."""
    from celery.contrib.testing.worker import start_worker

    from prm.celery import app

    starting = start_worker(app, pool="solo", concurrency=1, perform_ping_check=False, shutdown_timeout=30)
    with django_db_blocker.unblock():  # on starting it looks whether the fences stand
        running = starting.__enter__()
    yield running
    starting.__exit__(None, None, None)
