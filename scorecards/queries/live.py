"""What others did to a scorecard in progress: their answers and files, since one last looked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from prm.kernel.models import StoredFile
from scorecards.models import Answer, Assessment, Evidence

NOBODY = "System"


@dataclass(frozen=True)
class GivenAnswer:
    """The answer that counts, with who gave it and when."""

    question: str
    options: tuple[str, ...]
    is_na: bool
    text: str
    by_id: UUID | None
    by: str
    at: dt.datetime


@dataclass(frozen=True)
class Attached:
    """A file that proves an answer; without a question it is about the whole topic."""

    id: UUID
    topic: str
    question: str
    name: str
    size: int
    is_clean: bool
    by_id: UUID | None
    by: str
    at: dt.datetime
    url: str
    record: Evidence


@dataclass(frozen=True)
class Changes:
    """`turn` is where one stands after reading them; asked again with it, only what is newer comes."""

    turn: int
    answers: tuple[GivenAnswer, ...] = ()
    evidence: tuple[Attached, ...] | None = None  # all of them, where something changed


def given(answer: Answer) -> GivenAnswer:
    return GivenAnswer(
        question=answer.question.code,
        options=tuple(answer.options),
        is_na=answer.is_na,
        text=answer.text,
        by_id=answer.answered_by_id,
        by=answer.answered_by.user.name if answer.answered_by else NOBODY,
        at=answer.answered_at,
    )


def evidence_of(assessment: Assessment) -> list[Attached]:
    """The files of an assessment, the oldest first."""
    found = Evidence.objects.filter(assessment=assessment).select_related(
        "topic", "question", "file", "attached_by__user"
    )
    return [
        Attached(
            id=evidence.pk,
            topic=evidence.topic.code,
            question=evidence.question.code if evidence.question else "",
            name=evidence.file.name,
            size=evidence.file.size,
            is_clean=evidence.file.scan == StoredFile.Scan.CLEAN,
            by_id=evidence.attached_by_id,
            by=evidence.attached_by.user.name if evidence.attached_by else NOBODY,
            at=evidence.attached_at,
            url=evidence.get_absolute_url(),
            record=evidence,
        )
        for evidence in found.order_by("attached_at", "pk")
    ]


def changes_since(assessment: Assessment, since: int) -> Changes:
    """Everything newer than `since`, the caller's own included. `assessment` must have been read just now.

    Changes are numbered in the order in which they are kept, so none is missed; one that is kept between reading
    the assessment and reading its answers comes twice, which does no harm.
    """
    if assessment.turn == since:
        return Changes(since)
    answers = Answer.objects.filter(assessment=assessment, turn__gt=since).select_related(
        "question", "answered_by__user"
    )
    return Changes(assessment.turn, tuple(given(a) for a in answers.order_by("turn")), tuple(evidence_of(assessment)))
