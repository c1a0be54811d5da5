"""What belongs to deciding: questions, hearings, changes and extensions; and, for the vendor alone, who decides and
which registrations compete."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealRegistration
from prm.kernel.fields import NumericField, TextField, amount_rules
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import (
    PartnerReads,
    PartnerRecord,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
    VendorRecord,
)


class DealReview(VendorRecord):
    """On whose desk a registration lies, and what only the vendor may know of it."""

    class Level(models.TextChoices):
        MANAGER = "manager", _("Account manager")
        OPERATIONS = "operations", _("Channel operations")
        CHIEF = "chief", _("Channel chief")

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="reviews")
    level = models.CharField(max_length=12, choices=Level, default=Level.MANAGER)
    escalated_to = models.CharField(max_length=12, choices=Level, blank=True)
    has_conflict = models.BooleanField(default=False)
    is_appeal = models.BooleanField(default=False)
    is_joint = models.BooleanField(default=False)  # a joint deal makes no second protection
    project_key = models.CharField(max_length=20, blank=True)  # set when it was found to be a separate project
    reviewer = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decider = TenantForeignKey(Membership, null=True, blank=True, related_name="+")  # of the last decision
    kept_on = models.DateField(null=True, blank=True)  # the partner is gone, and its protection runs on all the same

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal"], name="deal_review_once")]
        indexes = [models.Index(fields=["tenant", "level"], name="deal_review_by_level")]

    def __str__(self) -> str:
        return f"review of {self.deal_id}"


class DealSignature(VendorRecord):
    """One of two approvals that a large sum or a cancellation needs, by different people of different roles."""

    class Matter(models.TextChoices):
        APPROVE = "approve", _("Approval")
        CANCEL = "cancel", _("Cancellation")
        CHANGE = "change", _("Change")

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="signatures")
    matter = models.CharField(max_length=10, choices=Matter, default=Matter.APPROVE)
    level = models.CharField(max_length=12, choices=DealReview.Level)
    member = TenantForeignKey(Membership, related_name="+")
    reason = TextField(max_length=500, blank=True)
    at = models.DateTimeField()
    is_void = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deal", "matter", "level"],
                condition=models.Q(is_void=False),
                name="deal_signature_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "deal", "matter", "member"],
                condition=models.Q(is_void=False),
                name="deal_signature_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter} of {self.deal_id} by {self.member_id}"


class DealConflictQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Who competes is known to operations, the channel chief and the auditor alone."""
        knows = member.is_vendor and member.has(Role.OPERATIONS, Role.CHANNEL_CHIEF, Role.AUDITOR)
        return super().visible_to(member) if knows else self.none()


class DealConflict(VendorRecord):
    """Two registrations that compete for the same business, and how it was decided."""

    class Match(models.TextChoices):
        DOMAIN = "domain", _("Same web domain")
        NAME = "name", _("Same name and country")

    class Decision(models.TextChoices):
        PENDING = "pending", _("Not decided")
        REJECT_DUPLICATE = "reject_duplicate", _("Rejected as duplicate")
        OTHER_LINES = "approve_other_lines", _("For the other product lines")
        SEPARATE_PROJECT = "separate_project", _("Separate project")
        JOINT = "joint", _("Joint deal")
        TRANSFER_PROPOSED = "transfer_proposed", _("Transfer proposed, the first partner is heard")
        TRANSFER = "transfer", _("Transferred to the later partner")

    candidate = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="conflicts")
    existing = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="+")
    match = models.CharField(max_length=10, choices=Match)
    shared_lines = models.JSONField(default=list)
    existing_first = models.BooleanField(default=True)
    decision = models.CharField(max_length=20, choices=Decision, default=Decision.PENDING)
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)
    hearing = TenantForeignKey("dealreg.DealHearing", null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(DealConflictQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "candidate", "existing"], name="deal_conflict_once"),
            models.CheckConstraint(name="deal_conflict_of_two", condition=~models.Q(candidate=models.F("existing"))),
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} against {self.existing_id}"

    def get_absolute_url(self) -> str:
        return reverse("dealreg:deal", args=[self.candidate_id])


class DealEngagement(VendorRecord):
    """An open deal of the vendor's own sales that a registration meets, and how that was decided."""

    class Decision(models.TextChoices):
        PENDING = "pending", _("Not decided")
        REJECT = "vendor_engaged", _("Rejected: the vendor is engaged")
        JOINT = "joint", _("Joint deal")

    candidate = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="engagements")
    opportunity = TenantForeignKey("dealreg.Opportunity", on_delete=models.CASCADE, related_name="+")
    decision = models.CharField(max_length=20, choices=Decision, default=Decision.PENDING)
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(DealConflictQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "candidate", "opportunity"], name="deal_engagement_once")
        ]

    def __str__(self) -> str:
        return f"{self.candidate_id} against {self.opportunity_id}"

    def get_absolute_url(self) -> str:
        return reverse("dealreg:deal", args=[self.candidate_id])


class DealQuestion(PartnerRecord):
    """A question of the reviewer. The clock stands still until it is answered."""

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="questions")
    question = TextField(max_length=1000)
    asked_at = models.DateTimeField()
    answer = TextField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deal"], condition=models.Q(answered_at=None), name="deal_question_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"question on {self.deal_id}"


class DealHearing(PartnerRecord):
    """The first partner is heard before its deal may go to another: three business days to answer."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Waiting for you")
        ANSWERED = "answered", _("Answered")
        KEPT = "kept", _("The deal stays with you")
        MOVED = "moved", _("The deal was transferred")

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="hearings")
    statement = TextField(max_length=1000)
    due_on = models.DateField()
    answer = TextField(max_length=2000, blank=True)
    answered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deal"],
                condition=models.Q(outcome__in=["open", "answered"]),
                name="deal_hearing_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"hearing on {self.deal_id}"


class Request(PartnerRecord):
    """Something a partner asks of an approved deal, decided by the vendor."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    MOVES = {
        State.ASKED: {State.GRANTED, State.REFUSED},
        State.GRANTED: set(),
        State.REFUSED: set(),
    }

    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)  # of a refusal

    class Meta:
        abstract = True


class DealExtension(Request):
    """More time for a protected deal, with the evidence that it moves."""

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="extensions")
    evidence = TextField(max_length=1000)
    days = models.PositiveSmallIntegerField()
    is_reinstatement = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deal"], condition=models.Q(state="asked"), name="deal_extension_one_asked"
            )
        ]

    def __str__(self) -> str:
        return f"{self.days} days for {self.deal_id}"


class DealChange(Request):
    """Another amount or other lines after approval; until decided the old approval stands for the old lines."""

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="changes")
    amount = NumericField()
    currency = models.CharField(max_length=3)
    amount_before = NumericField()
    new_lines = models.JSONField(default=list)  # ids of the lines that come in
    line_amounts = models.JSONField(default=dict, blank=True)  # id of a line to its amount, where that was said
    explanation = TextField(max_length=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "deal"], condition=models.Q(state="asked"), name="deal_change_one_asked"
            ),
            *amount_rules("deal_change", "amount", minimum=0),
        ]

    def __str__(self) -> str:
        return f"change of {self.deal_id}"


class DealOpening(PartnerReads):
    """That one of the vendor's people opened a deal on a day; the partner sees it after the decision."""

    grants = "select, insert, update (partner_id)"  # a merged partner takes its deals along
    partner_sees = "exists (select 1 from dealreg_dealregistration d where d.id = deal_id and d.decided_at is not null)"

    deal = TenantForeignKey(DealRegistration, related_name="openings")
    member = TenantForeignKey(Membership, related_name="+")
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "deal", "member", "on"], name="deal_opening_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.member_id} opened {self.deal_id} on {self.on}"
