"""What the runner shows: every question with its answers, present and last."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from prm.kernel.numbers import score as to_score
from scorecards.models import Answer, Assessment, Option, Question, QuestionBank
from scorecards.queries.live import Attached, GivenAnswer, evidence_of, given
from scorecards.queries.peers import Peers, peer_figures, peers_kind
from scorecards.queries.scores import (
    Scores,
    answers_of,
    asked_questions,
    is_answered,
    overall_best_practice,
    score_answers,
    stored,
)


@dataclass(frozen=True)
class OptionState:
    code: str
    text: str
    key: int
    is_chosen: bool
    was_chosen: bool


@dataclass(frozen=True)
class QuestionState:
    """One question with the present answer and last time's."""

    code: str
    number: int
    place: int | None  # among the scored ones; a note has none
    text: str
    help_text: str
    kind: str
    scored: bool
    allow_na: bool
    options: tuple[OptionState, ...]
    is_answered: bool
    is_na: bool
    was_na: bool
    is_none: bool
    was_none: bool
    answer_text: str
    last_text: str
    given: GivenAnswer | None  # by whom and when
    evidence: tuple[Attached, ...]

    @property
    def is_single(self) -> bool:
        return self.kind == Question.Kind.SINGLE

    @property
    def is_multi(self) -> bool:
        return self.kind == Question.Kind.MULTI


@dataclass(frozen=True)
class TopicState:
    code: str
    name: str
    best_practice: Decimal
    score: Decimal | None
    status: str
    peer_average: Decimal | None
    last_score: Decimal | None
    has_last_answers: bool
    questions: tuple[QuestionState, ...]
    evidence: tuple[Attached, ...]  # of the topic as a whole


@dataclass(frozen=True)
class CategoryState:
    code: str
    name: str
    score: Decimal | None
    status: str
    answered: int
    asked: int
    peer_average: Decimal | None
    topics: tuple[TopicState, ...]


@dataclass(frozen=True)
class RunnerState:
    """All that the page of a running assessment shows."""

    assessment: Assessment
    bank: QuestionBank
    scores: Scores
    peers: Peers
    best_practice: Decimal | None
    last_on: dt.datetime | None
    last_overall: Decimal | None
    categories: tuple[CategoryState, ...]

    @property
    def questions(self) -> list[QuestionState]:
        return [q for c in self.categories for t in c.topics for q in t.questions]

    @property
    def first_open(self) -> str:
        """Where one goes on: the first question without an answer; with all answered the last one."""
        codes = [q.code for q in self.questions]
        return next((code for code in codes if code in self.scores.open_codes), codes[-1])


def runner_state(assessment: Assessment) -> RunnerState:
    """The questionnaire with answers, last time's answers, running scores, best practice and peers."""
    bank = assessment.bank
    questions = asked_questions(assessment)
    options: dict[UUID, list[Option]] = defaultdict(list)
    for option in Option.objects.filter(question__in=[q.pk for q in questions]).order_by("order", "code"):
        options[option.question_id].append(option)
    previous = assessment.previous
    answers = answers_of(assessment, previous)
    present = answers[assessment.pk]
    before = answers[previous.pk] if previous else {}
    scores = score_answers(questions, present, bank)
    peers = peer_figures(assessment.partner, bank, kind=peers_kind(assessment))
    old = previous.result if previous else {}
    files: dict[tuple[str, str], list[Attached]] = defaultdict(list)
    for attached in evidence_of(assessment):
        files[attached.topic, attached.question].append(attached)
    asked: dict[str, dict[str, list[tuple[int, Question]]]] = defaultdict(lambda: defaultdict(list))
    scored = [q.pk for q in questions if q.scored]
    places = {pk: place for place, pk in enumerate(scored, start=1)}
    for number, question in enumerate(questions, start=1):
        asked[question.topic.category.code][question.topic.code].append((number, question))
    categories = []
    for category_code, by_topic in asked.items():
        topics = []
        for code, numbered in by_topic.items():
            states = tuple(
                _question_state(
                    n,
                    places.get(q.pk),
                    q,
                    options[q.pk],
                    present.get(q.code),
                    before.get(q.code),
                    tuple(files[code, q.code]),
                )
                for n, q in numbered
            )
            topic = numbered[0][1].topic
            topics.append(
                TopicState(
                    code=code,
                    name=topic.name,
                    best_practice=to_score(topic.best_practice),
                    score=scores.topics[code],
                    status=scores.statuses[code],
                    peer_average=peers.average(code),
                    last_score=stored(old.get("topics", {}).get(code)),
                    has_last_answers=any(q.code in before for _, q in numbered),
                    questions=states,
                    evidence=tuple(files[code, ""]),
                )
            )
        first = next(iter(by_topic.values()))[0][1]
        counted = [q for t in by_topic.values() for _, q in t if q.scored]
        categories.append(
            CategoryState(
                code=category_code,
                name=first.topic.category.name,
                score=scores.categories[category_code],
                status=scores.statuses[category_code],
                answered=sum(q.code in present for q in counted),
                asked=len(counted),
                peer_average=peers.average(category_code),
                topics=tuple(topics),
            )
        )
    return RunnerState(
        assessment=assessment,
        bank=bank,
        scores=scores,
        peers=peers,
        best_practice=overall_best_practice(questions),
        last_on=previous.submitted_at if previous else None,
        last_overall=previous.overall if previous else None,
        categories=tuple(categories),
    )


def _question_state(
    number: int,
    place: int | None,
    question: Question,
    options: Sequence[Option],
    answer: Answer | None,
    last: Answer | None,
    evidence: tuple[Attached, ...],
) -> QuestionState:
    chosen, was = set(answer.options if answer else ()), set(last.options if last else ())
    is_multi = question.kind == Question.Kind.MULTI
    return QuestionState(
        code=question.code,
        number=number,
        place=place,
        text=question.text,
        help_text=question.help_text,
        kind=question.kind,
        scored=question.scored,
        allow_na=question.allow_na,
        options=tuple(
            OptionState(option.code, option.text, key, option.code in chosen, option.code in was)
            for key, option in enumerate(options, start=1)
        ),
        is_answered=is_answered(question, answer),
        is_na=bool(answer and answer.is_na),
        was_na=bool(last and last.is_na),
        is_none=bool(is_multi and answer and not answer.is_na and not chosen),
        was_none=bool(is_multi and last and not last.is_na and not was),
        answer_text=answer.text if answer else "",
        last_text=last.text if last else "",
        given=given(answer) if answer else None,
        evidence=evidence,
    )
