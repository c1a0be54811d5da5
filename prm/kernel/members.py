"""Vendors and their people: founding a tenant, adding members, ending a membership."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership, Team, Tenant, User
from prm.kernel.policies import require
from prm.kernel.roles import PARTNER_ROLES, VENDOR_ROLES, Role
from prm.kernel.tenancy.context import current_tenant, tenant_scope
from prm.kernel.text import clean_text

NEW_VISIT, NOTE_EVERY = dt.timedelta(hours=4), dt.timedelta(minutes=1)
# What each app puts into a new tenant: its programme, its question bank. (order, function without arguments)
_furniture: list[tuple[int, Callable[[], Any]]] = []


class LastChampion(Conflict):
    """A partner keeps at least one champion."""

    code = "last_champion"


class LastAdministrator(Conflict):
    """Somebody has to be able to look after the people here: name another administrator first."""

    code = "last_administrator"


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
    wanted = checked_roles(roles, partner_id)
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
def change_roles(member: Membership, *, roles: Iterable[str], by: Membership | None) -> Membership:
    """Give a member other roles; they hold with the next request. One gives and takes only what one may grant."""
    from prm.kernel.grants import grantable_roles

    require(by, "kernel.change_roles", member)
    wanted, held = checked_roles(roles, member.partner_id), list(member.roles)
    changed = {Role(role) for role in set(wanted) ^ set(held)}
    if by is not None and not changed <= grantable_roles(by, member.partner_id):
        raise NotAllowed("You cannot give or take these roles.", code="roles_not_yours", field="roles")
    if not changed:
        return member
    _keep_the_last_one(member, losing=set(held) - set(wanted))
    touch(member)
    _set_roles(member, wanted)
    return record(member, "member.roles_changed", by=by, before=held, roles=wanted, person=member.user.name)


@transaction.atomic
def set_signing_authority(member: Membership, *, given: bool, by: Membership | None) -> Membership:
    """Let a champion sign for its company, or stop that. What was signed before stays signed."""
    require(by, "kernel.set_signing_authority", member)
    if member.signing_authority == given:
        return member
    touch(member)
    member.signing_authority = given
    member.save(update_fields=["signing_authority", "updated_at"])
    return record(member, "member.authority_set", by=by, person=member.user.name, given=given)


@transaction.atomic
def deactivate_member(member: Membership, *, by: Membership | None) -> Membership:
    """End a membership: it stops working with the next request. The last champion of a partner stays."""
    require(by, "kernel.deactivate_member", member)
    if not member.active:
        return member
    _keep_the_last_one(member, losing=set(member.roles))
    touch(member)
    member.active, member.signing_authority = False, False
    member.save(update_fields=["active", "signing_authority", "updated_at"])
    return record(member, "member.deactivated", by=by, partner_id=member.partner_id, person=member.user.name)


@transaction.atomic
def reactivate_member(member: Membership, *, by: Membership | None) -> Membership:
    """Let somebody in again with the roles held before; the authority to sign is given anew, if at all."""
    require(by, "kernel.reactivate_member", member)
    if member.active:
        return member
    touch(member)
    member.active = True
    member.save(update_fields=["active", "updated_at"])
    return record(member, "member.reactivated", by=by, roles=list(member.roles), person=member.user.name)


@transaction.atomic
def hand_over_champion(to: Membership, *, by: Membership) -> Membership:
    """The champion makes a colleague champion and steps back; the other roles of both stay.

    Who held no other role goes on in sales, so that nobody is left without any.
    """
    require(by, "kernel.hand_over_champion", to)
    rest = [role for role in by.roles if role != Role.CHAMPION] or [Role.PARTNER_SALES]
    # In the order of their ids, so that two who hand over to each other wait instead of blocking one another.
    pair = Membership.objects.select_for_update(of=("self",)).filter(pk__in=[by.pk, to.pk]).order_by("pk")
    if {m.pk for m in pair if m.active and (m.pk == to.pk or m.has(Role.CHAMPION))} != {by.pk, to.pk}:
        raise Conflict("This has changed meanwhile. Look again before you hand over.", code="stale")
    touch(to)
    _set_roles(to, sorted({*to.roles, Role.CHAMPION}))
    touch(by)
    _set_roles(by, sorted(map(str, rest)))
    return record(to, "member.champion_handed_over", by=by, person=to.user.name, before=by.user.name)


@transaction.atomic
def edit_own_card(
    member: Membership,
    *,
    by: Membership,
    title: str = "",
    phone: str = "",
    languages: Iterable[str] = (),
    asks: str = "",
    shows_email: bool = True,
) -> Membership:
    """What others of this vendor see of oneself in the directory. An empty phone is not shown."""
    require(by, "kernel.edit_own_card", member)
    number = clean_text(phone, field="phone", max_length=40)
    if number and not re.fullmatch(r"\+?[0-9()/. -]{4,40}", number):
        raise Invalid("Give the number with digits, blanks and a + in front.", field="phone")
    member.title, member.phone = clean_text(title, field="title", max_length=120), number
    member.languages, member.shows_email = sorted(set(languages)), shows_email
    member.asks = clean_text(asks, field="asks", max_length=160)
    member.full_clean(validate_unique=False, exclude=["user", "partner", "team"])
    member.save(update_fields=["title", "phone", "languages", "asks", "shows_email", "updated_at"])
    return record(member, "member.card_changed", by=by)


def change_own_name(user: User, name: str) -> User:
    """The name of the login, the same at every vendor."""
    shown = clean_text(name, field="name", max_length=120)
    if not shown:
        raise Invalid("Please tell us your name.", field="name")
    user.name = shown
    user.save(update_fields=["name"])
    return user


def note_visit(member: Membership) -> None:
    """The home page is opened: a visit that begins four hours or more after the last one moves that one back."""
    now, last = clock.now(), member.visited_at
    if last is not None and now - last < NOTE_EVERY:
        return
    if last is None or now - last >= NEW_VISIT:
        member.visited_before = last
    member.visited_at = now
    Membership.objects.filter(pk=member.pk).update(visited_at=now, visited_before=member.visited_before)


def _set_roles(member: Membership, roles: list[str]) -> None:
    """The authority to sign goes with the champion's role."""
    member.roles = roles
    member.signing_authority = member.signing_authority and Role.CHAMPION in roles
    member.save(update_fields=["roles", "signing_authority", "updated_at"])


@transaction.atomic
def end_memberships(partner_id: UUID, *, by: Membership | None) -> int:
    """End every membership and open invitation of a company, its last champion's too; returns how many people."""
    from prm.kernel.models import Invitation

    people = list(Membership.objects.select_for_update(of=("self",)).filter(partner_id=partner_id, active=True))
    for member in people:
        touch(member)
        member.active = False
        member.save(update_fields=["active", "updated_at"])
        record(member, "member.deactivated", by=by, partner_id=partner_id)
    Invitation.objects.filter(partner_id=partner_id, used_at=None, revoked_at=None).update(revoked_at=clock.now())
    return len(people)


def _keep_the_last_one(member: Membership, *, losing: set[str]) -> None:
    """Locks the others who hold the role, so that two who go at the same time cannot both be last but one."""
    for role, refusal in ((Role.CHAMPION, LastChampion), (Role.TENANT_ADMIN, LastAdministrator)):
        if role in losing:
            holders = Membership.objects.select_for_update(of=("self",)).filter(
                Q(partner_id=member.partner_id), active=True, roles__contains=[role]
            )
            if {holder.pk for holder in holders.order_by("pk")} <= {member.pk}:
                raise refusal()


@transaction.atomic
def set_second_factor_policy(*, needed: bool, by: Membership | None) -> Tenant:
    """Ask chiefs, finance and administrators for a second factor, or stop asking."""
    require(by, "kernel.edit_sign_in")
    tenant = current_tenant()
    if tenant.needs_second_factor == needed:
        return tenant
    tenant.needs_second_factor = needed
    tenant.save(update_fields=["needs_second_factor"])
    return record(tenant, "tenant.sign_in_changed", by=by, vendor_only=True, needs_second_factor=needed)


def checked_roles(roles: Iterable[str], partner_id: UUID | None) -> list[str]:
    """The roles, sorted and once each; refused when none is named or one belongs to the other side."""
    wanted = sorted({str(Role(role)) for role in roles})
    allowed = PARTNER_ROLES if partner_id else VENDOR_ROLES
    if not wanted or not set(wanted) <= {str(role) for role in allowed}:
        raise Invalid("These roles do not fit this side.", field="roles")
    return wanted
