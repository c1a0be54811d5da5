"""Where a vendor's other programs are told of events, what was sent there, and what they answered."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from prm.kernel.fields import CodesField, SealedField, TextField
from prm.kernel.models.events import Event
from prm.kernel.models.identity import Membership
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord


class WebhookEndpoint(VendorRecord):
    """An address of the vendor's that is told of the chosen events, with a secret that proves who tells."""

    class Off(models.TextChoices):
        BY_HAND = "by_hand", _("by hand")
        GONE = "gone", _("the address said that it is gone (410)")
        FAILING = "failing", _("nothing was taken for three days")

    url = models.CharField(max_length=500)
    description = TextField(max_length=120, blank=True)
    events = CodesField()
    active = models.BooleanField(default=True)
    sealed = SealedField()  # the secret, and the former one while both hold
    former_until = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    off_since = models.DateTimeField(null=True, blank=True)
    off_why = models.CharField(max_length=10, choices=Off, blank=True)
    made_by = TenantForeignKey(Membership, null=True, related_name="+")

    def __str__(self) -> str:
        return self.description or self.url

    def get_absolute_url(self) -> str:
        return reverse("kernel:webhook", args=[self.pk])


class WebhookMessage(VendorRecord):
    """One event on its way to one endpoint: the same id and the same words at every attempt."""

    class State(models.TextChoices):
        WAITING = "waiting", _("On its way")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    MOVES = {
        State.WAITING: {State.DELIVERED, State.FAILED},
        State.DELIVERED: {State.WAITING},
        State.FAILED: {State.WAITING},
    }

    endpoint = TenantForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="messages")
    event = TenantForeignKey(Event, null=True, blank=True, related_name="+")  # none: a test
    webhook_id = models.CharField(max_length=60)
    name = models.CharField(max_length=80)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    round_began_at = models.DateTimeField()  # a replay begins another round
    round_first = models.PositiveIntegerField(default=1)  # the number of its first attempt
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "endpoint", "webhook_id"], name="webhook_message_once")
        ]
        indexes = [models.Index(fields=["tenant", "endpoint", "created_at"], name="webhook_by_endpoint")]

    def __str__(self) -> str:
        return f"{self.name} ({self.webhook_id})"

    def get_absolute_url(self) -> str:
        return reverse("kernel:webhook_message", args=[self.pk])

    @property
    def is_test(self) -> bool:
        return self.event_id is None


class WebhookAttempt(VendorRecord):
    """One call and what was answered. Only ever added to, and forgotten with its message."""

    grants = "select, insert, delete"

    message = TenantForeignKey(WebhookMessage, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    status = models.PositiveIntegerField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(default=0)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "message", "number"], name="webhook_attempt_once")]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.message_id}"
