"""The conflict rule: the first complete submission wins, unless operations finds one of the other ways, with reason."""

from __future__ import annotations

import secrets
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from dealreg.actions.carrying import credit_of
from dealreg.actions.closing import lose_transferred
from dealreg.actions.deciding import _open, _reject, _withdraw
from dealreg.actions.freezing import refuse_frozen
from dealreg.actions.sharing import share_credit
from dealreg.actions.steps import enter, forget_review, reason_of
from dealreg.models import (
    DealConflict,
    DealEngagement,
    DealHearing,
    DealLine,
    DealRegistration,
    DealReview,
    Opportunity,
)
from dealreg.queries.rules import deal_rules
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.periods import add_business_days
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant

Decision = DealConflict.Decision
BY_OPERATIONS = (Decision.REJECT_DUPLICATE, Decision.OTHER_LINES, Decision.SEPARATE_PROJECT, Decision.JOINT)


class NotHeard(Conflict):
    """The first partner has time to answer until the day given. Nothing was decided."""

    code = "not_heard"


@transaction.atomic
def decide_conflict(
    conflict: DealConflict, *, by: Membership, decision: str, reason: str, credit_share: Decimal | None = None
) -> DealConflict:
    """Reject the later one, or let it go on: for the other lines, as a separate project, or as a joint deal."""
    deal = conflict.candidate
    require(by, "dealreg.decide_conflict", deal)
    refuse_frozen(deal)
    if decision not in BY_OPERATIONS:
        raise Invalid("Choose how the conflict is decided.", field="decision")
    said = reason_of(reason)
    _claim(conflict, Decision.PENDING, decision, by=by, reason=said)
    if deal.state == DealRegistration.State.SUBMITTED:
        _open(deal, by)
    if decision == Decision.OTHER_LINES:
        _leave_out(deal, conflict)
    elif decision == Decision.SEPARATE_PROJECT:
        DealReview.objects.filter(deal=deal).update(project_key=secrets.token_hex(4))
    elif decision == Decision.JOINT:
        _share(deal, conflict, credit_share)
    forget_review(deal)
    against = conflict.existing_id
    enter(deal, "deal.conflict_decided", by=by, inner=True, decision=decision, against=against, reason=said)
    if decision == Decision.REJECT_DUPLICATE:
        _reject(deal, by, DealRegistration.RejectReason.DUPLICATE, "")
    return conflict


def _claim(conflict: DealConflict, at: str, decision: str, *, by: Membership, reason: str) -> None:
    """Of two decisions at once one stands."""
    won = DealConflict.objects.filter(pk=conflict.pk, decision=at, version=conflict.version).update(
        decision=decision, decided_by=by, decided_at=clock.now(), reason=reason, version=conflict.version + 1
    )
    if not won:
        raise Conflict("This conflict was decided meanwhile. Reload to see how.", code="stale")
    conflict.refresh_from_db()


def _leave_out(deal: DealRegistration, conflict: DealConflict) -> None:
    """The overlapping lines stay with the other registration."""
    shared = {UUID(line) for line in conflict.shared_lines}
    lines = DealLine.objects.filter(deal=deal, granted=True)
    if not lines.exclude(line_id__in=shared).exists():
        raise Invalid("No other product line would be left. Choose another way.", field="decision")
    lines.filter(line_id__in=shared).update(granted=False)


def _share(deal: DealRegistration, conflict: DealConflict, share: Decimal | None) -> None:
    """Both work on it: the later one gets the share agreed, the first the rest; together never more than the whole."""
    if share is None or not share.is_finite() or not 0 < share < 1:
        raise Invalid("Give the later partner's share, between 0 and 100 %.", field="credit_share")
    DealReview.objects.filter(deal=deal).update(is_joint=True)
    share_credit(conflict.existing, deal, share)


@transaction.atomic
def decide_engagement(
    engagement: DealEngagement, *, by: Membership, decision: str, reason: str, credit_share: Decimal | None = None
) -> DealEngagement:
    """The vendor's own sales had an open deal there: reject the registration, or share the business with it."""
    deal = engagement.candidate
    require(by, "dealreg.decide_engagement", deal)
    refuse_frozen(deal)
    if decision not in (DealEngagement.Decision.REJECT, DealEngagement.Decision.JOINT):
        raise Invalid("Choose how it is decided.", field="decision")
    said = reason_of(reason)
    is_joint = decision == DealEngagement.Decision.JOINT
    if is_joint and (credit_share is None or not credit_share.is_finite() or not 0 < credit_share < 1):
        raise Invalid("Give the partner's share, between 0 and 100 %.", field="credit_share")
    won = DealEngagement.objects.filter(pk=engagement.pk, decision=DealEngagement.Decision.PENDING).update(
        decision=decision, decided_by=by, decided_at=clock.now(), reason=said, version=engagement.version + 1
    )
    if not won:
        raise Conflict("This was decided meanwhile. Reload to see how.", code="stale")
    engagement.refresh_from_db()
    if deal.state == DealRegistration.State.SUBMITTED:
        _open(deal, by)
    if is_joint and credit_share is not None:
        share = round(deal.credit_share * credit_share, 4)
        DealRegistration.objects.filter(pk=deal.pk).update(credit_share=share)
        deal.credit_share = share
        _leave_to(engagement.opportunity, share)
    forget_review(deal)
    against = engagement.opportunity_id
    enter(deal, "deal.engagement_decided", by=by, inner=True, decision=decision, against=against, reason=said)
    if is_joint:
        enter(deal, "deal.joined", by=None, note={"reviewer": by.user.name}, credit_share=deal.credit_share)
    else:
        _reject(deal, by, DealRegistration.RejectReason.VENDOR_ENGAGED, "")
    return engagement


def _leave_to(business: Opportunity, share: Decimal) -> None:
    """A partner with whom the vendor leads the deal has what is left: together no more than the whole."""
    if business.partner_id is not None:
        credit_of(business, max(business.credit - share, Decimal(0)))


@transaction.atomic
def propose_transfer(conflict: DealConflict, *, by: Membership, statement: str) -> DealHearing:
    """The customer chose the later partner in writing: the first one is heard before the channel chief decides."""
    deal = conflict.candidate
    require(by, "dealreg.propose_transfer", deal)
    refuse_frozen(deal)
    said = reason_of(statement, field="statement", limit=1000, ask="What does the customer state in writing?")
    first = conflict.existing
    if first.state != DealRegistration.State.APPROVED:
        raise Conflict("Only an approved registration is transferred.", code="not_approved")
    refuse_frozen(first)  # it could not be heard
    _claim(conflict, Decision.PENDING, Decision.TRANSFER_PROPOSED, by=by, reason=said[:500])
    due = add_business_days(clock.today(), deal_rules().hearing_days, set(current_tenant().holidays))
    hearing = DealHearing(partner_id=first.partner_id, deal=first, statement=said, due_on=due)
    hearing.save(force_insert=True)
    DealConflict.objects.filter(pk=conflict.pk).update(hearing=hearing)
    if deal.state == DealRegistration.State.SUBMITTED:
        _open(deal, by)
    enter(deal, "deal.transfer_proposed", by=by, inner=True, against=first.pk, statement=said)
    enter(first, "deal.hearing_opened", by=None, note={"reviewer": by.user.name}, statement=said, due_on=due)
    return hearing


@transaction.atomic
def answer_hearing(deal: DealRegistration, *, by: Membership, answer: str) -> DealHearing:
    """The first partner says its word on the transfer."""
    require(by, "dealreg.answer_hearing", deal)
    said = reason_of(answer, field="answer", limit=2000, ask="Write an answer.")
    won = DealHearing.objects.filter(deal=deal, outcome=DealHearing.Outcome.OPEN).update(
        answer=said, answered_by=by, outcome=DealHearing.Outcome.ANSWERED
    )
    if not won:
        raise Conflict("There is nothing to answer here at present.", code="nothing_open")
    enter(deal, "deal.hearing_answered", by=by, answer=said)
    return DealHearing.objects.get(deal=deal, outcome=DealHearing.Outcome.ANSWERED)


@transaction.atomic
def decide_transfer(conflict: DealConflict, *, by: Membership, is_transferred: bool, reason: str) -> DealConflict:
    """The channel chief decides, once the first partner has answered or its days are over."""
    deal, first = conflict.candidate, conflict.existing
    require(by, "dealreg.decide_transfer", deal)
    refuse_frozen(deal)
    refuse_frozen(first)
    said = reason_of(reason)
    hearing = conflict.hearing
    if conflict.decision != Decision.TRANSFER_PROPOSED or hearing is None:
        raise Conflict("No transfer is proposed here.", code="nothing_open")
    if hearing.outcome == DealHearing.Outcome.OPEN and clock.today() <= hearing.due_on:
        raise NotHeard()
    decision = Decision.TRANSFER if is_transferred else Decision.REJECT_DUPLICATE
    _claim(conflict, Decision.TRANSFER_PROPOSED, decision, by=by, reason=said)
    outcome = DealHearing.Outcome.MOVED if is_transferred else DealHearing.Outcome.KEPT
    DealHearing.objects.filter(pk=hearing.pk).update(outcome=outcome)
    enter(deal, "deal.transfer_decided", by=by, inner=True, is_transferred=is_transferred, reason=said)
    if is_transferred:
        # Decided, so each side reads by whom; the other partner's name stands with the vendor alone.
        _withdraw(first, by, event="deal.transferred")
        enter(first, "deal.moved_to", by=by, inner=True, to=deal.partner.name, to_number=deal.number)
        enter(deal, "deal.transfer_granted", by=by)
        enter(deal, "deal.moved_from", by=by, inner=True, of=first.partner.name, of_number=first.number)
        lose_transferred(first)
    else:
        enter(first, "deal.kept", by=None, note={"reviewer": by.user.name})
        _reject(deal, by, DealRegistration.RejectReason.DUPLICATE, "")
    return conflict
