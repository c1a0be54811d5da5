"""What is known of a partner company: its profile with who said what and when, its places, questions about it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerRecord, PublishedRecord, TenantForeignKey


class PartnerProfile(PartnerRecord):
    """What is known of a partner; `sources` keeps for each value who said what and when (`partners/statements.py`)."""

    class RevenueBand(models.TextChoices):
        UNDER_1M = "under_1m", _("Under 1 million")
        TO_5M = "1m_5m", _("1 to 5 million")
        TO_20M = "5m_20m", _("5 to 20 million")
        TO_100M = "20m_100m", _("20 to 100 million")
        OVER_100M = "over_100m", _("Over 100 million")

    class SellsTo(models.TextChoices):
        IT = "it", _("IT departments")
        BUSINESS = "business", _("Business departments")
        BOTH = "both", _("Both")

    class DeliveryModel(models.TextChoices):
        ON_PREMISE = "on_premise", _("On premise")
        HYBRID = "hybrid", _("Hybrid")
        CLOUD = "cloud", _("Cloud")

    class PartnerToPartner(models.TextChoices):
        NEVER = "never", _("Not yet")
        SOMETIMES = "sometimes", _("On some projects")
        REGULARLY = "regularly", _("As a rule")

    website = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    about = TextField(max_length=2000, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    relevant_headcount = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = NumericField(null=True, blank=True)
    annual_revenue_band = models.CharField(max_length=12, choices=RevenueBand, blank=True)
    annual_sales = NumericField(null=True, blank=True)
    founded = models.PositiveSmallIntegerField(null=True, blank=True)
    ownership_note = TextField(max_length=300, blank=True)
    bank_name = TextField(max_length=120, blank=True)
    markets = CodesField()
    verticals = CodesField()
    functions = CodesField()
    sells_to = models.CharField(max_length=10, choices=SellsTo, blank=True)
    vertical_insight = TextField(max_length=600, blank=True)
    product_focus = TextField(max_length=120, blank=True)
    product_mix = TextField(max_length=300, blank=True)
    complementary_products = CodesField()
    delivery_model = models.CharField(max_length=12, choices=DeliveryModel, blank=True)
    certifications_held = CodesField()
    sales_method = TextField(max_length=300, blank=True)
    demand_generation = CodesField()
    order_frequency = TextField(max_length=60, blank=True)
    partner_to_partner = models.CharField(max_length=12, choices=PartnerToPartner, blank=True)
    lead_capacity = models.PositiveIntegerField(null=True, blank=True)
    accepts_leads = models.BooleanField(default=False)
    share_costs = models.BooleanField(default=True)
    sources = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner"], name="profile_once")]

    def __str__(self) -> str:
        return f"profile of {self.partner_id}"


class PartnerLocation(PartnerRecord):
    """A place of a partner."""

    address = TextField(max_length=300, blank=True)
    city = TextField(max_length=120, blank=True)
    state_province = TextField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=2)
    is_main = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner"], condition=models.Q(is_main=True), name="location_main_once"
            )
        ]

    def __str__(self) -> str:
        return self.city or self.country


class ProfileQuestion(PublishedRecord):
    """One question that fills one value of the profile, asked now and then on the partner's home page."""

    published = "active"

    field = models.CharField(max_length=40)
    text = TextField(max_length=200)
    roles = CodesField()  # whom it is put to; empty: everybody at the partner
    order = models.PositiveSmallIntegerField(default=100)
    refresh_months = models.PositiveSmallIntegerField(default=12)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "field"], name="profile_question_once"),
            models.CheckConstraint(name="profile_question_age", condition=models.Q(refresh_months__gte=1)),
        ]

    def __str__(self) -> str:
        return self.text


class ProfilePrompt(PartnerRecord):
    """That a question was put to a person of a partner: answered when, skipped how often and when last."""

    question = TenantForeignKey(ProfileQuestion, related_name="prompts")
    member = TenantForeignKey(Membership, related_name="+")
    answered_on = models.DateField(null=True, blank=True)
    skips = models.PositiveSmallIntegerField(default=0)
    skipped_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner", "member", "question"], name="prompt_once")]

    def __str__(self) -> str:
        return f"{self.question_id} to {self.member_id}"
