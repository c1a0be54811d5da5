"""How leads are given out: points, days, ways past the points; and what a lead means for registrations."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealRegistration
from dealreg.models.leads import Lead, LeadContact
from partners.models import Partner
from prm.kernel.fields import NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord
from sales.models import ProductLine


def default_tier_points() -> dict[str, str]:
    return {"registered": "0", "silver": "10", "gold": "15", "platinum": "20"}


class LeadRules(VendorRecord):
    """The vendor's rules of leads; without a row those of the starter program hold. No partner reads the points."""

    auto_assign = models.BooleanField(default=True)
    needs_certification = models.BooleanField(default=True)
    region_points = NumericField(default=Decimal(40))
    vertical_points = NumericField(default=Decimal(20))
    composite_weight = NumericField(default=Decimal("0.2"))
    load_points = NumericField(default=Decimal(20))
    tier_points = models.JSONField(default=default_tier_points)
    accept_days = models.PositiveSmallIntegerField(default=1)
    contact_days = models.PositiveSmallIntegerField(default=2)
    return_days = models.PositiveSmallIntegerField(default=3)
    max_reassignments = models.PositiveSmallIntegerField(default=2)
    default_capacity = models.PositiveSmallIntegerField(default=10)
    warn_days = models.PositiveSmallIntegerField(default=20)
    recycle_days = models.PositiveSmallIntegerField(default=30)
    merge_days = models.PositiveSmallIntegerField(default=90)
    daily_quota = models.PositiveIntegerField(default=20_000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="lead_rules_once"),
            models.CheckConstraint(
                name="lead_rules_points",
                condition=models.Q(
                    region_points__range=(0, 1000),
                    vertical_points__range=(0, 1000),
                    composite_weight__range=(0, 10),
                    load_points__range=(0, 1000),
                ),
            ),
        ]

    def __str__(self) -> str:
        return "rules of leads"


class LeadRoute(VendorRecord):
    """A way past the points: leads of a line, country, source or campaign go to one partner first, or to operations."""

    position = models.PositiveSmallIntegerField(default=0)
    line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="+")
    country = models.CharField(max_length=2, blank=True)
    source = models.CharField(max_length=12, choices=LeadContact.Source, blank=True)
    campaign = TextField(max_length=120, blank=True)
    to_partner = TenantForeignKey(Partner, null=True, blank=True, related_name="lead_routes")  # empty: operations

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="lead_route_says_which",
                condition=models.Q(line__isnull=False) | ~models.Q(country="", source="", campaign=""),
            )
        ]

    def __str__(self) -> str:
        return f"route {self.position}"


class LeadClaim(VendorRecord):
    """That a registration is about a customer whose lead another partner holds (rule 8): the lead comes first.

    Operations may let the registration go on, with reason.
    """

    class Decision(models.TextChoices):
        PENDING = "pending", _("Not decided")
        LEAD_FIRST = "lead_first", _("The lead comes first: rejected")
        LET_GO = "let_go", _("May go on")

    candidate = TenantForeignKey(DealRegistration, related_name="lead_claims")
    lead = TenantForeignKey(Lead, related_name="claims")
    match = models.CharField(max_length=10)
    decision = models.CharField(max_length=12, choices=Decision, default=Decision.PENDING)
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "candidate", "lead"], name="lead_claim_once")]

    def __str__(self) -> str:
        return f"{self.lead_id} before {self.candidate_id}"

    def get_absolute_url(self) -> str:
        return reverse("dealreg:deal", args=[self.candidate_id])
