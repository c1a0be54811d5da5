"""Assessments with their answers, present and past, and the files that prove them."""

from __future__ import annotations

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import SEES_ALL_PARTNERS, assigned_partner_ids
from prm.kernel.addresses import address_of
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership, StoredFile
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerRecord, TenantForeignKey, TenantManager, TenantQuerySet
from scorecards.models.bank import Question, QuestionBank, Topic

SEES_VENDOR_VIEW = (Role.CHANNEL_CHIEF, Role.ACCOUNT_MANAGER, Role.OPERATIONS, Role.AUDITOR)


class AssessmentQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Of the partners one looks after; the vendor's own view only for those who may know of it."""
        if not member.is_vendor:
            return self.filter(partner_id__in=member.reach or (), vendor_only=False)
        seen = self if member.has(*SEES_VENDOR_VIEW) else self.filter(vendor_only=False)
        return seen if member.has(*SEES_ALL_PARTNERS) else seen.filter(partner_id__in=assigned_partner_ids(member))


class Assessment(PartnerRecord):
    """One filling-in of the capabilities scorecard: by the partner, or the vendor's own view of it."""

    partner_sees = "not vendor_only"

    class State(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        SUBMITTED = "submitted", _("Submitted")
        REVIEWED = "reviewed", _("Reviewed")
        SUPERSEDED = "superseded", _("Superseded")
        DISCARDED = "discarded", _("Discarded")

    class Kind(models.TextChoices):
        PARTNER = "partner", _("Partner's scorecard")
        VENDOR_VIEW = "vendor_view", _("Vendor's view")
        SCREENING = "screening", _("Screening")

    MOVES = {
        State.IN_PROGRESS: {State.SUBMITTED, State.DISCARDED},
        State.SUBMITTED: {State.REVIEWED, State.IN_PROGRESS, State.SUPERSEDED},
        State.REVIEWED: {State.IN_PROGRESS, State.SUPERSEDED},
        State.SUPERSEDED: {State.SUBMITTED},
        State.DISCARDED: set(),
    }

    bank = TenantForeignKey(QuestionBank, related_name="assessments")
    topics_off = ArrayField(models.CharField(max_length=80), default=list, blank=True)  # fixed at the start
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PARTNER)
    vendor_only = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.IN_PROGRESS)
    previous = TenantForeignKey("self", null=True, blank=True, related_name="following")
    started_by = TenantForeignKey(Membership, null=True, related_name="+")
    submitted_by = TenantForeignKey(Membership, null=True, related_name="+")
    opened_at = models.DateTimeField()
    last_answer_at = models.DateTimeField(null=True, blank=True)
    active_seconds = models.PositiveIntegerField(default=0)  # pauses over two minutes left out
    turn = models.PositiveIntegerField(default=0)  # counts the changes of answers and files, in the order they are kept
    submitted_at = models.DateTimeField(null=True, blank=True)
    overall = NumericField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)  # F5, fixed at submit
    review_comment = TextField(max_length=2000, blank=True)

    objects = TenantManager.from_queryset(AssessmentQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "kind"],
                condition=models.Q(state="in_progress"),
                name="assessment_one_open",
            ),
            models.CheckConstraint(
                name="assessment_vendor_only", condition=models.Q(kind="partner") ^ models.Q(vendor_only=True)
            ),
            models.CheckConstraint(
                name="assessment_submitted_has_score",
                condition=~models.Q(state__in=["submitted", "reviewed"]) | models.Q(submitted_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "partner", "submitted_at"], name="assessment_by_partner")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.opened_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return address_of("scorecards:assessment", self.pk)


class Answer(PartnerRecord):
    """The present answer to one question of an assessment; what it was before stands in AnswerRevision."""

    partner_sees = "not vendor_only"

    assessment = TenantForeignKey(Assessment, related_name="answers")
    question = TenantForeignKey(Question, related_name="answers")
    vendor_only = models.BooleanField(default=False)
    options = CodesField()
    is_na = models.BooleanField(default=False)
    text = TextField(max_length=4000, blank=True)
    score = NumericField(null=True, blank=True)
    answered_by = TenantForeignKey(Membership, null=True, related_name="+")
    answered_at = models.DateTimeField()
    turn = models.PositiveIntegerField(default=0)  # of the assessment, when this answer was kept

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "assessment", "question"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.score}"


class AnswerRevision(PartnerRecord):
    """Each answer as it was given, by whom and when. Only ever added to; it follows its partner in a merge."""

    grants = "select, insert, update (partner_id)"
    partner_sees = "not vendor_only"

    assessment = TenantForeignKey(Assessment, related_name="revisions")
    question = TenantForeignKey(Question, related_name="+")
    vendor_only = models.BooleanField(default=False)
    options = CodesField()
    is_na = models.BooleanField(default=False)
    text = TextField(max_length=4000, blank=True)
    answered_by = TenantForeignKey(Membership, null=True, related_name="+")
    answered_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.question_id} at {self.answered_at}"


class EvidenceQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """As the assessment: what proves the vendor's own view is for those who may know of that view."""
        seen = super().visible_to(member)
        return seen if member.is_vendor and member.has(*SEES_VENDOR_VIEW) else seen.filter(vendor_only=False)


class Evidence(PartnerRecord):
    """A file that proves an answer, or what is said of a whole topic."""

    partner_sees = "not vendor_only"

    assessment = TenantForeignKey(Assessment, related_name="evidence")
    topic = TenantForeignKey(Topic, related_name="+")
    question = TenantForeignKey(Question, null=True, blank=True, related_name="+")
    vendor_only = models.BooleanField(default=False)
    file = TenantForeignKey(StoredFile, related_name="+")
    attached_by = TenantForeignKey(Membership, null=True, related_name="+")
    attached_at = models.DateTimeField()

    objects = TenantManager.from_queryset(EvidenceQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "assessment"], name="evidence_by_assessment")]

    def __str__(self) -> str:
        return f"evidence {self.pk}"

    def get_absolute_url(self) -> str:
        return address_of("scorecards:evidence", self.pk)
