"""How people, invitations and keys are shown: text only, formatted once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prm.kernel import clock
from prm.kernel.models import ApiToken, Invitation, Membership
from prm.kernel.roles import MEANS, Role
from prm.kernel.tokens import key_scopes
from prm.kernel.web.format import formatter


@dataclass(frozen=True)
class PersonRow:
    id: UUID
    name: str
    email: str
    company: str
    roles: str
    active: bool
    title: str
    means: tuple[tuple[str, str], ...]
    may_sign: bool


@dataclass(frozen=True)
class InvitationRow:
    id: UUID
    email: str
    name: str
    company: str
    roles: str
    until: str
    is_over: bool
    may_revoke: bool


@dataclass(frozen=True)
class TokenRow:
    id: UUID
    name: str
    scope: str
    prefix: str
    owner: str
    made: str
    used: str
    revoked: bool
    may_revoke: bool


def role_names(roles: Any) -> str:
    return ", ".join(str(role.label) for role in Role if role in set(roles))


def present_people(members: list[Membership], *, vendor_name: str) -> list[PersonRow]:
    return [
        PersonRow(
            id=m.pk,
            name=m.user.name or m.user.email,
            email=m.user.email,
            company=str(m.partner) if m.partner else vendor_name,
            roles=role_names(m.roles),
            active=m.active,
            title=m.title,
            means=tuple((str(role.label), str(MEANS[role])) for role in Role if role in set(m.roles)),
            may_sign=m.signing_authority,
        )
        for m in members
    ]


def present_invitations(invitations: list[Invitation], *, vendor_name: str, may_revoke: Any) -> list[InvitationRow]:
    shown = formatter()
    return [
        InvitationRow(
            id=i.pk,
            email=i.email,
            name=i.name,
            company=str(i.partner) if i.partner else vendor_name,
            roles=role_names(i.roles),
            until=shown.moment(i.expires_at),
            is_over=i.expires_at <= clock.now(),
            may_revoke=may_revoke(i),
        )
        for i in invitations
    ]


def present_tokens(tokens: list[ApiToken], *, may_revoke: Any) -> list[TokenRow]:
    shown = formatter()
    return [
        TokenRow(
            id=t.pk,
            name=t.name,
            scope=", ".join(str(key_scopes.get(one, one)) for one in t.scopes),
            prefix=t.prefix,
            owner=t.user.name,
            made=shown.moment(t.created_at),
            used=shown.moment(t.last_used_at) if t.last_used_at else "never",
            revoked=t.revoked_at is not None,
            may_revoke=t.revoked_at is None and may_revoke(t),
        )
        for t in tokens
    ]
