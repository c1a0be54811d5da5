"""States x verbs x roles, as the domain's table says it: what is not listed is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from dealreg import actions
from dealreg.models import DealExtension, DealRegistration
from prm.kernel import clock
from prm.kernel.errors import Conflict, NotAllowed
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope
from tests.dealreg.conftest import DAY

STATES = DealRegistration.State.values
PARTNER = {"champion", "seller"}
# Verb: the states in which it exists, who has it (for a deal of Northwind's seller), and what it is given.
TABLE = {
    "edit_draft": ("draft", PARTNER, {"need": "x"}),
    "drop_draft": ("draft", PARTNER, {}),
    "submit_deal": ("draft", PARTNER, {}),
    "open_deal": ("submitted", {"cam", "other_cam", "operations"}, {}),
    "ask_about_deal": ("submitted in_review", {"cam", "other_cam", "operations"}, {"question": "Why?"}),
    "approve_deal": ("submitted in_review", {"cam", "other_cam", "operations"}, {}),
    "reject_deal": ("submitted in_review", {"cam", "other_cam", "operations"}, {"reject_reason": "incomplete"}),
    "answer_question": ("info_requested", PARTNER, {"answer": "So"}),
    "appeal_deal": ("rejected cancelled", PARTNER, {"text": "Again"}),
    "withdraw_deal": ("submitted in_review info_requested approved", PARTNER, {}),
    "update_next_step": (
        "draft submitted in_review info_requested approved expired",
        PARTNER | {"cam", "other_cam"},
        {"next_step": "Call", "next_step_due": DAY},
    ),
    "ask_extension": ("approved", PARTNER, {"evidence": "Pilot"}),
    "grant_extension": ("approved", {"cam", "other_cam", "operations"}, {}),
    "change_deal": ("approved", PARTNER, {"amount": Decimal("41000"), "explanation": "More"}),
    "reinstate_deal": ("expired", {"operations"}, {"reason": "Late"}),
    "win_deal": ("approved expired", {"operations"}, {"order_on": DAY}),
    "lose_deal": ("approved expired", PARTNER | {"cam", "other_cam"}, {"loss_reason": "price"}),
    "cancel_deal": ("approved", {"operations", "chief"}, {"cancel_reason": "breach"}),
}
VENDOR_ACTORS = ("chief", "cam", "other_cam", "finance", "operations", "marketing", "admin", "auditor")
PARTNER_ACTORS = ("champion", "seller", "partner_marketing", "technician")
BY_TIME = {"expire_deal", "time_out_deal", "auto_approve_deal"}


@pytest.fixture
def deal(cast, deals):
    """A deal with everything in place, so that only its state decides."""
    found = deals.send(cast.seller)
    DealRegistration.objects.filter(pk=found.pk).update(
        approved_on=DAY,
        decided_at=clock.now(),
        expires_on=DAY + dt.timedelta(days=60),
        max_extensions=9,
        reject_reason="incomplete",
        discount=Decimal("0.03"),
        closed_on=DAY,
        next_step="Call",
        next_step_due=DAY,
        progress_at=clock.now(),
    )
    found.other = deals.draft(cast.seller, customer_name="Fabrikam", customer_domain="")
    return found


def put(deal, state, verb):
    """The deal in a state, with what the verb answers to."""
    if state == "draft" and verb in {"drop_draft", "submit_deal"}:  # what was sent cannot become one again
        pk = deal.other.pk
    else:
        pk, until = deal.pk, DAY + dt.timedelta(days=-1 if state == "expired" else 60)
        DealRegistration.objects.filter(pk=pk).update(state=state, expires_on=until)
    fresh = DealRegistration.objects.select_related("partner").get(pk=pk)
    if verb == "grant_extension":
        DealExtension.objects.create(partner=fresh.partner, deal=fresh, evidence="Pilot", days=30)
    return fresh


@pytest.mark.parametrize("verb", TABLE)
def test_a_verb_exists_in_the_states_of_the_table_and_in_no_other(cast, deal, verb):
    states, actors, given = TABLE[verb]
    actor = getattr(cast, sorted(actors - {"other_cam"})[0])
    worked = []
    for state in STATES:
        try:
            with transaction.atomic():
                subject = put(deal, state, verb)
                with member_scope(actor):
                    getattr(actions, verb)(subject, by=actor, **given)
                worked.append(state)
                transaction.set_rollback(True)
        except Conflict:
            continue
    assert sorted(worked) == sorted(states.split())


def test_who_has_which_verb_is_as_the_table_says(cast, deal):
    for verb, (_states, actors, _given) in TABLE.items():
        named = [*VENDOR_ACTORS, *PARTNER_ACTORS]
        having = {name for name in named if permits(getattr(cast, name), f"dealreg.{verb}", deals_of(deal))}
        assert having == actors, verb


def deals_of(deal):
    return DealRegistration.objects.get(pk=deal.pk)


def test_what_time_does_nobody_does(cast):
    for verb in BY_TIME:
        assert not any(permits(getattr(cast, name), f"dealreg.{verb}") for name in (*VENDOR_ACTORS, *PARTNER_ACTORS))


def test_another_seller_and_a_rival_have_no_verb(cast, deal):
    cast.technician.roles = [Role.PARTNER_SALES]
    for verb in TABLE:
        assert not permits(cast.technician, f"dealreg.{verb}", deals_of(deal)), verb
    with member_scope(cast.rival_champion):
        assert not DealRegistration.objects.exists()


def test_the_moves_are_those_of_the_table():
    """Every state that can be left is left by some verb of the table, by time, or with its opportunity."""
    named = {"won", "lost"} | {state for states, _actors, _given in TABLE.values() for state in states.split()}
    leaving = {str(state) for state, targets in DealRegistration.MOVES.items() if targets}
    assert leaving <= named


def test_sellers_see_the_own_deals_until_the_champion_opens_them(cast, deals, deal):
    theirs = deals.send(cast.champion, customer_name="Fabrikam", customer_domain="")
    with member_scope(cast.seller):
        assert set(DealRegistration.objects.visible_to(cast.seller)) == {deal, deal.other}
    with member_scope(cast.champion):
        actions.set_deal_sharing(cast.northwind, by=cast.champion, is_opened=True)
    with member_scope(cast.seller):
        assert set(DealRegistration.objects.visible_to(cast.seller)) == {deal, deal.other, theirs}
        with pytest.raises(NotAllowed):
            actions.withdraw_deal(deals.fresh(theirs), by=cast.seller)


def test_an_account_manager_knows_the_own_partners_alone(cast, deals, deal):
    assert set(DealRegistration.objects.visible_to(cast.cam)) == {deal}
    assert not DealRegistration.objects.visible_to(cast.other_cam).exists()
