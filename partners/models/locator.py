"""The public locator: what a partner says of itself there, the entry the world reads, and who wrote to it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Partner
from prm.kernel.addresses import address_of
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import (
    PartnerRecord,
    PublishedRecord,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
)


class Place(PublishedRecord):
    """A town with its coordinates, by which partners are found within a radius. Comes in by import."""

    external_id = models.CharField(max_length=40)
    name = TextField(max_length=120)
    sort_name = models.CharField(max_length=240, editable=False)
    country = models.CharField(max_length=2)
    latitude = NumericField()
    longitude = NumericField()
    population = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "external_id"], name="place_external_id"),
            models.CheckConstraint(
                name="place_on_earth",
                condition=models.Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "sort_name", "country"], name="place_by_name")]

    def __str__(self) -> str:
        return f"{self.name}, {self.country}"


class LocatorWords(models.Model):
    """What stands in a profile and, once published, in its entry: both hold the same."""

    text = TextField(max_length=2000, blank=True)
    website = models.CharField(max_length=300, blank=True)
    city = TextField(max_length=120, blank=True)
    country = models.CharField(max_length=2)
    product_lines = CodesField()
    verticals = CodesField()
    languages = CodesField()

    class Meta:
        abstract = True


class LocatorProfile(PartnerRecord, LocatorWords):
    """A partner's own words for the locator. Operations publishes them; later changes wait for the next time."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        HIDDEN = "hidden", _("Hidden")

    MOVES = {
        State.DRAFT: {State.PUBLISHED},
        State.PUBLISHED: {State.HIDDEN},
        State.HIDDEN: {State.PUBLISHED},
    }

    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    waits_since = models.DateTimeField(null=True, blank=True)  # for somebody to look at what changed
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    hidden_reason = TextField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner"], name="locator_profile_once")]

    def __str__(self) -> str:
        return f"locator profile of {self.partner_id}"

    def get_absolute_url(self) -> str:
        return address_of("partners:locator_profile", self.partner_id)


class LocatorEntry(PublishedRecord, LocatorWords):
    """What everybody reads of a partner: its words as published, where it is, and its tier. No score, no revenue."""

    published = "shown"

    partner = TenantForeignKey(Partner, related_name="locator_entries")
    name = TextField(max_length=200)
    latitude = NumericField(null=True, blank=True)
    longitude = NumericField(null=True, blank=True)
    tier_name = TextField(max_length=80, blank=True)
    tier_level = models.PositiveSmallIntegerField(default=0)
    quartile = models.PositiveSmallIntegerField(null=True, blank=True)  # orders equals (F40); shown nowhere
    shown = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner"], name="locator_entry_once"),
            models.CheckConstraint(
                name="locator_entry_quartile",
                condition=models.Q(quartile=None) | models.Q(quartile__gte=1, quartile__lte=4),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "shown", "country"], name="locator_by_country")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("locator:entry", self.pk)


ANSWERS_INQUIRIES = (Role.CHAMPION, Role.PARTNER_SALES, Role.PARTNER_MARKETING, Role.DISTRIBUTOR)


class InquiryQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Those of visible partners; at the partner for people who speak with customers."""
        seen = super().visible_to(member)
        return seen if member.is_vendor or member.has(*ANSWERS_INQUIRIES) else seen.none()


class Inquiry(PartnerRecord):
    """What a visitor of the locator wrote to a partner."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")

    MOVES = {State.OPEN: {State.ANSWERED}, State.ANSWERED: {State.OPEN}}

    name = TextField(max_length=160)
    company = TextField(max_length=200, blank=True)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=60, blank=True)
    message = TextField(max_length=2000)
    consented_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(InquiryQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "state", "created_at"], name="inquiry_by_partner")]

    def __str__(self) -> str:
        return f"inquiry of {self.name}"

    def get_absolute_url(self) -> str:
        return address_of("partners:inquiry", self.pk)
