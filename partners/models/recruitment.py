"""How partners are won: the candidate on its way, what it asked the vendor, and the rules of the vendor's pathway."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Contact, Partner, StandingQuerySet
from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerMaybe, PublishedRecord, TenantForeignKey, TenantManager, VendorRecord

AGE_LIMITS = {"identified": 30, "contacted": 14, "engaged": 30, "qualified": 30, "committed": 45, "onboarded": 90}


def default_limits() -> dict[str, int]:
    return dict(AGE_LIMITS)


class Candidate(VendorRecord):
    """A partner on the recruiting pathway: when it entered each stage, and why it stopped, if it did."""

    stays_on_merge = True

    class Stage(models.TextChoices):
        IDENTIFIED = "identified", _("Identified")
        CONTACTED = "contacted", _("Contacted")
        ENGAGED = "engaged", _("Engaged")
        QUALIFIED = "qualified", _("Qualified")
        COMMITTED = "committed", _("Committed")
        ONBOARDED = "onboarded", _("Onboarded")
        FIRST_REVENUE = "first_revenue", _("First revenue")

    class Reason(models.TextChoices):
        NO_FIT = "no_fit", _("Does not fit")
        COVERED = "covered", _("Territory is covered")
        NO_ANSWER = "no_answer", _("No answer")
        TERMS = "terms", _("Terms not agreed")
        NO_INTEREST = "no_interest", _("Not interested")
        TIMING = "timing", _("Not now")
        OTHER_VENDOR = "other_vendor", _("Chose another vendor")
        OTHER = "other", _("Other")

    partner = TenantForeignKey(Partner, related_name="candidates")
    stage = models.CharField(max_length=16, choices=Stage, default=Stage.IDENTIFIED)  # the furthest one reached
    entered_on = models.DateField()  # the day it entered that stage
    entered = models.JSONField(default=dict, blank=True)  # stage to the day it was entered
    closed = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)
    close_reason = models.CharField(max_length=16, choices=Reason, blank=True)
    closed_by_partner = models.BooleanField(default=False)
    fit_score = NumericField(null=True, blank=True)  # of the screening it was qualified with
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    override_reason = TextField(max_length=500, blank=True)
    override_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    agreement_sent_on = models.DateField(null=True, blank=True)
    signer = TenantForeignKey(Contact, null=True, blank=True, related_name="+")
    community_offered_on = models.DateField(null=True, blank=True)
    joined_community_on = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(StandingQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner"], name="candidate_once"),
            models.CheckConstraint(
                name="candidate_closed_with_date", condition=models.Q(closed=False) | models.Q(closed_on__isnull=False)
            ),
            models.CheckConstraint(
                name="candidate_fit_score",
                condition=models.Q(fit_score=None) | models.Q(fit_score__gte=0, fit_score__lte=100),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "closed", "stage", "entered_on"], name="candidate_by_stage")]

    def __str__(self) -> str:
        return f"candidate {self.partner_id}"

    def get_absolute_url(self) -> str:
        return address_of("partners:candidate", self.partner_id)


class VendorQuestion(PartnerMaybe):
    """What a candidate asks the vendor; open until it is answered or left unanswered on purpose."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ANSWERED = "answered", _("Answered")
        WAIVED = "waived", _("Not answered")

    MOVES = {
        State.OPEN: {State.ANSWERED, State.WAIVED},
        State.ANSWERED: set(),
        State.WAIVED: {State.ANSWERED},
    }

    text = TextField(max_length=1000)
    asked_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    asked_on = models.DateField()
    application = TenantForeignKey("partners.Application", null=True, blank=True, related_name="questions")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = TextField(max_length=2000, blank=True)
    answered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    answered_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="question_answered_has_answer", condition=~models.Q(state="answered") | ~models.Q(answer="")
            )
        ]
        indexes = [models.Index(fields=["tenant", "partner", "state"], name="question_by_partner")]

    def __str__(self) -> str:
        return self.text


class RecruitmentRules(VendorRecord):
    """What this vendor asks of a candidate: the fit score it needs, and how long it may stand in a stage."""

    min_fit_score = NumericField(default=Decimal("55.0"))
    reopen_after_days = models.PositiveSmallIntegerField(default=90)
    age_limits = models.JSONField(default=default_limits)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant"], name="recruitment_rules_once"),
            models.CheckConstraint(
                name="recruitment_rules_fit_score",
                condition=models.Q(min_fit_score__gte=0, min_fit_score__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return "recruitment rules"

    def limit_of(self, stage: str) -> int | None:
        return self.age_limits.get(stage)


class ProgramPage(PublishedRecord):
    """The vendor's programme as it is shown to the world: its own words, and answers to what is often asked."""

    headline = TextField(max_length=160)
    intro = TextField(max_length=3000, blank=True)
    terms = TextField(max_length=3000)  # what an applicant accepts
    questions: Any = models.JSONField(default=list, blank=True)  # [{"question", "answer"}]
    shows_tiers = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="program_page_once")]

    def __str__(self) -> str:
        return self.headline
