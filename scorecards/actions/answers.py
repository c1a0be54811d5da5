"""Answering a scorecard: one question or a whole topic, by several people at once, also some time after the fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, Greatest

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.numbers import HUNDRED, ONE, ZERO, clamp
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.models import Answer, AnswerRevision, Assessment, Option, Question, Topic
from scorecards.queries import answers_of, asked_questions

LONGEST_PAUSE = dt.timedelta(seconds=120)  # what is longer was not spent on the scorecard


class NotInProgress(Conflict):
    """This scorecard is no longer in progress. Nothing was saved; reload to see where it stands."""

    code = "not_in_progress"


class BadAnswer(Invalid):
    """This answer does not fit the question."""

    code = "bad_answer"


class NothingToAccept(Invalid):
    """There are no answers of last time for this topic."""

    code = "nothing_to_accept"


@transaction.atomic
def answer_question(
    assessment: Assessment,
    question: Question,
    *,
    by: Membership | None,
    options: Sequence[str] = (),
    is_na: bool = False,
    text: str = "",
    given_at: dt.datetime | None = None,
) -> Answer:
    """Answer one question; the last answer counts, whoever gave it, and the earlier ones stay in the history.

    Returns the answer that counts. `given_at` is when an answer was given that could not be sent at once: where
    somebody has answered since, that answer stays, and this one goes into the history alone. No ticks at all means
    "none of these". Sending the same answer again changes nothing. Answers write no event: thirty-six of them
    would bury the timeline, and AnswerRevision already says who and when.
    """
    require(by, "scorecards.answer_question", assessment)
    answer = _fitting(assessment, question, options=options, is_na=is_na, text=text)
    return _keep(assessment, [answer], by=by, given_at=given_at)[0]


@transaction.atomic
def accept_unchanged(
    assessment: Assessment, topic: Topic, *, by: Membership | None, given_at: dt.datetime | None = None
) -> list[Answer]:
    """Take over last time's answers of a whole topic, each as if it had been given now.

    Questions of the topic that somebody else has answered by now keep that answer.
    """
    require(by, "scorecards.answer_question", assessment)
    asked = [q for q in asked_questions(assessment) if q.topic_id == topic.pk]
    last = answers_of(assessment.previous_id).get(assessment.previous_id, {}) if assessment.previous_id else {}
    known: dict[object, set[str]] = {}
    for question_id, code in Option.objects.filter(question__in=asked).values_list("question_id", "code"):
        known.setdefault(question_id, set()).add(code)
    answers = []
    for question in asked:
        old = last.get(question.code)
        # An edition may have dropped an option since; such a question is asked anew.
        if old is not None and set(old.options) <= known.get(question.pk, set()):
            answers.append(_fitting(assessment, question, options=old.options, is_na=old.is_na, text=old.text))
    if not answers:
        raise NothingToAccept()
    return _keep(assessment, answers, by=by, given_at=given_at, spares_others=True)


def hold(assessment: Assessment, *, at: dt.datetime) -> int:
    """Hold the row of an assessment in progress, count the time spent and return the number of this change.

    The conditional update makes changes and a submit wait for each other: none passes the other unseen.
    """
    border = at - LONGEST_PAUSE
    is_recent = Q(last_answer_at__gte=border) | Q(last_answer_at=None, opened_at__gte=border)
    pause = Func(
        Value(at, output_field=DateTimeField()),
        Coalesce(F("last_answer_at"), F("opened_at")),
        # Never below zero: two people's answers may pass each other on their way here.
        template="greatest(0, round(extract(epoch from %(expressions)s)))::int",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    changed = Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.IN_PROGRESS).update(
        active_seconds=F("active_seconds") + Case(When(is_recent, then=pause), default=Value(0)),
        last_answer_at=Greatest(Coalesce(F("last_answer_at"), Value(at)), Value(at)),
        turn=F("turn") + 1,
    )
    if not changed:
        raise no_longer(assessment)
    return Assessment.objects.values_list("turn", flat=True).get(pk=assessment.pk)


def no_longer(assessment: Assessment) -> NotInProgress:
    """Why it cannot be changed, in words: who ended it."""
    now = Assessment.objects.select_related("submitted_by__user").get(pk=assessment.pk)
    if now.state == Assessment.State.DISCARDED:
        return NotInProgress("This scorecard was set aside meanwhile. Nothing was saved.")
    if now.submitted_by is None:
        return NotInProgress()
    return NotInProgress(
        f"{now.submitted_by.user.name} has submitted this scorecard meanwhile, so it can no longer be changed."
        " The account manager may re-open it within seven days."
    )


def pause_in_seconds(since: dt.datetime, now: dt.datetime) -> int:
    pause = now - since
    return round(pause.total_seconds()) if dt.timedelta() < pause <= LONGEST_PAUSE else 0


def _fitting(assessment: Assessment, question: Question, *, options: Sequence[str], is_na: bool, text: str) -> Answer:
    """The answer with its score, or BadAnswer when it does not fit the question."""
    is_hidden = question.vendor_only and not assessment.vendor_only
    is_off = bool(assessment.topics_off) and question.topic.code in assessment.topics_off
    if question.bank_id != assessment.bank_id or is_hidden or is_off:
        raise BadAnswer("This question is not part of the scorecard.")
    chosen = sorted({clean_text(code, field="options", max_length=80) for code in options})
    answer = Answer(
        partner_id=assessment.partner_id,
        assessment=assessment,
        question=question,
        vendor_only=assessment.vendor_only,
        options=chosen,
        is_na=is_na,
        text=clean_text(text, field="text", max_length=4000),
    )
    if is_na:
        if not question.allow_na:
            raise BadAnswer("This question applies to everyone.")
        answer.options, answer.text = [], ""
    elif question.kind == Question.Kind.TEXT:
        if chosen:
            raise BadAnswer("This question is answered in words.")
    else:
        answer.text = ""
        answer.score = _score_of(question, chosen)
    return answer


def _score_of(question: Question, chosen: Sequence[str]) -> Decimal:
    """A graded answer counts its own score; ticks are added up, at least 1 and at most 100."""
    scores = list(Option.objects.filter(question=question, code__in=chosen).values_list("score", flat=True))
    if len(scores) != len(chosen):
        raise BadAnswer("There is no such answer to this question.")
    if question.kind == Question.Kind.SINGLE:
        if len(scores) != 1:
            raise BadAnswer("Choose one answer.")
        return scores[0]
    return clamp(sum(scores, ZERO), ONE, HUNDRED)


def _keep(
    assessment: Assessment,
    answers: Iterable[Answer],
    *,
    by: Membership | None,
    given_at: dt.datetime | None,
    spares_others: bool = False,
) -> list[Answer]:
    """Save answers with their history; returns those that count now, which may be somebody else's."""
    now = clock.now()
    at = min(max(given_at, assessment.opened_at), now) if given_at else now
    turn = hold(assessment, at=at)
    new = list(answers)
    present = {
        a.question_id: a
        for a in Answer.objects.filter(assessment=assessment, question__in=[a.question_id for a in new]).select_related(
            "question", "answered_by__user"
        )
    }
    counting, changed, history = [], [], []
    for answer in new:
        there = present.get(answer.question_id)
        if there is not None:
            is_same = (sorted(there.options), there.is_na, there.text) == (answer.options, answer.is_na, answer.text)
            is_late = given_at is not None and there.answered_at > at
            if is_same or is_late or (spares_others and there.answered_by_id != (by.pk if by else None)):
                counting.append(there)
                if is_late and not is_same and not spares_others:
                    history.append(answer)
                continue
        answer.answered_by, answer.answered_at, answer.turn = by, at, turn
        counting.append(answer)
        changed.append(answer)
        history.append(answer)
    if changed:
        Answer.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["tenant", "assessment", "question"],
            update_fields=["options", "is_na", "text", "score", "answered_by", "answered_at", "turn", "updated_at"],
        )
    if history:
        AnswerRevision.objects.bulk_create(
            AnswerRevision(
                partner_id=a.partner_id,
                assessment=assessment,
                question_id=a.question_id,
                vendor_only=a.vendor_only,
                options=a.options,
                is_na=a.is_na,
                text=a.text,
                answered_by=by,
                answered_at=at,
            )
            for a in history
        )
    return counting
