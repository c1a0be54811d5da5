"""A suspended partner: its registrations and leads stand still, and go on with the days that were left."""

import datetime as dt
from decimal import Decimal

import pytest

from dealreg.actions import (
    answer_question,
    appeal_deal,
    approve_deal,
    ask_about_deal,
    open_opportunity,
    reinstate_deal,
    reject_deal,
    run_night,
)
from dealreg.actions.deciding import AppealOver
from dealreg.actions.freezing import Frozen
from dealreg.actions.leads import run_lead_night
from dealreg.actions.opportunities import ProtectedElsewhere
from dealreg.actions.protecting import AlreadyProtected, ConflictOpen, track_conflicts
from dealreg.models import DealConflict, DealHistory, DealProtection, DealReview
from partners.actions import lift_suspension, suspend_partner
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope
from tests.dealreg.conftest import DAY, at, fresh, send
from tests.dealreg.leads import accepted, ready, settle
from tests.dealreg.leads import fresh as fresh_lead


@pytest.fixture
def start(cast):
    with clock.travel(to=at(DAY)):
        ready(cast)
        yield


def day(n):
    return DAY + dt.timedelta(days=n)


def on(n):
    return clock.travel(to=at(day(n)))


def suspend(cast):
    suspend_partner(Partner.objects.get(pk=cast.northwind.pk), by=cast.operations, reason="Audit")
    settle(cast)


def lift(cast):
    lift_suspension(Partner.objects.get(pk=cast.northwind.pk), by=cast.operations, reason="Clean")
    settle(cast)


def both_nights(n):
    return run_night(day(n)), run_lead_night(day(n))


def test_decisions_stand_still_and_go_on_with_the_business_days_that_were_left(cast, start, sign_in):
    deal = send(cast, cast.seller)
    assert fresh(deal).review_due == day(2)  # a Wednesday
    with on(1):
        suspend(cast)
    with on(30):
        assert run_night(day(30)) == {"expired": 0, "timed_out": 0, "escalated": 0}
        for verb in (approve_deal, lambda one, by: reject_deal(one, by=by, reject_reason="not_qualified")):
            with pytest.raises(Frozen):
                verb(fresh(deal), by=cast.operations)
        page = sign_in(cast.cam).get(f"/deals/{deal.pk}/").content.decode()
        assert "Stands still" in page
        assert f"/deals/{deal.pk}/approve/" not in page
        assert sign_in(cast.cam).post(f"/deals/{deal.pk}/approve/").status_code == 409
    with on(35):  # a Monday; Tuesday to Monday do not count, two days are left
        lift(cast)
        assert fresh(deal).review_due == day(37)
        assert DealHistory.objects.filter(deal=deal, name="deal.clock_went_on").count() == 1
        with member_scope(cast.champion):
            assert Event.objects.filter(name="deal.clock_went_on", subject_id=deal.pk).exists()
        settle(cast)  # a job that runs again has no second effect
        assert fresh(deal).review_due == day(37)
        assert approve_deal(fresh(deal), by=cast.cam).state == "approved"


def test_without_a_suspension_the_same_deal_is_escalated_and_the_lead_goes_back(cast, start):
    """The negative control of all that stands still."""
    deal, lead = send(cast, cast.seller), accepted(cast)
    with on(30):
        deals, leads = both_nights(30)
        assert (deals["escalated"], leads["returned"] + leads["recycled"]) == (1, 1)
    assert fresh(deal).state == "submitted"
    assert fresh_lead(lead).state != "accepted"


def test_the_days_to_come_back_stand_still_as_well(cast, start):
    deal = approve_deal(fresh(send(cast, cast.seller)), by=cast.cam)
    over = (fresh(deal).expires_on - DAY).days + 1
    with on(over):
        assert run_night(day(over))["expired"] == 1
    with on(over + 4):
        suspend(cast)
    with on(over + 40), pytest.raises(Frozen):
        reinstate_deal(fresh(deal), by=cast.operations, reason="It moves")
    with on(over + 44):
        lift(cast)
    with on(over + 54), pytest.raises(Conflict, match="too long ago"):  # 14 days, those of the suspension left out
        reinstate_deal(fresh(deal), by=cast.operations, reason="It moves")
    with on(over + 53):
        assert reinstate_deal(fresh(deal), by=cast.operations, reason="It moves").state == "approved"


def test_protection_holds_while_it_stands_still_and_has_the_days_that_were_left(cast, start):
    deal = approve_deal(fresh(send(cast, cast.seller)), by=cast.cam)
    ends = fresh(deal).expires_on
    with on(10):
        suspend(cast)
    after = (ends - DAY).days + 5
    with on(after):
        assert run_night(day(after))["expired"] == 0
        rival = send(cast, cast.rival_champion)
        assert DealReview.objects.get(deal=rival).has_conflict
        with pytest.raises((ConflictOpen, AlreadyProtected)):
            approve_deal(fresh(rival), by=cast.operations)
        with pytest.raises(ProtectedElsewhere):
            open_opportunity(
                by=cast.operations,
                name="Own",
                customer_name="Contoso GmbH",
                customer_country="DE",
                lines={cast.security: Decimal(1)},
                expected_close=day(after + 9),
            )
    with on(110):
        lift(cast)
        assert fresh(deal).expires_on == ends + dt.timedelta(days=100)
        assert set(DealProtection.objects.filter(deal=deal, active=True).values_list("until_on", flat=True)) == {
            ends + dt.timedelta(days=100)
        }
        assert run_night(day(110))["expired"] == 0
    last = (ends - DAY).days + 101
    with on(last):
        assert run_night(day(last))["expired"] == 1


def test_a_conflict_waits_too(cast, start, sign_in):
    approve_deal(fresh(send(cast, cast.rival_champion)), by=cast.operations)
    with on(1):
        later = send(cast, cast.seller)
        track_conflicts(fresh(later))
        operations = sign_in(cast.operations)
        decide = f"/deals/conflicts/{DealConflict.objects.get(candidate=later).pk}/decide/"
        assert decide in operations.get(f"/deals/{later.pk}/").content.decode()
        suspend(cast)
        assert decide not in operations.get(f"/deals/{later.pk}/").content.decode()
        form = {"decision": "reject_duplicate", "reason": "Second"}
        assert operations.post(decide, form).status_code == 409
        lift(cast)
        assert operations.post(decide, form).status_code == 302


def test_questions_and_appeals_wait_as_well(cast, start):
    asked, refused = send(cast, cast.seller), send(cast, cast.seller, customer_name="Fabrikam", customer_domain="")
    ask_about_deal(fresh(asked), by=cast.cam, question="Which sites?")
    reject_deal(fresh(refused), by=cast.cam, reject_reason="not_qualified")
    with on(1):
        suspend(cast)
    with on(40):
        assert run_night(day(40))["timed_out"] == 0
        lift(cast)
    with on(42):
        assert run_night(day(42))["timed_out"] == 0
        with member_scope(cast.seller):
            answer_question(fresh(asked), by=cast.seller, answer="All")
            appeal_deal(fresh(refused), by=cast.seller, text="It is")
        assert fresh(asked).review_due > day(42)


def test_an_appeal_that_comes_too_late_is_over_all_the_same(cast, start):
    refused = send(cast, cast.seller)
    reject_deal(fresh(refused), by=cast.cam, reject_reason="not_qualified")
    with on(1):
        suspend(cast)
    with on(3):
        lift(cast)
    with on(40), member_scope(cast.seller), pytest.raises(AppealOver):
        appeal_deal(fresh(refused), by=cast.seller, text="It is")


def test_a_question_after_an_appeal_is_counted_from_the_appeal(cast, start):
    deal = send(cast, cast.seller)
    reject_deal(fresh(deal), by=cast.cam, reject_reason="not_qualified")
    with on(7):
        with member_scope(cast.seller):
            appeal_deal(fresh(deal), by=cast.seller, text="It is")
        ask_about_deal(fresh(deal), by=cast.chief, question="Why?")
        with member_scope(cast.seller):
            assert answer_question(fresh(deal), by=cast.seller, answer="So").review_due >= day(9)


def test_leads_have_the_days_that_were_left(cast, start):
    lead = accepted(cast)
    assert fresh_lead(lead).contact_due == day(2)
    said = fresh_lead(lead).progress_at
    with on(1):
        suspend(cast)
    with on(35):
        run_lead_night(day(35))
        assert fresh_lead(lead).state == "accepted"
        lift(cast)
        assert fresh_lead(lead).contact_due == day(37)
        assert fresh_lead(lead).progress_at == said + dt.timedelta(days=34)
        assert Event.objects.filter(name="lead.clock_went_on", subject_id=lead.pk).count() == 1
    with on(40):
        assert run_lead_night(day(40)) == {"timed_out": 0, "returned": 0, "recycled": 0}
    with on(43):  # three business days after the new day
        assert run_lead_night(day(43))["returned"] == 1


def test_a_lead_that_was_late_before_goes_back_no_sooner(cast, start):
    lead = accepted(cast)
    with on(4):  # due on Wednesday, it goes back after Monday
        suspend(cast)
    with on(35):
        lift(cast)
        assert fresh_lead(lead).contact_due == day(2)
        assert run_lead_night(day(35))["returned"] == 0
    with on(39):
        assert run_lead_night(day(39))["returned"] == 1
