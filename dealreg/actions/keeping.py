"""While a deal is protected: its next step, more time, another amount."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from dealreg.actions.carrying import amounts_of, opportunity_of, refuse_bad_amount, spread, write_lines
from dealreg.actions.freezing import refuse_frozen
from dealreg.actions.protecting import prolong, protect, refuse_conflicts
from dealreg.actions.steps import enter, forget_review, lines_of, reason_of, review_of, step
from dealreg.models import (
    DealChange,
    DealExtension,
    DealLine,
    DealRegistration,
    DealReview,
    DealSignature,
    Opportunity,
)
from dealreg.queries.freezing import days_suspended
from dealreg.queries.rules import deal_rules, desk_for, needs_chief
from prm.kernel import clock
from prm.kernel.errors import Conflict, IllegalMove, Invalid, NotAllowed
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from sales.models import ProductLine

State = DealRegistration.State
REINSTATED_DAYS, FRESH_DAYS = 30, 30
FREE_CHANGE = Decimal("0.20")


class NoMoreExtensions(Conflict):
    """This deal has had all the extensions its tier allows."""

    code = "no_more_extensions"


class NotMoving(Conflict):
    """An extension needs a next step with a date, brought up to date in the last 30 days."""

    code = "not_moving"


@transaction.atomic
def update_next_step(
    deal: DealRegistration, *, by: Membership, next_step: str, next_step_due: dt.date
) -> DealRegistration:
    """What happens next and when: keeps the deal fresh, and is needed for an extension."""
    require(by, "dealreg.update_next_step", deal)
    said = reason_of(next_step, field="next_step", limit=300, ask="What happens next?")
    if next_step_due < clock.today():
        raise Invalid("Choose a date from today on.", field="next_step_due")
    if deal.state in {State.WON, State.LOST, State.WITHDRAWN, State.REJECTED, State.CANCELLED}:
        raise IllegalMove("This deal is over.")
    opportunity = opportunity_of(deal)
    if opportunity is not None and opportunity.state == opportunity.State.OPEN:
        Opportunity.objects.filter(pk=opportunity.pk).update(
            next_step=said, next_step_due=next_step_due, worked_at=clock.now()
        )
    return note_step(deal, by, said, next_step_due)


def note_step(deal: DealRegistration, by: Membership, said: str, due: dt.date) -> DealRegistration:
    touch(deal)
    deal.next_step, deal.next_step_due, deal.progress_at = said, due, clock.now()
    deal.save(update_fields=["next_step", "next_step_due", "progress_at", "updated_at"])
    return enter(deal, "deal.moved_on", by=by, next_step=said, next_step_due=due)


# --- more time ------------------------------------------------------------------------------------------------


@transaction.atomic
def ask_extension(deal: DealRegistration, *, by: Membership, evidence: str) -> DealExtension:
    """Ask for more time, on or before the last day, with the evidence that the deal moves."""
    require(by, "dealreg.ask_extension", deal)
    said = reason_of(evidence, field="evidence", limit=1000, ask="What shows that the deal moves?")
    _refuse_not_extendable(deal)
    touch(deal)
    asked = DealExtension(
        partner_id=deal.partner_id, deal=deal, asked_by=by, evidence=said, days=deal.extension_days or FRESH_DAYS
    )
    if DealExtension.objects.filter(deal=deal, state=DealExtension.State.ASKED).exists():
        raise Conflict("An extension is asked for already.", code="asked_already")
    asked.save(force_insert=True)
    enter(deal, "deal.extension_asked", by=by, evidence=said, days=asked.days)
    return asked


def _refuse_not_extendable(deal: DealRegistration) -> None:
    if deal.state != State.APPROVED or deal.expires_on is None or clock.today() > deal.expires_on:
        raise IllegalMove("Only a protected deal is extended, on or before its last day.")
    if used_extensions(deal) >= deal.max_extensions:
        raise NoMoreExtensions()
    fresh = deal.progress_at is not None and (clock.now() - deal.progress_at).days <= FRESH_DAYS
    if not (deal.next_step and deal.next_step_due and fresh):
        raise NotMoving()


def used_extensions(deal: DealRegistration) -> int:
    return DealExtension.objects.filter(deal=deal, state=DealExtension.State.GRANTED).count()


@transaction.atomic
def grant_extension(deal: DealRegistration, *, by: Membership) -> DealRegistration:
    """Give the time that was asked for; it follows the last day, whenever it is decided."""
    require(by, "dealreg.grant_extension", deal)
    refuse_frozen(deal)
    asked = _asked_extension(deal)
    if deal.state != State.APPROVED or deal.expires_on is None:
        raise IllegalMove("This deal is not protected any more.")
    if used_extensions(deal) >= deal.max_extensions:
        raise NoMoreExtensions()
    touch(deal)
    move(asked, DealExtension.State.GRANTED)
    DealExtension.objects.filter(pk=asked.pk).update(decided_at=clock.now())
    _set_end(deal, add_days(deal.expires_on, asked.days))
    return enter(deal, "deal.extended", by=by, expires_on=deal.expires_on, days=asked.days)


@transaction.atomic
def refuse_extension(deal: DealRegistration, *, by: Membership, reason: str) -> DealRegistration:
    """No more time, with the reason the partner is told."""
    require(by, "dealreg.refuse_extension", deal)
    said = reason_of(reason)
    asked = _asked_extension(deal)
    touch(deal)
    move(asked, DealExtension.State.REFUSED)
    DealExtension.objects.filter(pk=asked.pk).update(decided_at=clock.now(), reason=said)
    return enter(deal, "deal.extension_refused", by=by, reason=said)


def _asked_extension(deal: DealRegistration) -> DealExtension:
    found = DealExtension.objects.filter(deal=deal, state=DealExtension.State.ASKED).first()
    if found is None:
        raise Conflict("No extension is asked for.", code="nothing_asked")
    return found


def _set_end(deal: DealRegistration, until: dt.date) -> None:
    DealRegistration.objects.filter(pk=deal.pk).update(expires_on=until)
    deal.expires_on = until
    prolong(deal, until)


@transaction.atomic
def reinstate_deal(deal: DealRegistration, *, by: Membership, reason: str) -> DealRegistration:
    """Protect an expired deal again, while the days last and nobody else holds the customer. Counts as an extension.

    The days of a suspension do not count among them.
    """
    require(by, "dealreg.reinstate_deal", deal)
    refuse_frozen(deal)
    said = reason_of(reason)
    if deal.state != State.EXPIRED or deal.expires_on is None:
        raise IllegalMove("Only an expired deal is reinstated.")
    today = clock.today()
    days = deal_rules().reinstate_days + days_suspended(deal.partner_id, deal.expires_on)
    if today > add_days(deal.expires_on, days):
        raise Conflict("It expired too long ago. It can be registered anew.", code="too_late")
    if used_extensions(deal) >= deal.max_extensions:
        raise NoMoreExtensions()
    until = add_days(today, REINSTATED_DAYS)
    given = DealExtension(
        partner_id=deal.partner_id,
        deal=deal,
        asked_by=by,
        evidence=said,
        days=(until - deal.expires_on).days,
        is_reinstatement=True,
        decided_at=clock.now(),
    )
    step(deal, State.APPROVED, expires_on=until)
    protect(deal)
    given.save(force_insert=True)
    move(given, DealExtension.State.GRANTED)
    return enter(deal, "deal.reinstated", by=by, expires_on=until, reason=said)


# --- another amount, other lines --------------------------------------------------------------------------------


@transaction.atomic
def change_deal(
    deal: DealRegistration,
    *,
    by: Membership,
    amount: Decimal,
    explanation: str,
    lines: Sequence[ProductLine] = (),
) -> DealChange:
    """Another amount or more lines. Up to 20 % counts at once; more, or a new line, is decided anew.

    What counts at once is the opportunity's; the registration keeps what was approved, and until a change is decided
    the old approval stands for the old lines.
    """
    require(by, "dealreg.change_deal", deal)
    return ask_change(deal, by, amount, explanation, lines)


def ask_change(
    deal: DealRegistration,
    by: Membership,
    amount: Decimal,
    explanation: str,
    lines: Sequence[ProductLine] = (),
    line_amounts: Mapping[UUID, Decimal] | None = None,
) -> DealChange:
    """The change itself, for verbs that have asked whether this member may."""
    said = reason_of(explanation, field="explanation", limit=1000, ask="What has changed?")
    if deal.state != State.APPROVED or deal.amount is None:
        raise IllegalMove("Only an approved deal is changed.")
    refuse_bad_amount(amount, deal.currency)
    if amount < deal_rules().min_amount:
        raise Invalid("This is less than deals are registered from.", field="amount")
    if DealChange.objects.filter(deal=deal, state=DealChange.State.ASKED).exists():
        raise Conflict("A change waits for its decision already.", code="asked_already")
    known = lines_of(deal)
    new = [line for line in lines if line.pk not in known]
    touch(deal)
    change = DealChange(
        partner_id=deal.partner_id,
        deal=deal,
        asked_by=by,
        amount=amount,
        amount_before=deal.amount,
        currency=deal.currency,
        new_lines=[str(line.pk) for line in new],
        line_amounts={str(pk): str(part) for pk, part in (line_amounts or {}).items()},
        explanation=said,
    )
    change.save(force_insert=True)
    if new or needs_recheck(deal, amount):
        with vendor_scope("on whose desk a changed approval lies: kept for the vendor"):
            DealReview.objects.filter(deal=deal).update(level=desk_for(amount, has_conflict=False), escalated_to="")
        enter(deal, "deal.change_asked", by=by, amount=amount, lines=[line.name for line in new], explanation=said)
        return change
    move(change, DealChange.State.GRANTED)
    _carry_over(deal, change)
    enter(deal, "deal.changed", by=by, amount=amount, amount_before=change.amount_before, explanation=said)
    return change


def needs_recheck(deal: DealRegistration, amount: Decimal) -> bool:
    """More than a fifth away from what was approved: many small steps make no large one."""
    assert deal.amount is not None
    return abs(amount - deal.amount) > deal.amount * FREE_CHANGE


def _carry_over(deal: DealRegistration, change: DealChange) -> None:
    """The opportunity has the new amount and lines."""
    opportunity = opportunity_of(deal)
    if opportunity is None:
        return
    said = {UUID(line): Decimal(part) for line, part in change.line_amounts.items()}
    known = amounts_of(opportunity)
    lines = [*known, *(UUID(line) for line in change.new_lines if UUID(line) not in known)]
    write_lines(opportunity, said or spread(change.amount, lines, known, deal.currency))
    touch(opportunity)
    Opportunity.objects.filter(pk=opportunity.pk).update(worked_at=clock.now())


def _apply(deal: DealRegistration, change: DealChange) -> None:
    DealRegistration.objects.filter(pk=deal.pk).update(amount=change.amount)
    deal.amount = change.amount
    DealLine.objects.bulk_create(
        [DealLine(partner_id=deal.partner_id, deal=deal, line_id=UUID(line)) for line in change.new_lines],
        ignore_conflicts=True,
    )


@transaction.atomic
def approve_change(deal: DealRegistration, *, by: Membership) -> DealRegistration:
    """Accept the new amount and lines: bands and the conflict check apply again."""
    require(by, "dealreg.approve_change", deal)
    refuse_frozen(deal)
    change = _asked_change(deal)
    if change.asked_by_id == by.pk:
        raise NotAllowed("You have asked for this change; somebody else decides it.")
    _apply(deal, change)
    refuse_conflicts(deal, by)
    if needs_chief(change.amount) and not _second_signature(deal, by):
        DealRegistration.objects.filter(pk=deal.pk).update(amount=change.amount_before)
        DealLine.objects.filter(deal=deal, line_id__in=[UUID(line) for line in change.new_lines]).delete()
        return deal
    touch(deal)
    move(change, DealChange.State.GRANTED)
    DealChange.objects.filter(pk=change.pk).update(decided_at=clock.now())
    protect(deal, [UUID(line) for line in change.new_lines])
    _carry_over(deal, change)
    DealReview.objects.filter(deal=deal).update(decider=by)
    return enter(deal, "deal.changed", by=by, amount=change.amount, amount_before=change.amount_before)


def _second_signature(deal: DealRegistration, by: Membership) -> bool:
    """Two people for a large sum: operations, then the chief."""
    from dealreg.actions.deciding import _sign

    review = review_of(deal)
    assert review is not None
    if _sign(deal, DealSignature.Matter.CHANGE, review.level, by) >= 2:
        return True
    DealReview.objects.filter(deal=deal).update(level=DealReview.Level.CHIEF)
    forget_review(deal)
    enter(deal, "deal.signed", by=by, inner=True, level=review.level)
    return False


@transaction.atomic
def refuse_change(deal: DealRegistration, *, by: Membership, reason: str) -> DealRegistration:
    """The approval stays as it was, with the reason the partner is told."""
    require(by, "dealreg.refuse_change", deal)
    said = reason_of(reason)
    change = _asked_change(deal)
    touch(deal)
    move(change, DealChange.State.REFUSED)
    DealChange.objects.filter(pk=change.pk).update(decided_at=clock.now(), reason=said)
    DealSignature.objects.filter(deal=deal, matter="change", is_void=False).update(is_void=True)
    return enter(deal, "deal.change_refused", by=by, reason=said)


def _asked_change(deal: DealRegistration) -> DealChange:
    found = DealChange.objects.filter(deal=deal, state=DealChange.State.ASKED).first()
    if found is None or deal.state != State.APPROVED:
        raise Conflict("No change waits for a decision.", code="nothing_asked")
    return found
