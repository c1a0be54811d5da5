"""What proves: the protection that cannot overlap, the signed receipt, the chained history; and the vendor's rules."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealRegistration
from prm.kernel.fields import NumericField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerRecord, PublishedRecord, TenantForeignKey, VendorRecord
from sales.models import ProductLine


class DealProtection(VendorRecord):
    """Exclusivity, insisted on by the database: of a customer, product line and project one row is active.

    `customer_key` is one of the marks by which F37 knows a customer (its web domain; its name in its country). A deal
    takes a row for each mark and line, so two deals that F37 calls the same business want the same row.
    """

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="protections")
    customer_key = models.CharField(max_length=420)
    line = TenantForeignKey(ProductLine, related_name="+")
    project_key = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)
    from_on = models.DateField()
    until_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "customer_key", "line", "project_key"],
                condition=models.Q(active=True),
                name="deal_exclusive",
            ),
            models.CheckConstraint(
                name="deal_protection_ended",
                condition=models.Q(active=True, ended_on=None) | models.Q(active=False, ended_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_key} for {self.deal_id}"


class DealReceipt(PartnerRecord):
    """What the partner holds in hand: the registration as it was received, signed. Never changed."""

    grants = "select, insert, update (partner_id)"  # a merged partner takes its deals along

    deal = TenantForeignKey(DealRegistration, related_name="receipts")
    text = models.TextField()
    key_id = models.CharField(max_length=40)
    signature = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal"], name="deal_receipt_once")]

    def __str__(self) -> str:
        return f"receipt of {self.deal_id}"


class DealHistory(PartnerRecord):
    """One step in the life of a deal, chained to the step before by its hash. Only ever added to.

    What concerns a rival stands in a chain of its own, which the partner does not read and does not miss.
    """

    class Chain(models.TextChoices):
        SHARED = "shared", _("Both sides")
        INNER = "inner", _("Vendor only")

    grants = "select, insert, update (partner_id)"  # a merged partner takes its deals along
    partner_sees = "chain = 'shared'"

    deal = TenantForeignKey(DealRegistration, related_name="history")
    chain = models.CharField(max_length=10, choices=Chain, default=Chain.SHARED)
    step = models.PositiveIntegerField()
    name = models.CharField(max_length=80)
    at = models.DateTimeField()
    actor = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    to_state = models.CharField(max_length=20)
    data = models.JSONField(default=dict)
    before = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal", "chain", "step"], name="deal_history_step")]

    def __str__(self) -> str:
        return f"{self.name} of {self.deal_id}"


class DealRules(PublishedRecord):
    """The vendor's rules of registration; without a row those of the starter program hold."""

    review_days = models.PositiveSmallIntegerField(default=2)
    escalate_days = models.PositiveSmallIntegerField(default=1)
    answer_days = models.PositiveSmallIntegerField(default=5)
    appeal_days = models.PositiveSmallIntegerField(default=10)
    hearing_days = models.PositiveSmallIntegerField(default=3)
    warn_days = models.PositiveSmallIntegerField(default=14)
    last_warn_days = models.PositiveSmallIntegerField(default=3)
    reinstate_days = models.PositiveSmallIntegerField(default=14)
    min_amount = NumericField(default=Decimal("1000.00"))
    manager_band = NumericField(default=Decimal("100000.00"))
    operations_band = NumericField(default=Decimal("250000.00"))
    auto_approve = models.BooleanField(default=False)
    auto_max_amount = NumericField(default=Decimal("25000.00"))
    auto_after_hours = models.PositiveSmallIntegerField(default=4)
    registered_probability = NumericField(default=Decimal("0.20"))
    qualified_probability = NumericField(default=Decimal("0.40"))
    proposed_probability = NumericField(default=Decimal("0.60"))
    committed_probability = NumericField(default=Decimal("0.80"))
    coverage_index = NumericField(default=Decimal("3.0"))
    renewal_days = models.PositiveSmallIntegerField(default=180)
    stale_days = models.PositiveSmallIntegerField(default=60)
    reopen_days = models.PositiveSmallIntegerField(default=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="deal_rules_once"),
            models.CheckConstraint(
                name="deal_rules_amounts",
                condition=models.Q(
                    min_amount__range=(0, Decimal("1e12")),
                    manager_band__range=(0, Decimal("1e12")),
                    auto_max_amount__range=(0, Decimal("1e12")),
                    operations_band__lt=Decimal("1e12"),
                    operations_band__gte=models.F("manager_band"),
                ),
            ),
            models.CheckConstraint(
                name="deal_rules_stages",
                condition=models.Q(
                    registered_probability__range=(0, 1),
                    qualified_probability__range=(0, 1),
                    proposed_probability__range=(0, 1),
                    committed_probability__range=(0, 1),
                    coverage_index__range=(1, 20),
                ),
            ),
        ]

    def __str__(self) -> str:
        return "rules of deal registration"
