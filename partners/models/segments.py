"""Segments: partners that fit a saved rule, kept as rows so that lists, exports and announcements find them fast."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Partner
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord


class Segment(VendorRecord):
    """A named group of partners: by a rule that is evaluated each day, or as it was found when it was saved."""

    class Kind(models.TextChoices):
        DYNAMIC = "dynamic", _("Follows its rule every day")
        FIXED = "fixed", _("Stays as found when saved")

    name = TextField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.DYNAMIC)
    rule = models.JSONField(default=dict)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    computed_at = models.DateTimeField(null=True, blank=True)
    problem = TextField(max_length=500, blank=True)  # why the rule could not be evaluated the last time

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="segment_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("partners:segment", self.pk)


class SegmentMember(VendorRecord):
    """A partner that is in a segment."""

    segment = TenantForeignKey(Segment, related_name="members")
    partner = TenantForeignKey(Partner, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "segment", "partner"], name="segment_member_once")]
        indexes = [models.Index(fields=["tenant", "partner"], name="segment_member_partner")]

    def __str__(self) -> str:
        return f"{self.partner_id} in {self.segment_id}"
