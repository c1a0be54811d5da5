"""Business that an approved registration begins: worked on, won, lost, opened again, the registration with it."""

import datetime as dt
from decimal import Decimal

import pytest

from dealreg.actions import (
    approve_change,
    approve_deal,
    decide_conflict,
    edit_opportunity,
    link_booking,
    lose_opportunity,
    plan_next_step,
    reject_deal,
    reopen_opportunity,
    run_night,
    set_opportunity_lines,
    set_stage,
    win_opportunity,
    withdraw_deal,
)
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.closing import BookedElsewhere
from dealreg.actions.steps import hash_of
from dealreg.models import DealChange, DealConflict, DealProtection, Opportunity, OpportunityActual, OpportunityCredit
from dealreg.queries.histories import broken_histories
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid, NotAllowed, Stale
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope
from sales.actions import book_actuals
from sales.models import SalesActual
from tests.dealreg.conftest import DAY


def approved(cast, deals, by=None, **fields):
    deal = approve_deal(deals.fresh(deals.send(by or cast.seller, **fields)), by=cast.operations)
    return deals.fresh(deal)


def business(deal):
    found = opportunity_of(deal)
    assert found is not None
    return found


def test_an_approved_registration_begins_its_opportunity(cast, deals):
    deal = approved(cast, deals, lines=[cast.security, cast.cloud], amount=Decimal("40000.01"))
    one = business(deal)
    assert (one.partner, one.owner, one.stage, one.source) == (cast.northwind, cast.seller, "registered", "partner_led")
    assert [row.amount for row in one.lines.order_by("-amount")] == [Decimal("20000.01"), Decimal("20000.00")]
    assert (one.amount, one.expected_close, one.credit) == (deal.amount, deal.expected_close, 1)
    with member_scope(cast.seller):
        assert Opportunity.objects.visible_to(cast.seller).get() == one
    with member_scope(cast.rival_champion):
        assert not Opportunity.objects.exists()


def test_winning_moves_the_registration_in_the_same_transaction(cast, deals):
    deal = approved(cast, deals)
    one = win_opportunity(business(deal), by=cast.operations, order_on=DAY, amount=Decimal("41000"), books=True)
    assert (one.state, one.amount, one.closed_on) == ("won", 41000, DAY)
    assert (deals.fresh(deal).state, deals.fresh(deal).amount) == ("won", 41000)
    assert not DealProtection.objects.filter(deal=deal, active=True).exists()
    assert SalesActual.objects.get(pk__in=one.actuals.values("actual")).amount == 41000
    assert not list(broken_histories(hash_of))
    with pytest.raises(IllegalMove):
        win_opportunity(business(deal), by=cast.operations, order_on=DAY)
    assert Event.objects.filter(name="opportunity.won").count() == 1


def test_losing_moves_it_too_and_a_partner_may(cast, deals):
    deal = approved(cast, deals)
    with member_scope(cast.seller):
        with pytest.raises(Invalid):
            lose_opportunity(business(deal), by=cast.seller, loss_reason="other")
        lose_opportunity(business(deal), by=cast.seller, loss_reason="price")
    assert (deals.fresh(deal).state, business(deal).state) == ("lost", "lost")
    assert not DealProtection.objects.filter(deal=deal, active=True).exists()


def test_an_order_after_the_protection_needs_a_reason(cast, deals):
    deal = approved(cast, deals)
    late = deal.expires_on + dt.timedelta(days=1)
    with clock.travel(to=clock.now() + dt.timedelta(days=70)):
        with pytest.raises(Invalid):
            win_opportunity(business(deal), by=cast.operations, order_on=late)
        run_night(clock.today())
        assert business(deal).state == "open"  # the business goes on, without protection
        win_opportunity(business(deal), by=cast.operations, order_on=late)
    assert (deals.fresh(deal).state, deals.fresh(deal).discount) == ("won", 0)


def test_opened_again_it_is_as_before_unless_somebody_else_is_protected_by_now(cast, deals):
    deal = approved(cast, deals)
    lose_opportunity(business(deal), by=cast.cam, loss_reason="price")
    reopen_opportunity(business(deal), by=cast.operations, reason="They called")
    assert (deals.fresh(deal).state, deals.fresh(deal).closed_on, business(deal).closed_on) == ("approved", None, None)
    assert DealProtection.objects.filter(deal=deal, active=True).count() == 2
    lose_opportunity(business(deal), by=cast.cam, loss_reason="price")
    rival = approved(cast, deals, cast.rival_champion)
    reopen_opportunity(business(deal), by=cast.operations, reason="They called again")
    assert (deals.fresh(deal).state, deals.fresh(rival).state) == ("expired", "approved")
    assert not list(broken_histories(hash_of))
    win_opportunity(business(rival), by=cast.operations, order_on=DAY, books=True)
    with clock.travel(to=clock.now() + dt.timedelta(days=31)), pytest.raises(Conflict):
        reopen_opportunity(business(rival), by=cast.operations, reason="Too late")
    assert not OpportunityActual.objects.exclude(opportunity=business(rival)).exists()
    reopen_opportunity(business(rival), by=cast.operations, reason="In time")
    assert not OpportunityActual.objects.exists()
    assert SalesActual.objects.count() == 1  # a booking is a fact


def test_amounts_move_freely_within_a_fifth_of_what_was_approved(cast, deals):
    deal = approved(cast, deals)
    with member_scope(cast.seller):
        set_opportunity_lines(business(deal), by=cast.seller, lines={cast.security: Decimal("48000")})
        with pytest.raises(Invalid):  # further away it must be explained
            set_opportunity_lines(business(deal), by=cast.seller, lines={cast.security: Decimal("48000.01")})
        wanted = {cast.security: Decimal("30000"), cast.cloud: Decimal("12000")}
        set_opportunity_lines(business(deal), by=cast.seller, lines=wanted, explanation="Cloud as well")
    assert (business(deal).amount, deals.fresh(deal).amount) == (48000, 40000)
    assert DealChange.objects.get(state="asked").amount == 42000
    approve_change(deals.fresh(deal), by=cast.cam)
    assert {row.line.code: row.amount for row in business(deal).lines.all()} == {"security": 30000, "cloud": 12000}
    assert deals.fresh(deal).amount == 42000


def test_who_asks_for_a_change_does_not_decide_it(cast, deals):
    deal = approved(cast, deals)
    lines = {cast.security: Decimal("90000")}
    set_opportunity_lines(business(deal), by=cast.operations, lines=lines, explanation="As the partner wrote")
    with pytest.raises(NotAllowed):
        approve_change(deals.fresh(deal), by=cast.operations)
    assert approve_change(deals.fresh(deal), by=cast.cam).amount == 90000


def test_the_next_step_is_one_for_both(cast, deals):
    deal = approved(cast, deals)
    with member_scope(cast.seller):
        due = DAY + dt.timedelta(days=3)
        plan_next_step(business(deal), by=cast.seller, next_step="Board meeting", next_step_due=due)
        assert (deals.fresh(deal).next_step, deals.fresh(deal).next_step_due) == ("Board meeting", due)
        with pytest.raises(Invalid):
            edit_opportunity(business(deal), by=cast.seller, expected_close=DAY - dt.timedelta(days=1))


def test_a_joint_deal_shares_the_credit(cast, deals):
    first = approved(cast, deals)
    with clock.travel(to=clock.now() + dt.timedelta(hours=1)):
        later = deals.fresh(deals.send(cast.rival_champion))
        from dealreg.actions.protecting import track_conflicts

        track_conflicts(later)
        conflict = DealConflict.objects.get(candidate=later)
        decide_conflict(conflict, by=cast.operations, decision="joint", reason="Both", credit_share=Decimal("0.4"))
        approve_deal(deals.fresh(later), by=cast.operations)
    assert (business(first).credit, business(later).credit) == (Decimal("0.6"), Decimal("0.4"))
    with member_scope(cast.seller):
        assert OpportunityCredit.objects.get().share == Decimal("0.6")


def test_a_new_registration_of_the_same_business_takes_up_the_open_one(cast, deals):
    deal = approved(cast, deals)
    one = set_stage(business(deal), by=cast.cam, stage="proposed")
    with member_scope(cast.seller):
        withdraw_deal(deals.fresh(deal), by=cast.seller)
    again = approved(cast, deals, amount=Decimal("55000"))
    assert business(again) == one
    assert (business(again).stage, business(again).amount, opportunity_of(deal)) == ("proposed", 55000, None)
    refused = deals.fresh(deals.send(cast.champion, customer_name="Fabrikam", customer_domain=""))
    reject_deal(refused, by=cast.operations, reject_reason="incomplete")
    assert opportunity_of(refused) is None


def test_a_booking_belongs_to_one_opportunity(cast, deals):
    first = approved(cast, deals)
    other = approved(cast, deals, customer_name="Fabrikam", customer_domain="")
    booking = {"booked_on": DAY, "amount": Decimal("100"), "line": cast.security}
    [mine, theirs] = [book_actuals(who, [booking], by=None)[0] for who in (cast.northwind, cast.rival)]
    with pytest.raises(Invalid):
        win_opportunity(business(first), by=cast.operations, order_on=DAY, actual=theirs)
    won = win_opportunity(business(first), by=cast.operations, order_on=DAY, actual=mine)
    assert [row.actual for row in won.actuals.all()] == [mine]
    done = win_opportunity(business(other), by=cast.operations, order_on=DAY)
    with pytest.raises(BookedElsewhere):
        link_booking(done, by=cast.operations, actual=mine)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(cast, deals):
    deal = approved(cast, deals)
    seen = business(deal)
    set_stage(business(deal), by=cast.cam, stage="qualified")
    with pytest.raises(Stale):
        set_stage(seen, by=cast.cam, stage="committed")
