"""Agreements, accepted terms and certificates of a partner: each with its versions, and who signed which."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership, StoredFile
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerReads, TenantForeignKey, TenantManager, TenantQuerySet

READS_PAPERS = (Role.CHAMPION, Role.DISTRIBUTOR)  # of a partner's own people


class PaperQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """As the partner; of a partner's people only the champion, and a distributor for those it sponsors."""
        seen = super().visible_to(member)
        return seen if member.is_vendor or member.has(*READS_PAPERS) else seen.none()


class Document(PartnerReads):
    """An agreement, accepted terms or a certificate of a partner, with who signed it and until when it holds.

    `signed_by`, `signed_on` and `valid_to` are those of the version in force; a newer version that waits for its
    signature changes nothing yet.
    """

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("Reseller agreement")
        TERMS = "terms", _("Community terms")
        CERTIFICATE = "certificate", _("Certificate")
        OTHER = "other", _("Other")

    kind = models.CharField(max_length=12, choices=Kind)
    title = TextField(max_length=160)
    signed_by = TextField(max_length=160, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(PaperQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "kind"], name="document_by_partner")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("partners:document", self.pk)


class DocumentVersion(PartnerReads):
    """One file of a document. Files never change: a new upload is a new version, the old ones stay readable."""

    class State(models.TextChoices):
        KEPT = "kept", _("On file")
        SENT = "sent", _("Waits for signature")
        SIGNED = "signed", _("Signed")
        DECLINED = "declined", _("Declined")

    MOVES = {
        State.KEPT: {State.SENT},
        State.SENT: {State.SIGNED, State.DECLINED, State.KEPT},
        State.DECLINED: {State.SENT},
        State.SIGNED: set(),
    }

    document = TenantForeignKey(Document, related_name="versions")
    number = models.PositiveSmallIntegerField()
    file = TenantForeignKey(StoredFile, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.KEPT)
    valid_to = models.DateField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    signed_name = TextField(max_length=160, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    signed_sha256 = models.CharField(max_length=64, blank=True)
    decline_reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(PaperQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "document", "number"], name="document_version_number"),
            models.UniqueConstraint(
                fields=["tenant", "document"], condition=models.Q(state="sent"), name="document_one_sent"
            ),
            models.CheckConstraint(
                name="document_signed_is_proven",
                condition=~models.Q(state="signed")
                | (~models.Q(signed_name="") & ~models.Q(signed_sha256="") & models.Q(signed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"

    def get_absolute_url(self) -> str:
        return address_of("partners:document", self.document_id)
