"""What companies send in that want to become partners, before anything becomes a partner record."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import SEES_ALL_PARTNERS, Partner, assigned_partner_ids
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import TenantForeignKey, TenantManager, TenantQuerySet, VendorRecord


class ApplicationQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """The vendor's alone. An account manager knows those that became a candidate of the own partners."""
        if not member.is_vendor:
            return self.none()
        if member.has(*SEES_ALL_PARTNERS):
            return self
        return self.filter(became__in=assigned_partner_ids(member))


class Application(VendorRecord):
    """A company's wish to become a partner. The address it gives is confirmed first; a likely double is decided on."""

    class State(models.TextChoices):
        SENT = "sent", _("Address not confirmed")
        CONFIRMED = "confirmed", _("To decide")
        TAKEN = "taken", _("Candidate")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Never confirmed")

    MOVES = {
        State.SENT: {State.CONFIRMED, State.EXPIRED},
        State.CONFIRMED: {State.TAKEN, State.REFUSED, State.WITHDRAWN},
        State.TAKEN: {State.WITHDRAWN},
        State.REFUSED: set(),
        State.WITHDRAWN: set(),
        State.EXPIRED: set(),
    }

    company = TextField(max_length=200)
    normalised_name = models.CharField(max_length=400, editable=False)
    domain = models.CharField(max_length=253, blank=True)
    country = models.CharField(max_length=2)
    website = models.CharField(max_length=300, blank=True)
    name = TextField(max_length=160)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=60, blank=True)
    type = models.CharField(max_length=20, choices=Partner.Type, default=Partner.Type.RESELLER)
    message = TextField(max_length=2000, blank=True)
    terms = TextField(max_length=3000, blank=True)  # as they were accepted
    terms_accepted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    looks_like = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    became = TenantForeignKey(Partner, null=True, blank=True, related_name="applications")
    is_own_partner = models.BooleanField(default=False)  # `became` was made from it, not found
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(ApplicationQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="application_taken_became", condition=~models.Q(state="taken") | models.Q(became__isnull=False)
            ),
            models.CheckConstraint(
                name="application_confirmed_at",
                condition=models.Q(state__in=["sent", "expired"]) | models.Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "created_at"], name="application_by_state"),
            models.Index(fields=["tenant", "email", "created_at"], name="application_by_email"),
        ]

    def __str__(self) -> str:
        return self.company

    def get_absolute_url(self) -> str:
        return address_of("recruitment:application", self.pk)


class ApplicationCount(VendorRecord):
    """How often somebody applied within a span of time: kept here, so that the limit holds without Redis."""

    kind = models.CharField(max_length=10)
    who = models.CharField(max_length=64)  # a keyed hash of the address, never the address
    span = models.CharField(max_length=16)  # the day or the hour
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "who", "span"], name="application_count_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.span}: {self.count}"
