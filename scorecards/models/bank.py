"""The question bank: categories, topics, questions and the answers to choose from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.tenancy.models import PublishedRecord, TenantForeignKey


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
