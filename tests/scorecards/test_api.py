"""Scorecards over the API: the same rows, rules and refusals as the pages."""

from prm.kernel import clock
from scorecards.models import ActionItem, Answer, Assessment
from tests.clients import token_client
from tests.scorecards.filling import fill, submitted


def post(client, path, data=None):
    return client.post(path, data or {}, content_type="application/json")


def test_the_whole_way_over_the_api(cast, bank):
    client = token_client(cast.champion)
    begun = post(client, "/api/v1/assessments/", {"partner_id": str(cast.northwind.pk)})
    assert begun.status_code == 201, begun.content
    path = f"/api/v1/assessments/{begun.json()['id']}/"
    questions = client.get(f"{path}questions/").json()
    assert len(questions) == 37
    for question in questions:
        if question["scored"]:
            options = [question["options"][0]["code"]]
            reply = post(client, f"{path}answer/", {"question": question["code"], "options": options})
            assert reply.status_code == 200, reply.content
    assert (reply.json()["answered"], reply.json()["open_codes"]) == (36, [])
    done = post(client, f"{path}submit/")
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    assert post(client, f"{path}submit/").status_code == 409
    manager = token_client(cast.cam)
    assert post(manager, f"{path}review/", {"comment": "seen", "none_needed": True}).json()["review_comment"] == "seen"
    assert post(client, f"{path}reopen/", {"reason": "typo"}).status_code == 403
    assert post(manager, f"{path}reopen/", {"reason": "typo"}).json()["state"] == "in_progress"
    assert post(manager, f"{path}discard/", {"reason": "anew"}).json()["state"] == "discarded"


def test_unchanged_over_the_api(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=2)
    client = token_client(cast.champion)
    begun = post(client, "/api/v1/assessments/", {"partner_id": str(cast.northwind.pk)}).json()
    path = f"/api/v1/assessments/{begun['id']}/unchanged/"
    assert post(client, path, {"topic": "fit_verticals"}).json()["answered"] == 2
    assert post(client, path, {"topic": "nothing"}).status_code == 400


def test_bad_answers_over_the_api(cast, open_scorecard):
    client, path = token_client(cast.seller), f"/api/v1/assessments/{open_scorecard.pk}/answer/"
    for data in (
        {},
        {"question": "x"},
        {"question": "fit_openness_1", "options": ["o9"]},
        {"question": 7, "options": 3},
    ):
        assert post(client, path, data).status_code == 400, data
    assert not Answer.objects.exists()


def test_fields_of_the_record_cannot_be_written(cast, open_scorecard):
    client, path = token_client(cast.champion), f"/api/v1/assessments/{open_scorecard.pk}/"
    for method in (client.patch, client.put, client.delete):
        assert (
            method(path, {"overall": "100", "state": "submitted"}, content_type="application/json").status_code == 405
        )
    assert Assessment.objects.get().overall is None


def test_a_rival_and_a_stranger_find_nothing(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=1)
    item = ActionItem.objects.first()
    for who in (cast.rival_champion, cast.other_cam, cast.stranger):
        client = token_client(who)
        assert client.get("/api/v1/assessments/").json().get("count") == 0
        assert client.get(f"/api/v1/assessments/{done.pk}/").status_code == 404
        assert post(client, f"/api/v1/action-items/{item.pk}/accept/").status_code in {403, 404}
    start = post(token_client(cast.rival_champion), "/api/v1/assessments/", {"partner_id": str(cast.northwind.pk)})
    assert start.status_code == 404


def test_the_vendors_view_is_the_account_managers_alone(cast, bank):
    data = {"partner_id": str(cast.northwind.pk), "kind": "vendor_view"}
    assert post(token_client(cast.champion), "/api/v1/assessments/", data).status_code == 403
    begun = post(token_client(cast.cam), "/api/v1/assessments/", data)
    assert begun.status_code == 201
    fill(Assessment.objects.get(), by=cast.cam)
    assert token_client(cast.champion).get("/api/v1/assessments/").json()["count"] == 0
    assert token_client(cast.cam).get("/api/v1/assessments/").json()["count"] == 1


def test_action_items_over_the_api(cast, bank):
    submitted(cast.northwind, by=cast.champion, place=1)
    client = token_client(cast.champion)
    assert client.get("/api/v1/action-items/").json()["count"] == 30
    one, two = ActionItem.objects.all()[:2]
    path = f"/api/v1/action-items/{one.pk}/"
    due = clock.today().isoformat()
    assert post(client, f"{path}accept/", {"owner_id": str(cast.rival_champion.pk), "due_on": due}).status_code == 400
    assert post(client, f"{path}accept/", {"owner_id": str(cast.seller.pk), "due_on": due}).json()["side"] == "partner"
    for verb, state in (("start", "in_progress"), ("complete", "done"), ("reopen", "in_progress")):
        assert post(client, f"{path}{verb}/").json()["state"] == state
    assert post(client, f"/api/v1/action-items/{two.pk}/drop/", {"reason": "no"}).json()["state"] == "dropped"
    assert token_client(cast.seller).get("/api/v1/action-items/").json()["count"] == 1
