"""What was said and done with a partner: calls and visits, and the notes that the vendor keeps to itself."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Contact, Partner
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import (
    Member,
    PartnerReads,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
    VendorRecord,
)


class ActivityQuerySet(TenantQuerySet):
    def visible_to(self, member: Member) -> Self:
        found = super().visible_to(member)
        return found if member.is_vendor else found.filter(vendor_only=False)


class Activity(PartnerReads):
    """A call, visit, mail or meeting with a partner. The partner reads those that are not the vendor's own.

    `intent` is what the account manager makes of it, so it stands on the vendor's own entries only.
    """

    partner_sees = "not vendor_only"

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        VISIT = "visit", _("Visit")
        MAIL = "mail", _("Mail")
        MEETING = "meeting", _("Meeting")
        OTHER = "other", _("Other")

    class Intent(models.TextChoices):
        RETURNING = "returning", _("Returning")
        PAUSED = "paused", _("Paused")
        LEAVING = "leaving", _("Leaving")

    kind = models.CharField(max_length=10, choices=Kind)
    contact = TenantForeignKey(Contact, null=True, blank=True, related_name="activities")
    at = models.DateTimeField()
    text = TextField(max_length=2000)
    intent = models.CharField(max_length=10, choices=Intent, blank=True)
    vendor_only = models.BooleanField(default=True)
    author = TenantForeignKey(Membership, null=True, related_name="+")

    objects = TenantManager.from_queryset(ActivityQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="activity_intent_is_ours", condition=models.Q(intent="") | models.Q(vendor_only=True)
            )
        ]
        indexes = [models.Index(fields=["tenant", "partner", "at", "id"], name="activity_by_partner")]

    def __str__(self) -> str:
        return self.text[:80]


class Note(VendorRecord):
    """A private note on a partner. No partner ever receives it."""

    partner = TenantForeignKey(Partner, related_name="notes")
    text = TextField(max_length=4000)
    author = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "at"], name="note_by_partner")]

    def __str__(self) -> str:
        return self.text[:80]
