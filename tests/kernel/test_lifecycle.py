"""`move()`: of many who move the same record at once, one succeeds."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from partners.models import Partner
from prm.kernel.errors import IllegalMove, Stale
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Event
from prm.kernel.tenancy.context import tenant_scope

THREADS = 30


def test_a_move_that_is_not_listed_is_refused(cast):
    with pytest.raises(IllegalMove, match="cannot become"):
        move(cast.northwind, Partner.State.IDENTIFIED)


def test_a_move_counts_the_version(cast):
    move(cast.northwind, Partner.State.SUSPENDED)
    fresh = Partner.objects.get(pk=cast.northwind.pk)
    assert (fresh.state, fresh.version) == ("suspended", cast.northwind.version)


def test_who_read_before_the_move_is_refused(cast):
    first, second = Partner.objects.get(pk=cast.rival.pk), Partner.objects.get(pk=cast.rival.pk)
    move(first, Partner.State.SUSPENDED)
    with pytest.raises(Stale):
        move(second, Partner.State.LAPSED)
    assert second.state == Partner.State.ACTIVE


def test_who_edits_what_has_changed_is_refused(cast):
    first, second = Partner.objects.get(pk=cast.rival.pk), Partner.objects.get(pk=cast.rival.pk)
    touch(first)
    with pytest.raises(Stale):
        touch(second)
    with pytest.raises(Stale):
        touch(first, seen_version=1)


def race(tenant, partner_id, act) -> Counter:
    """Thirty at once, each in its own transaction; all have read the record before anyone acts."""
    everybody_has_read = threading.Barrier(THREADS)
    outcomes: Counter = Counter()

    def one() -> None:
        try:
            with tenant_scope(tenant):
                partner = Partner.objects.get(pk=partner_id)
                everybody_has_read.wait(timeout=30)
                act(partner)
            outcomes["moved"] += 1
        except Stale:
            outcomes["conflict"] += 1
        except BaseException as error:  # noqa: BLE001 - the test counts what happened
            outcomes[type(error).__name__] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


@pytest.fixture
def committed(transactional_db):
    """A cast that other connections can see."""
    from tests.conftest import build_cast

    return build_cast()


def suspend_rightly(partner) -> None:
    from partners.actions import move_partner

    move_partner(partner, Partner.State.SUSPENDED, by=None, reason="race")


def suspend_wrongly(partner) -> None:
    """Read, then write: what `move()` is for."""
    if partner.state == Partner.State.ACTIVE:
        Partner.objects.filter(pk=partner.pk).update(state=Partner.State.SUSPENDED)


def events_of(cast) -> int:
    with tenant_scope(cast.acme):
        return Event.objects.filter(name="partner.suspended", subject_id=cast.northwind.pk).count()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_of_thirty_at_once_one_succeeds(committed):
    outcomes = race(committed.acme, committed.northwind.pk, suspend_rightly)
    assert outcomes == {"moved": 1, "conflict": THREADS - 1}
    assert events_of(committed) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_read_then_write_would_let_many_succeed(committed):
    """The negative control: the race is real."""
    outcomes = race(committed.acme, committed.northwind.pk, suspend_wrongly)
    assert outcomes["moved"] > 1
