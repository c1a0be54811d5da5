"""The question bank, assessments with their answers, and the actions that follow from them."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models import SEES_ALL_PARTNERS, assigned_partner_ids
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerRecord, PublishedRecord, TenantForeignKey, TenantManager, TenantQuerySet

SEES_VENDOR_VIEW = (Role.CHANNEL_CHIEF, Role.ACCOUNT_MANAGER, Role.OPERATIONS, Role.AUDITOR)
SEES_OWN_COMPANYS_ACTIONS = (Role.CHAMPION, Role.DISTRIBUTOR)


class QuestionBank(PublishedRecord):
    """One edition of the questionnaire; fixed once an assessment has used it."""

    published = "state in ('active', 'retired')"

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ACTIVE = "active", _("Active")
        RETIRED = "retired", _("Retired")

    MOVES = {
        State.DRAFT: {State.ACTIVE},
        State.ACTIVE: {State.RETIRED},
        State.RETIRED: set(),
    }

    code = models.CharField(max_length=80)
    edition = models.PositiveIntegerField(default=1)
    name = TextField(max_length=160)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    green_from = NumericField(default=75)
    yellow_from = NumericField(default=50)
    min_peers = models.PositiveSmallIntegerField(default=5)
    peer_months = models.PositiveSmallIntegerField(default=12)
    lenses = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code", "edition"], name="bank_edition"),
            models.UniqueConstraint(
                fields=["tenant", "code"], condition=models.Q(state="active"), name="bank_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"


class BankPart(PublishedRecord):
    """A part of a question bank. Vendor-only parts are unknown to partners, by the database's own rule."""

    published = "not vendor_only"

    vendor_only = models.BooleanField(default=False)
    code = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Category(BankPart):
    """The first level of the bank."""

    bank = TenantForeignKey(QuestionBank, related_name="categories")
    name = TextField(max_length=160)
    weight = NumericField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "bank", "code"], name="category_code")]

    def __str__(self) -> str:
        return self.name


class Topic(BankPart):
    """The second level: what is scored, compared with best practice, and improved."""

    bank = TenantForeignKey(QuestionBank, related_name="topics")
    category = TenantForeignKey(Category, related_name="topics")
    name = TextField(max_length=160)
    weight = NumericField(default=1)
    best_practice = NumericField()
    lens = models.CharField(max_length=60, blank=True)
    life_stages = CodesField()
    action_text = TextField(max_length=1000, blank=True)
    action_owner = models.CharField(max_length=40, blank=True)
    action_days = models.PositiveSmallIntegerField(default=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "bank", "code"], name="topic_code")]

    def __str__(self) -> str:
        return self.name


class Question(BankPart):
    """One question: one graded answer, several ticks, or open text."""

    class Kind(models.TextChoices):
        SINGLE = "single", _("One answer")
        MULTI = "multi", _("Tick all that apply")
        TEXT = "text", _("Open text")

    bank = TenantForeignKey(QuestionBank, related_name="questions")
    topic = TenantForeignKey(Topic, related_name="questions")
    text = TextField(max_length=1000)
    help_text = TextField(max_length=1000, blank=True)
    kind = models.CharField(max_length=10, choices=Kind)
    scored = models.BooleanField(default=True)
    weight = NumericField(default=1)
    required = models.BooleanField(default=True)
    allow_na = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "bank", "code"], name="question_code")]

    def __str__(self) -> str:
        return self.text


class Option(BankPart):
    """One answer to choose, with its score of 1 to 100."""

    question = TenantForeignKey(Question, related_name="options")
    text = TextField(max_length=1000)
    score = NumericField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "question", "code"], name="option_code"),
            models.CheckConstraint(name="option_score", condition=models.Q(score__gte=1, score__lte=100)),
        ]

    def __str__(self) -> str:
        return self.text


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
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PARTNER)
    vendor_only = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.IN_PROGRESS)
    previous = TenantForeignKey("self", null=True, blank=True, related_name="following")
    started_by = TenantForeignKey(Membership, null=True, related_name="+")
    submitted_by = TenantForeignKey(Membership, null=True, related_name="+")
    opened_at = models.DateTimeField()
    last_answer_at = models.DateTimeField(null=True, blank=True)
    active_seconds = models.PositiveIntegerField(default=0)  # pauses over two minutes left out
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
        return reverse("scorecards:assessment", args=[self.pk])


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


class ActionItemQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """The vendor's people: of their partners. A champion: the company's. Others at a partner: what they own."""
        if not member.is_vendor:
            own = self.filter(partner_id__in=member.reach or ())
            return own if member.has(*SEES_OWN_COMPANYS_ACTIONS) else own.filter(owner=member)
        if member.has(*SEES_ALL_PARTNERS):
            return self
        return self.filter(partner_id__in=assigned_partner_ids(member))


class ActionItem(PartnerRecord):
    """A dated improvement or commitment with an owner on either side."""

    class State(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended")
        NOT_STARTED = "not_started", _("Not started")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Kind(models.TextChoices):
        IMPROVEMENT = "improvement", _("Improvement")
        COMMITMENT = "commitment", _("Commitment")
        OTHER = "other", _("Other")

    class Side(models.TextChoices):
        PARTNER = "partner", _("Partner")
        VENDOR = "vendor", _("Vendor")

    MOVES = {
        State.RECOMMENDED: {State.NOT_STARTED, State.DROPPED},
        State.NOT_STARTED: {State.IN_PROGRESS, State.DONE, State.DROPPED},
        State.IN_PROGRESS: {State.NOT_STARTED, State.DONE, State.DROPPED},
        State.DONE: {State.IN_PROGRESS},
        State.DROPPED: set(),
    }

    assessment = TenantForeignKey(Assessment, null=True, blank=True, related_name="action_items")
    topic = TenantForeignKey(Topic, null=True, blank=True, related_name="action_items")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.IMPROVEMENT)
    side = models.CharField(max_length=8, choices=Side, default=Side.PARTNER)
    text = TextField(max_length=1000)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="action_items")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RECOMMENDED)
    done_on = models.DateField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(ActionItemQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "state"], name="action_by_partner")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "topic"],
                condition=models.Q(state="recommended"),
                name="action_recommended_once",
            ),
            models.CheckConstraint(
                name="action_accepted_has_date",
                condition=models.Q(state__in=["recommended", "dropped"]) | models.Q(due_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
