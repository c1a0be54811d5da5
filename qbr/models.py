"""Business reviews and their decks: figures frozen at a date, drawn from them as often as wanted."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Job, Membership, StoredFile
from prm.kernel.tenancy.models import PartnerReads, TenantForeignKey, TenantManager, TenantQuerySet

VENDORS_OWN = ("composite", "rank", "change")  # what decks of before kept in their summary (decision 0016)


class ReviewQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A partner knows of a review once one of its decks has been shared."""
        rows = super().visible_to(member)
        if member.is_vendor:
            return rows
        shared = Deck.objects.filter(review=models.OuterRef("pk"), shared_at__isnull=False)
        return rows.filter(models.Exists(shared))


class DeckQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A partner knows of the decks that were shared with it (the database says the same)."""
        rows = super().visible_to(member)
        return rows if member.is_vendor else rows.filter(shared_at__isnull=False)


class Review(PartnerReads):
    """The business review of one partner for one fiscal quarter."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        DECK_READY = "deck_ready", _("Deck ready")
        HELD = "held", _("Held")
        CLOSED = "closed", _("Closed")
        MISSED = "missed", _("Missed")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        State.SCHEDULED: {State.DECK_READY, State.MISSED, State.CANCELLED},
        State.DECK_READY: {State.DECK_READY, State.HELD, State.MISSED, State.CANCELLED},
        State.HELD: {State.CLOSED},
        State.CLOSED: set(),
        State.MISSED: {State.DECK_READY},
        State.CANCELLED: set(),
    }

    fiscal_year = models.CharField(max_length=6)  # FY2026
    quarter = models.CharField(max_length=2)  # Q1
    period_start = models.DateField()
    period_end = models.DateField()
    state = models.CharField(max_length=12, choices=State, default=State.SCHEDULED)
    meeting_on = models.DateField(null=True, blank=True)
    attendees = TextField(max_length=1000, blank=True)
    opened_by = TenantForeignKey(Membership, null=True, related_name="+")

    objects = TenantManager.from_queryset(ReviewQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner", "period_start"], name="review_once_a_quarter")
        ]
        indexes = [models.Index(fields=["tenant", "period_start"], name="review_by_period")]

    def __str__(self) -> str:
        return f"{self.fiscal_year} {self.quarter}"

    def get_absolute_url(self) -> str:
        return address_of("qbr:review", self.pk)


class Deck(PartnerReads):
    """One edition of a review's deck: the figures frozen at `as_of`, and the files drawn from them."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    MOVES = {State.WAITING: {State.READY, State.FAILED}, State.FAILED: {State.WAITING}, State.READY: set()}

    partner_sees = "shared_at is not null"

    review = TenantForeignKey(Review, related_name="decks")
    edition = models.PositiveIntegerField()
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    figures = models.JSONField(default=dict)
    pptx = TenantForeignKey(StoredFile, null=True, blank=True, related_name="+")
    pdf = TenantForeignKey(StoredFile, null=True, blank=True, related_name="+")
    job = TenantForeignKey(Job, null=True, blank=True, related_name="+")
    made_by = TenantForeignKey(Membership, null=True, related_name="+")
    shared_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(DeckQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "review", "edition"], name="deck_edition")]

    def __str__(self) -> str:
        return f"edition {self.edition}"

    @property
    def is_shared(self) -> bool:
        return self.shared_at is not None

    @property
    def tells_vendors_own(self) -> bool:
        """An edition of before, whose files say the composite score or the rank: those are the vendor's alone."""
        summary = self.figures.get("summary") or {}
        return any((summary.get(name) or {}).get("value") is not None for name in VENDORS_OWN)
