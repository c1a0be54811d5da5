"""Answering: what fits a question, what it scores, who gave it and what it was before."""

import datetime as dt
from decimal import Decimal

import pytest

from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import BadAnswer, NotInProgress, answer_question, discard_assessment
from scorecards.models import Answer, AnswerRevision, Option
from scorecards.queries import running_scores
from tests.scorecards.filling import fill, question, unlocked


@pytest.fixture
def scorecard(open_scorecard):
    return open_scorecard


def test_a_graded_answer_has_its_own_score(cast, scorecard):
    answer = answer_question(scorecard, question(scorecard, "fit_verticals_2"), options=["o2"], by=cast.seller)
    assert answer.score == 34
    assert running_scores(scorecard, scorecard.bank).topics["fit_verticals"] == Decimal("34.0")


def test_ticks_are_added_up(cast, scorecard):
    asked = question(scorecard, "fit_commitment_1")
    assert answer_question(scorecard, asked, options=["o1", "o3", "o4"], by=cast.seller).score == 60
    assert answer_question(scorecard, asked, options=[], by=cast.seller).score == 1  # none of these
    assert answer_question(scorecard, asked, options=["o1", "o1"], by=cast.seller).score == 20


def test_ticks_never_exceed_one_hundred(cast, scorecard):
    asked = question(scorecard, "fit_commitment_1")
    with unlocked(scorecard.bank):
        Option.objects.filter(question=asked).update(score=60)
    assert answer_question(scorecard, asked, options=["o1", "o2", "o3"], by=cast.seller).score == 100


def test_not_applicable_only_where_the_question_allows_it(cast, scorecard):
    allowed, required = question(scorecard, "cap_deployment_2"), question(scorecard, "fit_openness_1")
    assert answer_question(scorecard, allowed, is_na=True, by=cast.seller).score is None
    with pytest.raises(BadAnswer):
        answer_question(scorecard, required, is_na=True, by=cast.seller)


@pytest.mark.parametrize("options", [[], ["o1", "o2"], ["o9"], ["' or 1=1 --"]])
def test_an_answer_that_does_not_fit_is_refused(cast, scorecard, options):
    with pytest.raises(BadAnswer):
        answer_question(scorecard, question(scorecard, "fit_openness_1"), options=options, by=cast.seller)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    "text", ["Grüße aus München & <script>alert(1)</script>", "ä" * 200, "x" * 4000, "日本語\nzwei"]
)
def test_words_are_kept_as_written(cast, scorecard, text):
    answer_question(scorecard, question(scorecard, "biz_collaboration_2"), text=text, by=cast.seller)
    assert Answer.objects.get().text == text
    assert running_scores(scorecard, scorecard.bank).answered == 0  # words are not scored


@pytest.mark.parametrize("text", ["x" * 4001, "a\x00b"])
def test_words_that_cannot_be_stored_are_refused(cast, scorecard, text):
    with pytest.raises(Invalid):
        answer_question(scorecard, question(scorecard, "biz_collaboration_2"), text=text, by=cast.seller)


def test_the_last_answer_counts_and_the_earlier_ones_stay(cast, scorecard):
    asked = question(scorecard, "fit_openness_1")
    answer_question(scorecard, asked, options=["o1"], by=cast.champion)
    answer_question(scorecard, asked, options=["o5"], by=cast.seller)
    answer = Answer.objects.get()
    assert (answer.options, answer.score, answer.answered_by) == (["o5"], 100, cast.seller)
    assert [r.options for r in AnswerRevision.objects.order_by("created_at")] == [["o1"], ["o5"]]


def test_the_same_answer_again_changes_nothing(cast, scorecard):
    asked = question(scorecard, "fit_commitment_1")
    answer_question(scorecard, asked, options=["o1", "o2"], by=cast.champion)
    answer_question(scorecard, asked, options=["o2", "o1"], by=cast.seller)
    assert Answer.objects.get().answered_by == cast.champion
    assert AnswerRevision.objects.count() == 1


def test_time_counts_without_pauses_over_two_minutes(cast, scorecard):
    asked = question(scorecard, "fit_openness_1")
    at = scorecard.opened_at
    for seconds in (7, 67, 187, 900, 905):  # + 7 + 60 + 120 + a pause + 5
        with clock.travel(to=at + dt.timedelta(seconds=seconds)):
            answer_question(scorecard, asked, options=["o1"], by=cast.champion)
    scorecard.refresh_from_db()
    assert scorecard.active_seconds == 7 + 60 + 120 + 5


def test_nobody_answers_what_is_no_longer_in_progress(cast, scorecard):
    discard_assessment(scorecard, by=cast.champion)
    with pytest.raises(NotInProgress):
        answer_question(scorecard, question(scorecard, "fit_openness_1"), options=["o1"], by=cast.champion)
    assert not Answer.objects.exists()


@pytest.mark.parametrize(
    "who", ["chief", "finance", "operations", "marketing", "admin", "auditor", "rival_champion", "distributor"]
)
def test_others_may_not_answer(cast, scorecard, who):
    with pytest.raises(NotAllowed):
        answer_question(scorecard, question(scorecard, "fit_openness_1"), options=["o1"], by=getattr(cast, who))


@pytest.mark.parametrize("who", ["cam", "champion", "seller", "partner_marketing", "technician"])
def test_the_account_manager_and_everyone_at_the_partner_may_answer(cast, scorecard, who):
    member = getattr(cast, who)
    with member_scope(member):
        answer_question(scorecard, question(scorecard, "fit_openness_1"), options=["o1"], by=member)
    assert Answer.objects.count() == 1


def test_a_question_of_another_bank_is_refused(cast, scorecard):
    asked = question(scorecard, "fit_openness_1")
    asked.bank_id = scorecard.pk
    with pytest.raises(BadAnswer):
        answer_question(scorecard, asked, options=["o1"], by=cast.champion)


def test_progress_reaches_one_when_all_36_are_answered(cast, scorecard):
    fill(scorecard, by=cast.champion, but=("fit_record_1",))
    scores = running_scores(scorecard, scorecard.bank)
    assert (scores.answered, scores.questions, scores.is_complete) == (35, 36, False)
    assert scores.open_codes == ("fit_record_1",)
    answer_question(scorecard, question(scorecard, "fit_record_1"), options=["o1"], by=cast.champion)
    assert running_scores(scorecard, scorecard.bank).is_complete


def test_an_answer_costs_few_queries(cast, scorecard, django_assert_num_queries):
    asked = question(scorecard, "fit_openness_1")
    with django_assert_num_queries(8):  # savepoint, options, hold, its number, present, answer, revision, release
        answer_question(scorecard, asked, options=["o1"], by=cast.champion)
