"""Every verb of the table, pressed by thirty who have all read the same deal: one effect, one event, one link."""

import threading
from collections import Counter

import pytest
from django.db import connections

from dealreg import actions
from dealreg.models import DealHistory, DealRegistration
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.conftest import build_cast
from tests.dealreg.conftest import DAY, at, draft, equip, fresh, send
from tests.dealreg.test_matrix import TABLE, put

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
MANY = 30
# What two people may do to the same deal in the same second, of which only one can be.
PAIRS = [
    ("submitted", "approve_deal", "reject_deal"),
    ("submitted", "approve_deal", "withdraw_deal"),
    ("submitted", "approve_deal", "ask_about_deal"),
    ("approved", "withdraw_deal", "lose_deal"),
    ("draft", "edit_draft", "submit_deal"),
    ("draft", "drop_draft", "submit_deal"),
    ("info_requested", "answer_question", "withdraw_deal"),
    ("expired", "reinstate_deal", "win_deal"),
    ("approved", "win_deal", "lose_deal"),
]


def pressed(cast, deal, verbs):
    """Each verb by its first actor; nobody acts before all have read. Returns what came of them."""
    everybody_has_read, outcomes = threading.Barrier(len(verbs)), Counter()

    def one(verb):
        _states, actors, given = TABLE[verb]
        actor = getattr(cast, sorted(actors - {"other_cam"})[0])
        try:
            with clock.travel(to=at(DAY)), member_scope(actor):  # threads begin with no context
                subject = fresh(deal)
                everybody_has_read.wait(timeout=60)
                getattr(actions, verb)(subject, by=actor, **given)
            outcomes[verb] += 1
        except Refused as refusal:
            outcomes[refusal.status] += 1
        except BaseException as error:  # noqa: BLE001 - the test counts what happened
            outcomes[repr(error)] += 1
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return outcomes


@pytest.fixture
def world():
    cast = build_cast()
    with clock.travel(to=at(DAY)):
        with tenant_scope(cast.acme):
            equip(cast)
        yield cast


def ready(cast, number, state, verb):
    """A deal of its own customer in that state, with everything in place."""
    deal = send(cast, cast.seller, customer_name=f"Customer {number}", customer_domain=f"c{number}.example")
    deal.other = draft(cast, cast.seller, customer_name=f"Draft {number}", customer_domain=f"d{number}.example")
    with tenant_scope(cast.acme):
        DealRegistration.objects.filter(pk=deal.pk).update(
            approved_on=DAY,
            decided_at=at(DAY),
            max_extensions=9,
            reject_reason="incomplete",
            closed_on=DAY,
            next_step="Call",
            next_step_due=DAY,
            progress_at=at(DAY),
        )
        return put(deal, state, verb)


def traces(cast, deal):
    """The events that came of the race; the history is one unbroken chain."""
    with tenant_scope(cast.acme):
        steps = DealHistory.objects.filter(deal_id=deal.pk, chain="shared").order_by("step")
        links = list(steps.values_list("step", flat=True))
        assert links == list(range(1, len(links) + 1))
        return Counter(Event.objects.filter(subject_id=deal.pk).values_list("name", flat=True))


def test_every_verb_pressed_by_thirty_has_one_effect(world):
    for number, (verb, (states, _actors, _given)) in enumerate(TABLE.items()):
        deal = ready(world, number, states.split()[-1], verb)
        before = traces(world, deal)
        outcomes = pressed(world, deal, [verb] * MANY)
        assert outcomes[verb] == 1, (verb, outcomes)
        assert outcomes[verb] + sum(outcomes[status] for status in (403, 404, 409)) == MANY, (verb, outcomes)
        after = traces(world, deal) - before
        assert after
        assert set(after.values()) == {1}, (verb, after)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-".join(pair[1:]))
def test_of_two_that_exclude_each_other_one_happens(world, pair):
    state, first, second = pair
    deal = ready(world, 1, state, first if state == "draft" else second)
    outcomes = pressed(world, deal, [first, second] * (MANY // 2))
    assert outcomes[first] + outcomes[second] == 1, outcomes
    assert sum(outcomes[status] for status in (404, 409)) == MANY - 1, outcomes


def test_without_the_condition_of_a_move_many_have_their_effect(world, monkeypatch):
    """The negative control: who reads and then writes is not kept from it."""

    def careless(record, to):
        DealRegistration.objects.filter(pk=record.pk).update(state=to)
        record.state = to

    deal = ready(world, 1, "submitted", "open_deal")
    monkeypatch.setattr("dealreg.actions.steps.move", careless)
    monkeypatch.setattr("dealreg.actions.steps.add_to_history", lambda *_args, **_kwargs: None)
    assert pressed(world, deal, ["open_deal"] * MANY)["open_deal"] > 1
