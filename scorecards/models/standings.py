"""Where each partner stands by its latest figures: the one table from which the board is read."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from prm.kernel.fields import NumericField
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord


class PartnerStanding(VendorRecord):
    """The figures of the board for one partner, and those of three months before: one row a partner, written anew.

    Nothing is decided here: each figure is that of the performance scorecard on the day `on`. Categories are points
    of 0 to 100 (green 100, yellow 50, red 0, on average); `counts` says how many of its KPIs are green, of how many.
    """

    stays_on_merge = True

    class Status(models.TextChoices):
        GREEN = "green", _("On track")
        YELLOW = "yellow", _("At risk")
        RED = "red", _("Off track")
        GREY = "grey", _("No figure")

    partner = TenantForeignKey(Partner, related_name="standings")
    on = models.DateField()
    computed_at = models.DateTimeField()
    composite = NumericField(null=True, blank=True)
    composite_before = NumericField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)  # why there is no composite score
    status = models.CharField(max_length=6, choices=Status, default=Status.GREY)  # of the composite, else of all KPIs
    kpis = NumericField(null=True, blank=True)
    fit = NumericField(null=True, blank=True)
    customer = NumericField(null=True, blank=True)
    capabilities = NumericField(null=True, blank=True)
    activation = NumericField(null=True, blank=True)
    performance = NumericField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    capability = NumericField(null=True, blank=True)
    capability_before = NumericField(null=True, blank=True)
    plan = NumericField(null=True, blank=True)
    plan_before = NumericField(null=True, blank=True)
    plan_status = models.CharField(max_length=6, choices=Status, default=Status.GREY)
    scored_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)  # empty: no scorecard yet, so it is due now

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner"], name="standing_once")]
        indexes = [
            models.Index(fields=["tenant", "composite"], name="standing_by_composite"),
            models.Index(fields=["tenant", "due_on"], name="standing_by_due"),
        ]

    def __str__(self) -> str:
        return f"standing of {self.partner_id} on {self.on}"
