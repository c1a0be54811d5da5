"""The partner programme in versions: which tiers there are, what each asks and gives, from a day on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Tier
from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import (
    PublishedRecord,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
)

RATE_FIELDS = ("base_discount", "registration_discount", "mdf_vendor_share", "mdf_prepay_max_share")
BENEFIT_FIELDS = (
    "base_discount",
    "registration_discount",
    "can_register_deals",
    "can_refer",
    "can_receive_leads",
    "protection_days",
    "max_extensions",
    "extension_days",
    "mdf_eligible",
    "mdf_vendor_share",
    "mdf_activity_cap",
    "mdf_quarter_cap",
    "mdf_prepay",
    "mdf_prepay_max_share",
    "locator",
    "account_manager",
)


class ProgramQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """The vendor sees all versions, a partner those that are published."""
        return self if member.is_vendor else self.filter(state="published")

    def in_force(self, on: dt.date) -> Self:
        """The version in force on a day: of the published ones the latest that has begun."""
        return self.filter(state="published", valid_from__lte=on).order_by("-valid_from")[:1]

    def with_end(self) -> Self:
        """Each with the day from which the next published version follows it."""
        later = Program.objects.filter(state="published", valid_from__gt=models.OuterRef("valid_from"))
        return self.annotate(followed_on=models.Subquery(later.order_by("valid_from").values("valid_from")[:1]))


class Program(PublishedRecord):
    """A version of the programme. A draft may be changed; a published one never is, the next one replaces it."""

    published = "state = 'published'"

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class RevenueBasis(models.TextChoices):
        VENDOR_NET = "vendor_net", _("What the partner pays the vendor, less credit notes")

    MOVES = {
        State.DRAFT: {State.PUBLISHED, State.WITHDRAWN},
        State.PUBLISHED: {State.WITHDRAWN},  # only before its first day
        State.WITHDRAWN: set(),
    }

    name = TextField(max_length=120)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    valid_from = models.DateField(null=True, blank=True)
    revenue_basis = models.CharField(max_length=20, choices=RevenueBasis, default=RevenueBasis.VENDOR_NET)
    entry_resale = TenantForeignKey(Tier, null=True, blank=True, related_name="+")
    entry_referral = TenantForeignKey(Tier, null=True, blank=True, related_name="+")
    entry_months = models.PositiveSmallIntegerField(default=12)
    demotion_notice_days = models.PositiveSmallIntegerField(default=90)
    override_max_months = models.PositiveSmallIntegerField(default=12)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(ProgramQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "valid_from"],
                condition=models.Q(state="published"),
                name="program_one_in_force",
            ),
            models.CheckConstraint(
                name="program_published_has_day",
                condition=~models.Q(state="published") | models.Q(valid_from__isnull=False),
            ),
            models.CheckConstraint(
                name="program_settings",
                condition=models.Q(
                    entry_months__lte=60, demotion_notice_days__lte=366, override_max_months__range=(1, 60)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("partners:program", self.pk)


class ProgramTierQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        return self if member.is_vendor else self.filter(program__state="published")


class ProgramTier(PublishedRecord):
    """A tier as one version describes it: what it asks (`requirements`, in the shape of F10) and what it gives.

    Requirements are read and written as a whole, so they stand in one column: `metric`, `kind`, `target` (not for
    flags) and `weight`, numbers as text.
    """

    published = "exists (select 1 from partners_program p where p.id = program_id and p.state = 'published')"

    class AccountManager(models.TextChoices):
        POOLED = "pooled", _("Shared")
        NAMED = "named", _("A person of its own")

    program = TenantForeignKey(Program, related_name="rungs")
    tier = TenantForeignKey(Tier, related_name="versions")
    requirements = models.JSONField(default=list, blank=True)
    base_discount = NumericField(default=Decimal(0))
    registration_discount = NumericField(default=Decimal(0))
    can_register_deals = models.BooleanField(default=False)
    can_refer = models.BooleanField(default=False)
    can_receive_leads = models.BooleanField(default=False)
    protection_days = models.PositiveSmallIntegerField(default=0)
    max_extensions = models.PositiveSmallIntegerField(default=0)
    extension_days = models.PositiveSmallIntegerField(default=0)
    mdf_eligible = models.BooleanField(default=False)
    mdf_vendor_share = NumericField(default=Decimal(0))
    mdf_activity_cap = NumericField(null=True, blank=True)
    mdf_quarter_cap = NumericField(null=True, blank=True)
    mdf_prepay = models.BooleanField(default=False)
    mdf_prepay_max_share = NumericField(default=Decimal(0))
    locator = models.BooleanField(default=False)
    account_manager = models.CharField(max_length=10, choices=AccountManager, default=AccountManager.POOLED)

    objects = TenantManager.from_queryset(ProgramTierQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "program", "tier"], name="program_tier_once"),
            models.CheckConstraint(
                name="program_tier_rates",
                condition=models.Q(**{f"{name}__range": (Decimal(0), Decimal(1)) for name in RATE_FIELDS})
                & models.Q(base_discount__lte=Decimal(1) - models.F("registration_discount")),
            ),
            models.CheckConstraint(
                name="program_tier_caps",
                condition=(models.Q(mdf_activity_cap=None) | models.Q(mdf_activity_cap__range=(0, Decimal("1e12"))))
                & (models.Q(mdf_quarter_cap=None) | models.Q(mdf_quarter_cap__range=(0, Decimal("1e12")))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier_id} in {self.program_id}"
