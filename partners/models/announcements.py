"""Announcements: what the vendor tells its partners.

A partner receives a copy of its own and never learns for whom else it is.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.segments import Segment
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerReads, PartnerRecord, TenantForeignKey, VendorRecord


class Announcement(VendorRecord):
    """A text for a segment, or for all partners, from one day to another."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    MOVES = {State.DRAFT: {State.PUBLISHED}, State.PUBLISHED: {State.WITHDRAWN}, State.WITHDRAWN: set()}

    title = TextField(max_length=120)
    text = TextField(max_length=2000)
    link_label = TextField(max_length=40, blank=True)
    link = models.CharField(max_length=300, blank=True)
    from_date = models.DateField()
    to_date = models.DateField()
    segment = TenantForeignKey(Segment, null=True, blank=True, related_name="announcements")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    made_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="announcement_dates", condition=models.Q(to_date__gte=models.F("from_date"))),
            models.CheckConstraint(
                name="announcement_link_named", condition=models.Q(link="") | ~models.Q(link_label="")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("partners:announcement", self.pk)


class AnnouncementDelivery(PartnerReads):
    """The copy that one partner receives: the words, not for whom else they are."""

    partner_sees = "withdrawn_at is null"

    announcement = TenantForeignKey(Announcement, related_name="deliveries")
    title = TextField(max_length=120)
    text = TextField(max_length=2000)
    link_label = TextField(max_length=40, blank=True)
    link = models.CharField(max_length=300, blank=True)
    from_date = models.DateField()
    to_date = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "announcement", "partner"], name="announcement_delivered_once")
        ]
        indexes = [models.Index(fields=["tenant", "partner", "to_date"], name="announcement_by_partner")]

    def __str__(self) -> str:
        return self.title


class AnnouncementReceipt(PartnerRecord):
    """That a person at the partner saw it, followed its link, or put it aside."""

    delivery = TenantForeignKey(AnnouncementDelivery, related_name="receipts")
    member = TenantForeignKey(Membership, related_name="+")
    seen_at = models.DateTimeField()
    clicked_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "delivery", "member"], name="announcement_receipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} saw {self.delivery_id}"
