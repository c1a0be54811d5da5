"""Writing an edition: by page and over the API, by those who may; fixed once it is in use, whoever tries."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from partners.models import Partner, Tier
from prm.kernel.errors import Invalid, NotAllowed, Stale
from prm.kernel.tenancy.context import member_scope
from scorecards.actions import (
    BadAnswer,
    NotADraft,
    NothingAsked,
    NotReady,
    activate_bank,
    add_category,
    add_document,
    add_topic,
    answer_question,
    draft_bank,
    edit_bank,
    edit_category,
    edit_topic,
    move_part,
    remove_bank,
    remove_part,
    retire_bank,
    start_assessment,
)
from scorecards.models import Assessment, Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries import asked_questions, open_assessments
from tests.clients import token_client
from tests.papers import paper, pdf
from tests.scorecards.filling import fill, question, submitted

BASE = "/scorecards/questionnaire/"


@pytest.fixture
def draft(cast, bank):
    return draft_bank(bank, by=cast.operations)


def topic_of(bank: QuestionBank, code: str = "fit_verticals") -> Topic:
    return Topic.objects.select_related("bank", "category__bank").get(bank=bank, code=code)


def fields_of(page: str) -> dict[str, str]:
    """What a browser would send of the page's editor, without its buttons."""
    form = page.split('bank-editor"', 1)[1].split("</form>", 1)[0]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        at = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in at or (at.get("type") == "checkbox" and " checked" not in tag):
            continue
        found[at["name"]] = at.get("value", "on" if at.get("type") == "checkbox" else "")
    for name, text in re.findall(r'<textarea name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = text
    for name, inner in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def told(response) -> list[str]:
    """What the page says is wrong."""
    return re.findall(r'(?s)role="alert".{0,900}|field-error.{0,300}', response.content.decode())


# --- fixed once in use -----------------------------------------------------------------------------------


def test_what_is_in_use_is_not_changed_by_anybody(cast, bank):
    topic = topic_of(bank)
    for attempt in (
        lambda: edit_bank(bank, by=cast.chief, name="Other"),
        lambda: edit_topic(topic, by=cast.chief, name="Other"),
        lambda: add_topic(topic.category, by=cast.chief, name="Other"),
        lambda: remove_part(topic, by=cast.chief),
        lambda: move_part(topic, by=cast.chief, up=True),
        lambda: remove_bank(bank, by=cast.chief),
    ):
        with pytest.raises(NotADraft):
            attempt()


def test_the_database_itself_holds_what_a_scorecard_rests_on(cast, bank, draft):
    submitted(cast.northwind, by=cast.champion)
    own = Question.objects.get(bank=bank, code="fit_openness_1")
    assert Option.objects.filter(question=own).update(score=50) == 0
    assert Topic.objects.filter(bank=bank).update(weight=5) == 0
    assert Category.objects.filter(bank=bank).update(name="x") == 0
    from django.db import ProgrammingError, transaction

    with pytest.raises(ProgrammingError), transaction.atomic():
        Option.objects.create(question=own, code="o9", text="new", score=Decimal(50))
    assert Topic.objects.filter(bank=draft).update(weight=5) == 30  # of a draft all of it


def test_partners_know_nothing_of_a_draft_nor_of_what_is_the_vendors(cast, bank, draft):
    added = add_category(draft, by=cast.operations, name="What we think", vendor_only=True)
    add_topic(added, by=cast.operations, name="Our trust")
    with member_scope(cast.champion):
        assert set(QuestionBank.objects.values_list("pk", flat=True)) == {bank.pk}
        assert not Topic.objects.filter(bank=draft).exists()
        assert not Option.objects.filter(question__bank=draft).exists()
    activate_bank(_with_question(cast, draft), by=cast.chief)
    with member_scope(cast.champion):
        assert Topic.objects.filter(bank=draft).count() == 30
        assert not Category.objects.filter(name="What we think").exists()


def _with_question(cast, draft: QuestionBank) -> QuestionBank:
    """Every topic of the draft asks something."""
    for topic in Topic.objects.filter(bank=draft, questions=None).select_related("bank"):
        options = [{"text": "No", "score": "1"}, {"text": "Yes", "score": "100"}]
        edit_topic(topic, by=cast.chief, questions=[{"text": "Really?", "kind": "single", "options": options}])
    draft.refresh_from_db()
    return draft


# --- who may, and when -----------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["admin", "cam", "finance", "champion", "distributor"])
def test_only_chief_and_operations_write(cast, bank, who):
    with pytest.raises(NotAllowed):
        draft_bank(bank, by=getattr(cast, who))


def test_the_chief_puts_in_use_operations_do_not(cast, bank, draft):
    with pytest.raises(NotAllowed):
        activate_bank(draft, by=cast.operations)
    activate_bank(draft, by=cast.chief)
    bank.refresh_from_db()
    assert (bank.state, draft.state) == ("retired", "active")
    assert start_assessment(cast.northwind, by=cast.champion).bank_id == draft.pk
    retire_bank(draft, by=cast.chief)
    assert not QuestionBank.objects.filter(state="active").exists()


def test_an_edition_that_is_not_whole_is_not_put_in_use(cast, draft):
    part = add_category(draft, by=cast.operations, name="Empty")
    with pytest.raises(NotReady, match="Empty"):
        activate_bank(draft, by=cast.chief)
    topic = add_topic(part, by=cast.operations, name="Half")
    options = [{"text": "a", "score": "60"}, {"text": "b", "score": "60"}]
    edit_topic(topic, by=cast.operations, questions=[{"text": "?", "kind": "multi", "options": options}])
    with pytest.raises(NotReady, match="more than 100"):
        activate_bank(draft, by=cast.chief)
    remove_part(part, by=cast.operations)
    assert activate_bank(draft, by=cast.chief).state == "active"


def test_two_who_write_at_once_do_not_overwrite_each_other(cast, draft):
    topic = topic_of(draft)
    seen = topic.version
    edit_topic(topic, by=cast.operations, seen_version=seen, name="First")
    with pytest.raises(Stale):
        edit_topic(topic_of(draft), by=cast.chief, seen_version=seen, name="Second")
    assert topic_of(draft).name == "First"


def test_the_code_of_what_was_taken_away_is_never_given_again(cast, bank, draft):
    topic = topic_of(draft)
    edit_topic(topic, by=cast.operations, questions=[{"text": "Something else", "kind": "text"}])
    codes = set(Question.objects.filter(topic=topic).values_list("code", flat=True))
    assert codes.isdisjoint(Question.objects.filter(bank=bank).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"best_practice": "101"}, "best_practice"),
        ({"best_practice": "NaN"}, "best_practice"),
        ({"best_practice": "1e1"}, "best_practice"),
        ({"best_practice": "７０"}, "best_practice"),
        ({"weight": "0"}, "weight"),
        ({"name": "x" * 161}, "name"),
        ({"lens": "none such"}, "lens"),
        ({"for_types": ["alien"]}, "for_types"),
        ({"for_tiers": ["none such"]}, "for_tiers"),
        ({"resources": [{"title": "t", "url": "javascript:alert(1)"}]}, "resources.0.url"),
        ({"questions": [{"text": "", "kind": "single"}]}, "questions.0.text"),
        (
            {"questions": [{"text": "?", "kind": "single", "options": [{"text": "a", "score": "0"}]}]},
            "questions.0.options.0.score",
        ),
        ({"questions": "abc"}, "questions"),
        ({"topic": "x"}, "topic"),
        ({"weight": 0.5}, "weight"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(cast, draft, values, field):
    with pytest.raises(Invalid) as refused:
        edit_topic(topic_of(draft), by=cast.operations, **values)
    assert refused.value.field == field


@pytest.mark.parametrize(("values", "ok"), [({"min_peers": "4"}, False), ({"min_peers": "5"}, True)])
def test_peers_are_never_fewer_than_five(cast, draft, values, ok):
    if ok:
        assert edit_bank(draft, by=cast.operations, **values).min_peers == 5
        return
    with pytest.raises(Invalid):
        edit_bank(draft, by=cast.operations, **values)


# --- topics that apply -----------------------------------------------------------------------------------


def test_only_topics_that_apply_are_asked_and_scored_and_it_stays_so(cast, bank, draft):
    gold = Tier.objects.create(code="gold", name="Gold", level=3)
    edit_topic(topic_of(draft, "fit_openness"), by=cast.operations, for_types=["msp"])
    edit_topic(topic_of(draft, "fit_record"), by=cast.operations, for_tiers=["gold"])
    edit_topic(topic_of(draft, "fit_verticals"), by=cast.operations, for_tiers=["none"], for_stages=["recruit"])
    activate_bank(draft, by=cast.chief)
    begun = start_assessment(cast.northwind, by=cast.champion)
    assert begun.topics_off == ["fit_openness", "fit_record"]
    codes = {q.topic.code for q in asked_questions(begun)}
    assert "fit_verticals" in codes
    assert codes.isdisjoint(begun.topics_off)
    with pytest.raises(BadAnswer):
        answer_question(begun, question(begun, "fit_openness_1"), options=["o1"], by=cast.champion)
    Partner.objects.filter(pk=cast.northwind.pk).update(tier=gold, type="msp", life_stage="sell")
    begun = Assessment.objects.get(pk=begun.pk)
    assert {q.topic.code for q in asked_questions(begun)} == codes
    assert open_assessments([cast.northwind.pk])[cast.northwind.pk].asked == 34
    fill(begun, by=cast.champion)
    from scorecards.actions import submit_assessment

    done = submit_assessment(begun, by=cast.champion)
    assert set(done.result["topics"]) == codes
    again = start_assessment(Partner.objects.get(pk=cast.northwind.pk), by=cast.champion)
    assert again.topics_off == ["fit_verticals"]


def test_a_scorecard_tells_nothing_of_the_vendors_own_topics(cast, bank, draft):
    part = add_category(draft, by=cast.operations, name="What we think", vendor_only=True)
    topic = add_topic(part, by=cast.operations, name="Secret trust")
    edit_topic(topic, by=cast.operations, for_types=["msp"])
    activate_bank(_with_question(cast, draft), by=cast.chief)
    assert start_assessment(cast.northwind, by=cast.cam).topics_off == []
    assert start_assessment(cast.northwind, kind="vendor_view", by=cast.cam).topics_off == [topic.code]


def test_where_nothing_applies_nothing_is_started(cast, bank, draft):
    Topic.objects.filter(bank=draft).update(for_types=["msp"])
    activate_bank(draft, by=cast.chief)
    with pytest.raises(NothingAsked):
        start_assessment(cast.northwind, by=cast.champion)
    assert not Assessment.objects.exists()


# --- the pages -------------------------------------------------------------------------------------------


def test_a_topic_is_written_on_one_page(cast, draft, sign_in):
    client, topic = sign_in(cast.operations), topic_of(draft)
    path = f"{BASE}topics/{topic.pk}/"
    sent = fields_of(client.get(path).content.decode())
    assert sent["questions.0.options.0.code"] == "o1"
    sent |= {"name": "Verticals & <b>", "for_types": ["msp", "si"], "questions.1.text": ""}
    sent |= {"questions.0.options.5.text": "All of it", "questions.0.options.5.score": "99.5"}
    sent |= {"questions.2.text": "Which?", "questions.2.kind": "multi", "questions.2.options.0.text": "A"}
    sent |= {"questions.2.options.0.score": "40", "do": "up:questions.1"}
    saved = client.post(f"{path}save/", sent)
    assert saved.status_code == 302, re.findall(r"field-error.*?</div>", saved.content.decode(), re.S)
    topic = topic_of(draft)
    assert (topic.name, topic.for_types) == ("Verticals & <b>", ["msp", "si"])
    asked = list(Question.objects.filter(topic=topic).order_by("order"))
    assert [q.text for q in asked] == ["Which?", sent["questions.0.text"].replace("&#x27;", "'")]
    assert Option.objects.filter(question=asked[1]).count() == 6
    page = client.get(path).content.decode()
    assert "<b>" not in page.split("<h1>")[1].split("</h1>")[0]
    assert "changed" in page


def test_what_is_wrong_comes_back_at_its_place_and_nothing_is_lost(cast, draft, sign_in):
    client, topic = sign_in(cast.operations), topic_of(draft)
    sent = fields_of(client.get(f"{BASE}topics/{topic.pk}/").content.decode())
    sent |= {"name": "Kept in the form", "questions.0.options.1.score": "-3"}
    answer = client.post(f"{BASE}topics/{topic.pk}/save/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "A score from 1 to 100." in page
    assert 'value="Kept in the form"' in page
    assert 'value="-3"' in page
    assert topic_of(draft).name != "Kept in the form"


def test_categories_and_topics_are_written_in_rows(cast, draft, sign_in):
    client = sign_in(cast.operations)
    path = f"{BASE}{draft.pk}/"
    sent = fields_of(client.get(path).content.decode())
    sent |= {"categories.6.name": "Our own view", "categories.6.vendor_only": "on", "lenses.0.name": "Können"}
    saved = client.post(f"{path}save/", sent)
    assert saved.status_code == 302, told(saved)
    assert saved.headers["Location"].endswith("?at=categories.7.name")
    draft.refresh_from_db()
    assert (draft.lenses[0]["id"], draft.lenses[0]["name"]) == ("capability", "Können")
    part = Category.objects.get(bank=draft, name="Our own view")
    assert (part.vendor_only, part.order) == (True, 7)
    path = f"{BASE}categories/{part.pk}/"
    sent = fields_of(client.get(path).content.decode()) | {"topics.0.name": "Trust"}
    assert client.post(f"{path}save/", sent).status_code == 302
    topic = Topic.objects.get(category=part)
    assert (topic.vendor_only, topic.best_practice) == (True, 70)
    sent = fields_of(client.get(f"{BASE}{draft.pk}/").content.decode()) | {"do": "up:categories.6"}
    assert client.post(f"{BASE}{draft.pk}/save/", sent).status_code == 302
    assert Category.objects.get(pk=part.pk).order == 6
    sent = fields_of(client.get(f"{BASE}{draft.pk}/").content.decode()) | {"do": "drop:categories.5"}
    assert client.post(f"{BASE}{draft.pk}/save/", sent).status_code == 302
    assert not Topic.objects.filter(pk=topic.pk).exists()


def test_opening_a_category_to_partners_opens_all_that_is_in_it(cast, draft):
    part = topic_of(draft).category
    edit_category(part, by=cast.operations, vendor_only=True)
    assert Option.objects.filter(question__topic__category=part, vendor_only=False).count() == 0
    edit_category(part, by=cast.operations, vendor_only=False)
    assert Option.objects.filter(question__topic__category=part, vendor_only=True).count() == 0


def test_a_preview_shows_what_applies_and_writes_nothing(cast, draft, sign_in):
    edit_topic(topic_of(draft), by=cast.operations, for_types=["msp"])
    part = add_category(draft, by=cast.operations, name="What we think", vendor_only=True)
    add_topic(part, by=cast.operations, name="Trust")
    _with_question(cast, draft)
    client = sign_in(cast.cam)
    partner = client.get(f"{BASE}{draft.pk}/preview/?type=reseller").content.decode()
    assert "1 topic is not asked" in partner
    assert "What we think" not in partner
    manager = client.get(f"{BASE}{draft.pk}/preview/?type=msp&view=manager").content.decode()
    assert "What we think" in manager
    assert "not asked" not in manager
    assert not Assessment.objects.exists()


def test_the_way_of_an_edition_by_page(cast, bank, sign_in):
    client = sign_in(cast.chief)
    made = client.post(f"{BASE}{bank.pk}/draft/")
    draft = QuestionBank.objects.get(edition=2)
    assert made.headers["Location"].endswith(f"{draft.pk}/")
    for kind, name in (("yaml", "b.yaml"), ("xlsx", "b.xlsx")):
        content = client.get(f"{BASE}{draft.pk}/export/?kind={kind}").content
        sent = client.post(f"{BASE}import/", {"file": SimpleUploadedFile(name, content), "name": f"From {kind}"})
        assert sent.status_code == 302, told(sent)
    bad = client.post(f"{BASE}import/", {"file": SimpleUploadedFile("x.yaml", b"code: capabilities\nname: x\n")})
    assert bad.status_code == 422
    assert "edition.green_from" in bad.content.decode()
    assert client.post(f"{BASE}{draft.pk}/activate/").status_code == 302
    assert client.post(f"{BASE}{draft.pk}/activate/").status_code == 409
    assert client.post(f"{BASE}{draft.pk}/retire/").status_code == 302
    third = QuestionBank.objects.get(name="From yaml")
    assert client.post(f"{BASE}{third.pk}/remove/").status_code == 302
    assert set(QuestionBank.objects.values_list("name", flat=True)) == {bank.name, "From xlsx"}
    assert client.get(BASE).status_code == 200


# --- what helps ------------------------------------------------------------------------------------------


def test_a_document_is_open_to_partners_once_its_edition_is_in_use(cast, draft, sign_in):
    topic = topic_of(draft)
    sent = {"title": "Guide", "file": SimpleUploadedFile("guide.pdf", pdf())}
    assert sign_in(cast.operations).post(f"{BASE}topics/{topic.pk}/document/", sent).status_code == 302
    resource = Resource.objects.get()
    client, path = sign_in(cast.champion), f"{BASE}resources/{resource.pk}/"
    assert client.get(path).status_code == 404
    activate_bank(draft, by=cast.chief)
    answer = client.get(path)
    assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")
    link = Resource.objects.filter(url__gt="").exists()
    assert not link
    copied = draft_bank(draft, by=cast.operations)
    remove_bank(copied, by=cast.operations)
    assert sign_in(cast.seller).get(path).status_code == 200  # the edition in use keeps its document


def test_the_vendors_own_documents_stay_the_vendors(cast, draft, sign_in):
    edit_category(topic_of(draft).category, by=cast.operations, vendor_only=True)
    kept = add_document(topic_of(draft), by=cast.operations, title="", upload=paper())
    activate_bank(draft, by=cast.chief)
    assert sign_in(cast.champion).get(f"{BASE}resources/{kept.pk}/").status_code == 404
    assert sign_in(cast.cam).get(f"{BASE}resources/{kept.pk}/").status_code == 200


# --- the interface ---------------------------------------------------------------------------------------


def test_the_whole_way_over_the_api(cast, bank):
    client = token_client(cast.chief)

    def call(verb, path, data=None):
        return getattr(client, verb)(f"/api/v1/{path}", data or {}, content_type="application/json")

    made = call("post", "question-banks/", {"source": str(bank.pk)}).json()
    at = f"question-banks/{made['id']}/"
    assert call("patch", at, {"name": "Next", "version": made["version"]}).json()["name"] == "Next"
    assert call("patch", at, {"name": "Late", "version": made["version"]}).status_code == 409
    part = call("post", "bank-categories/", {"bank_id": made["id"], "name": "New"}).json()
    heavier = call("patch", f"bank-categories/{part['id']}/", {"weight": "2", "version": part["version"]}).json()
    assert heavier["weight"].startswith("2")
    topic = call("post", "bank-topics/", {"category_id": part["id"], "name": "T"}).json()
    options = [{"text": "No", "score": "1"}, {"text": "Yes", "score": "100"}]
    values = {"questions": [{"text": "?", "kind": "single", "options": options}]}
    whole = call("patch", f"bank-topics/{topic['id']}/", values | {"version": 1}).json()
    assert [o["code"] for o in whole["questions"][0]["options"]] == ["o1", "o2"]
    assert call("patch", f"bank-topics/{topic['id']}/", {"by": "x", "version": 2}).status_code == 400
    assert call("post", f"bank-topics/{topic['id']}/move/", {"up": True}).status_code == 200
    sent = {"title": "Guide", "file": SimpleUploadedFile("guide.pdf", pdf())}
    kept = client.post(f"/api/v1/bank-topics/{topic['id']}/document/", sent).json()
    assert client.get(f"/api/v1/bank-resources/{kept['id']}/download/").content[:5] == b"%PDF-"
    assert call("post", f"bank-categories/{part['id']}/move/", {"up": True}).json()["order"] == 6
    fates = {q["code"]: q["fate"] for q in client.get(f"/api/v1/{at}compare/?with={bank.pk}").json()["questions"]}
    assert (fates["fit_openness_1"], fates["t_1"]) == ("comparable", "added")
    assert len(client.get(f"/api/v1/{at}preview/?view=manager").json()["topics"]) == 31
    content = client.get(f"/api/v1/{at}export/").content
    copied = client.post("/api/v1/question-banks/import/", {"file": SimpleUploadedFile("b.xlsx", content)})
    assert copied.status_code == 201, copied.content
    assert call("delete", f"question-banks/{copied.json()['id']}/").status_code == 204
    bad = call("post", "question-banks/", {"yaml": "code: x\n"})
    assert (bad.status_code, bool(bad.json()["problems"])) == (400, True)
    assert client.get(f"/api/v1/{at}document/").json()["categories"][6 - 1]["code"] == "new"
    assert call("delete", f"bank-topics/{topic['id']}/").status_code == 204
    assert call("delete", f"bank-categories/{part['id']}/").status_code == 204
    assert call("post", f"{at}activate/").json()["state"] == "active"
    assert call("post", f"{at}retire/").json()["state"] == "retired"
    assert token_client(cast.champion).get("/api/v1/question-banks/").status_code == 403
