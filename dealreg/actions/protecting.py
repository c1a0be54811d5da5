"""Exclusivity: taking it, giving it back, and refusing to grant what somebody else claims."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction

from dealreg.actions.claiming import track_claims, track_renewals
from dealreg.actions.steps import enter, forget_review, review_of, step
from dealreg.models import DealConflict, DealEngagement, DealProtection, DealRegistration, DealReview
from dealreg.queries.claims import undecided_claims_of
from dealreg.queries.conflicts import holders_of, keys_of, line_ids_of, real_rivals, undecided_of
from dealreg.queries.contracts import undecided_renewals
from dealreg.queries.engaged import undecided_engagements, vendor_deals_of
from dealreg.queries.freezing import is_frozen
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Role

State = DealRegistration.State


class AlreadyProtected(Conflict):
    """Another registration holds this customer for one of these product lines. Nothing was saved."""

    code = "already_protected"


class ConflictOpen(Conflict):
    """An earlier registration competes with this one. Decide the conflict first."""

    code = "conflict_open"


class VendorEngaged(Conflict):
    """The vendor's own sales has an open deal with this customer. Decide that first."""

    code = "vendor_engaged"


class RenewalFirst(Conflict):
    """The customer's contract with another partner ends soon, and that partner comes first. Decide that first."""

    code = "renewal_first"


class UnderReview(Conflict):
    """Conflict under review: channel operations decides."""

    code = "conflict_under_review"


def protect(deal: DealRegistration, line_ids: Collection[UUID] | None = None) -> None:
    """Take the exclusivity of an approved deal. What is overdue gives way first; a tender or a joint deal takes none.

    Whether somebody else holds it is not asked but left to the unique constraint: of many at once one gets it.
    """
    review = review_of(deal)
    if deal.tender or (review is not None and review.is_joint):
        return
    lines = line_ids_of(deal, granted_only=True) if line_ids is None else sorted(line_ids)
    project = review.project_key if review else ""
    _expire_overdue(deal, lines, project)
    assert deal.approved_on is not None
    assert deal.expires_on is not None
    family = _family_holds(deal, lines, project)
    rows = [
        DealProtection(
            deal=deal,
            customer_key=key,
            line_id=line_id,
            project_key=project,
            from_on=clock.today(),
            until_on=deal.expires_on,
        )
        for key in sorted(keys_of(deal))  # always in one order, so that two at once wait and do not lock each other up
        for line_id in lines
        if (key, line_id) not in family
    ]
    try:
        with transaction.atomic():
            DealProtection.objects.bulk_create(rows)
    except IntegrityError as error:
        if "deal_exclusive" not in str(error):
            raise
        raise AlreadyProtected() from error


def release(deal: DealRegistration) -> int:
    """Give the exclusivity back. Returns how many rows that were."""
    held = DealProtection.objects.filter(deal=deal, active=True)
    return held.update(active=False, ended_on=clock.today())


def prolong(deal: DealRegistration, until: dt.date) -> None:
    DealProtection.objects.filter(deal=deal, active=True).update(until_on=until)


@transaction.atomic
def expire_deal(deal: DealRegistration, *, by: None = None) -> DealRegistration:
    """The day after the last day: protection and discount end, the business stays open."""
    require(by, "dealreg.expire_deal", deal)
    if is_frozen(deal):
        raise Conflict("The partner is suspended, and its clocks stand still.", code="partner_suspended")
    if deal.expires_on is None or clock.today() <= deal.expires_on:
        raise Conflict("This is protected through the end of its last day.", code="not_over")
    step(deal, State.EXPIRED)
    release(deal)
    return enter(deal, "deal.expired", by=by, expires_on=deal.expires_on)


def _expire_overdue(deal: DealRegistration, lines: Collection[UUID], project: str) -> None:
    """Those whose last day is past, but whom the night has not come to yet."""
    overdue = DealProtection.objects.filter(
        customer_key__in=keys_of(deal),
        line_id__in=lines,
        project_key=project,
        active=True,
        until_on__lt=clock.today(),
    ).exclude(deal=deal)
    holders = DealRegistration.objects.filter(pk__in=overdue.values("deal_id"), state=State.APPROVED)
    for holder in holders.select_related("partner").order_by("pk"):
        if not is_frozen(holder):
            expire_deal(holder, by=None)


def _family_holds(deal: DealRegistration, lines: Collection[UUID], project: str) -> set[tuple[str, UUID]]:
    """What a distributor and the partner it sponsors hold of each other: they do not compete, and share one row."""
    mine, sponsor = deal.partner_id, deal.partner.sponsor_id
    return {
        (row.customer_key, row.line_id)
        for row in holders_of(deal, lines, project)
        if row.deal.partner_id == sponsor or row.deal.partner.sponsor_id == mine
    }


# --- what competes --------------------------------------------------------------------------------------------


def track_conflicts(deal: DealRegistration) -> bool:
    """Write down, for the vendor, which registrations compete by now; a conflict lies with operations from then on."""
    rivals = real_rivals(deal)
    DealConflict.objects.bulk_create(
        [
            DealConflict(
                candidate=deal,
                existing_id=rival.deal_id,
                match=rival.match,
                shared_lines=list(rival.shared_lines),
                existing_first=rival.existing_first,
            )
            for rival in rivals
        ],
        ignore_conflicts=True,
    )
    engaged, claims, renewals = _track_engagements(deal), track_claims(deal), track_renewals(deal)
    if rivals or engaged or claims or renewals:
        lifted = DealReview.objects.filter(deal=deal, level=DealReview.Level.MANAGER)
        DealReview.objects.filter(deal=deal, has_conflict=False).update(has_conflict=True)
        lifted.update(level=DealReview.Level.OPERATIONS)
        forget_review(deal)
    return bool(rivals) or engaged or claims or renewals


def _track_engagements(deal: DealRegistration) -> bool:
    """Which deals of the vendor's own sales it meets by now."""
    found = vendor_deals_of(deal, line_ids_of(deal, granted_only=True), deal.submitted_at or clock.now())
    rows = [DealEngagement(candidate=deal, opportunity_id=pk) for pk in found.values_list("pk", flat=True)]
    DealEngagement.objects.bulk_create(rows, ignore_conflicts=True)
    return bool(rows)


def refuse_conflicts(deal: DealRegistration, by: Membership | None, *, only_desk: bool = False) -> None:
    """An account manager decides no conflict; an earlier claim must be decided before a later one is approved."""
    if track_conflicts(deal) and by is not None and not by.has(Role.OPERATIONS, Role.CHANNEL_CHIEF):
        raise UnderReview()
    if not only_desk and (undecided_of(deal) or undecided_claims_of(deal)):
        raise ConflictOpen()
    if not only_desk and undecided_engagements(deal):
        raise VendorEngaged()
    if not only_desk and undecided_renewals(deal):
        raise RenewalFirst()
