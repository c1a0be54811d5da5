"""What waits for whom: registrations on a desk, questions to answer, requests to decide, protection that ends."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import Q, QuerySet

from dealreg.models import DealChange, DealConflict, DealExtension, DealHearing, DealRegistration, DealReview
from dealreg.policies import DESKS
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared

State = DealRegistration.State
WITH_PARTNER = DealRegistration.objects.select_related("partner", "owner__user")


@prepared
def open_deals(member: Membership, partner_id: UUID, most: int) -> QuerySet[DealRegistration]:
    """The deals of a partner that wait or are protected, the nearest clock first."""
    wanted = [State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED]
    found = WITH_PARTNER.visible_to(member).filter(partner_id=partner_id, state__in=wanted)
    return found.order_by("expires_on", "review_due", "pk")[:most]


def desks_of(member: Membership) -> list[str]:
    """The desks this member sits at."""
    return [level for level, roles in DESKS.items() if member.has(*roles)]


def on_my_desk(member: Membership) -> QuerySet:
    """Registrations this member can decide now, the earliest deadline first."""
    desks = desks_of(member) if member.is_vendor and permits(member, "dealreg.approve_deal") else []
    return (
        DealRegistration.objects.visible_to(member)
        .filter(_at(desks), state__in=[State.SUBMITTED, State.IN_REVIEW])
        .exclude(created_by=member)
        .exclude(submitted_by=member)
        .exclude(reviews__is_appeal=True, reviews__decider=member)
        .select_related("partner")
        .order_by("review_due", "submitted_at", "pk")
    )


def _at(desks: list[str]) -> Q:
    """On one of these desks, or escalated to one."""
    reviews = DealReview.objects.filter(Q(level__in=desks) | Q(escalated_to__in=desks))
    return Q(pk__in=reviews.values("deal_id"))


def changes_on_my_desk(member: Membership) -> QuerySet:
    desks = desks_of(member) if member.is_vendor and permits(member, "dealreg.approve_change") else []
    return (
        DealChange.objects.visible_to(member)
        .filter(state=DealChange.State.ASKED, deal__in=DealRegistration.objects.filter(_at(desks)))
        .select_related("deal", "partner")
        .order_by("created_at", "pk")
    )


def extensions_to_decide(member: Membership) -> QuerySet:
    found = DealExtension.objects.visible_to(member).filter(state=DealExtension.State.ASKED)
    if not member.is_vendor or not permits(member, "dealreg.grant_extension"):
        found = found.none()
    return found.select_related("deal", "partner").order_by("deal__expires_on", "pk")


def transfers_to_decide(member: Membership) -> QuerySet:
    """Transfers whose first partner has answered, or had its days."""
    heard = Q(hearing__outcome=DealHearing.Outcome.ANSWERED) | Q(hearing__due_on__lt=clock.today())
    found = DealConflict.objects.filter(heard, decision=DealConflict.Decision.TRANSFER_PROPOSED)
    if not member.is_vendor or not permits(member, "dealreg.decide_transfer"):
        found = found.none()
    return found.select_related("candidate__partner", "hearing").order_by("hearing__due_on", "pk")


def questions_to_answer(member: Membership) -> QuerySet:
    found = DealRegistration.objects.visible_to(member).filter(state=State.INFO_REQUESTED)
    if member.is_vendor or not permits(member, "dealreg.answer_question"):
        found = found.none()
    return found.select_related("partner").order_by("review_due", "pk")


def hearings_to_answer(member: Membership) -> QuerySet:
    """What the first partner is asked before a transfer; of those deals the member may see."""
    mine = DealRegistration.objects.visible_to(member)
    found = DealHearing.objects.visible_to(member).filter(outcome=DealHearing.Outcome.OPEN, deal__in=mine)
    if member.is_vendor or not permits(member, "dealreg.answer_hearing"):
        found = found.none()
    return found.select_related("deal", "partner").order_by("due_on", "pk")


def expiring(member: Membership, on: dt.date, days: int) -> QuerySet:
    """Protected deals that end within some days, the nearest first."""
    return (
        DealRegistration.objects.visible_to(member)
        .filter(state=State.APPROVED, expires_on__range=(on, add_days(on, days)))
        .select_related("partner")
        .order_by("expires_on", "pk")
    )


def expiring_for_partner(member: Membership) -> QuerySet:
    found = expiring(member, clock.today(), 14)
    return found if not member.is_vendor and member.has(Role.CHAMPION, Role.PARTNER_SALES) else found.none()
