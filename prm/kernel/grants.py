"""Who may look after people, keys and settings: the administrator for the vendor's own people; for a partner's
people its champion, its distributor, its account manager and operations. Nobody hands out what lies above him.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from prm.kernel.models import ApiToken, Membership
from prm.kernel.policies import grant
from prm.kernel.roles import ALL_ROLES, PARTNER_ROLES, VENDOR_ROLES, Role

R = Role
CHAMPION_GIVES = frozenset({R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.PARTNER_TECHNICAL})
LOOKS_AFTER_PEOPLE = (R.TENANT_ADMIN, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.DISTRIBUTOR)


def company_model() -> Any:
    """The table of partner companies; the kernel knows it only through the members who belong to one."""
    return Membership._meta.get_field("partner").related_model


def grantable_roles(member: Membership, partner_id: UUID | None) -> frozenset[Role]:
    """The roles this member may give or take, at that company (None: on the vendor's side)."""
    if not member.active:
        return frozenset()
    if partner_id is None:
        return VENDOR_ROLES if member.is_vendor and member.has(R.TENANT_ADMIN) else frozenset()
    if member.is_vendor:
        in_charge = member.has(R.ACCOUNT_MANAGER, R.OPERATIONS)
        sees_it = in_charge and company_model().objects.visible_to(member).filter(pk=partner_id).exists()
        return PARTNER_ROLES if sees_it else frozenset()
    if partner_id not in (member.reach or ()):
        return frozenset()
    if member.has(R.DISTRIBUTOR):
        return PARTNER_ROLES
    return CHAMPION_GIVES if member.has(R.CHAMPION) else frozenset()


def looks_after(member: Membership, subject: Any) -> bool:
    """Whether a person (or an invitation) is among those this member may change: never one who holds more."""
    return bool(subject.roles) and {Role(r) for r in subject.roles} <= grantable_roles(member, subject.partner_id)


def may_get_authority(member: Membership, subject: Any) -> bool:
    """Signing authority is a mark on a partner's champion; only channel operations gives and takes it."""
    return subject.partner_id is not None and R.CHAMPION in subject.roles


def is_colleague(member: Membership, subject: Any) -> bool:
    """A living member of the same company, other than oneself."""
    return subject.partner_id == member.partner_id and subject.active and subject.pk != member.pk


def is_oneself(member: Membership, subject: Any) -> bool:
    return subject.pk == member.pk


def may_revoke_token(member: Membership, token: ApiToken) -> bool:
    return token.membership_id == member.pk or member.has(R.TENANT_ADMIN)


grant("kernel.view_member", *ALL_ROLES)
grant("kernel.invite_member", *LOOKS_AFTER_PEOPLE)
grant("kernel.revoke_invitation", *LOOKS_AFTER_PEOPLE, guard=looks_after)
grant("kernel.change_roles", *LOOKS_AFTER_PEOPLE, guard=looks_after)
grant("kernel.set_signing_authority", R.OPERATIONS, guard=may_get_authority)
grant("kernel.deactivate_member", *LOOKS_AFTER_PEOPLE, guard=looks_after)
grant("kernel.view_token", R.TENANT_ADMIN, R.OPERATIONS, R.AUDITOR)
grant("kernel.create_token", R.TENANT_ADMIN)
grant("kernel.revoke_token", R.TENANT_ADMIN, guard=may_revoke_token)
grant("kernel.edit_sign_in", R.TENANT_ADMIN)
grant("kernel.read_notification", *ALL_ROLES, guard=lambda member, notification: notification.member_id == member.pk)
grant("kernel.set_mail_wishes", *ALL_ROLES, guard=lambda member, subject: subject.pk == member.pk)
grant("kernel.make_calendar_feed", *ALL_ROLES, guard=is_oneself)
grant("kernel.revoke_calendar_feed", *ALL_ROLES, guard=is_oneself)
grant("kernel.view_settings", *VENDOR_ROLES)
grant("kernel.edit_settings", R.TENANT_ADMIN)
grant("kernel.reactivate_member", *LOOKS_AFTER_PEOPLE, guard=looks_after)
grant("kernel.resend_invitation", *LOOKS_AFTER_PEOPLE, guard=looks_after)
grant("kernel.hand_over_champion", R.CHAMPION, guard=is_colleague)
grant("kernel.edit_own_card", *ALL_ROLES, guard=is_oneself)
grant("kernel.keep_view", *ALL_ROLES, guard=lambda member, view: view.owner_id == member.pk)
# What may come in by a file is asked of each entity's own permission.
_IMPORTS = frozenset(
    {R.TENANT_ADMIN, R.CHANNEL_CHIEF, R.OPERATIONS, R.FINANCE, R.ACCOUNT_MANAGER}
    | {R.CHAMPION, R.PARTNER_SALES, R.DISTRIBUTOR}
)
grant("kernel.import_file", *_IMPORTS)
grant("kernel.undo_import", *_IMPORTS)
grant("kernel.view_team", *VENDOR_ROLES)
grant("kernel.add_team", R.TENANT_ADMIN, R.OPERATIONS)
grant("kernel.edit_team", R.TENANT_ADMIN, R.OPERATIONS)
grant("kernel.set_team", R.TENANT_ADMIN, R.OPERATIONS)
# Interfaces are the administrator's; operations and the auditor see how they do.
grant("kernel.view_endpoint", R.TENANT_ADMIN, R.OPERATIONS, R.AUDITOR)
for _verb in (
    "add_endpoint",
    "edit_endpoint",
    "remove_endpoint",
    "rotate_secret",
    "enable_endpoint",
    "disable_endpoint",
    "send_test_event",
    "replay_message",
    "replay_period",
):
    grant(f"kernel.{_verb}", R.TENANT_ADMIN)
