"""Question banks as files: what goes out comes in again, and what is wrong is told by line, column and reason."""

from types import SimpleNamespace

import pytest

from partners.models import Tier
from prm.kernel.errors import Invalid, NotAllowed
from prm.kernel.uploads import Upload
from scorecards.actions import add_document, draft_bank, edit_bank, edit_topic, import_bank
from scorecards.bank_shape import BadBank, tables_of
from scorecards.bank_sheets import to_sheets
from scorecards.bank_yaml import to_yaml
from scorecards.models import Option, QuestionBank, Topic
from tests.papers import pdf
from tests.standing import stands

ODD = "=cmd|' /C calc'!A0 „Grüße“ <script>alert(1)</script> عربى\nzweite Zeile"


@stands
def odd(cast: SimpleNamespace, bank: QuestionBank) -> QuestionBank:
    """A draft with everything that could get lost on the way."""
    Tier.objects.create(code="gold", name="Gold", level=3)
    draft = draft_bank(bank, by=cast.operations)
    edit_bank(draft, by=cast.operations, name="007", lenses=[*bank.lenses, {"name": "Kultur & Öl", "meaning": ODD}])
    topic = Topic.objects.get(bank=draft, code="fit_philosophy")
    edit_topic(
        topic,
        by=cast.operations,
        name="true",
        weight="0.5",
        for_types=["msp", "reseller"],
        for_tiers=["gold", "none"],
        for_stages=["sell"],
        action_text=ODD,
        resources=[{"title": ODD[:100], "url": "https://acme.example/a?b=c&d=e"}],
        questions=[
            {"code": "fit_philosophy_1", "text": ODD, "kind": "single", "allow_na": True, "weight": "2.25"}
            | {"options": [{"text": "1e5", "score": "33.33"}, {"text": "no", "score": "100"}]},
            {"text": "# Words?", "kind": "text", "required": False},
        ],
    )
    add_document(topic, by=cast.operations, title="", upload=Upload("guide.pdf", pdf()))
    return draft


def content_of(bank: QuestionBank, kind: str) -> bytes:
    return to_sheets(tables_of(bank)) if kind == "xlsx" else to_yaml(tables_of(bank)).encode()


@pytest.mark.parametrize("kind", ["yaml", "xlsx"])
def test_what_goes_out_comes_in_again(cast, odd, kind):
    made = import_bank(content_of(odd, kind), by=cast.operations, kind=kind)
    assert (made.state, made.edition) == ("draft", 3)
    assert tables_of(made) == tables_of(odd)
    assert len(tables_of(made)["options"]) > 100


BAD = """code: capabilities
name: Too little
green_from: '75'
yellow_from: '80'
min_peers: 4
peer_months: 12
categories:
- code: one
  name: One
  colour: red
  topics:
  - code: one_1
    name: ''
    best_practice: '101'
    lens: nothing
    questions:
    - code: q1
      text: Why?
      kind: choice
      options:
      - {code: o1, text: A, score: NaN}
      - {code: o1, text: B, score: １０}
"""


def test_everything_wrong_is_told_with_its_line_and_nothing_comes_in(cast, bank):
    with pytest.raises(BadBank) as refused:
        import_bank(BAD.encode(), by=cast.operations, kind="yaml")
    told = {(p.line, p.column) for p in refused.value.problems}
    assert told >= {
        (5, "edition.min_peers"),
        (10, "categories.colour"),
        (13, "topics.name"),
        (14, "topics.best_practice"),
        (15, "topics.lens"),
        (19, "questions.kind"),
        (21, "options.score"),
        (22, "options.score"),
    }
    assert all(p.reason for p in refused.value.problems)
    assert QuestionBank.objects.count() == 1


def test_a_wrong_cell_of_a_sheet_is_told_with_sheet_and_row(cast, bank):
    tables = tables_of(bank)
    tables["questions"][1]["topic"] = "nowhere"
    tables["options"][0]["score"] = "0"
    with pytest.raises(BadBank) as refused:
        import_bank(to_sheets(tables), by=cast.operations, kind="xlsx")
    told = {(p.line, p.column) for p in refused.value.problems}
    assert {(3, "questions.topic"), (2, "options.score")} <= told
    assert Option.objects.filter(question__bank__edition=2).count() == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "yaml"),
        (b"- just\n- a list", "yaml"),
        (b"a: [", "yaml"),
        (b"\xff\xfe", "yaml"),
        (b"a: &a [1]\nb: &b [*a,*a]\ncategories: [*b]", "yaml"),
        (b"code: x\n", "yaml"),
        (b"no workbook", "xlsx"),
    ],
)
def test_what_is_no_question_bank_is_refused_in_words(cast, content, kind):
    with pytest.raises(Invalid) as refused:
        import_bank(content, by=cast.operations, kind=kind)
    assert str(refused.value)
    assert not QuestionBank.objects.exists()


@pytest.mark.parametrize("who", ["cam", "admin", "champion", "finance"])
def test_only_operations_and_the_chief_bring_one(cast, bank, who):
    with pytest.raises(NotAllowed):
        import_bank(content_of(bank, "yaml"), by=getattr(cast, who), kind="yaml")
