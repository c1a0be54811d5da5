"""The event log (audit trail, timeline, trigger) and the outbox of what must follow."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from prm.kernel.tenancy.models import Fence, PartnerMaybe, Record, TenantForeignKey, VendorRecord


class Event(PartnerMaybe):
    """Something that happened to a record: who, when, on whose behalf. Only ever added to.

    `data` is what the partner of the row may read as well; what only the vendor may read is an EventNote.
    """

    grants = "select, insert"

    name = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    actor = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    on_behalf_of = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    request_id = models.CharField(max_length=36, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "subject_id", "at"], name="event_subject"),
            models.Index(fields=["tenant", "partner", "at"], name="event_partner"),
        ]

    def __str__(self) -> str:
        return self.name


class EventNote(VendorRecord):
    """The part of an event that only the vendor may read."""

    grants = "select, insert"

    event = TenantForeignKey(Event, related_name="notes")
    data = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"note on {self.event_id}"


class Delivery(Record):
    """One thing that must follow: the record of the work. Redis only wakes somebody up to do it."""

    fence = Fence.INBOX

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        DEAD = "dead"
        DROPPED = "dropped"  # the actor's rights were gone by then

    task = models.CharField(max_length=120)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200)  # the effect it stands for; once per tenant
    event = TenantForeignKey(Event, null=True, related_name="deliveries")
    actor = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    scope_partners = models.JSONField(null=True)  # null: the vendor's scope
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="delivery_key")]

    def __str__(self) -> str:
        return self.task


class Wakeup(models.Model):
    """What the relay polls over all tenants: which delivery is due, for which workers, who holds it until when."""

    class Queue(models.TextChoices):
        """Which workers are woken: calls outside have their own, so that one who hangs holds up no work."""

        INSIDE = "celery", "work of this program"
        OUTSIDE = "outside", "calls to the outside"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)  # the delivery's id
    tenant_id = models.UUIDField()
    queue = models.CharField(max_length=20, choices=Queue.choices, default=Queue.INSIDE)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=models.Q(dead=False), name="wakeup_due")]

    def __str__(self) -> str:
        return str(self.id)
