"""How the conflicts of registrations stand, for lists and pages; and with whom a joint deal is shared."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from dealreg.models import (
    COMPETING,
    HELD,
    UNDECIDED,
    DealConflict,
    DealEngagement,
    DealRegistration,
    DealReview,
    Lead,
    LeadClaim,
    RenewalClaim,
)
from prm.kernel.tenancy.context import vendor_scope

PENDING = "pending"  # of a conflict, an engagement, a lead and a renewal alike
WAITS = (DealConflict.Decision.PENDING, DealConflict.Decision.TRANSFER_PROPOSED)


class Contest(StrEnum):
    """How the conflict of an open registration stands."""

    UNDECIDED = "undecided"
    DECIDED = "decided"
    FIRST = "first"  # others claim the customer too, and this one was there before them


def contests(deals: Sequence[DealRegistration]) -> dict[UUID, Contest]:
    """Of open registrations those that are in conflict, in one query; asked for the vendor's people alone."""
    ids = [deal.pk for deal in deals if deal.is_open]
    if not ids:
        return {}
    rows = _reviews().filter(deal_id__in=ids).annotate(waits=_waits(), noted=_noted(), decided=_noted(decided=True))
    return {
        row.deal_id: _standing(row.waits or not row.noted, row.decided)  # not noted yet: nobody has looked so far
        for row in rows
    }


def _standing(waits: bool, decided: bool) -> Contest:
    if waits:
        return Contest.UNDECIDED
    return Contest.DECIDED if decided else Contest.FIRST


def in_conflict(found: QuerySet[DealRegistration]) -> QuerySet[DealRegistration]:
    """Those whose conflict waits for a decision."""
    waiting = _reviews().filter(_waits() | ~_noted()).values("deal_id")
    return found.filter(state__in=UNDECIDED, pk__in=waiting)


def _reviews() -> QuerySet[DealReview]:
    return DealReview.objects.filter(has_conflict=True).annotate(
        since=Coalesce("deal__claimed_at", "deal__submitted_at"), is_tender=F("deal__tender")
    )


def _waits() -> Q:
    """Something that came before and that operations has not decided."""
    of_deal = OuterRef("deal_id")
    conflicts = DealConflict.objects.filter(
        candidate=of_deal, existing_first=True, decision__in=WAITS, existing__state__in=COMPETING
    ).exclude(existing__tender=True, candidate__tender=True)
    leads = LeadClaim.objects.filter(
        candidate=of_deal,
        decision=PENDING,
        lead__state__in=[*HELD, Lead.State.CONVERTED],
        lead__accepted_at__lte=OuterRef("since"),
    )
    return (
        Q(Exists(conflicts))
        | Q(Exists(leads))
        | Q(Exists(DealEngagement.objects.filter(candidate=of_deal, decision=PENDING)))
        | Q(Exists(RenewalClaim.objects.filter(candidate=of_deal, decision=PENDING)))
    )


def _noted(*, decided: bool = False) -> Q:
    found = Q()
    for model in (DealConflict, DealEngagement, LeadClaim, RenewalClaim):
        rows = model.objects.filter(candidate=OuterRef("deal_id"))  # type: ignore[attr-defined]
        found |= Q(Exists(rows.exclude(decision__in=WAITS) if decided else rows))
    return found


def joint_with(deal: DealRegistration) -> list[str]:
    """The partners with whom a joint deal is shared, by name: told to both once both are approved, and to the vendor.

    An empty name stands for the vendor's own sales.
    """
    with vendor_scope("with whom a joint deal is shared: the name of the other, of two that have agreed"):
        pairs = DealConflict.objects.filter(
            Q(candidate=deal) | Q(existing=deal),
            decision=DealConflict.Decision.JOINT,
            candidate__approved_on__isnull=False,
            existing__approved_on__isnull=False,
        ).values_list("candidate_id", "candidate__partner__name", "existing__partner__name")
        names = {existing if pk == deal.pk else candidate for pk, candidate, existing in pairs}
        if DealEngagement.objects.filter(candidate=deal, decision=DealEngagement.Decision.JOINT).exists():
            names.add("")
    return sorted(names)
