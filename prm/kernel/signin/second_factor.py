"""Which members must bring a second factor, and whether this one has it."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator

from prm.kernel.models import Membership
from prm.kernel.roles import SECOND_FACTOR_ROLES


def lacks_second_factor(member: Membership) -> bool:
    """True when the tenant asks this role for a second factor and the person has none yet.

    A person who has one is asked for it at every sign-in, by allauth.
    """
    if not member.tenant.needs_second_factor or not set(member.roles) & SECOND_FACTOR_ROLES:
        return False
    return not has_second_factor(member.user_id)


def has_second_factor(user_id: UUID) -> bool:
    """An authenticator app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user_id).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
