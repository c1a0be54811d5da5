"""The answers themselves, in words: of one scorecard with their history, and of both sides beside each other."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from scorecards.models import Answer, AnswerRevision, Assessment, Option, Question
from scorecards.queries.live import NOBODY, Attached, evidence_of
from scorecards.queries.results import COUNTED, OLDEST_FIRST, Line, Result, result_of
from scorecards.queries.scores import answers_of, asked_questions

Texts = Mapping[UUID, Mapping[str, str]]  # by question, the words of each option


@dataclass(frozen=True)
class Words:
    """An answer as people read it: chosen options, or what was written; empty where there is none."""

    lines: tuple[str, ...] = ()
    is_na: bool = False
    is_none: bool = False  # "none of these"
    by: str = ""
    at: dt.datetime | None = None


@dataclass(frozen=True)
class AnswerLine:
    """One question with its answer, the answers before it (newest first) and its files."""

    question: Question
    answer: Words
    earlier: tuple[Words, ...]
    evidence: tuple[Attached, ...]


@dataclass(frozen=True)
class AnswerTopic:
    name: str
    category: str
    lines: tuple[AnswerLine, ...]
    evidence: tuple[Attached, ...]  # of the topic as a whole


@dataclass(frozen=True)
class Pair:
    """A category or topic as both sides score it; `questions` are those they answer differently."""

    code: str
    name: str
    level: str
    partner: Decimal | None
    partner_status: str
    vendor: Decimal | None
    vendor_status: str
    questions: tuple[tuple[str, Words, Words], ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """How much higher the partner puts itself."""
        return None if self.partner is None or self.vendor is None else self.partner - self.vendor


@dataclass(frozen=True)
class Comparison:
    """The partner's scorecard that counts and the vendor's own view of it, as far as there are."""

    partner: Result | None
    vendor: Result | None
    overall: Pair | None
    categories: tuple[tuple[Pair, tuple[Pair, ...]], ...]  # each with its topics

    @property
    def is_complete(self) -> bool:
        return self.overall is not None


def answer_sheet(assessment: Assessment) -> list[AnswerTopic]:
    """Every question asked, with who answered what and when, what it was before, and the files."""
    questions = asked_questions(assessment)
    texts = _option_texts(questions)
    present = answers_of(assessment)[assessment.pk]
    earlier: dict[UUID, list[AnswerRevision]] = defaultdict(list)
    revisions = AnswerRevision.objects.filter(assessment=assessment).select_related("answered_by__user")
    for revision in revisions.order_by("-answered_at", "-created_at"):
        earlier[revision.question_id].append(revision)
    files: dict[tuple[str, str], list[Attached]] = defaultdict(list)
    for attached in evidence_of(assessment):
        files[attached.topic, attached.question].append(attached)
    topics = []
    for topic, asked in groupby(questions, key=lambda q: q.topic):
        lines = []
        for q in asked:
            answer = in_words(q, present.get(q.code), texts)
            before = tuple(in_words(q, r, texts) for r in earlier[q.pk])
            # The newest revision is the present answer itself, unless somebody's late one stands above it.
            lines.append(
                AnswerLine(q, answer, tuple(w for w in before if w != answer), tuple(files[topic.code, q.code]))
            )
        topics.append(AnswerTopic(topic.name, topic.category.name, tuple(lines), tuple(files[topic.code, ""])))
    return topics


def in_words(question: Question, answer: Answer | AnswerRevision | None, texts: Texts) -> Words:
    if answer is None:
        return Words()
    known = texts.get(question.pk, {})
    chosen = [known[code] for code in known if code in answer.options]
    return Words(
        lines=tuple(chosen) if chosen else (answer.text,) if answer.text else (),
        is_na=answer.is_na,
        is_none=question.kind == Question.Kind.MULTI and not answer.is_na and not answer.options,
        by=answer.answered_by.user.name if answer.answered_by else NOBODY,
        at=answer.answered_at,
    )


def _option_texts(questions: Iterable[Question]) -> dict[UUID, dict[str, str]]:
    texts: dict[UUID, dict[str, str]] = defaultdict(dict)
    options = Option.objects.filter(question__in=[q.pk for q in questions]).order_by("order", "code")
    for question_id, code, text in options.values_list("question", "code", "text"):
        texts[question_id][code] = text
    return texts


def both_views(partner_id: UUID) -> Comparison:
    """What counts of either side, by category and topic. For those alone who may know of the vendor's view."""
    kinds = (Assessment.Kind.PARTNER, Assessment.Kind.VENDOR_VIEW)
    found = Assessment.objects.filter(partner=partner_id, kind__in=kinds, state__in=COUNTED)
    latest = {a.kind: a for a in found.select_related("submitted_by__user").order_by(*OLDEST_FIRST)}
    sides = [latest.get(kind) for kind in kinds]
    results = [result_of(side) if side else None for side in sides]
    own, ours = results
    if own is None or ours is None or sides[0] is None or sides[1] is None:
        return Comparison(own, ours, None, ())
    differing = _answered_differently(sides[0], sides[1])
    topics = _pairs("topic", own.topics, ours.topics, differing)
    category_of = {line.code: line.category for line in (*own.topics, *ours.topics)}
    categories = _pairs("category", own.categories, ours.categories, {})
    return Comparison(
        own,
        ours,
        Pair("overall", "", "overall", own.overall, own.status, ours.overall, ours.status),
        tuple((c, tuple(t for t in topics if category_of[t.code] == c.code)) for c in categories),
    )


def _pairs(
    level: str, own: Sequence[Line], ours: Sequence[Line], differing: Mapping[str, list[tuple[str, Words, Words]]]
) -> list[Pair]:
    """In the order of the vendor's view, which asks all that the partner was asked and more."""
    theirs, mine = {line.code: line for line in own}, {line.code: line for line in ours}
    pairs = []
    for code, line in {**mine, **theirs}.items():
        left, right = theirs.get(code), mine.get(code)
        pairs.append(
            Pair(
                code,
                line.name,
                level,
                left.score if left else None,
                left.status if left else "grey",
                right.score if right else None,
                right.status if right else "grey",
                tuple(differing.get(code, ())),
            )
        )
    return pairs


def _answered_differently(own: Assessment, ours: Assessment) -> dict[str, list[tuple[str, Words, Words]]]:
    """By topic the questions that both were asked and answered differently, with both answers in words."""
    answers = answers_of(own, ours)
    left, right = answers[own.pk], answers[ours.pk]
    codes = [code for code in left if code in right]
    asked = Question.objects.filter(pk__in=[a[code].question_id for a in (left, right) for code in codes])
    questions = {q.pk: q for q in asked.select_related("topic").order_by("topic__order", "order", "code")}
    texts = _option_texts(questions.values())
    found: dict[str, list[tuple[str, Words, Words]]] = defaultdict(list)
    for q in questions.values():
        one, two = left.get(q.code), right.get(q.code)
        if one is None or two is None or two.question_id != q.pk or _meant(one) == _meant(two):
            continue
        found[q.topic.code].append((q.text, in_words(q, one, _by_code(texts, one, q)), in_words(q, two, texts)))
    return found


def _by_code(texts: Texts, answer: Answer, question: Question) -> Texts:
    """Of two editions each answer is told in the words of its own."""
    return {question.pk: texts.get(answer.question_id, {})}


def _meant(answer: Answer) -> tuple[Any, ...]:
    return (sorted(answer.options), answer.is_na, answer.text)
