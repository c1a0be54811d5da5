"""KPIs: what each measures, how it is judged from a day on, what is asked of whom, and what was entered for it."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, Tier
from prm.kernel.addresses import address_of
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerReads, PublishedRecord, TenantForeignKey, VendorRecord
from sales.models import Proposal

LARGEST = Decimal("1e12")  # NaN is above every number in the database, so a border refuses it too


class KpiDefinition(PublishedRecord):
    """A KPI: one measure, with its category, unit and direction. How it is judged stands in KpiSetting, by date."""

    class Category(models.TextChoices):
        FIT = "fit", _("Fit with the brand")
        CUSTOMER = "customer", _("Customers and offer")
        CAPABILITIES = "capabilities", _("Sales and delivery capabilities")
        ACTIVATION = "activation", _("Activation")
        PERFORMANCE = "performance", _("Performance")

    class Kind(models.TextChoices):
        METRIC = "metric", _("Computed")
        TOPIC = "topic", _("Topic of the scorecard")
        ENTERED = "entered", _("Entered or imported")

    class Unit(models.TextChoices):
        SCORE = "score", _("Score")
        RATIO = "ratio", _("Percent")
        COUNT = "count", _("Count")
        MONEY = "money", _("Money")
        MULTIPLE = "multiple", _("Multiple")
        DAYS = "days", _("Days")
        FLAG = "flag", _("Yes or no")

    class Direction(models.TextChoices):
        HIGHER = "higher", _("Higher is better")
        LOWER = "lower", _("Lower is better")

    code = models.CharField(max_length=60)
    category = models.CharField(max_length=20, choices=Category, default=Category.PERFORMANCE)
    order = models.PositiveSmallIntegerField(default=0)
    name = TextField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.METRIC)
    measure = models.CharField(max_length=60, blank=True, default="")  # a lent measure; for a topic its code
    formula = TextField(max_length=300, blank=True)
    unit = models.CharField(max_length=10, choices=Unit, default=Unit.SCORE)
    direction = models.CharField(max_length=10, choices=Direction, default=Direction.HIGHER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="kpi_code"),
            models.CheckConstraint(
                name="kpi_topic_is_named", condition=~models.Q(kind="topic") | ~models.Q(measure="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("scorecards:kpi_definition", self.pk)


class KpiSetting(PublishedRecord):
    """How a KPI is judged and where it is used, from a day on; it ends where the next row begins.

    With a target the borders are shares of it (1 and 0.8), without one they are values of the KPI itself.
    """

    class TargetKind(models.TextChoices):
        NONE = "none", _("None: the value itself is judged")
        FIXED = "fixed", _("One for all")
        PER_PARTNER = "per_partner", _("Set per partner, tier or programme")

    kpi = TenantForeignKey(KpiDefinition, related_name="settings")
    valid_from = models.DateField()
    in_use = models.BooleanField(default=True)
    life_stages = CodesField()  # where it is in focus
    target_kind = models.CharField(max_length=12, choices=TargetKind, default=TargetKind.NONE)
    target = NumericField(null=True, blank=True)
    green = NumericField()
    yellow = NumericField()
    set_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kpi", "valid_from"], name="kpi_setting_one_a_day"),
            models.CheckConstraint(
                name="kpi_setting_borders",
                condition=models.Q(green__gt=-LARGEST, green__lt=LARGEST, yellow__gt=-LARGEST, yellow__lt=LARGEST),
            ),
            models.CheckConstraint(
                name="kpi_setting_target",
                condition=(models.Q(target=None) | models.Q(target__gt=-LARGEST, target__lt=LARGEST))
                & (~models.Q(target_kind="fixed") | models.Q(target__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} from {self.valid_from}"


class StageWeights(VendorRecord):
    """What counts how much in the composite score of a life-stage, from a day on (empty life-stage: all others)."""

    life_stage = models.CharField(max_length=20, choices=Partner.LifeStage, blank=True, default="")
    valid_from = models.DateField()
    weights = models.JSONField(default=dict)  # component to weight, as text
    min_share = NumericField(default=Decimal("0.5"))
    set_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "life_stage", "valid_from"], name="stage_weights_one_a_day"),
            models.CheckConstraint(name="stage_weights_share", condition=models.Q(min_share__range=(0, 1))),
        ]

    def __str__(self) -> str:
        return f"{self.life_stage or 'default'} from {self.valid_from}"


class Source(models.TextChoices):
    MANUAL = "manual", _("Entered")
    IMPORT = "import", _("Imported")


def one_period(name: str) -> models.CheckConstraint:
    """A month (its first day) or a fiscal year, one of them."""
    of_month = models.Q(month__day=1, fiscal_year=None)
    return models.CheckConstraint(name=name, condition=of_month | models.Q(month=None, fiscal_year__isnull=False))


def is_number(name: str, field: str = "value") -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=models.Q(**{f"{field}__gt": -LARGEST, f"{field}__lt": LARGEST}))


class KpiTarget(PublishedRecord):
    """What is asked of all partners, or of those of a tier, in a month or a fiscal year. The narrower one wins."""

    kpi = TenantForeignKey(KpiDefinition, related_name="targets")
    tier = TenantForeignKey(Tier, null=True, blank=True, related_name="+")
    month = models.DateField(null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    value = NumericField()
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kpi", "tier", "month", "fiscal_year"],
                nulls_distinct=False,
                name="kpi_target_once",
            ),
            one_period("kpi_target_period"),
            is_number("kpi_target_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.value}"


class PartnerKpiTarget(PartnerReads):
    """What was agreed with one partner for a KPI, in a month or a fiscal year: narrower than tier and programme."""

    kpi = TenantForeignKey(KpiDefinition, related_name="partner_targets")
    month = models.DateField(null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    value = NumericField()
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    proposed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    confirmed_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "kpi", "month", "fiscal_year"],
                nulls_distinct=False,
                name="partner_kpi_target_once",
            ),
            one_period("partner_kpi_target_period"),
            is_number("partner_kpi_target_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.value}"


class KpiActual(PartnerReads):
    """A value of a KPI for a month that nobody computes (yet): entered by hand or imported."""

    kpi = TenantForeignKey(KpiDefinition, related_name="actuals")
    month = models.DateField()
    value = NumericField()
    source = models.CharField(max_length=10, choices=Source, default=Source.MANUAL)
    entered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner", "kpi", "month"], name="kpi_actual_once"),
            models.CheckConstraint(name="kpi_actual_first_of_month", condition=models.Q(month__day=1)),
            is_number("kpi_actual_value"),
        ]

    def __str__(self) -> str:
        return f"{self.kpi_id} {self.month:%Y-%m}: {self.value}"


class KpiTargetProposal(Proposal):
    """A target of a KPI that one side proposes for a partner and the other confirms."""

    kpi = TenantForeignKey(KpiDefinition, related_name="proposals")
    month = models.DateField(null=True, blank=True)
    fiscal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    value = NumericField()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "state"], name="kpi_proposal_by_state")]
        constraints = [one_period("kpi_proposal_period"), is_number("kpi_proposal_value")]

    def __str__(self) -> str:
        return f"{self.kpi_id}: {self.value}"

    def get_absolute_url(self) -> str:
        return address_of("scorecards:kpi_targets", self.partner_id)
