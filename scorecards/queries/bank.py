"""Questions about editions of the questionnaire: what stands in them, what is missing, how much they are used."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery

from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import StoredFile
from prm.kernel.numbers import HUNDRED, ZERO
from prm.kernel.tenancy.context import vendor_scope
from scorecards.models import Assessment, Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries.scores import applies

KEPT_FOR = "scorecards.Resource"  # documents that only their resource's own page hands out


class NotADocument(Invalid):
    """This is a link. Open it where it leads."""

    code = "not_a_document"


class NoSuchDocument(Conflict):
    """This document is no longer kept."""

    code = "no_document"


IN_USE = (QuestionBank.State.ACTIVE, QuestionBank.State.RETIRED)


@dataclass(frozen=True)
class QuestionPart:
    question: Question
    options: tuple[Option, ...]


@dataclass(frozen=True)
class TopicPart:
    topic: Topic
    questions: tuple[QuestionPart, ...]
    resources: tuple[Resource, ...]

    @property
    def scored(self) -> int:
        return sum(part.question.scored for part in self.questions)


@dataclass(frozen=True)
class CategoryPart:
    category: Category
    topics: tuple[TopicPart, ...]


def with_counts(banks: QuerySet[Any]) -> QuerySet[Any]:
    """Editions with `asked` (scored questions), `topic_count` and `uses` (scorecards begun with it)."""

    def count(model: Any, **narrowed: Any) -> Subquery:
        rows = model.objects.filter(bank=OuterRef("pk"), **narrowed).order_by().values("bank")
        return Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField())

    return banks.annotate(asked=count(Question, scored=True), topic_count=count(Topic), uses=count(Assessment))


def contents_of(bank: QuestionBank) -> tuple[CategoryPart, ...]:
    """The whole edition in its order, as far as the reader may know of it, in five queries."""
    options: dict[UUID, list[Option]] = defaultdict(list)
    for option in Option.objects.filter(question__bank=bank).order_by("order", "code"):
        options[option.question_id].append(option)
    questions: dict[UUID, list[QuestionPart]] = defaultdict(list)
    for question in Question.objects.filter(bank=bank).order_by("order", "code"):
        questions[question.topic_id].append(QuestionPart(question, tuple(options[question.pk])))
    resources: dict[UUID, list[Resource]] = defaultdict(list)
    for resource in Resource.objects.filter(bank=bank).order_by("order", "code"):
        resources[resource.topic_id].append(resource)
    topics: dict[UUID, list[TopicPart]] = defaultdict(list)
    for topic in Topic.objects.filter(bank=bank).order_by("order", "code"):
        topics[topic.category_id].append(TopicPart(topic, tuple(questions[topic.pk]), tuple(resources[topic.pk])))
    return tuple(
        CategoryPart(category, tuple(topics[category.pk]))
        for category in Category.objects.filter(bank=bank).order_by("order", "code")
    )


def topic_part(topic: Topic) -> TopicPart:
    """One topic with its questions, their options and its resources."""
    options: dict[UUID, list[Option]] = defaultdict(list)
    for option in Option.objects.filter(question__topic=topic).order_by("order", "code"):
        options[option.question_id].append(option)
    questions = Question.objects.filter(topic=topic).order_by("order", "code")
    resources = Resource.objects.filter(topic=topic).order_by("order", "code").select_related("file")
    return TopicPart(topic, tuple(QuestionPart(q, tuple(options[q.pk])) for q in questions), tuple(resources))


def previewed(
    bank: QuestionBank, *, vendor: bool, type: str, tier: str, stage: str
) -> tuple[tuple[CategoryPart, ...], list[Topic]]:
    """What a partner of this type, tier and life-stage would be asked, and the topics switched off for it.

    With `vendor` the vendor's own view: with the parts that no partner sees.
    """
    shown, off = [], []
    for part in contents_of(bank):
        if part.category.vendor_only and not vendor:
            continue
        asked = []
        for topic in part.topics:
            if applies(topic.topic, type=type, tier=tier, stage=stage):
                asked.append(topic)
            else:
                off.append(topic.topic)
        asked = [topic for topic in asked if topic.questions]
        if asked:
            shown.append(CategoryPart(part.category, tuple(asked)))
    return tuple(shown), off


def predecessor_of(bank: QuestionBank) -> QuestionBank | None:
    """The edition that an edition is compared with: the last one before it that was in use."""
    earlier = QuestionBank.objects.filter(code=bank.code, edition__lt=bank.edition, state__in=IN_USE)
    return earlier.order_by("-edition").first()


def missing_in(contents: Sequence[CategoryPart]) -> list[str]:
    """What must be mended before an edition can be put in use, in sentences; empty when it is ready."""
    found = [] if contents else ["There is no category yet."]
    for part in contents:
        if not part.topics:
            found.append(f"The category “{part.category.name}” has no topic.")
        for topic in part.topics:
            found += _missing_in_topic(topic)
    open_ones = [t for part in contents if not part.category.vendor_only for t in part.topics]
    if contents and not any(t.scored for t in open_ones):
        found.append("Partners are asked nothing that is scored.")
    if contents and not any(part.category.screening and part.topics for part in contents):
        found.append("No category is marked for screening candidates.")
    return found


def _missing_in_topic(topic: TopicPart) -> Iterable[str]:
    name = topic.topic.name
    if not topic.questions:
        yield f"The topic “{name}” has no question."
    for number, part in enumerate(topic.questions, start=1):
        question, scores = part.question, [option.score for option in part.options]
        where = f"“{name}”, question {number}"
        if question.kind == Question.Kind.SINGLE and len(scores) < 2:
            yield f"{where}: one answer of at least two to choose from."
        if question.kind == Question.Kind.SINGLE and question.scored and len(set(scores)) < len(scores):
            yield f"{where}: two answers have the same score."
        if question.kind == Question.Kind.MULTI and not scores:
            yield f"{where}: there is nothing to tick."
        if question.kind == Question.Kind.MULTI and question.scored and sum(scores, ZERO) > HUNDRED:
            yield f"{where}: all ticks together score more than 100."


def document_of(resource: Resource) -> StoredFile:
    """The file of a resource that its reader may know of. Raises when it is a link, or no longer kept."""
    if resource.file_id is None:
        raise NotADocument()
    with vendor_scope("a document of the questionnaire: its row is the vendor's, the resource is published"):
        file = StoredFile.objects.filter(pk=resource.file_id, partner=None, kept_for=KEPT_FOR).first()
    if file is None:
        raise NoSuchDocument()
    return file
