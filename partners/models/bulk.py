"""Bulk edits: one change for many partners, looked at before it is made, and made row by row."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Partner
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Job, Membership
from prm.kernel.tenancy.models import TenantForeignKey, TenantManager, TenantQuerySet, VendorRecord


class BulkEditQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """Whoever asked for it."""
        return self.filter(asked_by_id=member.pk) if member.is_vendor else self.none()


class BulkEdit(VendorRecord):
    """What is to be changed to what, and how far it is."""

    class State(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    MOVES = {
        State.CHECKING: {State.CHECKED},
        State.CHECKED: {State.RUNNING},
        State.RUNNING: {State.DONE},
        State.DONE: set(),
    }

    verb = models.CharField(max_length=30)
    value = models.CharField(max_length=300, blank=True)
    title = TextField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.CHECKING)
    job = TenantForeignKey(Job, null=True, blank=True, related_name="+")
    asked_by = TenantForeignKey(Membership, null=True, related_name="+")

    objects = TenantManager.from_queryset(BulkEditQuerySet)()

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("partners:bulk_edit", self.pk)


class BulkEditRow(VendorRecord):
    """What becomes of one partner."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Not looked at yet")
        READY = "ready", _("Will change")
        UNCHANGED = "unchanged", _("Is so already")
        REFUSED = "refused", _("Refused")
        CHANGED = "changed", _("Changed")

    edit = TenantForeignKey(BulkEdit, related_name="rows")
    partner = TenantForeignKey(Partner, related_name="+")
    position = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.WAITING)
    was = TextField(max_length=200, blank=True)
    reason = TextField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "edit", "partner"], name="bulk_row_once")]
        indexes = [models.Index(fields=["tenant", "edit", "outcome", "position"], name="bulk_row_by_outcome")]

    def __str__(self) -> str:
        return f"{self.partner_id} in {self.edit_id}"
