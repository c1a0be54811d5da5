"""Who may do what: each app grants its permissions to roles in `policies.py`; what is not granted is denied.

A permission is named like its action (`dealreg.approve_deal`). Which records one may know of at all is not
asked here but by `visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prm.kernel.errors import NotAllowed
from prm.kernel.roles import ALL_ROLES, Role

if TYPE_CHECKING:
    from prm.kernel.models import Membership

Guard = Callable[["Membership", Any], bool]


@dataclass(frozen=True)
class Grant:
    """The roles that hold a permission, and what must hold for the record in question."""

    permission: str
    roles: frozenset[Role]
    guard: Guard | None = None


_grants: dict[str, Grant] = {}


def grant(permission: str, *roles: Role, guard: Guard | None = None) -> None:
    """Give a permission to roles. Said once per permission."""
    if permission in _grants:
        raise ValueError(f"{permission} is granted twice")
    if not set(roles) <= ALL_ROLES:
        raise ValueError(f"{permission}: unknown role")
    _grants[permission] = Grant(permission, frozenset(roles), guard)


def permissions() -> dict[str, Grant]:
    return dict(_grants)


def permits(member: Membership, permission: str, subject: Any = None) -> bool:
    """Whether this member may do it (to this record). Unknown permissions are a programming error."""
    found = _grants[permission]
    if not found.roles & set(member.roles) or not member.active:
        return False
    if not is_reading(permission) and member.may_only_read:
        return False
    return subject is None or found.guard is None or found.guard(member, subject)


def require(member: Membership | None, permission: str, subject: Any = None) -> None:
    """Raise NotAllowed unless permitted. `None` is the system, which acts on nobody's behalf."""
    if permission not in _grants:
        raise KeyError(permission)
    if member is not None and not permits(member, permission, subject):
        if not is_reading(permission) and member.may_only_read:
            raise NotAllowed("Your company is suspended at present: you can read, but not change.", code="suspended")
        raise NotAllowed("Your role does not allow this.")


def is_reading(permission: str) -> bool:
    """By the house's names: what begins with `view_` changes nothing."""
    return permission.rpartition(".")[2].startswith("view_")
