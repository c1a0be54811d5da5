"""Submitting: what is fixed, what it replaces, what it proposes; and what may be done afterwards."""

from decimal import Decimal

import pytest

from prm.kernel import clock
from prm.kernel.errors import IllegalMove, Invalid, NotAllowed, Stale
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import (
    AlreadyOpen,
    Incomplete,
    NoBank,
    NothingToAccept,
    NotInProgress,
    PartnerClosed,
    TooLate,
    accept_action_item,
    accept_unchanged,
    answer_question,
    discard_assessment,
    drop_action_item,
    reopen_assessment,
    review_assessment,
    start_assessment,
    submit_assessment,
)
from scorecards.models import ActionItem, Answer, Assessment, Option, QuestionBank, Topic
from scorecards.queries import history, latest_result, latest_results, result_of
from tests.scorecards.filling import fill, question, submitted, unlocked

S = Assessment.State


def test_starting_twice_goes_on_with_the_open_one(cast, bank):
    first = start_assessment(cast.northwind, by=cast.champion)
    assert start_assessment(cast.northwind, by=cast.cam) == first
    assert Event.objects.filter(name="assessment.started").count() == 1


def test_without_a_questionnaire_in_use_nothing_starts(cast):
    with pytest.raises(NoBank):
        start_assessment(cast.northwind, by=cast.champion)


def test_a_suspended_partner_starts_nothing(cast, bank):
    cast.northwind.state = "suspended"
    with pytest.raises(PartnerClosed):
        start_assessment(cast.northwind, by=cast.cam)


@pytest.mark.parametrize("who", ["seller", "technician", "rival_champion", "distributor", "chief", "finance", "admin"])
def test_only_champion_and_account_manager_start(cast, bank, who):
    with pytest.raises(NotAllowed):
        start_assessment(cast.northwind, by=getattr(cast, who))


def test_a_distributor_does_not_fill_in_for_those_it_sponsors(cast, bank):
    with pytest.raises(NotAllowed):
        start_assessment(cast.sponsored, by=cast.distributor)
    assert start_assessment(cast.distributor_company, by=cast.distributor).state == S.IN_PROGRESS


def test_the_copied_bank_is_the_whole_one_and_copying_twice_changes_nothing(cast, bank):
    from scorecards.models import Category, Question
    from scorecards.starter import copy_bank

    assert copy_bank() == bank
    assert (Category.objects.count(), Topic.objects.count()) == (6, 30)
    assert Question.objects.filter(scored=True).count() == 36
    assert bank.state == QuestionBank.State.ACTIVE


def test_submitting_waits_for_the_last_answer(cast, open_scorecard):
    fill(open_scorecard, by=cast.seller, but=("fit_record_1",))
    with pytest.raises(Incomplete):
        submit_assessment(open_scorecard, by=cast.champion)
    answer_question(open_scorecard, question(open_scorecard, "fit_record_1"), options=["o1"], by=cast.seller)
    assert submit_assessment(open_scorecard, by=cast.champion).state == S.SUBMITTED


def test_the_result_is_fixed_with_the_edition(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=3)
    done.refresh_from_db()
    result = result_of(done)
    assert result.edition == 1
    assert result.overall == done.overall == Decimal(done.result["overall"])
    assert len(result.categories), len(result.topics) == (6, 30)
    with unlocked(bank):
        assert Option.objects.update(score=100)
    Answer.objects.update(score=100)
    assert latest_result(cast.northwind).overall == result.overall


def test_all_best_answers_give_one_hundred_and_propose_nothing(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=5)
    assert done.overall == 100
    assert not ActionItem.objects.exists()


def test_topics_below_best_practice_propose_their_action_once(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=1)
    topics = {t.topic.code for t in ActionItem.objects.select_related("topic")}
    below = {line.code for line in result_of(done).topics if line.gap > 0}
    assert topics == below
    assert ActionItem.objects.count() == 30
    submitted(cast.northwind, by=cast.champion, place=1)
    assert ActionItem.objects.count() == 30


def test_what_is_reached_by_the_next_scorecard_is_no_longer_proposed(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    under_way = ActionItem.objects.first()
    accept_action_item(under_way, by=cast.cam, owner=cast.champion, due_on=clock.today())
    submitted(cast.northwind, by=cast.champion, place=5)
    assert not ActionItem.objects.filter(state="recommended").exists()
    assert ActionItem.objects.filter(state="dropped").exclude(reason="").count() == 29
    under_way.refresh_from_db()
    assert under_way.state == "not_started"


def test_the_earlier_one_is_superseded_and_the_history_goes_on(cast, bank):
    first = submitted(cast.northwind, by=cast.champion, place=2)
    second = submitted(cast.northwind, by=cast.champion, place=4)
    first.refresh_from_db()
    assert (first.state, second.previous_id) == (S.SUPERSEDED, first.pk)
    assert [r.overall for r in history(cast.northwind)] == [first.overall, second.overall]
    assert latest_result(cast.northwind).assessment_id == second.pk


def test_unchanged_takes_over_a_whole_topic(cast, bank):
    first = submitted(cast.northwind, by=cast.champion, place=2)
    second = start_assessment(cast.northwind, by=cast.champion)
    topic = Topic.objects.get(code="fit_verticals")
    assert len(accept_unchanged(second, topic, by=cast.seller)) == 2
    codes = Answer.objects.filter(assessment=second).values_list("question__code", "options", "answered_by")
    assert sorted(codes) == [
        ("fit_verticals_1", ["o2"], cast.seller.pk),
        ("fit_verticals_2", ["o2"], cast.seller.pk),
    ]
    assert Answer.objects.filter(assessment=first).count() == 36


def test_unchanged_needs_answers_of_last_time(cast, open_scorecard):
    with pytest.raises(NothingToAccept):
        accept_unchanged(open_scorecard, Topic.objects.get(code="fit_verticals"), by=cast.champion)


def test_unchanged_does_not_take_an_option_that_no_longer_exists(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=2)
    second = start_assessment(cast.northwind, by=cast.champion)
    with unlocked(bank):
        Option.objects.filter(question__code="fit_openness_1", code="o2").delete()
    with pytest.raises(NothingToAccept):
        accept_unchanged(second, Topic.objects.get(code="fit_openness"), by=cast.champion)


def test_reopening_withdraws_the_score_and_restores_the_one_before(cast, bank):
    first = submitted(cast.northwind, by=cast.champion, place=2)
    second = submitted(cast.northwind, by=cast.champion, place=4)
    reopen_assessment(second, by=cast.cam, reason="wrong year")
    assert latest_result(cast.northwind).assessment_id == first.pk
    second.refresh_from_db()
    assert (second.state, second.overall, second.result) == (S.IN_PROGRESS, None, {})
    submit_assessment(second, by=cast.champion)
    first.refresh_from_db()
    assert first.state == S.SUPERSEDED
    assert latest_result(cast.northwind).assessment_id == second.pk


def test_reopening_ends_after_seven_days(cast, bank):
    done = submitted(cast.northwind, by=cast.champion)
    with clock.travel(days=8), pytest.raises(TooLate):
        reopen_assessment(done, by=cast.cam, reason="late")
    with clock.travel(days=6):
        assert reopen_assessment(done, by=cast.cam, reason="in time").state == S.IN_PROGRESS


def test_reopening_needs_a_reason_and_no_other_open_one(cast, bank):
    done = submitted(cast.northwind, by=cast.champion)
    with pytest.raises(Invalid):
        reopen_assessment(done, by=cast.cam, reason="  ")
    start_assessment(cast.northwind, by=cast.champion)
    with pytest.raises(AlreadyOpen):
        reopen_assessment(done, by=cast.cam, reason="wrong year")


def test_a_review_needs_a_comment_and_happens_once(cast, bank):
    done = submitted(cast.northwind, by=cast.champion)
    with pytest.raises(Invalid):
        review_assessment(done, by=cast.cam, comment="")
    review_assessment(done, by=cast.cam, comment="Good progress", none_needed=True)
    assert (done.state, done.review_comment) == (S.REVIEWED, "Good progress")
    with pytest.raises(IllegalMove):
        review_assessment(done, by=cast.cam, comment="again", none_needed=True)


def test_latest_results_of_many_take_one_query(cast, bank, django_assert_num_queries):
    submitted(cast.northwind, by=cast.champion)
    submitted(cast.rival, by=cast.rival_champion, place=5)
    with django_assert_num_queries(1):
        found = latest_results([cast.northwind.pk, cast.rival.pk, cast.sponsored.pk])
    assert set(found) == {cast.northwind.pk, cast.rival.pk}


# --- every verb in every state -------------------------------------------------------------------------


def in_state(cast, state):
    assessment = start_assessment(cast.northwind, by=cast.champion)
    if state == S.IN_PROGRESS:
        fill(assessment, by=cast.champion)
        return assessment
    if state == S.DISCARDED:
        return discard_assessment(assessment, by=cast.champion)
    fill(assessment, by=cast.champion)
    assessment = submit_assessment(assessment, by=cast.champion)
    if state == S.REVIEWED:
        return review_assessment(assessment, by=cast.cam, comment="fine", none_needed=True)
    if state == S.SUPERSEDED:
        submitted(cast.northwind, by=cast.champion)
        assessment.refresh_from_db()
    return assessment


VERBS = {
    "submit": lambda a, cast: submit_assessment(a, by=cast.champion),
    "discard": lambda a, cast: discard_assessment(a, by=cast.champion),
    "review": lambda a, cast: review_assessment(a, by=cast.cam, comment="ok", none_needed=True),
    "reopen": lambda a, cast: reopen_assessment(a, by=cast.cam, reason="typo"),
    "answer": lambda a, cast: answer_question(a, question(a, "fit_openness_1"), options=["o1"], by=cast.champion),
}
LEGAL = {
    "submit": {S.IN_PROGRESS},
    "discard": {S.IN_PROGRESS},
    "review": {S.SUBMITTED},
    "reopen": {S.SUBMITTED, S.REVIEWED},
    "answer": {S.IN_PROGRESS},
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("verb", sorted(VERBS))
def test_each_verb_is_legal_only_from_its_states(cast, bank, state, verb):
    assessment = in_state(cast, state)
    assert assessment.state == state
    if state in LEGAL[verb]:
        VERBS[verb](assessment, cast)
    else:
        with pytest.raises((IllegalMove, NotInProgress, TooLate)):
            VERBS[verb](assessment, cast)


ROLES = {
    "submit": {"cam", "champion"},
    "discard": {"cam", "champion"},
    "review": {"cam"},
    "reopen": {"cam"},
}
EVERYONE = (
    "chief",
    "cam",
    "finance",
    "operations",
    "marketing",
    "admin",
    "auditor",
    "champion",
    "seller",
    "rival_champion",
)


@pytest.mark.parametrize("verb", sorted(ROLES))
def test_who_may(cast, bank, verb):
    acts = {
        "submit": lambda a, by: submit_assessment(a, by=by),
        "discard": lambda a, by: discard_assessment(a, by=by),
        "review": lambda a, by: review_assessment(a, by=by, comment="ok", none_needed=True),
        "reopen": lambda a, by: reopen_assessment(a, by=by, reason="typo"),
    }
    assessment = in_state(cast, S.SUBMITTED if verb in {"review", "reopen"} else S.IN_PROGRESS)
    for who in EVERYONE:
        if who not in ROLES[verb]:
            with pytest.raises(NotAllowed):
                acts[verb](assessment, getattr(cast, who))
    acts[verb](assessment, getattr(cast, sorted(ROLES[verb])[0]))


# --- action items --------------------------------------------------------------------------------------


def test_accepting_needs_an_owner_of_either_side_and_a_date(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    item, other = ActionItem.objects.all()[:2]
    for owner, due in ((None, clock.today()), (cast.rival_champion, clock.today()), (cast.champion, None)):
        with pytest.raises(Invalid):
            accept_action_item(item, by=cast.cam, owner=owner, due_on=due)
    import datetime as dt

    with pytest.raises(Invalid):
        accept_action_item(item, by=cast.cam, owner=cast.champion, due_on=clock.today() - dt.timedelta(days=1))
    accept_action_item(item, by=cast.cam, owner=cast.champion, due_on=clock.today())
    item.refresh_from_db()
    assert (item.state, item.side, item.owner) == ("not_started", "partner", cast.champion)
    accept_action_item(other, by=cast.champion, owner=cast.cam, due_on=clock.today())
    assert other.side == "vendor"


def test_two_who_accept_at_once_one_wins(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    one = ActionItem.objects.first()
    two = ActionItem.objects.get(pk=one.pk)
    accept_action_item(one, by=cast.cam, owner=cast.champion, due_on=clock.today())
    with pytest.raises((Stale, IllegalMove)):
        accept_action_item(two, by=cast.champion, owner=cast.cam, due_on=clock.today())
    one.refresh_from_db()
    assert one.owner == cast.champion


def test_dropping_needs_a_reason(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    with pytest.raises(Invalid):
        drop_action_item(item, by=cast.cam, reason=" ")
    assert drop_action_item(item, by=cast.cam, reason="no budget").state == "dropped"


def test_an_action_is_worked_on_by_its_owner(cast, bank):
    from scorecards.actions import complete_action_item, reopen_action_item, start_action_item

    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    accept_action_item(item, by=cast.cam, owner=cast.seller, due_on=clock.today())
    with pytest.raises(NotAllowed):
        start_action_item(item, by=cast.technician)
    start_action_item(item, by=cast.seller)
    complete_action_item(item, by=cast.seller)
    assert item.done_on == clock.today()
    with clock.travel(days=31), pytest.raises(TooLate):
        reopen_action_item(item, by=cast.seller)
    reopen_action_item(item, by=cast.champion)
    assert (item.state, item.done_on) == ("in_progress", None)


def test_people_at_a_partner_see_the_actions_they_own(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    accept_action_item(item, by=cast.cam, owner=cast.seller, due_on=clock.today())
    for who, seen in (("champion", 30), ("seller", 1), ("technician", 0), ("rival_champion", 0)):
        member = getattr(cast, who)
        with member_scope(member):
            assert ActionItem.objects.visible_to(member).count() == seen, who
    assert ActionItem.objects.visible_to(cast.cam).count() == 30
    assert ActionItem.objects.visible_to(cast.other_cam).count() == 0
