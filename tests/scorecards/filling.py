"""Filling in scorecards through the actions, as quickly as a test wants it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scorecards.actions import answers, start_assessment, submit_assessment
from scorecards.models import Assessment, Option, Question, QuestionBank
from scorecards.queries import asked_questions


def question(assessment: Assessment, code: str) -> Question:
    return Question.objects.get(bank=assessment.bank_id, code=code)


def fill(assessment: Assessment, *, by: Any, place: int = 3, but: tuple[str, ...] = ()) -> None:
    """Answer every question: the option at `place` (the last where there are fewer), as many ticks.

    All at once, by the two halves of the action that answers one: so many tests want a scorecard filled.
    """
    asked = [q for q in asked_questions(assessment) if q.kind != Question.Kind.TEXT and q.code not in but]
    codes: dict[Any, list[str]] = {}
    for question_id, code in (
        Option.objects.filter(question__in=asked).order_by("order").values_list("question_id", "code")
    ):
        codes.setdefault(question_id, []).append(code)
    found = []
    for one in asked:
        known = codes[one.pk]
        chosen = known[:place] if one.kind == Question.Kind.MULTI else [known[min(place, len(known)) - 1]]
        found.append(answers._fitting(assessment, one, options=chosen, is_na=False, text=""))
    answers._keep(assessment, found, by=by, given_at=None)


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
