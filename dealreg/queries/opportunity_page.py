"""Everything that the page of one opportunity says, each kind asked once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from dealreg.models import (
    DealChange,
    Opportunity,
    OpportunityActual,
    OpportunityCredit,
    OpportunityDocument,
    OpportunityLine,
)
from dealreg.queries.contested import joint_with
from prm.kernel.models import Event, Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from sales.models import SalesActual

EVENTS, BOOKINGS, AROUND = 50, 40, 120


@dataclass(frozen=True)
class OpportunityPage:
    """One opportunity with all that belongs to it."""

    opportunity: Opportunity
    lines: list[OpportunityLine]
    credits: list[OpportunityCredit]
    papers: list[OpportunityDocument]
    bookings: list[SalesActual]
    events: list[Event]
    change: DealChange | None
    joint_with: list[str]


def opportunity_page(opportunity: Opportunity, member: Membership) -> OpportunityPage:
    of_it = {"opportunity": opportunity}
    deal = opportunity.registration
    is_won = opportunity.state == Opportunity.State.WON
    linked = OpportunityActual.objects.filter(**of_it).values("actual_id")
    events = Event.objects.visible_to(member).filter(subject_id=opportunity.pk).select_related("actor__user")
    waiting = DealChange.objects.filter(deal=deal, state=DealChange.State.ASKED)
    return OpportunityPage(
        opportunity=opportunity,
        lines=list(OpportunityLine.objects.filter(**of_it).select_related("line").order_by("line__name")),
        credits=list(OpportunityCredit.objects.filter(**of_it).select_related("partner").order_by("-share", "pk")),
        papers=list(OpportunityDocument.objects.filter(**of_it).select_related("file", "added_by__user").order_by(
            "-dated_on", "-created_at"
        )),
        bookings=list(SalesActual.objects.filter(pk__in=linked).select_related("line").order_by("booked_on", "pk"))
        if is_won and permits(member, "sales.view_actual")
        else [],
        events=list(events.order_by("-at")[:EVENTS]),
        change=waiting.first() if deal is not None and deal.approved_on is not None else None,
        joint_with=joint_with(deal) if deal is not None and deal.credit_share < 1 else [],
    )  # fmt: skip


def free_bookings(opportunity: Opportunity, around: dt.date) -> QuerySet:
    """Bookings of its partner some weeks around a day that belong to no opportunity yet, the nearest first."""
    span = (add_days(around, -AROUND), add_days(around, AROUND))
    taken = OpportunityActual.objects.filter(actual=OuterRef("pk"))
    found = SalesActual.objects.filter(~Exists(taken), partner_id=opportunity.partner_id, booked_on__range=span)
    return found.filter(amount__gt=0).select_related("line").order_by("-booked_on", "pk")[:BOOKINGS]


def owners_for(opportunity: Opportunity) -> list[Membership]:
    """Who of its partner may have it: champions, sellers, its distributor's people."""
    if opportunity.partner_id is None:
        return []
    sells = Q(roles__overlap=[Role.CHAMPION.value, Role.PARTNER_SALES.value, Role.DISTRIBUTOR.value])
    people = Membership.objects.filter(sells, partner_id=opportunity.partner_id, active=True)
    return list(people.select_related("user").order_by("user__name", "pk"))
