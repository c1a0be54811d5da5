"""Asking a person to join: by mail, once, within seven days, with the roles the inviter may give.

The link carries a token that is computed from the invitation and the program's secret key. So the worker can
write the letter without the token being stored anywhere; the row keeps its hash, by which the link is checked.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Iterable
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet, TextChoices
from django.utils.crypto import constant_time_compare, salted_hmac

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed, Unknown
from prm.kernel.events import record
from prm.kernel.grants import company_model, grantable_roles
from prm.kernel.members import add_member, checked_roles, get_or_create_user
from prm.kernel.models import Invitation, Membership, Tenant, User
from prm.kernel.outbox import later
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.sites import site_of
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import clean_text

LIVES = dt.timedelta(days=7)
TOKEN_BYTES = 64  # tenant, invitation, and 256 bits that only we can compute


class AlreadyMember(Conflict):
    """This person is here already."""

    code = "already_member"


class RolesNotYours(NotAllowed):
    """You cannot give or take these roles."""

    code = "roles_not_yours"


class InvitationOver(Unknown):
    """This invitation is used, withdrawn, replaced by a newer one or older than seven days."""

    code = "invitation_over"


class OtherAddress(NotAllowed):
    """This invitation was sent to another address."""

    code = "other_address"


@transaction.atomic
def invite_member(
    email: str, *, roles: Iterable[str], by: Membership | None, partner_id: UUID | None = None, name: str = ""
) -> Invitation:
    """Ask a person to join the vendor's side or a partner company. A newer invitation replaces an open one.

    The answer is the same whether the address has a login anywhere or not.
    """
    require(by, "kernel.invite_member")
    address = _address(email)
    wanted = checked_roles(roles, partner_id)
    if by is not None:
        _refuse_unseen_company(by, partner_id)
        if not {Role(r) for r in wanted} <= grantable_roles(by, partner_id):
            raise RolesNotYours(field="roles")
    if Membership.objects.filter(Q(partner_id=partner_id), user__email=address, active=True).exists():
        raise AlreadyMember(field="email")
    now = clock.now()
    Invitation.objects.filter(Q(partner_id=partner_id), email=address, used_at=None, revoked_at=None).update(
        revoked_at=now
    )
    invitation = Invitation(
        id=uuid4(),
        email=address,
        name=clean_text(name, field="name", max_length=120),
        roles=wanted,
        partner_id=partner_id,
        expires_at=now + LIVES,
        invited_by=by,
    )
    invitation.token_hash = _hash(token_of(invitation))
    invitation.full_clean(exclude=["tenant", "partner", "invited_by"], validate_unique=False)
    invitation.save()
    later("kernel.send_invitation", by=by, key=f"invitation:{invitation.pk}", invitation_id=invitation.pk)
    return record(invitation, "invitation.sent", by=by, email=address, roles=wanted)


class InvitationState(TextChoices):
    OPEN = "open"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"  # also when a newer one to the same address took its place
    EXPIRED = "expired"


def state_of(invitation: Invitation) -> InvitationState:
    if invitation.used_at is not None:
        return InvitationState.ACCEPTED
    if invitation.revoked_at is not None:
        return InvitationState.WITHDRAWN
    return InvitationState.EXPIRED if invitation.expires_at <= clock.now() else InvitationState.OPEN


def in_state(invitations: QuerySet[Invitation], state: str) -> QuerySet[Invitation]:
    """Those of which `state_of` says so."""
    now, pending = clock.now(), Q(used_at=None, revoked_at=None)
    wanted = {
        InvitationState.ACCEPTED: Q(used_at__isnull=False),
        InvitationState.WITHDRAWN: Q(used_at=None, revoked_at__isnull=False),
        InvitationState.EXPIRED: pending & Q(expires_at__lte=now),
        InvitationState.OPEN: pending & Q(expires_at__gt=now),
    }
    return invitations.filter(wanted[InvitationState(state)])


@transaction.atomic
def resend_invitation(invitation: Invitation, *, by: Membership | None) -> Invitation:
    """Send a fresh invitation in place of one that was lost or ran out; the old link is dead."""
    require(by, "kernel.resend_invitation", invitation)
    if invitation.used_at is not None or invitation.revoked_at is not None:
        raise InvitationOver()
    return invite_member(
        invitation.email, roles=invitation.roles, by=by, partner_id=invitation.partner_id, name=invitation.name
    )


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: Membership | None) -> Invitation:
    """Take an invitation back; its link is dead at once."""
    require(by, "kernel.revoke_invitation", invitation)
    now = clock.now()
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(revoked_at=now):
        raise InvitationOver()
    invitation.revoked_at = now
    return record(invitation, "invitation.revoked", by=by, email=invitation.email)


@transaction.atomic
def accept_invitation(invitation: Invitation, *, user: User) -> Membership:
    """Make the invited person a member. Works once, for the invited address, while the inviter may still invite."""
    if user.email != invitation.email or not user.is_active:
        raise OtherAddress()
    now = clock.now()
    taken = Invitation.objects.filter(
        pk=invitation.pk, used_at=None, revoked_at=None, expires_at__gt=now, token_hash=invitation.token_hash
    ).update(used_at=now)
    if not taken:
        raise InvitationOver()
    inviter = invitation.invited_by
    if inviter is not None and not {Role(r) for r in invitation.roles} <= grantable_roles(
        inviter, invitation.partner_id
    ):
        raise InvitationOver()
    invitation.used_at = now
    member = Membership.objects.filter(Q(partner_id=invitation.partner_id), user=user).first()
    if member is None:
        member = add_member(user, roles=invitation.roles, partner_id=invitation.partner_id, by=inviter)
    elif not member.active:
        member.roles, member.active = list(invitation.roles), True
        member.save(update_fields=["roles", "active", "updated_at"])
        record(member, "member.reactivated", by=inviter, roles=member.roles)
    record(invitation, "invitation.accepted", by=member)
    return member


@transaction.atomic
def join_as_new_person(invitation: Invitation, *, name: str, password: str | None) -> Membership:
    """Make the login of an invited person who has none yet, and accept. The invitation has proven the address."""
    if User.objects.filter(email=invitation.email).exists():
        raise OtherAddress("This address has a login: sign in to accept.")
    shown = clean_text(name, field="name", max_length=120)
    if not shown:
        raise Invalid("Please tell us your name.", field="name")
    user = get_or_create_user(invitation.email, shown, password=password)
    return accept_invitation(invitation, user=user)


def token_of(invitation: Invitation) -> str:
    """What stands in the link: 256 bits bound to this purpose, the tenant, the invitation and the address."""
    said = f"{invitation.tenant_id}|{invitation.pk}|{invitation.email}"
    seal = salted_hmac("prm.kernel.invitation", said, algorithm="sha256").digest()
    raw = invitation.tenant_id.bytes + invitation.pk.bytes + seal
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def link_of(invitation: Invitation) -> str:
    return f"{site_of(invitation.tenant)}/invitations/{token_of(invitation)}/"


def find_invitation(token: str) -> tuple[Tenant, Invitation]:
    """The open invitation of a link, with its vendor; raises InvitationOver for everything else."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        raise InvitationOver() from None
    if len(raw) != TOKEN_BYTES:
        raise InvitationOver()
    tenant = Tenant.objects.filter(pk=UUID(bytes=raw[:16]), active=True).first()
    if tenant is None:
        raise InvitationOver()
    with tenant_scope(tenant):
        found = (
            Invitation.objects.select_related("partner", "invited_by__user").filter(pk=UUID(bytes=raw[16:32])).first()
        )
    if found is None or not constant_time_compare(found.token_hash, _hash(token)) or not is_open(found):
        raise InvitationOver()
    return tenant, found


def is_open(invitation: Invitation) -> bool:
    return invitation.used_at is None and invitation.revoked_at is None and invitation.expires_at > clock.now()


def _refuse_unseen_company(by: Membership, partner_id: UUID | None) -> None:
    if partner_id is not None and not company_model().objects.visible_to(by).filter(pk=partner_id).exists():
        raise Unknown("There is no such company.", field="partner")


def _address(email: str) -> str:
    address = clean_text(email, field="email", max_length=254).lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("Please give an e-mail address.", field="email") from None
    return address


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
