"""Questions about tasks and alerts: what waits for whom."""

from __future__ import annotations

from uuid import UUID

from django.db.models import F, QuerySet

from partners.models import Alert, Partner, Task, falls_to
from prm.kernel.models import Membership
from prm.kernel.roles import Role, Side
from prm.kernel.tenancy.prepared import prepared

WORKING_ROLES = (Role.CHANNEL_CHIEF, Role.ACCOUNT_MANAGER, Role.OPERATIONS, Role.MARKETING, Role.FINANCE)


def my_tasks(member: Membership) -> QuerySet[Task]:
    """What this member is asked to do, the earliest day first."""
    found = Task.objects.visible_to(member).open().filter(falls_to(member)).select_related("partner")
    return found.order_by(F("due_on").asc(nulls_last=True), "pk")


@prepared
def open_tasks(member: Membership, partner_id: UUID, most: int) -> QuerySet[Task]:
    """The first open tasks of a partner, as far as this member may know of them."""
    found = Task.objects.visible_to(member).open().filter(partner_id=partner_id)
    return found.select_related("partner", "owner__user").order_by("due_on", "pk")[:most]


@prepared
def shown_alerts(member: Membership, partner_id: UUID, most: int) -> QuerySet[Alert]:
    """The latest alerts of a partner that want a look."""
    found = Alert.objects.visible_to(member).shown().filter(partner_id=partner_id)
    return found.select_related("partner").order_by("-last_at")[:most]


def owners_for(side: str, partner: Partner | None) -> QuerySet[Membership]:
    """Who can be given a task of that side: the vendor's people who work on tasks, or the partner's."""
    people = Membership.objects.filter(active=True).select_related("user")
    if side == Side.PARTNER:
        return people.filter(partner=partner).order_by("user__name") if partner else people.none()
    working = [role.value for role in WORKING_ROLES]
    return people.filter(partner=None, roles__overlap=working).order_by("user__name")
