"""Vendors and their people: founding a tenant, adding members, ending a membership."""

from __future__ import annotations

from typing import Any, Callable, Iterable
from uuid import UUID

from django.db import transaction

from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership, Team, Tenant, User
from prm.kernel.roles import PARTNER_ROLES, VENDOR_ROLES, Role
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import clean_text


# What each app puts into a new tenant: its programme, its question bank. (order, function without arguments)
_furniture: list[tuple[int, Callable[[], Any]]] = []


class LastChampion(Conflict):
    """A partner keeps at least one champion."""

    code = "last_champion"


def found_tenant(name: str, slug: str, **settings: Any) -> Tenant:
    """Create a vendor. Its programme, question bank and people follow by the apps' own actions."""
    tenant = Tenant(name=clean_text(name, field="name"), slug=slug, **settings)
    tenant.full_clean()
    tenant.save()
    return tenant


def furnishes(*, order: int) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Decorate a function that puts starter content into the tenant of the moment; doing it twice changes nothing."""

    def register(furnish: Callable[[], Any]) -> Callable[[], Any]:
        _furniture.append((order, furnish))
        return furnish

    return register


def furnish_tenant(tenant: Tenant) -> None:
    """Copy the starter content of every app into the tenant."""
    with tenant_scope(tenant):
        for _, furnish in sorted(_furniture, key=lambda entry: entry[0]):
            furnish()


@transaction.atomic
def add_member(
    user: User,
    *,
    roles: Iterable[str],
    by: Membership | None,
    partner_id: UUID | None = None,
    title: str = "",
    team: Team | None = None,
    leads_team: bool = False,
) -> Membership:
    """Make a person a member of this tenant, on the vendor's side or at a partner company."""
    wanted = _checked_roles(roles, partner_id)
    member = Membership(
        user=user,
        roles=wanted,
        partner_id=partner_id,
        title=clean_text(title),
        team=team,
        leads_team=leads_team,
    )
    member.full_clean(validate_unique=False, exclude=["user", "partner", "team"])
    member.save()
    return record(member, "member.added", by=by, partner_id=partner_id, roles=wanted, person=user.name)


def get_or_create_user(email: str, name: str, *, password: str | None = None) -> User:
    """The login of that address; made when there is none. A known person's name and password stay."""
    address = email.strip().lower()
    found = User.objects.filter(email=address).first()
    return found or User.objects.create_user(address, password, name=clean_text(name, max_length=120))


@transaction.atomic
def deactivate_member(member: Membership, *, by: Membership | None) -> Membership:
    """End a membership: it stops working with the next request. The last champion of a partner stays."""
    if Role.CHAMPION in member.roles:
        others = Membership.objects.filter(
            partner_id=member.partner_id, active=True, roles__contains=[Role.CHAMPION]
        ).exclude(pk=member.pk)
        if not others.exists():
            raise LastChampion()
    member.active = False
    member.save(update_fields=["active", "updated_at"])
    return record(member, "member.deactivated", by=by, partner_id=member.partner_id)


def _checked_roles(roles: Iterable[str], partner_id: UUID | None) -> list[str]:
    wanted = sorted({str(Role(role)) for role in roles})
    allowed = PARTNER_ROLES if partner_id else VENDOR_ROLES
    if not wanted or not set(wanted) <= {str(role) for role in allowed}:
        raise Invalid("These roles do not fit this side.", field="roles")
    return wanted
