"""Targets: set by the vendor at once, or proposed by one side and confirmed by the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from django.db import transaction

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.money import fits_currency
from prm.kernel.periods import FiscalYear
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant, vendor_scope
from prm.kernel.text import clean_text
from sales.models import ProductLine, Proposal, Target, TargetProposal

P = TypeVar("P", bound=Proposal)
LARGEST = Decimal("1e12")


class NotBoth(Conflict):
    """A fiscal year has targets either by product line or in total, not both. Nothing was saved."""

    code = "line_or_total"


class OtherSideDecides(Conflict):
    """A proposal is confirmed or declined by the other side; your own you can take back."""

    code = "other_side_decides"


class NotYours(Conflict):
    """Only the side that made a proposal takes it back; you can decline it."""

    code = "not_yours"


@transaction.atomic
def set_targets(
    partner: Partner,
    amounts: Mapping[dt.date, Decimal | None],
    *,
    by: Membership | None,
    line: ProductLine | None = None,
    source: str = Target.Source.MANUAL,
) -> Partner:
    """Set net revenue per month (first of the month to amount); what stood for those months is replaced.

    None takes a month's target away. A fiscal year has targets by line or in total, not both.
    """
    require(by, "sales.set_target", partner)
    _check(amounts)
    months = _write(partner, amounts, line=line, source=source, proposed_by=by)
    return record(partner, "targets.set", by=by, line=line.code if line else None, months=months)


@transaction.atomic
def propose_targets(
    partner: Partner,
    amounts: Mapping[dt.date, Decimal | None],
    *,
    by: Membership,
    line: ProductLine | None = None,
    comment: str = "",
) -> TargetProposal:
    """Propose targets to the other side. They count from its confirmation on; an open proposal of this side ends."""
    require(by, "sales.propose_targets", partner)
    asked = {month: amount for month, amount in amounts.items() if amount is not None}
    if not asked:
        raise Invalid("Give an amount for at least one month.", field="months")
    _check(asked)
    _lock(partner)
    _refuse_both(partner, asked, line)
    open_ones = TargetProposal.objects.filter(partner=partner, line=line, side=by.side, state="proposed")
    for earlier in open_ones:
        move(earlier, Proposal.State.WITHDRAWN)
    proposal = TargetProposal(
        partner=partner,
        line=line,
        side=by.side,
        proposed_by=by,
        comment=clean_text(comment),
        months={month.isoformat(): str(amount) for month, amount in sorted(asked.items())},
        currency=current_tenant().currency,
    )
    proposal.full_clean(exclude=["partner", "line", "proposed_by"])
    proposal.save(force_insert=True)
    return record(proposal, "targets.proposed", by=by, line=line.code if line else None, months=proposal.months)


@transaction.atomic
def confirm_targets(proposal: TargetProposal, *, by: Membership) -> TargetProposal:
    """Agree to what the other side proposed: from now on these are the targets."""
    require(by, "sales.confirm_targets", proposal)
    decide(proposal, Proposal.State.CONFIRMED, by=by)
    amounts = {dt.date.fromisoformat(month): Decimal(amount) for month, amount in proposal.months.items()}
    # The vendor writes targets; a partner that confirms lets them be written.
    with vendor_scope("targets that a partner confirms"):
        _write(
            proposal.partner,
            amounts,
            line=proposal.line,
            source=Target.Source.MANUAL,
            proposed_by=proposal.proposed_by,
            confirmed_by=by,
        )
    return record(proposal, "targets.confirmed", by=by, months=proposal.months)


@transaction.atomic
def decline_targets(proposal: TargetProposal, *, by: Membership, reason: str) -> TargetProposal:
    """Say no to what the other side proposed, with the reason it is told."""
    require(by, "sales.decline_targets", proposal)
    decide(proposal, Proposal.State.DECLINED, by=by, reason=reason)
    return record(proposal, "targets.declined", by=by, reason=proposal.reason)


@transaction.atomic
def withdraw_targets(proposal: TargetProposal, *, by: Membership) -> TargetProposal:
    """Take back what one's own side proposed."""
    require(by, "sales.withdraw_targets", proposal)
    decide(proposal, Proposal.State.WITHDRAWN, by=by)
    return record(proposal, "targets.withdrawn", by=by)


def decide(proposal: P, to: str, *, by: Membership, reason: str = "") -> P:
    """Move a proposal: confirmed and declined by the other side than made it, taken back by its own."""
    own = by.side == proposal.side
    if own and to != Proposal.State.WITHDRAWN:
        raise OtherSideDecides()
    if not own and to == Proposal.State.WITHDRAWN:
        raise NotYours()
    reason = clean_text(reason)
    if to == Proposal.State.DECLINED and not reason:
        raise Invalid("Say why, so that the other side can propose better.", field="reason")
    move(proposal, to)
    proposal.decided_by, proposal.decided_at, proposal.reason = by, clock.now(), reason
    proposal.save(update_fields=["decided_by", "decided_at", "reason", "updated_at"])
    return proposal


def _check(amounts: Mapping[dt.date, Decimal | None]) -> None:
    currency = current_tenant().currency
    for month, amount in amounts.items():
        if month.day != 1:
            raise Invalid("A target is set for a month: give its first day.", field="month")
        if amount is None:
            continue
        if not amount.is_finite() or not 0 <= amount < LARGEST or not fits_currency(amount, currency):
            raise Invalid(f"{amount} is no amount in {currency}.", field="amount")


def _lock(partner: Partner) -> None:
    """One at a time writes the targets of a partner, so that the rule of line or total holds."""
    Partner.objects.select_for_update(of=("self",)).filter(pk=partner.pk).first()


def _refuse_both(partner: Partner, months: Iterable[dt.date], line: ProductLine | None) -> None:
    start = current_tenant().fy_start_month
    for year in {FiscalYear.containing(month, start) for month in months}:
        standing = Target.objects.filter(partner=partner, month__gte=year.start, month__lte=year.end)
        other = standing.filter(line__isnull=line is not None)
        if other.exists():
            kind = "in total" if line else "by product line"
            raise NotBoth(f"{year.label} has targets {kind} already; take those away first. Nothing was saved.")


def _write(
    partner: Partner,
    amounts: Mapping[dt.date, Decimal | None],
    *,
    line: ProductLine | None,
    source: str,
    proposed_by: Membership | None,
    confirmed_by: Membership | None = None,
) -> dict[str, Decimal | None]:
    _lock(partner)
    wanted = {month: amount for month, amount in amounts.items() if amount is not None}
    _refuse_both(partner, wanted, line)
    currency = current_tenant().currency
    Target.objects.filter(partner=partner, line=line, month__in=amounts).delete()
    Target.objects.bulk_create(
        Target(
            partner=partner,
            line=line,
            month=month,
            amount=amount,
            currency=currency,
            source=source,
            proposed_by=proposed_by,
            confirmed_by=confirmed_by,
        )
        for month, amount in wanted.items()
    )
    return {month.isoformat(): amount for month, amount in sorted(amounts.items())}
