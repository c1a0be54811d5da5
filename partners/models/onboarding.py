"""Onboarding: the vendor's blueprint of dated steps, and each partner's way through it."""

from __future__ import annotations

from django.db import models

from prm.kernel.fields import TextField
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerReads, VendorRecord

STEP_ROLES = [
    (Role.CHAMPION.value, Role.CHAMPION.label),
    (Role.PARTNER_SALES.value, Role.PARTNER_SALES.label),
    (Role.PARTNER_MARKETING.value, Role.PARTNER_MARKETING.label),
    (Role.PARTNER_TECHNICAL.value, Role.PARTNER_TECHNICAL.label),
]


class OnboardingStep(VendorRecord):
    """One step of the blueprint: who does it, within how many days, and whether a partner is active without it."""

    code = models.CharField(max_length=40)
    text = TextField(max_length=200)
    role = models.CharField(max_length=40, choices=STEP_ROLES)
    due_days = models.PositiveSmallIntegerField(default=30)
    required = models.BooleanField(default=True)
    for_newcomers = models.BooleanField(default=False)  # asked of each new person of that role at an active partner
    active = models.BooleanField(default=True)
    proof = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="onboarding_step_code"),
            models.CheckConstraint(name="onboarding_step_days", condition=models.Q(due_days__gte=1, due_days__lte=365)),
        ]

    def __str__(self) -> str:
        return self.text


class Onboarding(PartnerReads):
    """A partner's way from signed to active: when it began, and when everything required was done."""

    stays_on_merge = True

    started_on = models.DateField()
    completed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner"], name="onboarding_once"),
            models.CheckConstraint(
                name="onboarding_dates",
                condition=models.Q(completed_on=None) | models.Q(completed_on__gte=models.F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"onboarding of {self.partner_id}"
