"""The question bank: categories, topics, questions and the answers to choose from.

An edition is written as a draft and fixed from then on. The database holds that: parts of an edition that is no
draft are neither changed nor taken away, and nothing comes into one that a submitted scorecard rests on.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.addresses import address_of
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import StoredFile
from prm.kernel.tenancy.models import PublishedRecord, TenantForeignKey, TenantManager, TenantQuerySet


class BankQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """The vendor sees all editions, a partner those that are or were in use."""
        return self if member.is_vendor else self.filter(state__in=("active", "retired"))


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
    activated_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(BankQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code", "edition"], name="bank_edition"),
            models.UniqueConstraint(
                fields=["tenant", "code"], condition=models.Q(state="active"), name="bank_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.edition}"

    def get_absolute_url(self) -> str:
        return address_of("scorecards:bank", self.pk)


BANK = "select bank.id from scorecards_questionbank bank where bank.state"
USED = (
    "select used.bank_id from scorecards_assessment used where used.submitted_at is not null and used.bank_id = {bank}"
)
OF_QUESTION = "(select asked.bank_id from scorecards_question asked where asked.id = scorecards_option.question_id)"


class PartQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """As the edition; the vendor's own parts only for the vendor."""
        return self if member.is_vendor else self.filter(vendor_only=False, bank__state__in=("active", "retired"))


class BankPart(PublishedRecord):
    """A part of a question bank. Vendor-only parts and drafts are unknown to partners, by the database's own rule."""

    published = f"not vendor_only and bank_id in ({BANK} in ('active', 'retired'))"
    may_change = f"bank_id in ({BANK} = 'draft')"

    vendor_only = models.BooleanField(default=False)
    code = models.CharField(max_length=80)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True


class Category(BankPart):
    """The first level of the bank."""

    may_add = f"not exists ({USED.format(bank='scorecards_category.bank_id')})"

    bank = TenantForeignKey(QuestionBank, related_name="categories")
    name = TextField(max_length=160)
    weight = NumericField(default=1)
    screening = models.BooleanField(default=False)  # asked when a candidate is screened

    objects = TenantManager.from_queryset(PartQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "bank", "code"], name="category_code"),
            models.CheckConstraint(name="category_weight", condition=models.Q(weight__gt=0, weight__lte=1000)),
        ]

    def __str__(self) -> str:
        return self.name


class Topic(BankPart):
    """The second level: what is scored, compared with best practice, and improved.

    `life_stages` tags a topic; `for_types`, `for_tiers` and `for_stages` switch it: an empty list asks everybody, else
    only partners of such a type, tier (`none`: without one) and life-stage are asked. Each list narrows further.
    """

    may_add = f"not exists ({USED.format(bank='scorecards_topic.bank_id')})"

    bank = TenantForeignKey(QuestionBank, related_name="topics")
    category = TenantForeignKey(Category, related_name="topics")
    name = TextField(max_length=160)
    weight = NumericField(default=1)
    best_practice = NumericField()
    lens = models.CharField(max_length=60, blank=True)
    life_stages = CodesField()
    for_types = CodesField()
    for_tiers = CodesField()
    for_stages = CodesField()
    action_text = TextField(max_length=1000, blank=True)
    action_owner = models.CharField(max_length=40, blank=True)
    action_days = models.PositiveSmallIntegerField(default=60)

    objects = TenantManager.from_queryset(PartQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "bank", "code"], name="topic_code"),
            models.CheckConstraint(name="topic_weight", condition=models.Q(weight__gt=0, weight__lte=1000)),
            models.CheckConstraint(
                name="topic_best_practice", condition=models.Q(best_practice__gte=1, best_practice__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Question(BankPart):
    """One question: one graded answer, several ticks, or open text."""

    may_add = f"not exists ({USED.format(bank='scorecards_question.bank_id')})"

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

    objects = TenantManager.from_queryset(PartQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "bank", "code"], name="question_code"),
            models.CheckConstraint(name="question_weight", condition=models.Q(weight__gte=0, weight__lte=1000)),
            models.CheckConstraint(
                name="question_words_no_score", condition=~models.Q(kind="text") | models.Q(scored=False)
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Option(BankPart):
    """One answer to choose, with its score of 1 to 100."""

    published = "not vendor_only and question_id in (select asked.id from scorecards_question asked)"
    may_add = f"not exists ({USED.format(bank=OF_QUESTION)})"
    may_change = f"{OF_QUESTION} in ({BANK} = 'draft')"

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


class Resource(BankPart):
    """What helps with a topic's suggested action: a link, or a document that the vendor keeps."""

    may_add = f"not exists ({USED.format(bank='scorecards_resource.bank_id')})"

    bank = TenantForeignKey(QuestionBank, related_name="resources")
    topic = TenantForeignKey(Topic, related_name="resources")
    title = TextField(max_length=160)
    url = models.CharField(max_length=500, blank=True)
    file = TenantForeignKey(StoredFile, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(PartQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "topic", "code"], name="resource_code"),
            models.CheckConstraint(
                name="resource_link_or_document", condition=models.Q(url="") ^ models.Q(file__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title
