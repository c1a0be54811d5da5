"""A protected deal whose partner is gone goes to another one: it ends there, and goes on here with its business."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from dealreg.actions.carrying import credit_of, open_for, opportunity_of, told
from dealreg.actions.deciding import _withdraw
from dealreg.actions.protecting import protect
from dealreg.actions.registering import OwnDuplicate, refuse_not_eligible, write_receipt
from dealreg.actions.steps import enter, hold, reason_of, review_of, step
from dealreg.models import (
    DealLine,
    DealRegistration,
    DealReview,
    Opportunity,
    OpportunityCredit,
    OpportunityLine,
)
from dealreg.queries.conflicts import claim_of, own_duplicate
from dealreg.queries.rules import review_due
from partners.models import Partner
from partners.queries.program import benefits_of
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import require

State = DealRegistration.State
TAKEN_ALONG = (
    "customer_name", "customer_domain", "customer_country", "normalised_name", "normalised_domain", "domain_root",
    "contact_name", "contact_email", "amount", "currency", "expected_close", "need", "source", "tender", "campaign",
    "credit_share",
)  # fmt: skip


def refuse_others(deal: DealRegistration) -> None:
    """What is decided about a deal whose partner is gone is decided about no other."""
    if deal.state != State.APPROVED or deal.partner.state != Partner.State.TERMINATED:
        raise Conflict("This is for protected deals of partners that are gone.", code="not_ended")


@transaction.atomic
def transfer_deal(deal: DealRegistration, *, by: Membership, to: Partner, reason: str) -> DealRegistration:
    """Give it to another partner, with the days of that one's tier. Each side has a history and events of its own.

    Neither reads who the other is. The opportunity goes along; what the partner that is gone kept of it (papers, its
    credit) does not.
    """
    require(by, "dealreg.transfer_deal", deal)
    refuse_others(deal)
    said = reason_of(reason)
    if to.pk == deal.partner_id:
        raise Invalid("Choose another partner.", field="to")
    refuse_not_eligible(to)
    hold(deal)
    lines = list(DealLine.objects.filter(deal=deal, granted=True).select_related("line").order_by("line__name"))
    taken = _begin(deal, to, [row.line_id for row in lines])
    business = opportunity_of(deal)
    DealRegistration.objects.filter(pk=deal.pk).update(credit_share=0)  # it goes along, and back to nobody
    deal.credit_share = Decimal(0)
    _withdraw(deal, by, said, event="deal.transferred_after_end")
    _approve_as_taken(taken, deal, by)
    enter(deal, "deal.moved_to", by=by, inner=True, to=to.name, to_number=taken.number)
    enter(taken, "deal.taken_over", by=by, expires_on=taken.expires_on, amount=taken.amount)
    enter(taken, "deal.moved_from", by=by, inner=True, of=deal.partner.name, of_number=deal.number)
    write_receipt(taken, [row.line.name for row in lines])
    if business is not None and business.state == Opportunity.State.OPEN:
        _hand_over(business, taken, by)
    else:
        open_for(taken, by=by)
    return taken


def _begin(deal: DealRegistration, to: Partner, line_ids: list[UUID]) -> DealRegistration:
    """The registration of the one that takes it over: it claims the customer since the first one did."""
    taken = DealRegistration(partner=to, claimed_at=claim_of(deal))
    for name in TAKEN_ALONG:
        setattr(taken, name, getattr(deal, name))
    duplicate = own_duplicate(taken, line_ids)
    if duplicate is not None:
        raise OwnDuplicate(f"This partner has registered the customer under {duplicate.number} already.", field="to")
    taken.save(force_insert=True)
    DealLine.objects.bulk_create(DealLine(partner_id=to.pk, deal=taken, line_id=line) for line in line_ids)
    return taken


def _approve_as_taken(taken: DealRegistration, former: DealRegistration, by: Membership) -> None:
    today, now, benefits = clock.today(), clock.now(), benefits_of(taken.partner, clock.today())
    before = review_of(former)
    step(taken, State.SUBMITTED, submitted_at=now, submitted_by=None, review_due=review_due(today))
    DealReview.objects.create(
        deal=taken,
        level=DealReview.Level.OPERATIONS,
        decider=by,
        is_joint=bool(before and before.is_joint),
        project_key=before.project_key if before else "",
    )
    step(
        taken,
        State.APPROVED,
        approved_on=today,
        decided_at=now,
        protection_days=benefits.protection_days,
        max_extensions=benefits.max_extensions,
        extension_days=benefits.extension_days,
        expires_on=add_days(today, benefits.protection_days),
        discount=former.discount if taken.tender else benefits.registration_discount,
    )
    protect(taken)


def _hand_over(business: Opportunity, taken: DealRegistration, by: Membership) -> None:
    """The open business goes on with the new partner, in its stage and with its amounts."""
    touch(business)
    OpportunityCredit.objects.filter(opportunity=business, partner_id=business.partner_id).delete()
    OpportunityLine.objects.filter(opportunity=business).update(partner_id=taken.partner_id)
    moved = {"partner_id": taken.partner_id, "owner_id": None, "registration_id": taken.pk, "worked_at": clock.now()}
    Opportunity.objects.filter(pk=business.pk).update(**moved)
    business.refresh_from_db()
    credit_of(business, taken.credit_share)
    told(business, "opportunity.handed_over", by=by, amount=business.amount)
