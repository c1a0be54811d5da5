"""Several at once: threads that start together, each in a transaction of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.db import connection, connections

from prm.kernel.errors import Refused

PATIENCE = 120  # seconds; thirty on a busy machine wait longer for each other than a person would


def at_once(*deeds: tuple[AbstractContextManager[Any], Callable[[], Any]]) -> list[Any]:
    """Each deed within its scope; what each returned or was refused with. Whatever else went wrong is raised here."""
    barrier = threading.Barrier(len(deeds))
    outcomes: list[Any] = [None] * len(deeds)
    errors: list[BaseException] = []

    def run(place: int, scope: AbstractContextManager[Any], deed: Callable[[], Any]) -> None:
        try:
            barrier.wait(PATIENCE)
            with scope:
                with connection.cursor() as cursor:
                    cursor.execute(f"set local lock_timeout = '{PATIENCE}s'; set local statement_timeout = 0")
                outcomes[place] = deed()
        except Refused as refusal:
            outcomes[place] = refusal
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, *deed)) for place, deed in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE)
    if errors:
        raise errors[0]
    return outcomes
