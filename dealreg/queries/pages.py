"""Everything that the page of one deal says, each kind asked once; what a member may not see is not asked at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from dealreg.models import (
    DealChange,
    DealConflict,
    DealEngagement,
    DealExtension,
    DealHearing,
    DealHistory,
    DealLine,
    DealOpening,
    DealQuestion,
    DealRegistration,
    DealReview,
    DealSharing,
    Opportunity,
)
from dealreg.policies import review_of
from dealreg.queries.claims import ClaimShown, claims_shown
from dealreg.queries.conflicts import Rival, claim_of, rivals_of
from dealreg.queries.contested import Contest, contests, joint_with
from dealreg.queries.contracts import RenewalShown, renewals_shown
from dealreg.queries.engaged import Bought, bought_before
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.tenancy.prepared import prepared
from sales.models import ProductLine


@dataclass(frozen=True)
class Against:
    """A registration beside the one that is looked at."""

    rival: Rival
    deal: DealRegistration
    lines: list[str]
    conflict: DealConflict | None

    @property
    def is_undecided(self) -> bool:
        """An earlier claim that stands in the way."""
        waiting = (DealConflict.Decision.PENDING, DealConflict.Decision.TRANSFER_PROPOSED)
        is_real = not self.rival.similar and self.rival.existing_first
        return is_real and (self.conflict is None or self.conflict.decision in waiting)


@dataclass(frozen=True)
class DealPage:
    """One deal with all that belongs to it. `review` and `against` are the vendor's alone."""

    deal: DealRegistration
    lines: list[DealLine]
    questions: list[DealQuestion]
    hearing: DealHearing | None
    extensions: list[DealExtension]
    change: DealChange | None
    history: list[DealHistory]
    inner: list[DealHistory]
    reviewers: dict[tuple[str, dt.datetime], str]  # who did what the partner reads as the vendor team's
    openings: list[DealOpening]
    review: DealReview | None
    against: list[Against] = field(default_factory=list)
    engaged: list[DealEngagement] = field(default_factory=list)
    claims: list[ClaimShown] = field(default_factory=list)
    renewals: list[RenewalShown] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)
    opportunity: Opportunity | None = None
    contest: Contest | None = None  # how its conflict stands; the vendor's alone
    joint_with: list[str] = field(default_factory=list)

    @property
    def is_undecided(self) -> bool:
        """Something that operations decides first."""
        waits = any(one.decision == DealEngagement.Decision.PENDING for one in self.engaged)
        beside: list[Against | ClaimShown | RenewalShown] = [*self.against, *self.claims, *self.renewals]
        return waits or any(one.is_undecided for one in beside)


def deal_page(deal: DealRegistration, member: Membership) -> DealPage:
    """What this member may read of a deal that is visible to it."""
    sees_rivals = permits(member, "dealreg.view_conflict")
    links = list(DealHistory.objects.filter(deal=deal).select_related("actor__user").order_by("step"))
    decided = deal.decided_at is not None
    shows_openings = (decided and not member.is_vendor) or sees_rivals
    of_deal: dict[str, Any] = {"deal": deal}
    was_sent = deal.state != DealRegistration.State.DRAFT
    was_approved = deal.approved_on is not None
    lines = list(DealLine.objects.filter(deal=deal).select_related("line").order_by("line__name"))
    granted = [row.line_id for row in lines if row.granted]
    review = review_of(deal) if member.is_vendor else None
    return DealPage(
        deal=deal,
        lines=lines,
        questions=list(DealQuestion.objects.filter(**of_deal).order_by("asked_at")) if was_sent else [],
        hearing=DealHearing.objects.filter(**of_deal).order_by("-created_at").first() if was_approved else None,
        extensions=list(DealExtension.objects.filter(**of_deal).order_by("created_at")) if was_approved else [],
        change=_change(deal) if was_approved else None,
        history=[link for link in links if link.chain == DealHistory.Chain.SHARED],
        inner=[link for link in links if link.chain == DealHistory.Chain.INNER] if sees_rivals else [],
        reviewers=_reviewers(links) if member.is_vendor else {},
        openings=_openings(deal) if shows_openings else [],
        review=review,
        contest=contests([deal]).get(deal.pk) if review is not None and review.has_conflict else None,
        joint_with=joint_with(deal) if was_approved and deal.credit_share < 1 else [],
        against=against(deal, [row.line_id for row in lines]) if sees_rivals and was_sent else [],
        claims=claims_shown(deal, granted) if sees_rivals and was_sent else [],
        renewals=renewals_shown(deal, granted) if sees_rivals and was_sent else [],
        engaged=_engaged(deal) if sees_rivals and was_sent else [],
        bought=bought_before(deal) if sees_rivals and deal.is_open else [],
        opportunity=Opportunity.objects.filter(registration=deal).first() if was_approved else None,
    )


def _reviewers(links: Sequence[DealHistory]) -> dict[tuple[str, dt.datetime], str]:
    """By step and moment: the names the vendor keeps for itself, beside the steps that both sides read."""
    kept = [link for link in links if link.chain == DealHistory.Chain.INNER and "reviewer" in link.data]
    return {(link.name, link.at): link.data["reviewer"] for link in kept}


def _engaged(deal: DealRegistration) -> list[DealEngagement]:
    found = DealEngagement.objects.filter(candidate=deal).select_related("opportunity__partner", "decided_by__user")
    return list(found.order_by("created_at", "pk"))


def _change(deal: DealRegistration) -> DealChange | None:
    return DealChange.objects.filter(deal=deal, state=DealChange.State.ASKED).first()


def _openings(deal: DealRegistration) -> list[DealOpening]:
    return list(DealOpening.objects.filter(deal=deal).select_related("member__user").order_by("on", "created_at"))


def against(deal: DealRegistration, line_ids: Sequence[UUID]) -> list[Against]:
    """What competes or looks alike, side by side; for those who may know of the other partner."""
    rivals = rivals_of(deal, line_ids, claim_of(deal)) if deal.is_open else []
    decided = DealConflict.objects.filter(candidate=deal).select_related("hearing", "decided_by__user")
    conflicts = {conflict.existing_id: conflict for conflict in decided}
    known = {rival.deal_id: rival for rival in rivals}
    ids = [*known, *(pk for pk in conflicts if pk not in known)]
    found = DealRegistration.objects.select_related("partner", "owner__user").in_bulk(ids)
    lines: dict[Any, list[str]] = {}
    for row in DealLine.objects.filter(deal_id__in=ids, granted=True).select_related("line").order_by("line__name"):
        lines.setdefault(row.deal_id, []).append(row.line.name)
    return [
        Against(
            known.get(pk) or Rival(pk, conflicts[pk].match, (), conflicts[pk].existing_first, False, similar=True),
            found[pk],
            lines.get(pk, []),
            conflicts.get(pk),
        )
        for pk in ids
        if pk in found
    ]


def note_opening(deal: DealRegistration, member: Membership) -> None:
    """That one of the vendor's people looked at a deal today; the partner learns it after the decision."""
    if not member.is_vendor or deal.state == DealRegistration.State.DRAFT:
        return
    opening = DealOpening(partner_id=deal.partner_id, deal=deal, member=member, on=clock.today())
    DealOpening.objects.bulk_create([opening], ignore_conflicts=True)


def active_lines() -> list[ProductLine]:
    return list(ProductLine.objects.filter(active=True).order_by("name"))


def lines_by_deal(ids: list[Any]) -> dict[Any, list[str]]:
    """The names of the product lines of many deals, in one query."""
    found: dict[Any, list[str]] = {}
    for deal_id, name in _line_names(ids):
        found.setdefault(deal_id, []).append(name)
    return found


@prepared
def _line_names(ids: list[Any]) -> QuerySet:
    return DealLine.objects.filter(deal_id__in=ids).order_by("line__name").values_list("deal_id", "line__name")


def is_opened_to_sellers(partner_id: Any) -> bool:
    return DealSharing.objects.filter(partner_id=partner_id, is_opened=True).exists()
