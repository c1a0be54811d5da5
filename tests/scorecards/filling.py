"""Filling in scorecards through the actions, as quickly as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scorecards.actions import answer_question, start_assessment, submit_assessment
from scorecards.models import Assessment, Option, Question, QuestionBank
from scorecards.queries import asked_questions


def question(assessment: Assessment, code: str) -> Question:
    return Question.objects.get(bank=assessment.bank_id, code=code)


def fill(assessment: Assessment, *, by: Any, place: int = 3, but: tuple[str, ...] = ()) -> None:
    """Answer every question: the option at `place` (the last where there are fewer), as many ticks."""
    for asked in asked_questions(assessment):
        if asked.kind == Question.Kind.TEXT or asked.code in but:
            continue
        codes = list(Option.objects.filter(question=asked).order_by("order").values_list("code", flat=True))
        chosen = codes[:place] if asked.kind == Question.Kind.MULTI else [codes[min(place, len(codes)) - 1]]
        answer_question(assessment, asked, options=chosen, by=by)


def submitted(partner: Any, *, by: Any, place: int = 3, kind: str = "partner") -> Assessment:
    assessment = start_assessment(partner, kind=kind, by=by)
    fill(assessment, by=by, place=place)
    return submit_assessment(assessment, by=by)


@contextmanager
def unlocked(bank: QuestionBank) -> Iterator[None]:
    """The database changes parts of drafts alone; a test that needs an odd edition makes it one for a moment."""
    QuestionBank.objects.filter(pk=bank.pk).update(state="draft")
    yield
    QuestionBank.objects.filter(pk=bank.pk).update(state="active")
