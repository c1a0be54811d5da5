"""Who is named to sign the agreement of a candidate, and what stands between the person and the signature."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from partners.models import Candidate, Contact, Document, DocumentVersion, Partner
from partners.policies import may_sign
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import vendor_scope

AGREEMENT = Document.Kind.AGREEMENT
SENT = DocumentVersion.State.SENT


@dataclass(frozen=True)
class NamedSigner:
    """The person an agreement was sent to. `member` is the login, once there is one."""

    contact: Contact
    member: Membership | None

    @property
    def may_sign(self) -> bool:
        return self.member is not None and may_sign(self.member)


def named_signer(partner_id: UUID) -> NamedSigner | None:
    """Whom the agreement of this candidate was sent to, for the vendor's people."""
    found = _naming().filter(partner=partner_id).select_related("signer").first()
    if found is None or found.signer is None:
        return None
    return NamedSigner(found.signer, login_of(found.signer))


def login_of(contact: Contact) -> Membership | None:
    """The live login of this person at this partner, by the address an invitation goes to."""
    same = Membership.objects.filter(partner_id=contact.partner_id, user__email=contact.email, active=True)
    return same.select_related("user").first()


def agreement_before_authority(member: Membership) -> DocumentVersion | None:
    """The agreement that this person is named to sign and may not yet, because the vendor has to confirm it first."""
    if member.is_vendor or may_sign(member):
        return None
    waiting = DocumentVersion.objects.select_related("document__partner").filter(
        partner=member.partner_id, state=SENT, document__kind=AGREEMENT
    )
    version = waiting.visible_to(member).order_by("-sent_at").first()
    if version is None:
        return None
    with vendor_scope("whether this person is named to sign: a yes or a no"):
        named = _naming().filter(partner=member.partner_id, signer__email=member.user.email)
        return version if named.exists() else None


def authority_to_confirm(member: Membership) -> QuerySet[Membership]:
    """People who are named to sign what waits for them, and of whom it is not known that they may."""
    people = (
        Membership.objects.select_related("user", "partner")
        .filter(
            Exists(_naming().filter(partner=OuterRef("partner"), signer__email=OuterRef("user__email"))),
            Exists(DocumentVersion.objects.filter(partner=OuterRef("partner"), state=SENT, document__kind=AGREEMENT)),
            active=True,
            signing_authority=False,
            roles__contains=[Role.CHAMPION.value],
        )
        .exclude(roles__contains=[Role.DISTRIBUTOR.value])
    )
    if not member.is_vendor or not permits(member, "kernel.set_signing_authority"):
        return people.none()
    return people.order_by("created_at", "pk")


def _naming() -> QuerySet[Candidate]:
    return Candidate.objects.filter(
        partner__state=Partner.State.QUALIFIED, agreement_sent_on__isnull=False, signer__isnull=False
    )
