"""The questions of an assessment and its running score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from partners.formulas import rag_status
from partners.models import Partner
from prm.kernel.numbers import to_decimal
from scorecards.formulas import capability_score
from scorecards.models import Answer, Assessment, Question, QuestionBank, Topic

NO_TIER = "none"  # how a switch of a topic names partners without a tier

NOT_VENDOR_ONLY = {"vendor_only": False, "topic__vendor_only": False, "topic__category__vendor_only": False}

OVERALL = "overall"


@dataclass(frozen=True)
class Scores:
    """Scores by code with their colours, and how far the filling-in is."""

    overall: Decimal | None
    overall_status: str
    categories: dict[str, Decimal | None]
    topics: dict[str, Decimal | None]
    lenses: dict[str, Decimal | None]
    statuses: dict[str, str]
    answered: int
    questions: int
    open_codes: tuple[str, ...]  # questions that must be answered before submitting

    @property
    def is_complete(self) -> bool:
        return not self.open_codes


def asked_questions(assessment: Assessment, *, only: tuple[str, ...] = ()) -> list[Question]:
    """The questions of this assessment in the order they are asked, with topic and category.

    Vendor-only parts of the bank are asked in the vendor's own view and nowhere else; a screening asks the categories
    marked for it. Topics that did not apply to the partner when it was started are left out, whatever it is today.
    """
    asked = Question.objects.filter(bank_id=assessment.bank_id).select_related("topic__category")
    if not assessment.vendor_only:
        asked = asked.filter(**NOT_VENDOR_ONLY)
    if assessment.kind == Assessment.Kind.SCREENING:
        asked = asked.filter(topic__category__screening=True)
    if assessment.topics_off:
        asked = asked.exclude(topic__code__in=assessment.topics_off)
    asked = asked.only(*only) if only else asked
    return list(asked.order_by("topic__category__order", "topic__order", "order", "code"))


def topics_off_for(bank: QuestionBank, partner: Partner, *, vendor_only: bool) -> list[str]:
    """The topics of an edition that do not apply to the partner as it is now, by code.

    Of the vendor's own topics nothing is told in a scorecard that the partner reads.
    """
    topics = Topic.objects.filter(bank=bank).order_by("code")
    if not vendor_only:
        topics = topics.filter(vendor_only=False, category__vendor_only=False)
    tier = partner.tier.code if partner.tier else NO_TIER
    return [t.code for t in topics if not applies(t, type=partner.type, tier=tier, stage=partner.life_stage)]


def applies(topic: Topic, *, type: str, tier: str, stage: str) -> bool:
    """Whether partners of this type, tier and life-stage are asked this topic."""
    switches = ((topic.for_types, type), (topic.for_tiers, tier), (topic.for_stages, stage))
    return all(not wanted or own in wanted for wanted, own in switches)


def answers_of(*assessments: Assessment | UUID | None) -> dict[UUID, dict[str, Answer]]:
    """The present answers of several assessments by the code of the question, in one query."""
    ids = [a.pk if isinstance(a, Assessment) else a for a in assessments if a is not None]
    found: dict[UUID, dict[str, Answer]] = {pk: {} for pk in ids}
    for answer in Answer.objects.filter(assessment__in=ids).select_related("question", "answered_by__user"):
        found[answer.assessment_id][answer.question.code] = answer
    return found


def running_scores(assessment: Assessment, bank: QuestionBank) -> Scores:
    """The score as it stands now (F5). Asked after every answer, so it reads only what the formula needs."""
    questions = asked_questions(
        assessment,
        only=("code", "kind", "scored", "required", "weight")
        + ("topic__code", "topic__weight", "topic__lens", "topic__category__code", "topic__category__weight"),
    )
    given = Answer.objects.filter(assessment=assessment).only("is_na", "score", "text", "question")
    codes = {question.pk: question.code for question in questions}
    return score_answers(questions, {codes[a.question_id]: a for a in given if a.question_id in codes}, bank)


def score_answers(questions: Sequence[Question], answers: Mapping[str, Answer], bank: QuestionBank) -> Scores:
    """Run F5 over these questions and colour the shown scores by the bank's borders."""
    outputs = capability_score(categories=_inputs(questions, answers))
    shown = {OVERALL: outputs["overall"], **outputs["categories"], **outputs["topics"]}
    statuses = {code: status_of(value, bank) for code, value in shown.items()}
    open_codes = tuple(
        q.code for q in questions if (q.scored or q.required) and not is_answered(q, answers.get(q.code))
    )
    return Scores(
        overall=outputs["overall"],
        overall_status=statuses[OVERALL],
        categories=outputs["categories"],
        topics=outputs["topics"],
        lenses=outputs["lenses"],
        statuses=statuses,
        answered=outputs["answered"],
        questions=outputs["questions"],
        open_codes=open_codes,
    )


def status_of(value: Decimal | None, bank: QuestionBank) -> str:
    return rag_status(value=value, green=bank.green_from, yellow=bank.yellow_from)["status"]


def _inputs(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[dict[str, Any]]:
    categories: dict[str, dict[str, Any]] = {}
    topics: dict[str, dict[str, Any]] = {}
    for question in questions:
        topic = question.topic
        category = topic.category
        into = categories.setdefault(category.code, {"id": category.code, "weight": category.weight, "topics": []})
        if topic.code not in topics:
            topics[topic.code] = {
                "id": topic.code,
                "weight": topic.weight,
                "lens": topic.lens or None,
                "questions": [],
            }
            into["topics"].append(topics[topic.code])
        if question.scored:
            given = answers.get(question.code)
            answer = None if given is None else "na" if given.is_na else given.score
            topics[topic.code]["questions"].append({"id": question.code, "weight": question.weight, "answer": answer})
    return list(categories.values())


def is_answered(question: Question, answer: Answer | None) -> bool:
    if answer is None:
        return False
    return bool(answer.is_na or (answer.text if question.kind == Question.Kind.TEXT else answer.score is not None))


def overall_best_practice(questions: Sequence[Question]) -> Decimal | None:
    """What F5 gives a partner that stands exactly at best practice in every topic."""
    return best_practice_scores(questions)["overall"]


def best_practice_scores(questions: Sequence[Question]) -> dict[str, Any]:
    """As F5 scores a partner that stands exactly at best practice: overall, by category and by lens."""
    categories: dict[str, dict[str, Any]] = {}
    for topic in {q.topic.code: q.topic for q in questions}.values():
        category = topic.category
        into = categories.setdefault(category.code, {"id": category.code, "weight": category.weight, "topics": []})
        best = {"id": "best", "weight": 1, "answer": topic.best_practice}
        scored = {"id": topic.code, "weight": topic.weight, "lens": topic.lens or None, "questions": [best]}
        into["topics"].append(scored)
    return capability_score(categories=list(categories.values()))


def stored(value: str | None) -> Decimal | None:
    return None if value is None else to_decimal(value)
