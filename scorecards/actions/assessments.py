"""The way of a scorecard: started, submitted, reviewed; re-opened or discarded. Answering it stands in `answers`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.actions.answers import no_longer, pause_in_seconds
from scorecards.models import ActionItem, Assessment, Question, QuestionBank
from scorecards.queries import (
    FINISHED,
    OLDEST_FIRST,
    answers_of,
    asked_questions,
    frozen_result,
    score_answers,
    topics_off_for,
)

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
def submit_assessment(assessment: Assessment, *, by: Membership | None) -> Assessment:
    """Fix the score with the edition of the questionnaire, replace the earlier one and propose what to improve.

    Every question must be answered or marked not applicable. The vendor's own view proposes nothing: the
    partner must not learn from its action list what the vendor thinks.
    """
    require(by, "scorecards.submit_assessment", assessment)
    # Answers being saved at this moment hold this row, so the score is taken from all or none of them.
    assessment = Assessment.objects.select_for_update(of=("self",)).select_related("bank").get(pk=assessment.pk)
    if assessment.state != Assessment.State.IN_PROGRESS:
        raise no_longer(assessment)
    questions = asked_questions(assessment)
    scores = score_answers(questions, answers_of(assessment)[assessment.pk], assessment.bank)
    if not scores.is_complete:
        raise Incomplete(f"{len(scores.open_codes)} questions still wait for an answer.")
    now = clock.now()
    assessment.submitted_at = now
    assessment.submitted_by = by
    assessment.overall = scores.overall
    assessment.result = plain(frozen_result(questions, scores, assessment.bank))
    assessment.active_seconds += pause_in_seconds(assessment.last_answer_at or assessment.opened_at, now)
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
