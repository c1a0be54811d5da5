"""One clock, which the demo and tests may set."""

import datetime as dt

from prm.kernel import clock

NOON = dt.datetime(2026, 3, 31, 12, tzinfo=dt.UTC)


def test_the_clock_stands_still_where_it_is_set():
    with clock.travel(to=NOON):
        assert clock.now() == NOON
        assert clock.today("Pacific/Auckland") == dt.date(2026, 4, 1)


def test_days_are_added_to_a_standing_and_to_a_running_clock():
    with clock.travel(to=NOON), clock.travel(days=12):
        assert clock.now() == NOON + dt.timedelta(days=12)
    before = clock.now()
    with clock.travel(days=30):
        assert clock.now() - before >= dt.timedelta(days=30)
    assert clock.now() - before < dt.timedelta(days=1)


def test_one_transaction_has_one_time(cast):
    assert clock.now() == clock.now()
