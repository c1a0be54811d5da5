"""Stored files and long jobs with their progress."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone

from prm.kernel.fields import TextField
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet


class StoredFileQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """Not the exports and uploads of others, nothing whose time is over.

        Files that belong to a record (an agreement, a proof) are handed out by that record's own page alone.
        """
        mine = models.Q(is_personal=False) | models.Q(made_by_id=member.pk)
        lasting = models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now())
        return super().visible_to(member).filter(mine, lasting, kept_for="")


class StoredFile(PartnerMaybe):
    """A file under a random key. The row grants access, never the path."""

    class Scan(models.TextChoices):
        PENDING = "pending", "Not checked yet"
        CLEAN = "clean", "Clean"
        BLOCKED = "blocked", "Harmful"

    name = TextField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    kept_for = models.CharField(max_length=60, blank=True)
    scan = models.CharField(max_length=10, choices=Scan, default=Scan.CLEAN)
    made_by = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    is_personal = models.BooleanField(default=False)  # for whoever made it alone: what one exported or uploaded
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(StoredFileQuerySet)()

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("kernel:download", args=[self.pk])


class Job(PartnerMaybe):
    """Long work that a person waits for: an import, a deck, an export."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    MOVES = {
        State.WAITING: {State.RUNNING, State.FAILED},
        State.RUNNING: {State.RUNNING, State.DONE, State.FAILED},
        State.DONE: set(),
        State.FAILED: {State.RUNNING},
    }

    kind = models.CharField(max_length=40)
    title = TextField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done_steps = models.PositiveIntegerField(default=0)
    all_steps = models.PositiveIntegerField(default=0)
    message = TextField(max_length=500, blank=True)
    result_url = models.CharField(max_length=300, blank=True)
    asked_by = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "asked_by", "created_at"], name="job_asked_by")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def percent(self) -> int:
        if self.state == self.State.DONE:
            return 100
        return 100 * self.done_steps // self.all_steps if self.all_steps else 0
