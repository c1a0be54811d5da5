"""The pages: who opens what, what a post does, what it costs, and what a partner never sees."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.actions import add_partner, assign_manager
from prm.kernel import clock
from scorecards.actions import answer_question, start_assessment
from scorecards.models import ActionItem, Answer, Assessment
from scorecards.queries import latest_result
from tests.scorecards.filling import fill, question, submitted

JSON = {"Accept": "application/json"}


def queries(client, path):
    """How many questions the page asks the database; entering and leaving scopes not counted."""
    client.get(path)  # the first visit of a day is noted, later ones are not
    with CaptureQueriesContext(connection) as asked:
        response = client.get(path)
    assert response.status_code == 200, response.content[:500]
    return sum(query["sql"].startswith(("SELECT", "UPDATE", "INSERT")) for query in asked)


def test_the_list_shows_score_and_progress(cast, sign_in, bank):
    submitted(cast.northwind, by=cast.champion)
    begun = start_assessment(cast.sponsored, by=cast.cam)
    answer_question(begun, question(begun, "fit_openness_1"), options=["o1"], by=cast.cam)
    page = sign_in(cast.cam).get("/scorecards/").content.decode()
    assert "1 of 36" in page
    assert "Northwind" in page
    assert "Südstern" not in page


def test_the_list_costs_the_same_for_one_and_for_many(cast, sign_in, bank):
    client = sign_in(cast.cam)
    submitted(cast.northwind, by=cast.champion)
    few = queries(client, "/scorecards/")
    for n in range(5):
        company = add_partner(f"More {n}", country="DE", state="active", by=None)
        assign_manager(company, cast.cam, by=None)
        submitted(company, by=cast.cam)
        start_assessment(company, by=cast.cam)
    assert queries(client, "/scorecards/") == few <= 12  # the bell, kept views and segments are three of them


def test_starting_from_the_page_leads_to_the_runner(cast, sign_in, bank):
    client = sign_in(cast.champion)
    response = client.post(f"/scorecards/start/{cast.northwind.pk}/", follow=True)
    assert response.status_code == 200
    assert response.content.decode().count('data-question="') == 37


def test_the_runner_costs_few_queries_however_much_is_answered(cast, sign_in, open_scorecard):
    client, path = sign_in(cast.champion), f"/scorecards/{open_scorecard.pk}/"
    few = queries(client, path)
    fill(open_scorecard, by=cast.champion)
    assert queries(client, path) == few <= 13  # who it is and the bell are four of them


def test_an_answer_comes_back_with_the_new_scores(cast, sign_in, open_scorecard):
    client = sign_in(cast.seller)
    path = f"/scorecards/{open_scorecard.pk}/answer/"
    reply = client.post(path, {"question": "fit_openness_1", "option": "o4"}, headers=JSON)
    assert reply.status_code == 200, reply.content
    body = reply.json()
    assert body["scores"]["fit_openness"] == ["green", "75.0"]
    assert (body["answered"], body["asked"], body["complete"]) == (1, 36, False)
    (kept,) = body["kept"]
    assert (kept["question"], kept["options"], kept["is_own"]) == ("fit_openness_1", ["o4"], True)
    assert body["changed"] == body["kept"]


def test_none_of_these_and_words_and_not_applicable_by_post(cast, sign_in, open_scorecard):
    client, path = sign_in(cast.seller), f"/scorecards/{open_scorecard.pk}/answer/"
    for data in (
        {"question": "fit_commitment_1", "option": "none"},
        {"question": "cap_deployment_2", "is_na": "on"},
        {"question": "biz_collaboration_2", "text": "Zwei\nZeilen <b>"},
    ):
        assert client.post(path, data, headers=JSON).status_code == 200
    kept = {a.question.code: a for a in Answer.objects.select_related("question")}
    assert kept["fit_commitment_1"].score == 1
    assert kept["cap_deployment_2"].is_na
    assert kept["biz_collaboration_2"].text == "Zwei\nZeilen <b>"


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"question": "nothing"},
        {"question": "a\x00b", "option": "o1"},
        {"question": "fit_openness_1"},
        {"question": "fit_openness_1", "option": "o\x00"},
        {"question": "fit_openness_1", "option": "o99"},
        {"question": "fit_openness_1", "is_na": "on"},
        {"question": "fit_commitment_1"},
        {"question": "biz_collaboration_2", "text": "x" * 4001},
    ],
)
def test_bad_answers_are_refused_and_nothing_is_kept(cast, sign_in, open_scorecard, data):
    reply = sign_in(cast.seller).post(f"/scorecards/{open_scorecard.pk}/answer/", data, headers=JSON)
    assert reply.status_code == 400, reply.content
    assert reply.json()["detail"]
    assert not Answer.objects.exists()


def test_without_scripts_a_form_answers_and_goes_on(cast, sign_in, open_scorecard):
    client = sign_in(cast.seller)
    page = client.post(
        f"/scorecards/{open_scorecard.pk}/answer/", {"question": "fit_philosophy_1", "option": "o2"}, follow=True
    )
    assert 'data-current="fit_verticals_1"' in page.content.decode()


def test_after_submission_an_answer_is_a_conflict(cast, sign_in, bank):
    done = submitted(cast.northwind, by=cast.champion)
    reply = sign_in(cast.seller).post(
        f"/scorecards/{done.pk}/answer/", {"question": "fit_openness_1", "option": "o1"}, headers=JSON
    )
    assert (reply.status_code, reply.json()["code"]) == (409, "not_in_progress")


def test_submitting_from_the_page_shows_the_result(cast, sign_in, open_scorecard):
    fill(open_scorecard, by=cast.champion, place=2)
    client = sign_in(cast.champion)
    page = client.post(f"/scorecards/{open_scorecard.pk}/submit/", follow=True).content.decode()
    assert str(latest_result(cast.northwind).overall) in page
    assert "Action plan" in page
    assert client.post(f"/scorecards/{open_scorecard.pk}/submit/").status_code == 409


def test_a_screening_leads_on_to_the_candidate(cast, sign_in, bank):
    screening = start_assessment(cast.northwind, kind=Assessment.Kind.SCREENING, by=cast.cam)
    fill(screening, by=cast.cam)
    answer = sign_in(cast.cam).post(f"/scorecards/{screening.pk}/submit/")
    assert answer["Location"].endswith(f"/partners/{cast.northwind.pk}/recruiting/")


def test_unfinished_it_is_not_submitted(cast, sign_in, open_scorecard):
    assert sign_in(cast.champion).post(f"/scorecards/{open_scorecard.pk}/submit/").status_code == 409


def test_the_result_costs_few_queries_however_long_the_history(cast, sign_in, bank):
    first = submitted(cast.northwind, by=cast.champion, place=1)
    client = sign_in(cast.cam)
    few = queries(client, f"/scorecards/{first.pk}/")
    for place in (2, 3):
        last = submitted(cast.northwind, by=cast.champion, place=place)
    submitted(cast.northwind, by=cast.cam, kind="vendor_view")
    assert queries(client, f"/scorecards/{last.pk}/") == few <= 12


def test_accepting_from_the_page(cast, sign_in, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    client, path = sign_in(cast.cam), f"/scorecards/actions/{item.pk}/accept/"
    wrong = client.post(path, {"owner": str(cast.rival_champion.pk), "due_on": clock.today().isoformat()})
    assert wrong.status_code == 422
    past = client.post(path, {"owner": str(cast.champion.pk), "due_on": "2020-01-01"})
    assert past.status_code == 422
    assert "from today on" in past.content.decode()
    right = client.post(path, {"owner": str(cast.champion.pk), "due_on": clock.today().isoformat()})
    assert right.status_code == 302
    item.refresh_from_db()
    assert item.state == "not_started"
    for verb, state in (("start", "in_progress"), ("complete", "done"), ("reopen", "in_progress")):
        assert client.post(f"/scorecards/actions/{item.pk}/{verb}/").status_code == 302
        item.refresh_from_db()
        assert item.state == state
    assert client.post(f"/scorecards/actions/{item.pk}/drop/", {"reason": ""}).status_code == 422
    assert client.post(f"/scorecards/actions/{item.pk}/drop/", {"reason": "no money"}).status_code == 302


def test_review_and_reopen_from_the_page(cast, sign_in, bank):
    done = submitted(cast.northwind, by=cast.champion)
    client = sign_in(cast.cam)
    assert client.post(f"/scorecards/{done.pk}/review/", {"comment": ""}).status_code == 422
    said = {"comment": "Gut <script>x</script>", "none_needed": "on"}
    page = client.post(f"/scorecards/{done.pk}/review/", said, follow=True)
    assert "Gut &lt;script&gt;" in page.content.decode()
    assert client.post(f"/scorecards/{done.pk}/review/", {"comment": "again", "none_needed": "on"}).status_code == 409
    assert client.post(f"/scorecards/{done.pk}/reopen/", {"reason": "typo"}, follow=True).status_code == 200
    done.refresh_from_db()
    assert done.state == "in_progress"
    assert client.post(f"/scorecards/{done.pk}/discard/", {"reason": "started anew"}).status_code == 302


def test_words_are_escaped_wherever_they_are_shown(cast, sign_in, open_scorecard):
    nasty = "\"><script>alert(1)</script>' ü {{ 7|add:7 }} " + "ä" * 200
    answer_question(open_scorecard, question(open_scorecard, "biz_collaboration_2"), text=nasty, by=cast.seller)
    page = sign_in(cast.champion).get(f"/scorecards/{open_scorecard.pk}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7|add:7 }}" in page
    assert "ä" * 200 in page


# --- who sees what -------------------------------------------------------------------------------------


def test_foreign_scorecards_do_not_exist(cast, sign_in, bank):
    foreign = submitted(cast.rival, by=cast.rival_champion)
    for who in ("champion", "seller", "cam", "distributor"):
        client = sign_in(getattr(cast, who))
        assert client.get(f"/scorecards/{foreign.pk}/").status_code == 404, who
        assert client.post(f"/scorecards/{foreign.pk}/answer/", {"question": "x"}).status_code == 404, who
    assert sign_in(cast.stranger).get(f"/scorecards/{foreign.pk}/").status_code == 404


def test_finance_reads_no_scorecards(cast, sign_in, bank):
    done = submitted(cast.northwind, by=cast.champion)
    assert sign_in(cast.finance).get("/scorecards/").status_code == 403
    assert sign_in(cast.finance).get(f"/scorecards/{done.pk}/").status_code == 403


CANARY = "canary-4f1d"


def test_the_partner_never_learns_of_the_vendors_own_view(cast, sign_in, bank):
    shared = submitted(cast.northwind, by=cast.champion, place=4)
    view = start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)
    fill(view, by=cast.cam, place=1)
    answer_question(view, question(view, "biz_collaboration_2"), text=CANARY, by=cast.cam)
    from scorecards.actions import submit_assessment

    view = submit_assessment(view, by=cast.cam)
    champion = sign_in(cast.champion)
    secret = [f"/scorecards/{view.pk}/{page}" for page in ("", "answer/", "answers/", "changes/")]
    for path in (*secret, f"/api/v1/assessments/{view.pk}/", f"/api/v1/assessments/{view.pk}/answers/"):
        assert champion.get(path).status_code == 404, path
    pages = ["/scorecards/", f"/scorecards/{shared.pk}/", f"/scorecards/plan/{cast.northwind.pk}/", "/"]
    pages += [f"/scorecards/{shared.pk}/answers/", f"/api/v1/assessments/{shared.pk}/answers/", "/api/v1/evidence/"]
    pages += [f"/partners/{cast.northwind.pk}/", "/api/v1/assessments/", "/api/v1/action-items/"]
    for path in pages:
        response = champion.get(path)
        assert response.status_code == 200, path
        text = response.content.decode()
        for secret in (CANARY, str(view.pk), f">{view.overall}<", "Our view"):
            assert secret not in text, (path, secret)
    side_by_side = sign_in(cast.cam).get(f"/scorecards/{shared.pk}/").content.decode()
    assert "Our view" in side_by_side
    marketing = sign_in(cast.marketing)
    assert marketing.get(f"/scorecards/{view.pk}/").status_code == 404
    assert "Our view" not in marketing.get(f"/scorecards/{shared.pk}/").content.decode()


def test_the_canary_is_seen_where_it_may_be(cast, sign_in, bank):
    """The negative control of the test above."""
    view = start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)
    answer_question(view, question(view, "biz_collaboration_2"), text=CANARY, by=cast.cam)
    assert CANARY in sign_in(cast.cam).get(f"/scorecards/{view.pk}/").content.decode()


def test_a_partner_cannot_start_the_vendors_view(cast, sign_in, bank):
    assert sign_in(cast.champion).post(f"/scorecards/start/{cast.northwind.pk}/vendor-view/").status_code == 403


def test_those_who_only_read_get_no_buttons(cast, sign_in, open_scorecard):
    page = sign_in(cast.chief).get(f"/scorecards/{open_scorecard.pk}/").content.decode()
    assert "data-read-only" in page
    assert "data-submit-form" not in page


def test_the_partner_page_shows_the_panel_and_home_what_waits(cast, sign_in, bank):
    client = sign_in(cast.cam)
    assert "Start the scorecard" in client.get(f"/partners/{cast.northwind.pk}/").content.decode()
    begun = start_assessment(cast.northwind, by=cast.champion)
    page = client.get(f"/partners/{cast.northwind.pk}/").content.decode()
    assert f"/scorecards/{begun.pk}/" in page
    assert "Scorecard of Northwind" in client.get("/").content.decode()
    assert "Scorecard of Northwind" in sign_in(cast.seller).get("/").content.decode()
