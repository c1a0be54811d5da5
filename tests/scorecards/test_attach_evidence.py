"""Files that prove an answer: what is taken, who reads and removes them, and when it is too late."""

import pytest

from prm.kernel import clock
from prm.kernel.errors import NotAllowed
from prm.kernel.files import drop_expired, path_of
from prm.kernel.models import Event, StoredFile
from prm.kernel.tenancy.context import member_scope
from prm.kernel.uploads import Upload
from scorecards.actions import NotInProgress, TooMany, attach_evidence, remove_evidence, start_assessment
from scorecards.actions.evidence import MOST_OF_A_TOPIC
from scorecards.models import Assessment, Evidence, Topic
from tests.clients import token_client
from tests.papers import paper, pdf
from tests.scorecards.filling import fill, question
from tests.standing import stands

JSON = {"Accept": "application/json"}


def sent(name="proof.pdf", content=None):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, pdf() if content is None else content)


def topic(code="fit_openness"):
    return Topic.objects.get(code=code)


@stands
def view(cast, bank):
    return start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)


def test_a_file_for_a_question_and_one_for_a_topic_from_the_page(cast, sign_in, open_scorecard):
    client, path = sign_in(cast.seller), f"/scorecards/{open_scorecard.pk}/evidence/"
    reply = client.post(path, {"topic": "fit_openness", "question": "fit_openness_1", "file": sent()}, headers=JSON)
    assert reply.status_code == 200, reply.content
    client.post(path, {"topic": "fit_openness", "file": sent("whole.pdf", pdf("other"))}, headers=JSON)
    found = {f["name"]: f for f in client.get(f"/scorecards/{open_scorecard.pk}/changes/").json()["evidence"]}
    assert {name: f["question"] for name, f in found.items()} == {"proof.pdf": "fit_openness_1", "whole.pdf": ""}
    for who in ("champion", "cam", "chief", "auditor"):
        file = sign_in(getattr(cast, who)).get(found["proof.pdf"]["url"].removeprefix("/t/acme"))
        assert (file.status_code, file["Content-Disposition"][:10]) == (200, "attachment"), who
    assert "whole.pdf" in sign_in(cast.chief).get(f"/scorecards/{open_scorecard.pk}/answers/").content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.pdf", b""),
        ("page.html", b"<script>alert(1)</script>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("prog.pdf", b"MZ\x90"),
        ("js.pdf", b"%PDF-1.4 /JavaScript\n%%EOF\n"),
        ("large.pdf", pdf("x" * (10 * 1024 * 1024))),
    ],
)
def test_what_is_no_paper_is_refused_with_the_reason(cast, sign_in, open_scorecard, name, content):
    path = f"/scorecards/{open_scorecard.pk}/evidence/"
    reply = sign_in(cast.seller).post(path, {"topic": "fit_openness", "file": sent(name, content)}, headers=JSON)
    assert (reply.status_code, bool(reply.json()["detail"])) == (400, True)
    assert not Evidence.objects.exists()


def test_a_foreign_topic_and_a_question_of_another_topic_are_refused(cast, sign_in, open_scorecard):
    client, path = sign_in(cast.seller), f"/scorecards/{open_scorecard.pk}/evidence/"
    hidden = Topic.objects.filter(vendor_only=True).first()
    places = [{"topic": "nothing"}, {"topic": "fit_openness", "question": "fit_record_1"}, {}]
    places += [{"topic": hidden.code}] if hidden else []
    for place in places:
        assert client.post(path, {**place, "file": sent()}, headers=JSON).status_code == 400, place


def test_the_same_file_is_not_kept_twice_and_a_topic_holds_ten(cast, open_scorecard):
    first = attach_evidence(open_scorecard, topic(), by=cast.seller, file=paper())
    assert attach_evidence(open_scorecard, topic(), by=cast.seller, file=paper()) == first
    for n in range(MOST_OF_A_TOPIC - 1):
        attach_evidence(open_scorecard, topic(), by=cast.seller, file=Upload("more.pdf", pdf(str(n))))
    with pytest.raises(TooMany):
        attach_evidence(open_scorecard, topic(), by=cast.seller, file=Upload("more.pdf", pdf("eleven")))
    assert attach_evidence(open_scorecard, topic("fit_record"), by=cast.seller, file=paper()) != first


def test_what_proves_the_vendors_view_never_reaches_a_partner(cast, sign_in, view):
    proof = attach_evidence(view, topic(), by=cast.cam, file=Upload("secret-view.pdf", pdf()))
    assert (proof.vendor_only, proof.file.partner_id) == (True, None)
    for who in ("champion", "seller", "distributor", "marketing"):
        member = getattr(cast, who)
        assert sign_in(member).get(f"/scorecards/evidence/{proof.pk}/").status_code == 404, who
        assert "secret-view" not in token_client(member).get("/api/v1/evidence/").content.decode()
    with member_scope(cast.champion):  # nor past every view: the database itself knows
        assert not Evidence.objects.exists()
        assert not StoredFile.objects.filter(pk=proof.file_id).exists()
        assert not Event.objects.filter(name="evidence.attached").exists()
    assert sign_in(cast.cam).get(f"/scorecards/evidence/{proof.pk}/").status_code == 200  # the negative control


def test_taking_away_is_for_who_brought_it_and_those_who_lead(cast, open_scorecard):
    proof = attach_evidence(open_scorecard, topic(), by=cast.seller, file=paper())
    with pytest.raises(NotAllowed):
        remove_evidence(proof, by=cast.technician)
    path = path_of(proof.file)
    remove_evidence(proof, by=cast.champion)
    assert not Evidence.objects.exists()
    with clock.travel(days=1):
        assert drop_expired(clock.now()) == 1
    assert path.exists()  # the content goes with the commit


def test_with_the_submission_the_files_are_fixed(cast, open_scorecard):
    from scorecards.actions import submit_assessment

    fill(open_scorecard, by=cast.champion)
    proof = attach_evidence(
        open_scorecard, topic(), by=cast.seller, file=paper(), question=question(open_scorecard, "fit_openness_1")
    )
    submit_assessment(open_scorecard, by=cast.champion)
    with pytest.raises(NotInProgress):
        remove_evidence(proof, by=cast.seller)
    with pytest.raises(NotInProgress):
        attach_evidence(open_scorecard, topic(), by=cast.seller, file=Upload("late.pdf", pdf("late")))


def test_files_over_the_api(cast, open_scorecard):
    client, rival = token_client(cast.champion), token_client(cast.rival_champion)
    data = {"assessment_id": str(open_scorecard.pk), "topic": "fit_openness", "question": "fit_openness_1"}
    made = client.post("/api/v1/evidence/", {**data, "file": sent()})
    assert made.status_code == 201, made.content
    path = f"/api/v1/evidence/{made.json()['id']}/"
    assert rival.post("/api/v1/evidence/", {**data, "file": sent()}).status_code == 404
    assert rival.get(f"{path}file/").status_code == 404
    assert client.get(f"{path}file/").content.startswith(b"%PDF")
    assert token_client(cast.seller).post(f"{path}remove/").status_code == 403
    assert client.post(f"{path}remove/").status_code == 204
