"""The result: the same figures on page, paper, in interface and spreadsheet; and nothing of the vendor's own."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal

import pypdfium2
import pytest
from openpyxl import load_workbook

from prm.kernel import clock
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.isolation.unpack import text_of
from prm.kernel.uploads import Upload
from prm.kernel.web.format import formatter
from qbr.actions import make_deck, open_review, share_deck
from qbr.models import Deck
from scorecards.actions import (
    NoGoals,
    accept_action_item,
    activate_bank,
    add_action_item,
    answer_question,
    attach_evidence,
    draft_bank,
    reopen_assessment,
    review_assessment,
    set_goal,
    start_assessment,
    submit_assessment,
)
from scorecards.models import ActionItem, Assessment, Category, Evidence, Goal, Option, Question, Topic
from scorecards.paper import result_pdf
from scorecards.queries import action_plan, result_sheet
from tests.house import routes
from tests.papers import pdf
from tests.qbr.conftest import deliver
from tests.scorecards.filling import fill, question, submitted
from tests.standing import stands

SOON = dt.timedelta(days=90)


@stands
def reviewed(cast, bank):
    """The second scorecard of Northwind, reviewed with a goal, and one action under way."""
    submitted(cast.northwind, by=cast.champion, place=1)
    done = submitted(cast.northwind, by=cast.champion, place=3)
    goal = {"topic": "cap_presales", "goal_score": Decimal("88.5"), "due_on": clock.today() + SOON}
    review_assessment(done, by=cast.cam, comment="Pre-sales first.", goals=[goal])
    item = ActionItem.objects.filter(partner=cast.northwind, state="recommended").order_by("pk").first()
    accept_action_item(item, by=cast.cam, owner=cast.champion, due_on=clock.today() + SOON)
    return done


def pages_of(pdf):
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_page_interface_paper_and_spreadsheet_tell_the_same(cast, sign_in, reviewed):
    client, write = sign_in(cast.champion), formatter()
    sheet = result_sheet(reviewed, cast.champion)
    path = f"/scorecards/{reviewed.pk}/"
    page = client.get(path).content.decode()
    told = client.get(f"/api/v1/assessments/{reviewed.pk}/result/").json()
    (paper,) = pages_of(client.get(f"{path}result.pdf").content)
    book = load_workbook(io.BytesIO(client.get(f"{path}result.xlsx").content))
    cells = {(row[0], row[1]): row[2:] for row in book["Result"].values}
    by_code = {(line["level"], line["code"]): line for line in told["topics"] + told["categories"] + told["lenses"]}
    number = lambda value: None if value in (None, "") else Decimal(str(value))
    names = {"category": "Category", "lens": "Lens", "topic": "Topic"}
    assert len(sheet.lines) == 1 + 6 + 6 + 30
    for line in sheet.lines[1:]:
        api, row = by_code[line.level, line.code], cells[names[line.level], line.name]
        figures = (line.score, line.best_practice, line.gap, line.last, line.change, line.goal)
        assert tuple(number(api[k]) for k in ("score", "best_practice", "gap", "last", "change", "goal")) == figures
        assert tuple(number(row[n]) for n in (1, 3, 4, 6, 7, 8)) == figures
        assert line.status == api["status"] == row[2]
        assert write.score(line.score) in paper
        assert re.search(rf"{line.name}.*?{re.escape(write.score(line.score))}", page, re.DOTALL)
        assert line.name in paper
    assert number(told["overall"]["score"]) == sheet.overall.score == reviewed.overall
    assert "Pre-sales first." in page
    assert "Pre-sales first." in paper
    assert f">{write.score(sheet.overall.score)}<" in page
    assert "88.5" in paper


def test_the_paper_is_one_page_whatever_is_in_it(cast, bank):
    """Ninety topics with names of 160 letters, a long comment, and a partner with a long name."""
    done = submitted(cast.northwind, by=cast.champion, place=1)
    kept = done.result
    for n in range(60):
        code = f"more_{n}"
        kept["topics"][code], kept["names"][code], kept["statuses"][code] = "12.0", f"{n} " + "Wörter " * 22, "red"
        kept["best_practice"][code], kept["category_of"][code] = "80.0", "fit"
        kept["order"].append(code)
    done.review_comment = "So viel zu sagen. <b>Nicht fett</b> " * 55
    done.partner.name = "Ä" * 200
    for n in range(9):
        add_action_item(cast.northwind, f"{n} " + "sehr lang " * 40, by=cast.cam, owner=cast.cam, due_on=clock.today())
    content = result_pdf(result_sheet(done, cast.cam), action_plan(cast.northwind, cast.cam))
    (text,) = pages_of(content)
    assert "stand in the spreadsheet" in text
    assert "<b>Nicht" in text


def next_edition(bank):
    """Edition 2: one question gets other scores, so that it can no longer be compared."""
    draft = draft_bank(bank, by=None)
    asked = Question.objects.filter(bank=draft, scored=True, kind="single", vendor_only=False).order_by("code").first()
    Option.objects.filter(question=asked, order=asked.options.earliest("order").order).update(score="2")
    return activate_bank(draft, by=None)


def test_across_editions_changes_are_counted_on_what_both_asked(cast, bank, sign_in):
    before = submitted(cast.northwind, by=cast.champion, place=2)
    next_edition(bank)
    after = submitted(cast.northwind, by=cast.champion, place=4)
    sheet = result_sheet(after, cast.champion)
    assert (sheet.bridge.comparable, sheet.bridge.asked) == (35, 36)
    assert sheet.overall.last == before.overall
    assert sheet.overall.change == sheet.bridge.later - sheet.bridge.earlier != after.overall - before.overall
    page = sign_in(cast.champion).get(f"/scorecards/{after.pk}/").content.decode()
    assert "35 of 36 questions both ask alike" in page
    assert "Bridge 1 to 2" in page
    same = submitted(cast.northwind, by=cast.champion, place=4)  # the negative control: one edition, no bridge
    assert result_sheet(same, cast.champion).bridge is None


# --- goals -------------------------------------------------------------------------------------------------


def test_a_review_sets_goals_or_says_that_none_are_needed(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=2)
    with pytest.raises(NoGoals):
        review_assessment(done, by=cast.cam, comment="Fine")
    done.refresh_from_db()
    assert done.state == "submitted"
    goal = {"topic": "fit_verticals", "goal_score": Decimal(90), "due_on": clock.today() + SOON}
    with pytest.raises(Invalid):
        review_assessment(done, by=cast.cam, comment="Fine", goals=[goal], none_needed=True)
    review_assessment(done, by=cast.cam, comment="Fine", goals=[goal])
    assert [g.topic.code for g in done.goals.select_related("topic")] == ["fit_verticals"]


def test_goals_that_do_not_fit_are_refused(cast, bank):
    done = submitted(cast.northwind, by=cast.champion, place=3)
    soon = clock.today() + SOON
    for topic, score, day in (
        ("nothing", "90", soon),
        ("fit_verticals", "100.1", soon),
        ("fit_verticals", "0", soon),
        ("fit_verticals", "NaN", soon),
        ("fit_verticals", "90.55", soon),
        ("fit_verticals", "10", soon),  # it has more already
        ("fit_verticals", "90", clock.today() - dt.timedelta(days=1)),
    ):
        with pytest.raises(Invalid):
            set_goal(done, topic, by=cast.cam, goal_score=Decimal(score), due_on=day)
    with pytest.raises(NotAllowed):
        set_goal(done, "fit_verticals", by=cast.seller, goal_score=Decimal(90), due_on=soon)
    assert not Goal.objects.exists()
    first = set_goal(done, "fit_verticals", by=cast.champion, goal_score=Decimal(90), due_on=soon)
    again = set_goal(done, "fit_verticals", by=cast.cam, goal_score=Decimal(95), due_on=soon)
    assert (first.pk, Goal.objects.get().goal_score) == (again.pk, 95)


def test_a_goal_of_last_time_is_measured_by_the_next_scorecard(cast, bank, sign_in):
    first = submitted(cast.northwind, by=cast.champion, place=2)
    for topic, score in (("fit_verticals", 60), ("fit_openness", 99)):
        set_goal(first, topic, by=cast.cam, goal_score=Decimal(score), due_on=clock.today() + SOON)
    second = submitted(cast.northwind, by=cast.champion, place=4)
    goals = {goal.topic: goal for goal in result_sheet(second, cast.cam).goals}
    assert (goals["fit_verticals"].is_reached, goals["fit_openness"].is_reached) == (True, False)
    assert all(goal.is_earlier for goal in goals.values())
    client = sign_in(cast.champion)
    assert "of last time" in client.get(f"/scorecards/{second.pk}/").content.decode()
    form = {"topic": "fit_openness", "goal_score": "100", "due_on": (clock.today() + SOON).isoformat()}
    assert client.post(f"/scorecards/{second.pk}/goals/", form).status_code == 302
    assert client.post(f"/scorecards/{second.pk}/goals/", form | {"goal_score": "ü"}).status_code == 422
    mine = Goal.objects.get(assessment=second)
    assert client.post(f"/scorecards/goals/{mine.pk}/remove/").status_code == 302
    reply = client.post(f"/api/v1/assessments/{second.pk}/goal/", form, content_type="application/json")
    assert reply.status_code == 200, reply.content
    reopen_assessment(second, by=cast.cam, reason="typo")
    assert not Goal.objects.filter(assessment=second).exists()


# --- what the vendor keeps to itself -----------------------------------------------------------------------

CANARY = "zqcanaryvendoronly"


def vendor_only_part(bank):
    """A category of the vendor's own in the edition in use, as its editor would have put it there."""
    category = Category.objects.create(
        bank=bank, code=f"{CANARY}_c", name=f"{CANARY} category", vendor_only=True, order=99
    )
    topic = Topic.objects.create(
        bank=bank, category=category, code=f"{CANARY}_t", name=f"{CANARY} topic", vendor_only=True, best_practice=80,
        order=1, lens="capability", action_text=f"{CANARY} action",
    )  # fmt: skip
    asked = Question.objects.create(
        bank=bank, topic=topic, code=f"{CANARY}_q", text=f"{CANARY} question", kind="single", vendor_only=True
    )
    Option.objects.create(question=asked, code="o1", text=f"{CANARY} option", score=Decimal("13.7"), vendor_only=True)


@pytest.fixture
def secret(cast, bank, settings, tmp_path):
    """The vendor's own view of Northwind, with a part of the questionnaire that partners do not know of, and proofs."""
    settings.MEDIA_ROOT = tmp_path
    vendor_only_part(bank)
    submitted(cast.northwind, by=cast.champion, place=4)
    view = start_assessment(cast.northwind, kind=Assessment.Kind.VENDOR_VIEW, by=cast.cam)
    fill(view, by=cast.cam, place=1)
    answer_question(view, question(view, "biz_collaboration_2"), text=f"{CANARY} words", by=cast.cam)
    topic = Topic.objects.get(bank=bank, code=f"{CANARY}_t")
    of_question = {"question": question(view, f"{CANARY}_q"), "topic": topic}
    for place in (of_question, {"topic": Topic.objects.get(bank=bank, code="fit_verticals")}):
        file = Upload(f"{CANARY}.pdf", pdf(f"{CANARY} proof of {place['topic'].code}"))
        attach_evidence(view, by=cast.cam, file=file, **place)
    view = submit_assessment(view, by=cast.cam)
    goal = {"topic": f"{CANARY}_t", "goal_score": Decimal(70), "due_on": clock.today() + SOON}
    review_assessment(view, by=cast.cam, comment=f"{CANARY} conclusion", goals=[goal])
    return view


def opened(cast, client, view):
    """Every address of scorecards, reviews and partners with every record of Northwind in it, and what it answers."""
    for address in routes.views():
        area = address.route.split("/")[0]
        if "get" not in address.methods or area not in {"scorecards", "reviews", "partners", "api"}:
            continue
        if address.is_the_same_for_all or address.is_outside:
            continue
        models = [address.model_of(keyword) for keyword in address.keywords]
        if len(models) > 1 or None in models:
            continue
        rows = [None]
        if models:
            found = models[0].objects.all()
            if models[0]._meta.label == "partners.Partner":
                found = found.filter(pk=cast.northwind.pk)
            rows = list(found.values_list("pk", flat=True)[:40])
            rows += [view.pk] if models[0] is Assessment and view.pk not in rows else []
        for pk in rows:
            values = dict.fromkeys(address.keywords, pk)
            yield address.path(values), client.get(address.path(values))


def test_what_is_the_vendors_alone_is_in_nothing_a_partner_can_open(cast, sign_in, secret):
    deck = make_deck(open_review(cast.northwind, by=cast.cam), by=cast.cam)
    assert deliver(deck) == "done"
    deck = share_deck(Deck.objects.get(pk=deck.pk), by=cast.cam)
    client = sign_in(cast.champion)
    answers = dict(opened(cast, client, secret))
    answers |= {path: client.get(path) for path in (f"/reviews/decks/{deck.pk}/{kind}/" for kind in ("pptx", "pdf"))}
    kinds = {reply.get("Content-Type", "").split(";")[0] for reply in answers.values() if reply.status_code == 200}
    assert {"text/html", "application/json", "application/pdf"} <= kinds
    assert {"spreadsheetml", "presentationml"} <= {kind.split(".")[-2] for kind in kinds if "openxml" in kind}
    texts = {path: text_of(reply) for path, reply in answers.items() if str(secret.pk) not in path}
    assert [path for path, text in texts.items() if CANARY in text or str(secret.pk) in text] == []
    files = {str(pk) for pk in Evidence.objects.filter(vendor_only=True).values_list("pk", flat=True)}
    assert len([path for path in answers if any(pk in path for pk in files)]) >= len(files) == 2
    own = [reply.status_code for path, reply in answers.items() if any(pk in path for pk in {str(secret.pk), *files})]
    assert own
    assert set(own) <= {403, 404}  # 403 where the role opens no such address, whatever the id


def test_the_vendor_sees_the_canary_in_every_kind_of_document(cast, sign_in, secret):
    """The negative control: the search finds it in a page, in data, on paper and in a spreadsheet."""
    client = sign_in(cast.cam)
    for path in ("", "result.pdf", "result.xlsx"):
        assert CANARY in text_of(client.get(f"/scorecards/{secret.pk}/{path}")), path
    assert CANARY in text_of(client.get(f"/api/v1/assessments/{secret.pk}/result/"))
    for evidence in Evidence.objects.all():
        assert f"{CANARY} proof".encode() in client.get(evidence.get_absolute_url()).getvalue(), evidence
    assert f"{CANARY}.pdf" in text_of(client.get(f"/scorecards/{secret.pk}/answers/"))
