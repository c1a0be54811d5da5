"""Several people in one scorecard: each sees what the others answered, and nobody's answer is lost unseen."""

import datetime as dt

import pytest

from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import accept_unchanged, answer_question, start_assessment, submit_assessment
from scorecards.models import Answer, AnswerRevision, Topic
from tests.clients import token_client
from tests.scorecards.filling import fill, question, submitted

JSON = {"Accept": "application/json"}


@pytest.fixture
def two(cast, sign_in, open_scorecard):
    """Both sides in front of the same scorecard: (client, address) of each."""
    return sign_in(cast.champion), sign_in(cast.cam), f"/scorecards/{open_scorecard.pk}/"


def post(client, path, **data):
    return client.post(f"{path}answer/", data, headers=JSON).json()


def look(client, path, since=0):
    return client.get(f"{path}changes/?since={since}", headers=JSON).json()


def test_each_hears_of_the_others_answers_with_names(cast, two, open_scorecard):
    champion, cam, path = two
    first = post(champion, path, question="fit_openness_1", option="o1", since=0)
    reply = post(cam, path, question="fit_record_1", option="o5", since=0)
    others = [a for a in reply["changed"] if not a["is_own"]]
    assert [(a["question"], a["options"], a["by"]) for a in others] == [("fit_openness_1", ["o1"], "Champion")]
    news = look(champion, path, first["turn"])
    assert [(a["question"], a["by"], a["is_own"]) for a in news["changed"]] == [("fit_record_1", "Cam", False)]
    assert news["answered"] == 2
    assert look(champion, path, news["turn"])["changed"] == []
    over_api = token_client(cast.champion).get(f"/api/v1/assessments/{open_scorecard.pk}/changes/?since=1").json()
    assert [(a["question"], a["by"]) for a in over_api["answers"]] == [("fit_record_1", "Cam")]
    assert "Answered by Cam" in champion.get(f"{path}?q=fit_record_1").content.decode()


@pytest.mark.parametrize("since", ["-1", "x", "٣", "1e5", "9" * 40, ""])
def test_odd_places_to_begin_from_are_the_beginning_or_the_end(two, since):
    champion, _, path = two
    assert champion.get(f"{path}changes/", {"since": since}).status_code == 200


def test_of_one_question_the_last_answer_counts_and_the_history_tells_both(two, cast, open_scorecard):
    champion, cam, path = two
    post(champion, path, question="fit_openness_1", option="o1")
    post(cam, path, question="fit_openness_1", option="o5")
    page = champion.get(f"{path}answers/").content.decode()
    assert "1 earlier answer" in page
    answer = Answer.objects.get()
    assert (answer.options, answer.answered_by) == (["o5"], cast.cam)
    assert sorted(AnswerRevision.objects.values_list("answered_by__user__name", flat=True)) == ["Cam", "Champion"]


def test_an_answer_that_had_to_wait_does_not_replace_a_later_one(cast, open_scorecard):
    asked = question(open_scorecard, "fit_openness_1")
    now = clock.now()
    with clock.travel(to=now + dt.timedelta(minutes=30)):
        answer_question(open_scorecard, asked, options=["o5"], by=cast.cam)
    with clock.travel(to=now + dt.timedelta(minutes=40)):
        waited = now + dt.timedelta(minutes=10)
        counts = answer_question(open_scorecard, asked, options=["o1"], by=cast.champion, given_at=waited)
        assert (counts.options, counts.answered_by) == (["o5"], cast.cam)
        assert AnswerRevision.objects.filter(answered_by=cast.champion, options=["o1"]).exists()
        # Given after the other's it counts, however late it is sent.
        late = now + dt.timedelta(minutes=31)
        counts = answer_question(open_scorecard, asked, options=["o2"], by=cast.champion, given_at=late)
    assert counts.options == Answer.objects.get().options == ["o2"]


def test_the_time_without_a_connection_is_counted_as_it_was_spent(cast, open_scorecard):
    began = open_scorecard.opened_at
    with clock.travel(to=began + dt.timedelta(hours=2)):
        for n, code in enumerate(("fit_openness_1", "fit_record_1", "fit_verticals_1"), start=1):
            at = began + dt.timedelta(seconds=20 * n)
            answer_question(
                open_scorecard, question(open_scorecard, code), options=["o1"], by=cast.champion, given_at=at
            )
    open_scorecard.refresh_from_db()
    assert open_scorecard.active_seconds == 60


def test_unchanged_leaves_what_somebody_else_has_answered(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=2)
    scorecard = start_assessment(cast.northwind, by=cast.champion)
    answer_question(scorecard, question(scorecard, "fit_verticals_1"), options=["o5"], by=cast.cam)
    answer_question(scorecard, question(scorecard, "fit_verticals_2"), options=["o1"], by=cast.champion)
    accept_unchanged(scorecard, Topic.objects.get(code="fit_verticals"), by=cast.champion)
    kept = dict(Answer.objects.filter(assessment=scorecard).values_list("question__code", "options"))
    assert kept == {"fit_verticals_1": ["o5"], "fit_verticals_2": ["o2"]}


def test_who_comes_after_the_submission_is_told_by_whom(cast, two, open_scorecard):
    champion, _, path = two
    fill(open_scorecard, by=cast.cam)
    submit_assessment(open_scorecard, by=cast.cam)
    for told in (post(champion, path, question="fit_openness_1", option="o1"), look(champion, path)):
        assert told["code"] == "not_in_progress"
        assert "Cam has submitted this scorecard meanwhile" in told["detail"]


def test_answers_of_somebody_who_signed_out_are_not_taken_for_anothers(two, cast):
    champion, _, path = two
    refused = champion.post(
        f"{path}answer/", {"question": "fit_openness_1", "option": "o1", "as": str(cast.cam.pk)}, headers=JSON
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "someone_else")
    assert not Answer.objects.exists()


def test_nobody_else_hears_of_it(cast, sign_in, open_scorecard):
    with member_scope(cast.champion):
        answer_question(open_scorecard, question(open_scorecard, "fit_openness_1"), options=["o1"], by=cast.champion)
    path = f"/scorecards/{open_scorecard.pk}/changes/"
    for who in ("rival_champion", "other_cam", "stranger"):
        assert sign_in(getattr(cast, who)).get(path).status_code == 404, who
    assert sign_in(cast.finance).get(path).status_code == 403
