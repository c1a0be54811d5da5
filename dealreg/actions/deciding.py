"""Deciding: open, ask, approve, reject, appeal. Who decides follows from the desk; no partner hears of a rival."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from dealreg.actions.carrying import open_for
from dealreg.actions.freezing import refuse_frozen
from dealreg.actions.protecting import protect, refuse_conflicts, release, track_conflicts
from dealreg.actions.sharing import give_credit_back, has_earlier_tender
from dealreg.actions.steps import enter, forget_review, hold, reason_of, review_of, step
from dealreg.models import DealQuestion, DealRegistration, DealReview, DealSignature
from dealreg.queries.freezing import suspensions_of
from dealreg.queries.rules import clock_day, deal_rules, needs_chief, review_due
from partners.queries.program import benefits_of
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid, NotAllowed
from prm.kernel.models import Membership
from prm.kernel.periods import add_business_days, add_days
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant, vendor_scope

State = DealRegistration.State


class ClosePast(Conflict):
    """The expected close is past. Ask the partner for a new date before approving."""

    code = "close_past"


class AppealOver(Conflict):
    """An appeal is possible once, and within the days the rules give."""

    code = "appeal_over"


class SamePerson(NotAllowed):
    """Two different people approve this. You have signed already; the other one is waited for."""

    code = "same_person"


@transaction.atomic
def open_deal(deal: DealRegistration, *, by: Membership) -> DealRegistration:
    """Take it from the desk into review."""
    require(by, "dealreg.open_deal", deal)
    _refuse_illegal(deal, State.IN_REVIEW, of=(State.SUBMITTED,))
    _open(deal, by)
    return deal


def _open(deal: DealRegistration, by: Membership | None) -> None:
    step(deal, State.IN_REVIEW)
    DealReview.objects.filter(deal=deal).update(reviewer=by)
    track_conflicts(deal)
    enter(deal, "deal.opened", by=None, note={"reviewer": by.user.name if by else "System"})


@transaction.atomic
def ask_about_deal(deal: DealRegistration, *, by: Membership, question: str) -> DealQuestion:
    """Ask the partner. The decision clock stands still until it answers."""
    require(by, "dealreg.ask_about_deal", deal)
    refuse_frozen(deal)
    said = reason_of(question, field="question", limit=1000, ask="What do you want to know?")
    pauses = [*deal.pauses, {"from": clock.today().isoformat(), "to": None}]
    step(deal, State.INFO_REQUESTED, pauses=pauses)
    asked = DealQuestion(partner_id=deal.partner_id, deal=deal, question=said, asked_at=clock.now())
    asked.save(force_insert=True)
    # Until the decision the partner hears of the vendor's team, not of a person.
    enter(deal, "deal.asked", by=None, note={"reviewer": by.user.name}, question=said)
    return asked


@transaction.atomic
def answer_question(deal: DealRegistration, *, by: Membership, answer: str) -> DealRegistration:
    """Answer the open question; the clock goes on with the days that were left."""
    require(by, "dealreg.answer_question", deal)
    _refuse_illegal(deal, State.IN_REVIEW, of=(State.INFO_REQUESTED,))
    said = reason_of(answer, field="answer", limit=2000, ask="Write an answer.")
    today = clock.today().isoformat()
    pauses = [pause if pause["to"] else {**pause, "to": today} for pause in deal.pauses]
    step(deal, State.IN_REVIEW, pauses=pauses, review_due=review_due(clock_day(deal), pauses))
    DealQuestion.objects.filter(deal=deal, answered_at=None).update(
        answer=said, answered_at=clock.now(), answered_by=by
    )
    return enter(deal, "deal.answered", by=by, answer=said, review_due=deal.review_due)


@transaction.atomic
def approve_deal(deal: DealRegistration, *, by: Membership) -> DealRegistration:
    """Grant the partner exclusivity on this customer for the days of its tier; large sums need two people.

    The database insists that nobody else is protected for the same customer, line and project: the loser of a race
    gets a 409 and nothing of it is saved.
    """
    require(by, "dealreg.approve_deal", deal)
    refuse_frozen(deal)
    if deal.state == State.SUBMITTED:
        _open(deal, by)
    _refuse_illegal(deal, State.APPROVED, of=(State.IN_REVIEW,))
    refuse_conflicts(deal, by)
    assert deal.amount is not None
    if deal.expected_close is not None and deal.expected_close < clock.today():
        raise ClosePast()
    if needs_chief(deal.amount) and not _both_signed(deal, by):
        return deal
    _approve(deal, by)
    return deal


@transaction.atomic
def auto_approve_deal(deal: DealRegistration, *, by: None = None) -> bool:
    """The system approves a small registration that nobody has touched and that competes with none."""
    require(by, "dealreg.auto_approve_deal", deal)
    rules = deal_rules()
    if deal.state != State.SUBMITTED or not rules.auto_approve or (deal.amount or 0) > rules.auto_max_amount:
        return False
    track_conflicts(deal)
    review = review_of(deal)
    past = deal.expected_close is None or deal.expected_close < clock.today()
    may = benefits_of(deal.partner, clock.today()).can_register_deals and deal.partner.state == "active"
    if review is None or review.has_conflict or past or not may:
        return False
    _approve(deal, None)
    return True


def _approve(deal: DealRegistration, by: Membership | None) -> None:
    today = clock.today()
    benefits = benefits_of(deal.partner, today)
    if not benefits.can_register_deals:
        raise Conflict("The partner's tier does not include deal registration any more.", code="not_eligible")
    step(
        deal,
        State.APPROVED,
        approved_on=today,
        decided_at=clock.now(),
        protection_days=benefits.protection_days,
        max_extensions=benefits.max_extensions,
        extension_days=benefits.extension_days,
        expires_on=add_days(today, benefits.protection_days),
        discount=Decimal(0) if deal.tender and has_earlier_tender(deal) else benefits.registration_discount,
        reject_reason="",
        reason="",
    )
    protect(deal)
    _settle(deal, by)
    open_for(deal, by=by)
    enter(
        deal,
        "deal.approved",
        by=by,
        expires_on=deal.expires_on,
        discount=deal.discount,
        amount=deal.amount,
        automatic=by is None,
    )


def _settle(deal: DealRegistration, by: Membership | None) -> None:
    DealReview.objects.filter(deal=deal).update(decider=by, escalated_to="", is_appeal=False)
    forget_review(deal)


def _both_signed(deal: DealRegistration, by: Membership) -> bool:
    """Operations first, then the chief. True with the second signature."""
    review = review_of(deal)
    assert review is not None
    if _sign(deal, DealSignature.Matter.APPROVE, review.level, by) >= 2:
        return True
    is_chief = review.level == DealReview.Level.CHIEF
    other = DealReview.Level.OPERATIONS if is_chief else DealReview.Level.CHIEF
    DealReview.objects.filter(deal=deal).update(level=other, decider=by)
    forget_review(deal)
    enter(deal, "deal.signed", by=by, inner=True, level=review.level)
    return False


def _sign(deal: DealRegistration, matter: str, level: str, by: Membership, reason: str = "") -> int:
    """Add a signature; returns how many there are. One person signs once, whatever the roles held."""
    hold(deal)
    standing = DealSignature.objects.filter(deal=deal, matter=matter, is_void=False)
    if standing.filter(member=by).exists():
        raise SamePerson()
    if not standing.filter(level=level).exists():
        DealSignature.objects.create(deal=deal, matter=matter, level=level, member=by, at=clock.now(), reason=reason)
    return standing.count()


@transaction.atomic
def reject_deal(deal: DealRegistration, *, by: Membership, reject_reason: str, reason: str = "") -> DealRegistration:
    """Say no, with the reason the partner is told; never who holds a competing registration."""
    require(by, "dealreg.reject_deal", deal)
    refuse_frozen(deal)
    refuse_conflicts(deal, by, only_desk=True)
    return _reject(deal, by, reject_reason, reason)


def _reject(deal: DealRegistration, by: Membership | None, reject_reason: str, reason: str) -> DealRegistration:
    if reject_reason not in DealRegistration.RejectReason.values:
        raise Invalid("Choose a reason.", field="reject_reason")
    needs_words = reject_reason == DealRegistration.RejectReason.OTHER
    said = reason_of(reason, ask="Say what the other reason is.") if needs_words or reason else ""
    step(deal, State.REJECTED, reject_reason=reject_reason, reason=said, decided_at=clock.now())
    give_credit_back(deal)
    DealSignature.objects.filter(deal=deal, is_void=False).update(is_void=True)
    _settle(deal, by)
    label = str(DealRegistration.RejectReason(reject_reason).label)
    return enter(deal, "deal.rejected", by=by, reject_reason=label, reason=said)


@transaction.atomic
def appeal_deal(deal: DealRegistration, *, by: Membership, text: str) -> DealRegistration:
    """Ask for a second look, once: the channel chief decides, and not who decided before."""
    require(by, "dealreg.appeal_deal", deal)
    said = reason_of(text, field="text", limit=2000, ask="Say why it should be looked at again.")
    _refuse_illegal(deal, State.IN_REVIEW, of=(State.REJECTED, State.CANCELLED))
    assert deal.decided_at is not None
    suspended = suspensions_of([deal.partner_id])[deal.partner_id]
    holidays = set(current_tenant().holidays)
    last = add_business_days(clock.day_of(deal.decided_at), deal_rules().appeal_days, holidays, suspended)
    if deal.appealed_at is not None or clock.today() > last:
        raise AppealOver()
    step(
        deal,
        State.IN_REVIEW,
        appealed_at=clock.now(),
        appeal=said,
        decided_at=None,
        review_due=review_due(clock.today()),
        pauses=[],
    )
    with vendor_scope("an appeal goes to the channel chief's desk"):
        DealReview.objects.filter(deal=deal).update(level=DealReview.Level.CHIEF, is_appeal=True, escalated_to="")
    return enter(deal, "deal.appealed", by=by, text=said)


@transaction.atomic
def withdraw_deal(deal: DealRegistration, *, by: Membership, reason: str = "") -> DealRegistration:
    """The partner takes it back; protection ends at once."""
    require(by, "dealreg.withdraw_deal", deal)
    return _withdraw(deal, by, reason)


def _withdraw(
    deal: DealRegistration, by: Membership | None, reason: str = "", *, event: str = "deal.withdrawn"
) -> DealRegistration:
    said = reason_of(reason) if reason else ""
    step(deal, State.WITHDRAWN, reason=said)
    with vendor_scope("the protection of a deal that its partner takes back"):
        release(deal)
    give_credit_back(deal)
    return enter(deal, event, by=by, reason=said)


@transaction.atomic
def cancel_deal(deal: DealRegistration, *, by: Membership, cancel_reason: str, reason: str = "") -> DealRegistration:
    """Take an approval back: operations and the channel chief, two people, with a reason. The partner may appeal."""
    require(by, "dealreg.cancel_deal", deal)
    if cancel_reason not in DealRegistration.CancelReason.values:
        raise Invalid("Choose a reason.", field="cancel_reason")
    label = str(DealRegistration.CancelReason(cancel_reason).label)
    said = f"{label}: {reason_of(reason)}" if reason else label
    _refuse_illegal(deal, State.CANCELLED)
    open_levels = [DealReview.Level.OPERATIONS, DealReview.Level.CHIEF]
    signed = set(
        DealSignature.objects.filter(deal=deal, matter="cancel", is_void=False).values_list("level", flat=True)
    )
    mine = [level for level in open_levels if level not in signed and by.has(_role_at(level))]
    if not mine and not DealSignature.objects.filter(deal=deal, matter="cancel", is_void=False, member=by).exists():
        raise NotAllowed("The other role has to sign this.")
    if _sign(deal, DealSignature.Matter.CANCEL, mine[0] if mine else open_levels[0], by, said) < 2:
        enter(deal, "deal.cancellation_signed", by=by, inner=True, reason=said)
        return deal
    step(deal, State.CANCELLED, reason=said[:500], decided_at=clock.now())
    DealSignature.objects.filter(deal=deal, is_void=False).update(is_void=True)
    release(deal)
    give_credit_back(deal)
    DealReview.objects.filter(deal=deal).update(decider=by)
    return enter(deal, "deal.cancelled", by=by, reason=said)


def _role_at(level: str) -> Role:
    return Role.OPERATIONS if level == DealReview.Level.OPERATIONS else Role.CHANNEL_CHIEF


def _refuse_illegal(deal: DealRegistration, to: str, *, of: tuple[str, ...] = ()) -> None:
    """The move is refused before anything else is looked at, so that the answer names the state."""
    if to not in deal.MOVES[State(deal.state)] or (of and deal.state not in of):
        raise IllegalMove(f"This is {State(deal.state).label.lower()} and cannot become {State(to).label.lower()}.")
