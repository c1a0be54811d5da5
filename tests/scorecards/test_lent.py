"""What scorecards lend to others: the measure for tiers, the worklists, and what happens by time alone."""

import datetime as dt
from decimal import Decimal

from partners.registries import measured, worklists
from prm.kernel import clock
from prm.kernel.models import Notification
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import accept_action_item, answer_question, reopen_assessment, start_assessment
from scorecards.models import ActionItem, Assessment
from scorecards.queries import latest_result, median_minutes
from scorecards.tasks import discard_abandoned, remind
from tests.scorecards.filling import question, submitted


def score_of(partner, day):
    period = FiscalQuarter.containing(day, 1)
    return measured("capability_score", [partner.pk], [period], day)[partner.pk, period]


def test_the_measure_is_the_latest_score_of_the_last_twelve_months(cast, bank):
    today = clock.today()
    assert score_of(cast.northwind, today).number is None
    with clock.travel(days=-200):
        old = submitted(cast.northwind, by=cast.champion, place=2)
    assert score_of(cast.northwind, today).number == old.overall
    new = submitted(cast.northwind, by=cast.champion, place=5)
    assert score_of(cast.northwind, today).number == new.overall == Decimal("100.0")
    assert score_of(cast.northwind, today).status == "green"
    assert score_of(cast.northwind, today - dt.timedelta(days=100)).number == old.overall
    expired = score_of(cast.northwind, today + dt.timedelta(days=400))
    assert (expired.number, expired.why) == (None, "no scorecard in the last 12 months")


def test_a_withdrawn_score_no_longer_counts(cast, bank):
    done = submitted(cast.northwind, by=cast.champion)
    reopen_assessment(done, by=cast.cam, reason="typo")
    assert score_of(cast.northwind, clock.today()).number is None


def test_the_measure_of_many_partners_takes_one_query(cast, bank, django_assert_num_queries):
    submitted(cast.northwind, by=cast.champion)
    today = clock.today()
    period = FiscalQuarter.containing(today, 1)
    ids = [cast.northwind.pk, cast.rival.pk, cast.sponsored.pk]
    with django_assert_num_queries(2):  # the tenant's zone, then all of them
        assert len(measured("capability_score", ids, [period, period.previous], today)) == 6


def test_worklists_hold_what_waits_for_the_member(cast, bank):
    begun = start_assessment(cast.northwind, by=cast.champion)
    view = start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)
    waits = {"cam": {begun, view}, "champion": {begun}, "seller": {begun}, "chief": set(), "rival_champion": set()}
    for who, expected in waits.items():
        member = getattr(cast, who)
        with member_scope(member):
            assert set(worklists["scorecards_to_finish"].query(member)) == expected, who


def test_actions_wait_for_their_owner(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    accept_action_item(item, by=cast.cam, owner=cast.seller, due_on=clock.today())
    due = worklists["actions_due"]
    with member_scope(cast.seller):
        found = due.query(cast.seller).get()
        shown = due.shown(found, cast.seller)
        assert (shown.due, shown.text) == (clock.today(), item.text)  # of one company nobody repeats the name
        assert due.shown(found, cast.cam).text == f"{cast.northwind.name}: {item.text}"
        assert str(cast.northwind.pk) in due.url(found)
    assert not due.query(cast.cam).exists()


def test_what_nobody_touches_for_ninety_days_is_given_up(cast, bank):
    old = start_assessment(cast.northwind, by=cast.champion)
    with clock.travel(days=80):
        answer_question(old, question(old, "fit_openness_1"), options=["o1"], by=cast.champion)
        young = start_assessment(cast.sponsored, by=cast.cam)
    with clock.travel(days=150):
        discard_abandoned.run(on="2030-01-01")
        old.refresh_from_db()
        assert old.state == Assessment.State.IN_PROGRESS
    with clock.travel(days=171):
        discard_abandoned.run(on="2030-01-02")
    for assessment in (old, young):
        assessment.refresh_from_db()
        assert assessment.state == Assessment.State.DISCARDED


def test_what_rests_for_thirty_days_is_told_once_for_each_rest(cast, bank):
    own = start_assessment(cast.northwind, by=cast.champion)
    start_assessment(cast.northwind, kind="vendor_view", by=cast.cam)
    found = Notification.objects.filter(about_type="scorecards.Assessment", member__in=[cast.champion, cast.cam])
    told = lambda: sorted(found.values_list("member__user__name", flat=True))
    with clock.travel(days=29):
        remind.run(on="2030-01-01")
        assert told() == []
    with clock.travel(days=31):
        remind.run(on="2030-01-02")
        remind.run(on="2030-01-03")
        # The account manager for both, the champion for the partner's own alone.
        assert told() == ["Cam", "Cam", "Champion"]
        answer_question(own, question(own, "fit_openness_1"), options=["o1"], by=cast.champion)
        remind.run(on="2030-01-04")
        assert len(told()) == 3
    with clock.travel(days=62):
        remind.run(on="2030-01-05")
        assert len(told()) == 5


def test_categories_stand_in_the_order_of_the_questionnaire(cast, bank):
    submitted(cast.northwind, by=cast.champion)
    codes = [line.code for line in latest_result(cast.northwind).categories]
    assert codes == ["fit", "customer", "capabilities", "activation", "marketing", "business"]


def test_the_median_counts_finished_ones_only(cast, bank):
    assert median_minutes() is None
    start_assessment(cast.northwind, by=cast.champion)
    done = submitted(cast.rival, by=cast.rival_champion)
    Assessment.objects.filter(pk=done.pk).update(active_seconds=246)
    assert median_minutes() == Decimal("4.1")
    quick = submitted(cast.northwind, by=cast.cam, kind=Assessment.Kind.SCREENING)
    Assessment.objects.filter(pk=quick.pk).update(active_seconds=60)
    assert median_minutes() == Decimal("4.1")


def test_the_chief_reads_on_the_first_page_how_long_scorecards_take(cast, sign_in, bank):
    assert "Five minutes, measured" not in sign_in(cast.chief).get("/").content.decode()
    done = submitted(cast.rival, by=cast.rival_champion)
    Assessment.objects.filter(pk=done.pk).update(active_seconds=246)
    assert "4.1 min" in sign_in(cast.chief).get("/").content.decode()
    assert "4.1 min" not in sign_in(cast.cam).get("/").content.decode()
