"""Writing a draft by keyboard: one page for an edition, one for a category, one for a topic with all its questions.

Enter saves the whole page; the cursor then stands in the empty line for the next entry. The buttons of a row save
first, too, so nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from partners.models import Tier
from prm.kernel.errors import Invalid, Refused
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own
from scorecards.actions import (
    add_category,
    add_document,
    add_topic,
    edit_bank,
    edit_category,
    edit_topic,
    move_part,
    remove_part,
)
from scorecards.bank_fields import as_text
from scorecards.bank_filled import bank_shape, category_shape, tier_choices, topic_shape
from scorecards.bank_forms import (
    BankForm,
    CategoryForm,
    DocumentForm,
    Shape,
    TopicForm,
    moved,
    parsed,
)
from scorecards.models import Category, QuestionBank, Topic
from scorecards.queries import (
    Comparability,
    comparability,
    contents_of,
    missing_in,
    predecessor_of,
    topic_part,
)
from scorecards.rows.bank import (
    BANK_TONES,
    marks_of,
    present_comparison,
    present_contents,
    switches_of,
    tier_names,
)

CATEGORY = Category.objects.select_related("bank")
TOPIC = Topic.objects.select_related("bank", "category__bank")


# --- the edition -----------------------------------------------------------------------------------------


@may("scorecards.view_bank", QuestionBank)
@require_safe
def bank(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    """An edition: categories with their topics, lenses, settings, and how far it can be compared."""
    return _bank_page(request, bank)


def _bank_page(request: HttpRequest, bank: QuestionBank, form: BankForm | None = None) -> HttpResponse:
    member = member_of(request)
    contents = contents_of(bank)
    before = predecessor_of(bank)
    is_draft = bank.state == QuestionBank.State.DRAFT
    editable = is_draft and permits(member, "scorecards.edit_bank", bank)
    names = tier_names(Tier.objects.order_by("level"))
    if editable and form is None:
        shape = bank_shape(bank, [part.category for part in contents])
        form = BankForm(shape, bound=False, at=request.GET.get("at", ""))
    lines = present_contents(bank, contents, names)
    context = {
        "bank": bank,
        "tone": BANK_TONES[bank.state],
        "lines": lines,
        "form": form if editable else None,
        "rows": _beside(form.category_rows, lines) if editable and form else [],
        "is_draft": is_draft,
        "editable": editable,
        "missing": missing_in(contents) if is_draft else [],
        "before": before,
        "comparison": present_comparison(comparability(before, bank)) if before else None,
        "may_edit": permits(member, "scorecards.edit_bank", bank),
        "may_activate": permits(member, "scorecards.activate_bank", bank),
    }
    return render(request, "scorecards/bank/bank.html", context)


@may("scorecards.edit_bank", QuestionBank)
@require_POST
def bank_save(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    """Save settings, lenses and categories of a draft, and carry out the button of a row."""
    shape = parsed(request.POST)
    form = BankForm(shape, bound=True)
    categories = {str(c.pk): c for c in Category.objects.filter(bank=bank).select_related("bank")}
    lenses = len(bank.lenses)

    def act(data: Any) -> str:
        _save_bank(bank, shape, member_of(request))
        rows = shape.get("categories", [])
        _save_rows(
            rows, "categories", categories, lambda **values: add_category(bank, **values), edit_category, request
        )
        if _do_with_part(request, rows, "categories", categories):
            return ""
        is_lens = len(shape.get("lenses", [])) > lenses
        return f"lenses.{len(shape['lenses'])}.name" if is_lens else f"categories.{len(rows)}.name"

    return _save(request, form, act, lambda form: _bank_page(request, bank, form), bank.get_absolute_url())


def _save_bank(bank: QuestionBank, shape: Shape, by: Membership) -> None:
    names = ("name", "green_from", "yellow_from", "min_peers", "peer_months")
    changed: Shape = {
        name: shape[name] for name in names if name in shape and shape[name] != as_text(getattr(bank, name))
    }
    lenses = [{name: row.get(name, "") for name in ("id", "name", "meaning")} for row in shape.get("lenses", [])]
    if lenses != bank.lenses:
        changed["lenses"] = lenses
    if changed:
        edit_bank(bank, by=by, seen_version=_version(shape), **changed)


# --- a category ------------------------------------------------------------------------------------------


@may("scorecards.view_bank", CATEGORY)
@require_safe
def category(request: HttpRequest, category: Category) -> HttpResponse:
    """A category with a line for each topic."""
    return _category_page(request, category)


def _lenses_of(bank: QuestionBank) -> list[tuple[str, str]]:
    return [("", "–"), *[(lens["id"], lens["name"]) for lens in bank.lenses]]


def _category_page(request: HttpRequest, category: Category, form: CategoryForm | None = None) -> HttpResponse:
    contents = contents_of(category.bank)
    part = next(part for part in contents if part.category.pk == category.pk)
    editable = _is_editable(request, category.bank)
    if editable and form is None:
        shape = category_shape(category, [t.topic for t in part.topics])
        form = CategoryForm(shape, lenses=_lenses_of(category.bank), bound=False, at=request.GET.get("at", ""))
    line = present_contents(category.bank, [part], tier_names(Tier.objects.order_by("level")))[0]
    context = {
        "bank": category.bank,
        "category": category,
        "line": line,
        "editable": editable,
        "form": form if editable else None,
        "rows": _beside(form.topic_rows, line.topics) if editable and form else [],
        "others": [p.category for p in contents],
    }
    return render(request, "scorecards/bank/category.html", context)


@may("scorecards.edit_bank", CATEGORY)
@require_POST
def category_save(request: HttpRequest, category: Category) -> HttpResponse:
    """Save a category of a draft with the lines of its topics, and carry out the button of a row."""
    shape = parsed(request.POST)
    form = CategoryForm(shape, lenses=_lenses_of(category.bank), bound=True)
    topics = {str(t.pk): t for t in TOPIC.filter(category=category)}

    def act(data: Any) -> str:
        by = member_of(request)
        given = {name: shape.get(name, "") for name in ("name", "weight")}
        given |= {name: name in shape for name in ("screening", "vendor_only")}
        changed = {name: value for name, value in given.items() if as_text(value) != as_text(getattr(category, name))}
        if changed:
            edit_category(category, by=by, seen_version=_version(shape), **changed)
        rows = shape.get("topics", [])
        _save_rows(rows, "topics", topics, lambda **values: add_topic(category, **values), edit_topic, request)
        return "" if _do_with_part(request, rows, "topics", topics) else f"topics.{len(rows)}.name"

    here = _address("category", category.pk)
    return _save(request, form, act, lambda form: _category_page(request, category, form), here)


# --- a topic ---------------------------------------------------------------------------------------------


@may("scorecards.view_bank", TOPIC)
@require_safe
def topic(request: HttpRequest, topic: Topic) -> HttpResponse:
    """A topic with its switches, its action, and its questions with all their answers."""
    return _topic_page(request, topic)


def _topic_page(
    request: HttpRequest, topic: Topic, form: TopicForm | None = None, document: DocumentForm | None = None
) -> HttpResponse:
    part = topic_part(topic)
    bank = topic.bank
    tiers = list(Tier.objects.order_by("level"))
    editable = _is_editable(request, bank)
    if editable and form is None:
        form = TopicForm(topic_shape(part), bound=False, at=request.GET.get("at", ""), **_choices(bank, tiers))
    before = predecessor_of(bank)
    found: Comparability | None = comparability(before, bank) if before else None
    marks = marks_of(found)
    siblings = list(Topic.objects.filter(category=topic.category_id).order_by("order", "code").only("name"))
    at = next(n for n, one in enumerate(siblings) if one.pk == topic.pk)
    files = {r.code: r for r in part.resources if r.file_id}
    context = {
        "bank": bank,
        "topic": topic,
        "part": part,
        "marks": marks,
        "editable": editable,
        "form": form if editable else None,
        "questions": [(row, marks.get(str(row.fields["code"].value() or ""))) for row in form.question_rows]
        if editable and form
        else [],
        "shown": [(q, marks.get(q.question.code)) for q in part.questions],
        "resources": [(row, files.get(str(row.fields["code"].value() or ""))) for row in form.resource_rows]
        if editable and form
        else [],
        "document": document or DocumentForm(auto_id="document_%s"),
        "lens": next((lens["name"] for lens in bank.lenses if lens["id"] == topic.lens), ""),
        "switches": switches_of(topic, tier_names(tiers)) or _("everybody"),
        "previous": siblings[at - 1] if at else None,
        "next": siblings[at + 1] if at + 1 < len(siblings) else None,
    }
    return render(request, "scorecards/bank/topic.html", context)


def _choices(bank: QuestionBank, tiers: list[Tier]) -> dict[str, Any]:
    return {"lenses": _lenses_of(bank), "tiers": tier_choices(tiers, own("Without a tier"))}


@may("scorecards.edit_bank", TOPIC)
@require_POST
def topic_save(request: HttpRequest, topic: Topic) -> HttpResponse:
    """Save a topic of a draft with all its questions and answers in the order of the page."""
    shape = parsed(request.POST)
    do = request.POST.get("do", "")
    at = moved(shape, do) if do else f"questions.{len(shape.get('questions', []))}.text"
    tiers = list(Tier.objects.order_by("level"))
    form = TopicForm(shape, bound=True, **_choices(topic.bank, tiers))
    lists = {name: shape.get(name, []) for name in ("questions", "resources")}
    several = {name: shape.get(name, []) for name in ("life_stages", "for_types", "for_tiers", "for_stages")}
    names = ("name", "best_practice", "weight", "lens", "action_text", "action_owner", "action_days")

    def act(data: Any) -> str:
        values = {name: shape.get(name, "") for name in names}
        edit_topic(topic, by=member_of(request), seen_version=_version(shape), **values, **several, **lists)
        return f"{at}.text" if do and at else at

    return _save(request, form, act, lambda form: _topic_page(request, topic, form), _address("topic", topic.pk))


@may("scorecards.edit_bank", TOPIC)
@require_POST
def document_add(request: HttpRequest, topic: Topic) -> HttpResponse:
    """Add a document that helps with the topic's action."""
    return submit(
        request,
        DocumentForm(request.POST, request.FILES, auto_id="document_%s"),
        lambda data: add_document(topic, by=member_of(request), title=data["title"], upload=data["file"]),
        again=lambda form: _topic_page(request, topic, document=form),  # type: ignore[arg-type]
        then=lambda kept: _address("topic", topic.pk) + "#resources",
    )


# --- what they share -------------------------------------------------------------------------------------


def _is_editable(request: HttpRequest, bank: QuestionBank) -> bool:
    return bank.state == QuestionBank.State.DRAFT and permits(member_of(request), "scorecards.edit_bank", bank)


def _address(name: str, pk: Any) -> str:
    return reverse(f"scorecards:{name}", args=[pk])


def _beside(rows: list[Any], lines: Any) -> list[tuple[Any, Any]]:
    """The fields of each row with what the page tells about it; a row that is not kept yet has nothing."""
    known = {str(line.pk): line for line in lines}
    return [(row, known.get(str(row.fields["id"].value() or ""))) for row in rows]


def _version(shape: Shape) -> int | None:
    text = str(shape.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@contextmanager
def _at(path: str) -> Iterator[None]:
    """What is refused inside is said of the row it stands in."""
    try:
        yield
    except Refused as refusal:
        refusal.field = f"{path}.{refusal.field}" if refusal.field else f"{path}.name"
        raise


def _save_rows(rows: list[Shape], kind: str, known: dict[str, Any], add: Any, edit: Any, request: HttpRequest) -> None:
    """Save the lines that were changed, and add those that are new."""
    by = member_of(request)
    for number, row in enumerate(rows):
        with _at(f"{kind}.{number}"):
            values = {name: value for name, value in row.items() if name not in ("id", "version")}
            if not row.get("id"):
                add(by=by, **{name: value for name, value in values.items() if value not in ("", None)})
                continue
            part = known.get(row["id"])
            if part is None:
                raise Invalid(_("This line is not there any more. Reload to see what is new."), field="name")
            changed = {name: value for name, value in values.items() if as_text(value) != as_text(getattr(part, name))}
            if changed:
                edit(part, by=by, seen_version=_version(row), **changed)


def _do_with_part(request: HttpRequest, rows: list[Shape], kind: str, known: dict[str, Any]) -> bool:
    """Carry out the button of a row: up, down, or away with it."""
    verb, _colon, path = request.POST.get("do", "").partition(":")
    number = path.removeprefix(f"{kind}.")
    if verb not in ("up", "down", "drop") or not (number.isascii() and number.isdigit()) or int(number) >= len(rows):
        return False
    part = known.get(str(rows[int(number)].get("id", "")))
    if part is None:
        return False
    part.refresh_from_db(fields=["version"])
    if verb == "drop":
        remove_part(part, by=member_of(request))
    else:
        move_part(part, by=member_of(request), up=verb == "up")
    return True


def _save(request: HttpRequest, form: Any, act: Any, again: Any, here: str) -> HttpResponse:
    """Save, and come back to the page with the cursor where one goes on."""
    return submit(request, form, act, again=again, then=lambda at: f"{here}?at={at}" if at else here)
