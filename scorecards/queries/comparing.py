"""What two editions of a questionnaire have in common, and the bridge that trends need between them.

The rule: a question is comparable when the other edition has one of the same code, asked in the same way (kind,
scored or not) with the same answers at the same scores. Wording may be mended without breaking a trend; who changes
what is meant takes the question away and adds a new one, which gets a code of its own. Weights, topics, best practice
and "not applicable" do not matter: the bridge counts both scorecards by the later edition's weights.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from scorecards.models import Answer, Assessment, Option, Question, QuestionBank
from scorecards.queries.results import Result
from scorecards.queries.scores import score_answers

COMPARABLE, CHANGED, ADDED, DROPPED = "comparable", "changed", "added", "dropped"
CATEGORY, TOPIC, QUESTION = "category", "topic", "question"
REASONS = {
    "kind": "it is asked in another way",
    "scored": "it is scored in one edition only",
    "options": "its answers or their scores are others",
}


@dataclass(frozen=True)
class Compared:
    """One question and what became of it from the old edition to the new one; `reason` is a key of REASONS."""

    code: str
    text: str
    topic: str
    scored: bool
    fate: str
    reason: str = ""


@dataclass(frozen=True)
class Weighed:
    """A category, topic or question of both editions whose weight in the scores is another."""

    level: str
    name: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True)
class Comparability:
    """Two editions question by question: those of the new one in its order, then what was dropped."""

    old_edition: int
    new_edition: int
    questions: tuple[Compared, ...]
    weights: tuple[Weighed, ...] = ()  # they break no bridge, but the overall score can move

    @property
    def comparable(self) -> frozenset[str]:
        """The codes of the scored questions that both editions ask alike."""
        return frozenset(q.code for q in self.questions if q.fate == COMPARABLE and q.scored)

    @property
    def scored(self) -> int:
        """How many scored questions the new edition has."""
        return sum(q.scored for q in self.questions if q.fate != DROPPED)

    def of(self, fate: str) -> list[Compared]:
        return [q for q in self.questions if q.fate == fate]


@dataclass(frozen=True)
class Bridge:
    """Two scorecards of different editions, each scored on what both asked alike, with the later edition's weights.

    Null where nothing is comparable. `topics` and `categories` hold (earlier, later) by the later edition's codes.
    """

    earlier_edition: int
    later_edition: int
    comparable: int  # questions the figures rest on
    asked: int  # scored questions of the later scorecard
    earlier: Decimal | None
    later: Decimal | None
    categories: dict[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)
    topics: dict[str, tuple[Decimal | None, Decimal | None]] = field(default_factory=dict)

    @property
    def change(self) -> Decimal | None:
        return None if self.earlier is None or self.later is None else self.later - self.earlier


@dataclass(frozen=True)
class _Edition:
    """The questions of an edition in order, and what each offers."""

    questions: tuple[Question, ...]
    offers: dict[str, frozenset[tuple[str, Decimal]]]


def comparability(old: QuestionBank, new: QuestionBank) -> Comparability:
    """Which questions of the new edition can be compared with the old one's, as far as the reader may know of them."""
    editions = _editions([old.pk, new.pk])
    before, after = editions[old.pk], editions[new.pk]
    earlier = {q.code: q for q in before.questions}
    rows = []
    for question in after.questions:
        was = earlier.pop(question.code, None)
        reason = difference(before, was, after, question) if was else ""
        fate = ADDED if was is None else CHANGED if reason else COMPARABLE
        rows.append(Compared(question.code, question.text, question.topic.name, question.scored, fate, reason))
    rows += [Compared(q.code, q.text, q.topic.name, q.scored, DROPPED) for q in earlier.values()]
    return Comparability(old.edition, new.edition, tuple(rows), tuple(_weighed(before, after)))


def _weighed(before: _Edition, after: _Edition) -> Iterator[Weighed]:
    """Weights that differ, of what both editions score: categories first, then topics, then questions."""
    was, now = _weights(before), _weights(after)
    for key, (name, weight) in now.items():
        if key in was and was[key][1] != weight:
            yield Weighed(key[0], name, was[key][1], weight)


def _weights(edition: _Edition) -> dict[tuple[str, str], tuple[str, Decimal]]:
    """Name and weight by level and code, of what counts in a score."""
    scored = [q for q in edition.questions if q.scored]
    return {
        **{(CATEGORY, q.topic.category.code): (q.topic.category.name, q.topic.category.weight) for q in scored},
        **{(TOPIC, q.topic.code): (q.topic.name, q.topic.weight) for q in scored},
        **{(QUESTION, q.code): (q.text, q.weight) for q in scored},
    }


def difference(before: _Edition, was: Question, after: _Edition, now: Question) -> str:
    """Why two questions of the same code cannot be compared; empty when they can."""
    if was.kind != now.kind:
        return "kind"
    if was.scored != now.scored:
        return "scored"
    return "" if before.offers[was.code] == after.offers[now.code] else "options"


def bridges(results: Sequence[Result]) -> dict[UUID, Bridge]:
    """For submitted scorecards of one partner and kind, oldest first: a bridge wherever the edition changes.

    By the later one's assessment. Without a change of edition nothing is asked of the database.
    """
    pairs = [(a, b) for a, b in itertools.pairwise(results) if a.edition != b.edition]
    if not pairs:
        return {}
    ids = {r.assessment_id for pair in pairs for r in pair}
    assessments = {a.pk: a for a in Assessment.objects.filter(pk__in=ids).select_related("bank")}
    editions = _editions({a.bank_id for a in assessments.values()})
    answers: dict[UUID, dict[str, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(assessment__in=ids).select_related("question"):
        answers[answer.assessment_id][answer.question.code] = answer
    return {
        later.assessment_id: _bridge(
            assessments[earlier.assessment_id], assessments[later.assessment_id], editions, answers
        )
        for earlier, later in pairs
    }


def _bridge(
    earlier: Assessment,
    later: Assessment,
    editions: dict[UUID, _Edition],
    answers: dict[UUID, dict[str, Answer]],
) -> Bridge:
    before, after = editions[earlier.bank_id], editions[later.bank_id]
    was_asked = {q.code: q for q in before.questions if q.scored and _asks(earlier, q)}
    asked = [q for q in after.questions if q.scored and _asks(later, q)]
    alike = [q for q in asked if q.code in was_asked and not difference(before, was_asked[q.code], after, q)]
    figures = [score_answers(alike, answers[a.pk], later.bank) for a in (earlier, later)]
    return Bridge(
        earlier_edition=earlier.bank.edition,
        later_edition=later.bank.edition,
        comparable=len(alike),
        asked=len(asked),
        earlier=figures[0].overall,
        later=figures[1].overall,
        categories={code: (figures[0].categories[code], value) for code, value in figures[1].categories.items()},
        topics={code: (figures[0].topics[code], value) for code, value in figures[1].topics.items()},
    )


def _asks(assessment: Assessment, question: Question) -> bool:
    """Whether this scorecard asked the question: the same rule as `asked_questions`, for many editions at once."""
    topic = question.topic
    if not assessment.vendor_only and (question.vendor_only or topic.vendor_only or topic.category.vendor_only):
        return False
    if assessment.kind == Assessment.Kind.SCREENING and not topic.category.screening:
        return False
    return topic.code not in assessment.topics_off


def _editions(bank_ids: Iterable[UUID]) -> dict[UUID, _Edition]:
    ids = list(bank_ids)
    questions: dict[UUID, list[Question]] = {pk: [] for pk in ids}
    found = Question.objects.filter(bank__in=ids).select_related("topic__category")
    for question in found.order_by("topic__category__order", "topic__order", "order", "code"):
        questions[question.bank_id].append(question)
    offers: dict[UUID, set[tuple[str, Decimal]]] = defaultdict(set)
    for question_id, code, score in Option.objects.filter(question__bank__in=ids).values_list(
        "question", "code", "score"
    ):
        offers[question_id].add((code, score))
    return {
        pk: _Edition(tuple(asked), {q.code: frozenset(offers[q.pk]) for q in asked}) for pk, asked in questions.items()
    }
