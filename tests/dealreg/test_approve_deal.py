"""Bands, four eyes, exclusivity; and what the clock does to what was approved."""

import datetime as dt
import re
from decimal import Decimal
from io import StringIO

import pytest

from dealreg.actions import (
    answer_question,
    appeal_deal,
    approve_deal,
    ask_about_deal,
    ask_extension,
    cancel_deal,
    change_deal,
    decide_conflict,
    decide_transfer,
    grant_extension,
    propose_transfer,
    reinstate_deal,
    reject_deal,
    run_night,
    update_next_step,
    win_deal,
    withdraw_deal,
)
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.conflicts import NotHeard
from dealreg.actions.deciding import SamePerson
from dealreg.actions.keeping import NoMoreExtensions, NotMoving
from dealreg.actions.protecting import AlreadyProtected, ConflictOpen, UnderReview
from dealreg.models import DealConflict, DealProtection, DealRegistration, DealReview, Opportunity
from dealreg.queries.lost import losses_of
from dealreg.queries.pipeline import figures_of
from dealreg.queries.pipeline_measures import closed_rows
from partners.registries import measured
from prm.kernel import clock
from prm.kernel.errors import IllegalMove, NotAllowed
from prm.kernel.models import Tenant
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.dealreg.conftest import DAY


def active(deal):
    return DealProtection.objects.filter(deal=deal, active=True).count()


def test_an_account_manager_approves_up_to_the_band_and_the_tier_says_for_how_long(cast, deals):
    deal = deals.fresh(deals.send(cast.seller))
    approve_deal(deal, by=cast.cam)
    assert (deal.state, deal.approved_on, deal.expires_on) == ("approved", DAY, DAY + dt.timedelta(days=60))
    assert (deal.discount, active(deal)) == (Decimal("0.03"), 2)  # by domain and by name
    with pytest.raises(IllegalMove):
        approve_deal(deals.fresh(deal), by=cast.cam)


def test_what_is_sent_and_won_in_one_evening_opens_and_closes_on_the_day_of_the_vendor(cast, deals):
    """In New York it is Monday evening, in UTC Tuesday."""
    cast.acme.time_zone = "America/New_York"
    cast.acme.save()
    evening = dt.datetime(2026, 3, 3, 1, 30, tzinfo=dt.UTC)
    with tenant_scope(Tenant.objects.get(pk=cast.acme.pk)), clock.travel(to=evening):
        deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
        won = win_deal(deal, by=cast.operations, order_on=clock.today())
        business = opportunity_of(won)
    assert (business.opened_on, business.closed_on) == (DAY, DAY)


def test_bands_lead_to_operations_and_to_two_people(cast, deals):
    middle = deals.fresh(deals.send(cast.seller, amount=Decimal("100000.01")))
    with pytest.raises(NotAllowed):
        approve_deal(middle, by=cast.cam)
    assert approve_deal(middle, by=cast.operations).state == "approved"
    large = deals.fresh(
        deals.send(cast.seller, customer_name="Fabrikam", customer_domain="", amount=Decimal("250000.01"))
    )
    assert approve_deal(large, by=cast.operations).state == "in_review"
    with pytest.raises(NotAllowed):
        approve_deal(deals.fresh(large), by=cast.operations)
    assert approve_deal(deals.fresh(large), by=cast.chief).state == "approved"


def test_one_person_with_two_roles_signs_once(cast, deals):
    cast.operations.roles = ["channel_operations", "channel_chief"]
    cast.operations.save()
    large = deals.fresh(deals.send(cast.seller, amount=Decimal("300000")))
    approve_deal(large, by=cast.operations)
    with pytest.raises(SamePerson):
        approve_deal(deals.fresh(large), by=cast.operations)


def test_who_wrote_it_for_the_partner_does_not_approve_it(cast, deals):
    deal = deals.fresh(deals.send(cast.cam, cast.northwind))
    with pytest.raises(NotAllowed):
        approve_deal(deal, by=cast.cam)
    assert approve_deal(deals.fresh(deal), by=cast.operations).state == "approved"


def test_the_account_manager_decides_no_conflict_and_operations_must_decide_it(cast, deals):
    first = deals.fresh(deals.send(cast.seller))
    with clock.travel(to=clock.now() + dt.timedelta(hours=1)):
        later = deals.fresh(deals.send(cast.rival_champion, customer_name="CONTOSO, Ltd.", customer_domain=""))
        with pytest.raises(NotAllowed):  # it lies with operations already
            approve_deal(later, by=cast.other_cam)
        with pytest.raises(UnderReview):  # the manager of the first one learns no more than this
            approve_deal(first, by=cast.cam)
        with pytest.raises(ConflictOpen):
            approve_deal(deals.fresh(later), by=cast.operations)
        assert approve_deal(deals.fresh(first), by=cast.operations).state == "approved"


@pytest.fixture
def conflict(cast, deals):
    """Northwind is protected; the rival's later claim was opened."""
    first = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with clock.travel(to=clock.now() + dt.timedelta(hours=1)):
        later = deals.fresh(deals.send(cast.rival_champion, lines=[cast.security, cast.cloud]))
        with pytest.raises(ConflictOpen):
            approve_deal(later, by=cast.operations)
        from dealreg.actions.protecting import track_conflicts

        track_conflicts(later)
        yield DealConflict.objects.select_related("candidate__partner", "existing__partner").get(candidate=later)
    assert first.pk


def test_without_a_decision_the_database_itself_refuses_the_second(cast, deals, conflict, monkeypatch):
    """The negative control of the question before: with it switched off the constraint still stands."""
    monkeypatch.setattr("dealreg.actions.deciding.refuse_conflicts", lambda deal, by: None)
    with pytest.raises(AlreadyProtected) as refusal:
        approve_deal(deals.fresh(conflict.candidate), by=cast.operations)
    assert refusal.value.status == 409


def test_other_lines_separate_project_and_joint(cast, deals, conflict):
    decide_conflict(conflict, by=cast.operations, decision="approve_other_lines", reason="Cloud is free")
    assert active(approve_deal(deals.fresh(conflict.candidate), by=cast.operations)) == 2
    other = deals.fresh(deals.send(cast.distributor, need="Another site"))
    with pytest.raises(ConflictOpen):
        approve_deal(other, by=cast.operations)
    from dealreg.actions.protecting import track_conflicts

    track_conflicts(other)
    found = DealConflict.objects.select_related("candidate__partner", "existing").get(candidate=other)
    decide_conflict(found, by=cast.operations, decision="separate_project", reason="Other site, other contact")
    assert active(approve_deal(deals.fresh(other), by=cast.operations)) == 2


def test_a_joint_deal_shares_the_credit_and_takes_no_second_protection(cast, deals, conflict):
    decide_conflict(conflict, by=cast.operations, decision="joint", reason="Both work", credit_share=Decimal("0.4"))
    later, first = deals.fresh(conflict.candidate), deals.fresh(conflict.existing)
    assert (later.credit_share, first.credit_share) == (Decimal("0.4"), Decimal("0.6"))
    assert active(approve_deal(later, by=cast.operations)) == 0


def test_lists_and_pages_say_how_a_conflict_stands(cast, deals, conflict, sign_in):
    client, cam = sign_in(cast.operations), sign_in(cast.other_cam)

    def marked(client, query=""):
        return [(row.customer, row.conflict) for row in client.get(f"/deals/{query}").context["list"].rows]

    later, first = deals.fresh(conflict.candidate), deals.fresh(conflict.existing)
    under = [(later.customer_name, "Conflict under review")]
    assert marked(client, "?show=conflict") == marked(client, "?desk=mine") == under
    page = client.get(f"/deals/{later.pk}/").content.decode()
    assert "Conflict under review" in page
    assert first.contact_email in page
    assert page.count("A firewall for three sites") >= 2  # the need of both, side by side
    rival = sign_in(cast.rival_champion)
    assert rival.get("/deals/?show=conflict").context["list"].total == 0  # no such choice
    assert "onflict" not in rival.get("/deals/?format=csv").getvalue().decode()
    decide_conflict(conflict, by=cast.operations, decision="separate_project", reason="Other site")
    assert marked(client, "?show=conflict") == []
    assert (later.customer_name, "Conflict decided") in marked(client)
    for one in (client, cam):
        page = one.get(f"/deals/{later.pk}/").content.decode()
        assert "Conflict decided" in page
        assert "Conflict under review" not in page


def test_a_joint_deal_says_with_whom_once_both_have_agreed(cast, deals, conflict, sign_in):
    later, first = conflict.candidate_id, conflict.existing_id
    decide_conflict(conflict, by=cast.operations, decision="joint", reason="Both", credit_share=Decimal("0.4"))
    champion, rival = sign_in(cast.champion), sign_in(cast.rival_champion)
    assert "Joint deal with" not in champion.get(f"/deals/{first}/").content.decode()  # not approved yet
    approve_deal(deals.fresh(conflict.candidate), by=cast.operations)
    for client, pk, other in ((champion, first, cast.rival), (rival, later, cast.northwind)):
        facts = dict(client.get(f"/deals/{pk}/").context["page"].facts)
        assert facts["Joint deal with"] == other.name
        business = client.get(opportunity_of(deals.fresh(DealRegistration(pk=pk))).get_absolute_url())
        assert dict(business.context["page"].facts)["Joint deal with"] == other.name
    page = sign_in(cast.operations).get(f"/deals/{later}/")
    assert dict(page.context["page"].facts)["Joint deal with"]
    steps = " ".join(step.text for step in page.context["page"].steps)
    assert "decided a conflict: Joint deal" in steps
    assert re.search(r"share of the credit 40(\.0)?\s%", steps)
    assert "0.4" not in steps


def test_a_transfer_hears_the_first_partner_and_the_chief_decides(cast, deals, conflict, sign_in):
    propose_transfer(conflict, by=cast.operations, statement="The customer writes that it wants Südstern.")
    conflict = DealConflict.objects.select_related("candidate__partner", "existing__partner", "hearing").get()
    with pytest.raises(NotHeard):
        decide_transfer(conflict, by=cast.chief, is_transferred=True, reason="Its choice")
    with clock.travel(days=8):
        decide_transfer(conflict, by=cast.chief, is_transferred=True, reason="Its choice")
        assert deals.fresh(conflict.existing).state == "withdrawn"
        business = Opportunity.objects.get(registration=conflict.existing)
        assert (business.state, business.loss_reason) == ("lost", "transferred")
        quarter = FiscalQuarter.containing(clock.today(), 1)
        rates = [
            measured(name, [cast.northwind.pk], [quarter], clock.today())[cast.northwind.pk, quarter].number
            for name in ("won_deals", "win_rate")
        ]
        assert rates == [0, None]  # neither won nor lost
        assert losses_of(cast.northwind.pk, quarter.start, quarter.end) == []
        assert closed_rows(cast.northwind.pk, quarter.start, quarter.end) == []
        figures = figures_of(Opportunity.objects.all(), quarter.start, quarter.end).figures
        assert (figures["lost_count"], figures["win_rate"]) == (0, None)
        first, later = (sign_in(who).get(f"/deals/{one}/").content.decode().split('id="history"')[1] for who, one in (
            (cast.champion, conflict.existing_id), (cast.rival_champion, conflict.candidate_id)
        ))  # fmt: skip
        assert "Chief</b>" in first
        assert "goes to the partner the customer chose" in first
        assert "found that the customer chose you" in later
        assert "Südstern" not in first
        assert "Northwind" not in later
        vendors = sign_in(cast.operations).get(f"/deals/{conflict.existing_id}/").content.decode()
        assert f"moved the deal to Südstern, number {conflict.candidate.number}" in vendors
        vendors = sign_in(cast.operations).get(f"/deals/{conflict.candidate_id}/").content.decode()
        assert "moved the deal here from Northwind" in vendors
        for blind in (cast.cam, cast.other_cam):
            one = conflict.existing_id if blind == cast.cam else conflict.candidate_id
            seen = sign_in(blind).get(f"/deals/{one}/").content.decode().split('id="history"')[1]
            assert "moved the deal" not in seen
        assert approve_deal(deals.fresh(conflict.candidate), by=cast.operations).state == "approved"


def test_a_question_stops_the_clock_and_silence_takes_it_back(cast, deals):
    deal = deals.fresh(deals.send(cast.seller))
    assert deal.review_due == dt.date(2026, 3, 4)
    ask_about_deal(deal, by=cast.cam, question="Which sites?")
    with clock.travel(days=3), member_scope(cast.seller):
        answer_question(deals.fresh(deal), by=cast.seller, answer="Köln and Ulm")
        assert deals.fresh(deal).review_due == dt.date(2026, 3, 9)
    ask_about_deal(deals.fresh(deal), by=cast.cam, question="And when?")
    with clock.travel(days=8):
        assert run_night(clock.today())["timed_out"] == 1
        assert deals.fresh(deal).state == "withdrawn"


def test_an_appeal_goes_to_the_chief_once(cast, deals):
    deal = reject_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam, reject_reason="not_qualified")
    with member_scope(cast.seller):
        appeal_deal(deals.fresh(deal), by=cast.seller, text="There is a budget")
    with pytest.raises(NotAllowed):
        approve_deal(deals.fresh(deal), by=cast.cam)
    rejected = reject_deal(deals.fresh(deal), by=cast.chief, reject_reason="incomplete")
    with member_scope(cast.seller), pytest.raises(Exception, match="possible once"):
        appeal_deal(deals.fresh(rejected), by=cast.seller, text="Again")


def test_late_decisions_climb_to_operations_and_to_the_chief(cast, deals):
    deal = deals.send(cast.seller)  # due on Wednesday
    desk = lambda: DealReview.objects.get(deal=deal).escalated_to
    seen = []
    for days in (3, 4, 4, 7):
        with clock.travel(days=days):
            run_night(clock.today())
            seen.append(desk())
    assert seen == ["", "operations", "operations", "chief"]
    assert approve_deal(deals.fresh(deal), by=cast.chief).state == "approved"


def test_protection_ends_after_its_last_day_and_may_come_back_once(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with clock.travel(days=60):
        assert run_night(clock.today())["expired"] == 0
    with clock.travel(days=61):
        assert [run_night(clock.today())["expired"], run_night(clock.today())["expired"]] == [1, 0]
        assert (deals.fresh(deal).state, active(deal)) == ("expired", 0)
        back = reinstate_deal(deals.fresh(deal), by=cast.operations, reason="The order is on its way")
        assert (back.state, back.expires_on, active(deal)) == ("approved", DAY + dt.timedelta(days=91), 2)
    with clock.travel(days=95):
        run_night(clock.today())
        with pytest.raises(NoMoreExtensions):
            reinstate_deal(deals.fresh(deal), by=cast.operations, reason="Again")


def test_an_overdue_protection_gives_way_before_the_night_comes(cast, deals):
    old = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with clock.travel(days=61):
        new = deals.fresh(deals.send(cast.rival_champion))
        assert approve_deal(new, by=cast.other_cam).state == "approved"
        assert deals.fresh(old).state == "expired"


def test_an_extension_needs_evidence_that_the_deal_moves(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with member_scope(cast.seller):
        with pytest.raises(NotMoving):
            ask_extension(deals.fresh(deal), by=cast.seller, evidence="A pilot")
        step_due = DAY + dt.timedelta(days=9)
        update_next_step(deals.fresh(deal), by=cast.seller, next_step="Pilot", next_step_due=step_due)
        ask_extension(deals.fresh(deal), by=cast.seller, evidence="A pilot is running")
    longer = grant_extension(deals.fresh(deal), by=cast.cam)
    assert longer.expires_on == DAY + dt.timedelta(days=90)
    assert {row.until_on for row in DealProtection.objects.filter(deal=deal)} == {longer.expires_on}
    with member_scope(cast.seller), pytest.raises(NoMoreExtensions):
        ask_extension(deals.fresh(deal), by=cast.seller, evidence="More")


def test_a_larger_amount_is_decided_anew_and_a_small_change_counts_at_once(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with member_scope(cast.seller):
        change_deal(deals.fresh(deal), by=cast.seller, amount=Decimal("48000"), explanation="One more site")
        assert (deals.fresh(deal).amount, opportunity_of(deal).amount) == (40000, 48000)  # what was approved stays
        change_deal(deals.fresh(deal), by=cast.seller, amount=Decimal("200000"), explanation="All sites")
        assert opportunity_of(deal).amount == 48000
    from dealreg.actions import approve_change

    with pytest.raises(NotAllowed):
        approve_change(deals.fresh(deal), by=cast.cam)
    approve_change(deals.fresh(deal), by=cast.operations)
    assert (deals.fresh(deal).amount, opportunity_of(deal).amount) == (200000, 200000)


def test_a_cancellation_needs_two_people(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    assert cancel_deal(deals.fresh(deal), by=cast.operations, cancel_reason="breach").state == "approved"
    with pytest.raises(SamePerson):
        cancel_deal(deals.fresh(deal), by=cast.operations, cancel_reason="breach")
    assert cancel_deal(deals.fresh(deal), by=cast.chief, cancel_reason="breach").state == "cancelled"
    assert active(deal) == 0


def test_winning_and_taking_back_free_the_customer(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    won = win_deal(deals.fresh(deal), by=cast.operations, order_on=DAY, amount=Decimal("41000"))
    assert (won.state, won.discount, active(deal)) == ("won", Decimal("0.03"), 0)
    other = approve_deal(deals.fresh(deals.send(cast.rival_champion)), by=cast.other_cam)
    with member_scope(cast.rival_champion):
        withdraw_deal(deals.fresh(other), by=cast.rival_champion)
    assert active(other) == 0


def test_a_merged_partner_takes_its_deals_and_their_histories_along(cast, deals):
    from django.core.management import call_command

    from dealreg.models import DealHistory
    from partners.actions import merge_partners

    deal = approve_deal(deals.fresh(deals.send(cast.rival_champion)), by=cast.other_cam)
    merge_partners(cast.northwind, cast.rival, by=cast.chief)
    assert deals.fresh(deal).partner == cast.northwind
    assert set(DealHistory.objects.filter(deal=deal).values_list("partner_id", flat=True)) == {cast.northwind.pk}
    call_command("verify_history", stdout=StringIO())


def test_the_later_one_is_rejected_as_duplicate_by_the_rule(cast, deals, conflict):
    decide_conflict(conflict, by=cast.operations, decision="reject_duplicate", reason="The earlier one stands")
    later = deals.fresh(conflict.candidate)
    assert (later.state, later.reject_reason) == ("rejected", "duplicate")


def test_a_distributor_and_the_partner_it_sponsors_do_not_compete(cast, deals):
    own = approve_deal(deals.fresh(deals.send(cast.distributor)), by=cast.cam)
    theirs = approve_deal(deals.fresh(deals.send(cast.distributor, cast.sponsored)), by=cast.cam)
    assert (own.state, theirs.state) == ("approved", "approved")
    assert (active(own), active(theirs)) == (2, 0)


def test_a_tender_gives_the_discount_and_no_protection(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller, tender=True)), by=cast.cam)
    assert (deal.discount, active(deal)) == (Decimal("0.03"), 0)


def test_of_several_bids_for_a_tender_the_first_alone_has_the_discount(cast, deals):
    first = approve_deal(deals.fresh(deals.send(cast.seller, tender=True)), by=cast.cam)
    second = deals.send(cast.rival_champion, tender=True)
    second = approve_deal(deals.fresh(second), by=cast.operations)
    assert (first.discount, second.discount) == (Decimal("0.03"), Decimal(0))
    elsewhere = deals.send(cast.rival_champion, tender=True, customer_name="Fabrikam", customer_domain="")
    assert approve_deal(deals.fresh(elsewhere), by=cast.other_cam).discount == Decimal("0.03")


def test_who_leaves_a_joint_deal_gives_its_credit_back_once(cast, deals, conflict):
    decide_conflict(conflict, by=cast.operations, decision="joint", reason="Both work", credit_share=Decimal("0.4"))
    first, later = deals.fresh(conflict.existing), deals.fresh(conflict.candidate)
    assert (first.credit_share, later.credit_share) == (Decimal("0.6"), Decimal("0.4"))
    with member_scope(cast.rival_champion):
        withdraw_deal(deals.fresh(later), by=cast.rival_champion)
    assert deals.fresh(first).credit_share == 1
    assert deals.fresh(later).credit_share == 0
