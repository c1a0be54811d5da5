"""What the web does, as a process of its own: `python -m tests.faults.driver write` prints one line of JSON per step.

`serve` does what each line of its input names, for a start takes longer than most of what is asked.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402 - after the set-up

from prm.kernel.models import Delivery, Event, Job, Membership, StoredFile, Team, Tenant, Wakeup  # noqa: E402
from prm.kernel.outbox import later, registered  # noqa: E402
from prm.kernel.tenancy.context import tenant_scope  # noqa: E402
from prm.kernel.tenancy.stamping import stamp  # noqa: E402


def say(**fields) -> None:
    print(json.dumps(fields), flush=True)


def found() -> None:
    """The fences anew, as after every restored backup; then a vendor with figures and an opened review."""
    from qbr.actions import open_review
    from tests.conftest import build_cast
    from tests.qbr.scenario import tell_story

    stamp()
    cast = build_cast()
    with tenant_scope(cast.acme):
        tell_story(cast)
        open_review(cast.northwind, by=cast.cam)
    # What the founding itself has posted is none of the test's business.
    with tenant_scope(cast.acme):
        Delivery.objects.all().delete()
    Wakeup.objects.all().delete()
    say(done=True)


def ask() -> None:
    """Ask for a deck, as the button does. What is printed was acknowledged."""
    from qbr.actions import make_deck
    from qbr.models import Review

    with tenant_scope(acme()):
        by = Membership.objects.get(user__email="cam@acme.example")
        deck = make_deck(Review.objects.get(), by=by)
    say(deck=str(deck.pk))


def write() -> None:
    """Acknowledge as many records as possible, each with work to follow, until a file named `enough` lies there.

    When the database is away it goes on trying, as people do.
    """
    enough, number = Path(os.environ["FAULTS_DIR"]) / "enough", 0
    while not enough.exists():
        number += 1
        name = f"team {number}"
        try:
            with tenant_scope(acme()):
                Team.objects.create(name=name)
                by = Membership.objects.get(user__email="cam@acme.example")
                later(registered()["faults.note"], by=by, key=name, name=name)
        except Exception as error:  # noqa: BLE001 - an unknown outcome is not an acknowledgement
            say(failed=name, error=type(error).__name__)
            connection.close()
            time.sleep(0.05)
        else:
            say(acknowledged=name)


def state() -> None:
    """What the database holds now."""
    from qbr.models import Deck

    with tenant_scope(acme()):
        say(
            decks=[deck.state for deck in Deck.objects.order_by("edition")],
            files=StoredFile.objects.filter(kind="pptx").count(),
            ready=Event.objects.filter(name="deck.ready").count(),
            jobs=[job.state for job in Job.objects.all()],
            deliveries=sorted(Delivery.objects.values_list("state", flat=True)),
            teams=sorted(Team.objects.values_list("name", flat=True)),
            noted={team.name: len(team.region) for team in Team.objects.exclude(region="")},
            events={name: Event.objects.filter(name=name).count() for name in set(names())},
        )


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="deck.").values_list("name", flat=True))


def acme() -> Tenant:
    return Tenant.objects.get(slug="acme")


if __name__ == "__main__":
    import tests.faults.tasks  # noqa: F401 - registers the task that `write` posts

    if sys.argv[1] == "write":
        write()
    for word in sys.stdin if sys.argv[1] == "serve" else ():
        connection.close()  # the database may have been stopped meanwhile
        {"found": found, "ask": ask, "state": state}[word.strip()]()
        say(end=True)
