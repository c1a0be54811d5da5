"""Writing a draft: categories, topics with their questions and answers, and what helps with their actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from partners.models import Tier
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.files import store_upload
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership, StoredFile
from prm.kernel.policies import require
from prm.kernel.uploads import Upload
from scorecards.actions.bank import count_options, new_code, nothing_refers_to_it, open_draft
from scorecards.bank_fields import CATEGORY, CODE, OPTION, QUESTION, RESOURCE, TOPIC, values_of
from scorecards.models import Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries import KEPT_FOR, NO_TIER

MOST_QUESTIONS, MOST_OPTIONS, MOST_RESOURCES = 20, 12, 20


@transaction.atomic
def add_category(bank: QuestionBank, /, *, by: Membership | None, **values: Any) -> Category:
    """Add a category at the end of a draft."""
    require(by, "scorecards.edit_bank", bank)
    open_draft(bank)
    found = values_of(CATEGORY, values, whole=True)
    category = Category(bank=bank, code=new_code(bank, Category, found["name"]), **found)
    category.order = _last(Category.objects.filter(bank=bank)) + 1
    category.save()
    record(bank, "bank.part_added", by=by, vendor_only=True, edition=bank.edition, part=category.name)
    return category


@transaction.atomic
def edit_category(
    category: Category, /, *, by: Membership | None, seen_version: int | None = None, **values: Any
) -> Category:
    """Change a category of a draft; when it becomes the vendor's alone, so does all that is in it."""
    require(by, "scorecards.edit_bank", category.bank)
    open_draft(category.bank)
    touch(category, seen_version=seen_version)
    found = values_of(CATEGORY, values)
    for field, value in found.items():
        setattr(category, field, value)
    category.save(update_fields=[*found, "updated_at"])
    if "vendor_only" in found:
        for parts in _below(category):
            parts.exclude(vendor_only=category.vendor_only).update(vendor_only=category.vendor_only)
    _edited(category.bank, category, by)
    return category


@transaction.atomic
def add_topic(category: Category, /, *, by: Membership | None, **values: Any) -> Topic:
    """Add a topic at the end of a category of a draft."""
    require(by, "scorecards.edit_bank", category.bank)
    bank = category.bank
    open_draft(bank)
    found = _topic_values(bank, {"best_practice": "70", **values}, whole=True)
    topic = Topic(bank=bank, category=category, code=new_code(bank, Topic, found["name"]), **found)
    topic.order = _last(Topic.objects.filter(category=category)) + 1
    topic.vendor_only = category.vendor_only
    topic.save()
    record(bank, "bank.part_added", by=by, vendor_only=True, edition=bank.edition, part=topic.name)
    return topic


@transaction.atomic
def edit_topic(
    topic: Topic,
    /,
    *,
    by: Membership | None,
    seen_version: int | None = None,
    questions: Sequence[Mapping[str, Any]] | None = None,
    resources: Sequence[Mapping[str, Any]] | None = None,
    **values: Any,
) -> Topic:
    """Change a topic of a draft; what is not named stays.

    `questions` (each with its `options`) and `resources` are the whole list in its order: those with a known `code`
    are changed, those without one are new and get a code, those left out are taken away.
    """
    require(by, "scorecards.edit_bank", topic.bank)
    open_draft(topic.bank)
    touch(topic, seen_version=seen_version)
    found = _topic_values(topic.bank, values)
    for field, value in found.items():
        setattr(topic, field, value)
    topic.save(update_fields=[*found, "updated_at"])
    if questions is not None:
        _keep_questions(topic, questions)
    if resources is not None:
        _keep_resources(topic, resources)
    _edited(topic.bank, topic, by)
    return topic


@transaction.atomic
def add_document(topic: Topic, *, by: Membership | None, title: str, upload: Upload) -> Resource:
    """Keep a document that helps with the topic's action. Partners who have that action may open it."""
    require(by, "scorecards.edit_bank", topic.bank)
    open_draft(topic.bank)
    there = list(Resource.objects.filter(topic=topic).values_list("code", flat=True))
    if len(there) >= MOST_RESOURCES:
        raise Invalid(f"A topic has at most {MOST_RESOURCES} resources.", field="file")
    file = store_upload(upload, made_by=by, partner_id=None, kept_for=KEPT_FOR)
    name = values_of({"title": RESOURCE["title"]}, {"title": title or file.name[:160]})["title"]
    resource = Resource(bank=topic.bank, topic=topic, title=name, file=file, vendor_only=topic.vendor_only)
    resource.code, resource.order = _free("r", there), len(there) + 1
    resource.save()
    _edited(topic.bank, topic, by)
    return resource


@transaction.atomic
def move_part(part: Category | Topic, *, by: Membership | None, up: bool) -> Category | Topic:
    """Let a category or topic of a draft change places with its neighbour; at the end nothing happens."""
    require(by, "scorecards.edit_bank", part.bank)
    open_draft(part.bank)
    model: Any = type(part)
    near = {"category": part.category_id} if isinstance(part, Topic) else {"bank": part.bank_id}
    row = list(model.objects.filter(**near).order_by("order", "code"))
    place = next(n for n, other in enumerate(row) if other.pk == part.pk)
    other = place - 1 if up else place + 1
    if 0 <= other < len(row):
        row[place], row[other] = row[other], row[place]
        for number, one in enumerate(row, start=1):
            one.order = number
        model.objects.bulk_update(row, ["order"])
    record(part.bank, "bank.part_moved", by=by, vendor_only=True, edition=part.bank.edition, part=part.name)
    return part


@transaction.atomic
def remove_part(part: Category | Topic, *, by: Membership | None) -> QuestionBank:
    """Take a category or topic with all that is in it out of a draft."""
    require(by, "scorecards.edit_bank", part.bank)
    open_draft(part.bank)
    topics = Topic.objects.filter(category=part) if isinstance(part, Category) else Topic.objects.filter(pk=part.pk)
    bank, name = part.bank, part.name
    with nothing_refers_to_it():
        _drop_resources(Resource.objects.filter(topic__in=topics))
        Option.objects.filter(question__topic__in=topics).delete()
        Question.objects.filter(topic__in=topics).delete()
        topics.delete()
        if isinstance(part, Category):
            part.delete()
    return record(bank, "bank.part_removed", by=by, vendor_only=True, edition=bank.edition, part=name)


def _last(parts: Any) -> int:
    return parts.aggregate(last=Max("order"))["last"] or 0


def _edited(bank: QuestionBank, part: Category | Topic, by: Membership | None) -> None:
    record(bank, "bank.part_edited", by=by, vendor_only=True, edition=bank.edition, part=part.name)


def _below(category: Category) -> list[Any]:
    return [
        Topic.objects.filter(category=category),
        Question.objects.filter(topic__category=category),
        Option.objects.filter(question__topic__category=category),
        Resource.objects.filter(topic__category=category),
    ]


def _topic_values(bank: QuestionBank, values: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    found = values_of(TOPIC, values, whole=whole)
    if found.get("lens") and found["lens"] not in {lens["id"] for lens in bank.lenses}:
        raise Invalid("This edition has no such lens.", field="lens")
    unknown = set(found.get("for_tiers", ())) - {NO_TIER}
    if unknown:
        unknown -= set(Tier.objects.filter(code__in=unknown).values_list("code", flat=True))
    if unknown:
        raise Invalid(f"There is no tier {min(unknown)}.", field="for_tiers")
    return found


def _rows(wanted: Any, field: str, most: int) -> list[Mapping[str, Any]]:
    is_list = isinstance(wanted, Sequence | None) and not isinstance(wanted, str)
    rows: list[Any] = list(wanted or []) if is_list else [None]
    if any(not isinstance(row, Mapping) for row in rows):
        raise Invalid("A list of named values belongs here.", field=field)
    if len(rows) > most:
        raise Invalid(f"At most {most} here.", field=field)
    return rows


def _keep_questions(topic: Topic, wanted: Sequence[Mapping[str, Any]]) -> None:
    wanted = _rows(wanted, "questions", MOST_QUESTIONS)
    there = {q.code: q for q in Question.objects.filter(topic=topic)}
    options: dict[UUID, dict[str, Option]] = {q.pk: {} for q in there.values()}
    for option in Option.objects.filter(question__in=options):
        options[option.question_id][option.code] = option
    highest = count_options(list(there))
    left, kept_options, new_options = dict(there), [], []
    for place, row in enumerate(wanted):
        at = f"questions.{place}"
        given = {name: value for name, value in row.items() if name not in ("code", "options")}
        values = _read(QUESTION, given, at)
        is_words = values["kind"] == Question.Kind.TEXT
        offers = [] if is_words else _rows(row.get("options"), f"{at}.options", MOST_OPTIONS)
        values["scored"] = values["scored"] and not is_words
        code = str(row.get("code") or "")
        question = left.pop(code, None)
        if question is None:
            question = Question(bank=topic.bank, topic=topic, code=_fresh(topic, code, at))
        for field, value in {**values, "order": place + 1, "vendor_only": topic.vendor_only}.items():
            setattr(question, field, value)
        question.save()
        known = options.get(question.pk, {})
        found = _options(question, offers, known, highest.get(question.code, 0), at)
        kept_options += [option for option in found if option.code in known]
        new_options += [option for option in found if option.code not in known]
    gone = [q.pk for q in left.values()]
    kept = [option.pk for option in kept_options]
    with nothing_refers_to_it():
        Option.objects.filter(question__topic=topic).exclude(pk__in=kept).delete()
        Question.objects.filter(pk__in=gone).delete()
    Option.objects.bulk_update(kept_options, ["text", "score", "order", "vendor_only"])
    Option.objects.bulk_create(new_options)


def _options(
    question: Question, offers: Sequence[Mapping[str, Any]], known: Mapping[str, Option], highest: int, at: str
) -> list[Option]:
    found: list[Option] = []
    for number, row in enumerate(offers):
        here = f"{at}.options.{number}"
        values = _read(OPTION, {name: value for name, value in row.items() if name != "code"}, here)
        code = str(row.get("code") or "")
        if not code:
            highest += 1
            code = f"o{highest}"
        elif code not in known:
            code = _valid_code(code, here)
        if any(option.code == code for option in found):
            raise Invalid("Two answers have the same code.", field=f"{here}.code")
        option = known.get(code) or Option(question=question, code=code)
        option.text, option.score = values["text"], values["score"]
        option.order, option.vendor_only = number + 1, question.vendor_only
        found.append(option)
    return found


def _keep_resources(topic: Topic, wanted: Sequence[Mapping[str, Any]]) -> None:
    """Links are written here; documents come by `add_document`, and only their title and place can change."""
    wanted = _rows(wanted, "resources", MOST_RESOURCES)
    there = {r.code: r for r in Resource.objects.filter(topic=topic)}
    left = dict(there)
    for place, row in enumerate(wanted):
        at = f"resources.{place}"
        resource = left.pop(str(row.get("code") or ""), None)
        if resource is None:
            resource = Resource(bank=topic.bank, topic=topic, code=_free("r", there))
            there[resource.code] = resource
        fields = ["title"] if resource.file_id else ["title", "url"]
        values = _read({name: RESOURCE[name] for name in fields}, {name: row.get(name) for name in fields}, at)
        if not resource.file_id and not values["url"]:
            raise Invalid("Give a link that begins with https://.", field=f"{at}.url")
        for field, value in {**values, "order": place + 1, "vendor_only": topic.vendor_only}.items():
            setattr(resource, field, value)
        resource.save()
    _drop_resources(Resource.objects.filter(pk__in=[r.pk for r in left.values()]))


def _drop_resources(resources: Any) -> None:
    """Take resources away; a document that no edition has any more is deleted by the night."""
    files = set(resources.exclude(file=None).values_list("file", flat=True))
    resources.delete()
    files -= set(Resource.objects.filter(file__in=files).values_list("file", flat=True))
    if files:
        StoredFile.objects.filter(pk__in=files, kept_for=KEPT_FOR).update(expires_at=clock.now())


def _read(rules: Any, given: Mapping[str, Any], at: str) -> dict[str, Any]:
    try:
        return values_of(rules, given, whole=True)
    except Invalid as refusal:
        raise Invalid(str(refusal), field=f"{at}.{refusal.field}") from refusal


def _fresh(topic: Topic, code: str, at: str) -> str:
    """The code of a new question: its own if it brings one that is free, else the next after its topic's name."""
    if not code:
        return new_code(topic.bank, Question, topic.code, numbered=True)
    code = _valid_code(code, at)
    if Question.objects.filter(bank=topic.bank, code=code).exists():
        raise Invalid(f"The code {code} is taken.", field=f"{at}.code")
    return code


def _valid_code(code: str, at: str) -> str:
    try:
        return str(CODE.value_of(code))
    except Invalid as refusal:
        raise Invalid(str(refusal), field=f"{at}.code") from refusal


def _free(stem: str, taken: Any) -> str:
    return next(code for n in range(1, 1000) if (code := f"{stem}{n}") not in taken)
