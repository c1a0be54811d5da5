"""Questions about who looks after partners, now and before."""

from __future__ import annotations

from django.db.models import QuerySet

from partners.models import ManagerAssignment, Partner
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.remember import remember


def account_managers() -> QuerySet:
    """Those to whom partners can be given."""
    return (
        Membership.objects.filter(partner=None, active=True, roles__contains=[Role.ACCOUNT_MANAGER.value])
        .select_related("user")
        .order_by("user__name", "pk")
    )


def managers_with_partners() -> QuerySet:
    """Everybody who is somebody's main account manager, those who left included."""
    held = ManagerAssignment.objects.filter(kind="main", to_date=None).values("manager_id")
    return Membership.objects.filter(pk__in=held).select_related("user").order_by("user__name", "pk")


def main_managers() -> list[tuple[str, str]]:
    """Id and name of these, for the choices of filters; asked once per request."""
    return remember("main managers", lambda: [(str(one.pk), one.user.name) for one in managers_with_partners()])


def partners_of_manager(manager: Membership) -> QuerySet:
    held = ManagerAssignment.objects.filter(manager=manager, kind="main", to_date=None).values("partner_id")
    return Partner.objects.filter(pk__in=held).order_by("sort_name", "pk")


def assignments_of(partner: Partner) -> QuerySet:
    """The history, newest first; what is going on or still to come stands on top."""
    return (
        ManagerAssignment.objects.filter(partner=partner)
        .select_related("manager__user")
        .order_by("-from_date", "-created_at", "pk")
    )
