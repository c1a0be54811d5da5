"""The way of a scorecard: started, answered question by question, submitted, reviewed; re-opened or discarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, DateTimeField, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.numbers import HUNDRED, ONE, ZERO, clamp
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.models import (
    ActionItem,
    Answer,
    AnswerRevision,
    Assessment,
    Option,
    Question,
    QuestionBank,
    Topic,
)
from scorecards.queries import (
    FINISHED,
    OLDEST_FIRST,
    answers_of,
    asked_questions,
    frozen_result,
    score_answers,
    topics_off_for,
)

LONGEST_PAUSE = dt.timedelta(seconds=120)  # what is longer was not spent on the scorecard
REOPEN_WITHIN = dt.timedelta(days=7)
CLOSED_PARTNERS = frozenset({Partner.State.TERMINATED, Partner.State.DECLINED, Partner.State.SUSPENDED})


class NoBank(Conflict):
    """There is no questionnaire in use. Channel operations can put one in use."""

    code = "no_bank"


class NothingAsked(Conflict):
    """The questionnaire in use asks partners like this one nothing. Channel operations can change its topics."""

    code = "nothing_asked"


class PartnerClosed(Conflict):
    """This partner is suspended, declined or terminated; no scorecard can be started."""

    code = "partner_closed"


class NotInProgress(Conflict):
    """This scorecard is no longer in progress. Nothing was saved; reload to see where it stands."""

    code = "not_in_progress"


class BadAnswer(Invalid):
    """This answer does not fit the question."""

    code = "bad_answer"


class NothingToAccept(Invalid):
    """There are no answers of last time for this topic."""

    code = "nothing_to_accept"


class Incomplete(Conflict):
    """Some questions still wait for an answer."""

    code = "incomplete"


class TooLate(Conflict):
    """A scorecard can be re-opened within seven days of its submission. Start the next one instead."""

    code = "too_late"


class AlreadyOpen(Conflict):
    """The next scorecard is already in progress. Discard it first, or go on with it."""

    code = "already_open"


@transaction.atomic
def start_assessment(partner: Partner, *, kind: str = Assessment.Kind.PARTNER, by: Membership | None) -> Assessment:
    """Start the partner's scorecard, or go on with the open one: there is one of a kind at a time.

    It keeps the edition of the questionnaire and the topics it was started with, whatever becomes of either or of the
    partner; last time's answers stand beside as an offer.
    """
    wanted = Assessment.Kind(kind)
    vendor_only = wanted != Assessment.Kind.PARTNER
    require(by, "scorecards.start_vendor_view" if vendor_only else "scorecards.start_assessment", partner)
    if partner.state in CLOSED_PARTNERS:
        raise PartnerClosed()
    bank = QuestionBank.objects.filter(state=QuestionBank.State.ACTIVE).order_by("code", "-edition").first()
    if bank is None:
        raise NoBank()
    previous = (
        Assessment.objects.filter(partner=partner, kind=wanted, state__in=FINISHED).order_by(*OLDEST_FIRST).last()
    )
    # The database allows one open assessment of a kind: whoever comes second gets the first one's.
    assessment, is_new = Assessment.objects.get_or_create(
        partner=partner,
        kind=wanted,
        state=Assessment.State.IN_PROGRESS,
        defaults={
            "bank": bank,
            "topics_off": topics_off_for(bank, partner, vendor_only=vendor_only),
            "vendor_only": vendor_only,
            "previous": previous,
            "started_by": by,
            "opened_at": clock.now(),
        },
    )
    if is_new:
        if not asked_questions(assessment):
            raise NothingAsked()
        record(assessment, "assessment.started", by=by, kind=wanted, edition=bank.edition, vendor_only=vendor_only)
    return assessment


@transaction.atomic
def answer_question(
    assessment: Assessment,
    question: Question,
    *,
    by: Membership | None,
    options: Sequence[str] = (),
    is_na: bool = False,
    text: str = "",
) -> Answer:
    """Answer one question; the last answer counts, whoever gave it, and the earlier ones stay in the history.

    No ticks at all means "none of these". Sending the same answer again changes nothing. Answers write no
    event: thirty-six of them would bury the timeline, and AnswerRevision already says who and when.
    """
    require(by, "scorecards.answer_question", assessment)
    answer = _fitting(assessment, question, options=options, is_na=is_na, text=text)
    _keep(assessment, [answer], by=by)
    return answer


@transaction.atomic
def accept_unchanged(assessment: Assessment, topic: Topic, *, by: Membership | None) -> list[Answer]:
    """Take over last time's answers of a whole topic, each as if it had been given now."""
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
    _keep(assessment, answers, by=by)
    return answers


@transaction.atomic
def submit_assessment(assessment: Assessment, *, by: Membership | None) -> Assessment:
    """Fix the score with the edition of the questionnaire, replace the earlier one and propose what to improve.

    Every question must be answered or marked not applicable. The vendor's own view proposes nothing: the
    partner must not learn from its action list what the vendor thinks.
    """
    require(by, "scorecards.submit_assessment", assessment)
    # Answers being saved at this moment hold this row, so the score is taken from all or none of them.
    assessment = Assessment.objects.select_for_update(of=("self",)).select_related("bank").get(pk=assessment.pk)
    if assessment.state != Assessment.State.IN_PROGRESS:
        raise NotInProgress()
    questions = asked_questions(assessment)
    scores = score_answers(questions, answers_of(assessment)[assessment.pk], assessment.bank)
    if not scores.is_complete:
        raise Incomplete(f"{len(scores.open_codes)} questions still wait for an answer.")
    now = clock.now()
    assessment.submitted_at = now
    assessment.submitted_by = by
    assessment.overall = scores.overall
    assessment.result = plain(frozen_result(questions, scores, assessment.bank))
    assessment.active_seconds += _pause_in_seconds(assessment.last_answer_at or assessment.opened_at, now)
    assessment.save(update_fields=["submitted_at", "submitted_by", "overall", "result", "active_seconds", "updated_at"])
    move(assessment, Assessment.State.SUBMITTED)
    for earlier in Assessment.objects.filter(
        partner=assessment.partner_id,
        kind=assessment.kind,
        state__in=[Assessment.State.SUBMITTED, Assessment.State.REVIEWED],
    ).exclude(pk=assessment.pk):
        move(earlier, Assessment.State.SUPERSEDED)
    if assessment.kind == Assessment.Kind.PARTNER:
        _recommend(assessment, questions, scores.topics)
    return record(
        assessment,
        "assessment.submitted",
        by=by,
        kind=assessment.kind,
        overall=scores.overall,
        edition=assessment.bank.edition,
        minutes=assessment.active_seconds // 60,
        vendor_only=assessment.vendor_only,
    )


@transaction.atomic
def discard_assessment(assessment: Assessment, *, by: Membership | None, reason: str = "") -> Assessment:
    """Give up a scorecard in progress; its answers stay in the history and are offered to nobody."""
    require(by, "scorecards.discard_assessment", assessment)
    move(assessment, Assessment.State.DISCARDED)
    return record(
        assessment,
        "assessment.discarded",
        by=by,
        reason=clean_text(reason, field="reason", max_length=500),
        vendor_only=assessment.vendor_only,
    )


@transaction.atomic
def reopen_assessment(assessment: Assessment, *, by: Membership | None, reason: str) -> Assessment:
    """Within seven days take a submitted scorecard back to be corrected; meanwhile the one before it counts."""
    require(by, "scorecards.reopen_assessment", assessment)
    why = clean_text(reason, field="reason", max_length=500)
    if not why:
        raise Invalid("Say why the scorecard is re-opened.", field="reason")
    if assessment.submitted_at is None or clock.now() - assessment.submitted_at > REOPEN_WITHIN:
        raise TooLate()
    same = Assessment.objects.filter(partner=assessment.partner_id, kind=assessment.kind)
    if same.filter(state=Assessment.State.IN_PROGRESS).exists():
        raise AlreadyOpen()
    before = assessment.overall
    move(assessment, Assessment.State.IN_PROGRESS)
    assessment.submitted_at, assessment.submitted_by, assessment.overall, assessment.result = None, None, None, {}
    assessment.review_comment = ""
    assessment.goals.all().delete()  # they spoke of the score that is withdrawn
    assessment.save(update_fields=["submitted_at", "submitted_by", "overall", "result", "review_comment", "updated_at"])
    earlier = assessment.previous
    if earlier is not None and earlier.state == Assessment.State.SUPERSEDED:
        move(earlier, Assessment.State.SUBMITTED)
    return record(
        assessment, "assessment.reopened", by=by, reason=why, overall_before=before, vendor_only=assessment.vendor_only
    )


# --- answers -------------------------------------------------------------------------------------------


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


def _keep(assessment: Assessment, answers: Iterable[Answer], *, by: Membership | None) -> None:
    """Save answers with their history, and count the time since the answer before.

    The conditional update holds the assessment's row: an answer and a submit never pass each other.
    """
    now = clock.now()
    border = now - LONGEST_PAUSE
    is_recent = Q(last_answer_at__gte=border) | Q(last_answer_at=None, opened_at__gte=border)
    pause = Func(
        Value(now, output_field=DateTimeField()),
        Coalesce(F("last_answer_at"), F("opened_at")),
        # Never below zero: two people's answers may pass each other on their way here.
        template="greatest(0, round(extract(epoch from %(expressions)s)))::int",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    counted = Case(When(is_recent, then=pause), default=Value(0))
    if not Assessment.objects.filter(pk=assessment.pk, state=Assessment.State.IN_PROGRESS).update(
        active_seconds=F("active_seconds") + counted, last_answer_at=now
    ):
        raise NotInProgress()
    new = list(answers)
    present = {
        (a.question_id): (sorted(a.options), a.is_na, a.text)
        for a in Answer.objects.filter(assessment=assessment, question__in=[a.question_id for a in new])
    }
    changed = [a for a in new if present.get(a.question_id) != (a.options, a.is_na, a.text)]
    if not changed:
        return
    for answer in changed:
        answer.answered_by, answer.answered_at = by, now
    Answer.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["tenant", "assessment", "question"],
        update_fields=["options", "is_na", "text", "score", "answered_by", "answered_at", "updated_at"],
    )
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
            answered_at=now,
        )
        for a in changed
    )


def _pause_in_seconds(since: dt.datetime, now: dt.datetime) -> int:
    pause = now - since
    return round(pause.total_seconds()) if dt.timedelta() < pause <= LONGEST_PAUSE else 0


# --- proposals -----------------------------------------------------------------------------------------


def _recommend(assessment: Assessment, questions: Sequence[Question], scores: dict[str, Decimal | None]) -> None:
    """Propose the suggested action of every topic below best practice, unless one is proposed or under way."""
    topics = {q.topic.code: q.topic for q in questions}
    below = {code for code, topic in topics.items() if (own := scores[code]) is not None and own < topic.best_practice}
    waiting = (ActionItem.State.RECOMMENDED, ActionItem.State.NOT_STARTED, ActionItem.State.IN_PROGRESS)
    there = ActionItem.objects.filter(
        partner=assessment.partner_id, topic__isnull=False, state__in=waiting
    ).select_related("topic")
    covered = set()
    for item in there:
        code = item.topic.code if item.topic else ""
        covered.add(code)
        if item.state == ActionItem.State.RECOMMENDED and code not in below:
            move(item, ActionItem.State.DROPPED)
            item.reason = "Best practice is reached."
            item.save(update_fields=["reason", "updated_at"])
    ActionItem.objects.bulk_create(
        ActionItem(
            partner_id=assessment.partner_id,
            assessment=assessment,
            topic=topic,
            text=topic.action_text,
        )
        for code, topic in topics.items()
        if code in below - covered and topic.action_text
    )
