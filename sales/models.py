"""What is sold (lines, products), what was agreed (targets) and what was booked (actuals)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from prm.kernel.fields import NumericField, TextField, amount_rules
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalYear
from prm.kernel.roles import Side
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.models import PartnerReads, PartnerRecord, PublishedRecord, TenantForeignKey


class ProductLine(PublishedRecord):
    """A line of products: the unit in which targets and registrations are made."""

    code = models.CharField(max_length=60)
    name = TextField(max_length=120)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "code"], name="line_code")]

    def __str__(self) -> str:
        return self.name


class Product(PublishedRecord):
    """An article with its list price."""

    sku = models.CharField(max_length=80)
    name = TextField(max_length=200)
    line = TenantForeignKey(ProductLine, related_name="products")
    list_price = NumericField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    recurring = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sku"], name="product_sku"),
            *amount_rules("product", "list_price", minimum=0, extra_digits=2),
        ]

    def __str__(self) -> str:
        return self.name


class Target(PartnerReads):
    """Net revenue agreed with a partner for a month, by line or in total (then `line` is empty)."""

    class Source(models.TextChoices):
        PLAN = "plan", _("Business plan")
        MANUAL = "manual", _("Entered")
        IMPORT = "import", _("Imported")

    line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="targets")
    month = models.DateField()
    amount = NumericField()
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    proposed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    confirmed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner", "line", "month"], name="target_once"),
            models.UniqueConstraint(
                fields=["tenant", "partner", "month"], condition=models.Q(line=None), name="target_total_once"
            ),
            models.CheckConstraint(name="target_first_of_month", condition=models.Q(month__day=1)),
            *amount_rules("target", "amount", minimum=0),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.amount}"


class Proposal(PartnerRecord):
    """Targets that one side proposes and the other confirms: until then they are a wish and count nowhere."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        WITHDRAWN = "withdrawn", _("Taken back")

    MOVES = {
        State.PROPOSED: {State.CONFIRMED, State.DECLINED, State.WITHDRAWN},
        State.CONFIRMED: set(),
        State.DECLINED: set(),
        State.WITHDRAWN: set(),
    }

    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    side = models.CharField(max_length=8, choices=Side, default=Side.VENDOR)  # who proposes
    proposed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    comment = TextField(max_length=500, blank=True)
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    class Meta:
        abstract = True


class TargetProposal(Proposal):
    """Net revenue per month that one side proposes, by line or in total."""

    line = TenantForeignKey(ProductLine, null=True, blank=True, related_name="proposals")
    months = models.JSONField(default=dict)  # first day of the month to amount, as text
    currency = models.CharField(max_length=3)

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "state"], name="target_proposal_by_state")]

    def __str__(self) -> str:
        return f"targets proposed to {self.partner_id}"

    @property
    def years(self) -> list[FiscalYear]:
        """The fiscal years it is for: mostly one."""
        return years_of(self.months)

    @property
    def basis(self) -> str:
        """How it gives targets, as the page of targets calls it."""
        return "line" if self.line_id else "total"

    def get_absolute_url(self) -> str:
        return targets_url(self.partner_id, self.months, self.basis)


def years_of(months: Iterable[str]) -> list[FiscalYear]:
    """The fiscal years of these months (their first days, as text), the earliest first."""
    start = current_tenant().fy_start_month
    found = {FiscalYear.containing(dt.date.fromisoformat(month), start) for month in months}
    return sorted(found, key=lambda year: year.year)


def targets_url(partner_id: UUID, months: Iterable[str], basis: str) -> str:
    """The page of a partner's targets, at the first fiscal year of these months, by line or in total."""
    page, years = reverse("sales:partner_targets", args=[partner_id]), years_of(months)
    return f"{page}?year={years[0].year}&by={basis}" if years else page


class SalesActual(PartnerReads):
    """One booked line of net revenue. Amounts keep up to two more decimals than the currency: sums are rounded late."""

    class Kind(models.TextChoices):
        SALE = "sale", _("Sale")
        CREDIT = "credit", _("Credit note")
        ADJUSTMENT = "adjustment", _("Adjustment")

    line = TenantForeignKey(ProductLine, related_name="actuals")
    product = TenantForeignKey(Product, null=True, blank=True, related_name="actuals")
    booked_on = models.DateField()
    amount = NumericField()
    currency = models.CharField(max_length=3)
    quantity = NumericField(null=True, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.SALE)
    external_id = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "external_id"], condition=~models.Q(external_id=""), name="actual_external_id"
            ),
            *amount_rules("actual", "amount", extra_digits=2),
        ]
        indexes = [
            models.Index(fields=["tenant", "partner", "booked_on"], name="actual_by_partner", include=["amount"]),
            models.Index(fields=["tenant", "booked_on"], name="actual_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.booked_on}: {self.amount}"


__all__ = ["Partner", "Product", "ProductLine", "Proposal", "SalesActual", "Target", "TargetProposal"]
