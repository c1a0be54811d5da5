"""What came in from files: one row per file, with its counts and the first of its errors."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from prm.kernel.fields import TextField
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet, VendorRecord

UNDO_DAYS = 30
SEES_ALL_IMPORTS = (Role.TENANT_ADMIN, Role.CHANNEL_CHIEF, Role.OPERATIONS, Role.FINANCE)


class ImportBatchQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """The vendor's files for those who run its imports; everybody else the own ones. A partner's are its own."""
        if member.is_vendor and member.has(*SEES_ALL_IMPORTS):
            return self.filter(partner=None)
        return self.filter(by_id=member.pk)


class ImportBatch(PartnerMaybe):
    """A file that was imported, or checked and refused; `is_noted` when each change is kept, to take it back.

    `partner` is the company of who sent it; none for the vendor's people.
    """

    class State(models.TextChoices):
        CHECKED = "checked", "Checked, not written"
        APPLIED = "applied", "Applied"

    profile = TextField(max_length=120)
    entity = models.CharField(max_length=60)
    file_name = TextField(max_length=200)
    sha256 = models.CharField(max_length=64, blank=True)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    errors = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=State)
    by = TenantForeignKey("kernel.Membership", null=True, related_name="+")
    finished_at = models.DateTimeField()
    is_noted = models.BooleanField(default=False)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = TenantForeignKey("kernel.Membership", null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(ImportBatchQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_counts_add_up",
                condition=models.Q(
                    rows=models.F("created") + models.F("updated") + models.F("unchanged") + models.F("failed")
                ),
            )
        ]
        indexes = [models.Index(fields=["tenant", "finished_at"], name="import_by_time")]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("kernel:import_batch", args=[self.pk])

    @property
    def ends_at(self) -> dt.datetime:
        """Until when it can be taken back."""
        return self.finished_at + dt.timedelta(days=UNDO_DAYS)


class ImportChange(PartnerMaybe):
    """What a file did to one record: its values before and after, by name; a new record has none before.

    A part of a value kept under keys is named with its key (`sources.website`). When the import is taken back, what
    stays says why; the others keep no values.
    """

    class Stays(models.TextChoices):
        CHANGED = "changed", _("Changed since")
        USED = "used", _("Something was added to it since")
        GONE = "gone", _("No longer there")
        ENDED = "ended", _("The sign-in that ended with it stays ended")

    batch = TenantForeignKey(ImportBatch, related_name="changes")
    model = models.CharField(max_length=60)
    record_id = models.UUIDField()
    is_new = models.BooleanField(default=False)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    stays = models.CharField(max_length=10, choices=Stays, blank=True)
    title = TextField(max_length=200, blank=True)
    later_by = TenantForeignKey("kernel.Membership", null=True, blank=True, related_name="+")
    later_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "batch"], name="import_change_batch")]

    def __str__(self) -> str:
        return self.title or f"{self.model} {self.record_id}"


class ImportMapping(VendorRecord):
    """How the columns of a kind of file are read, kept under a name for the next one."""

    name = TextField(max_length=80)
    entity = models.CharField(max_length=60)
    mapping = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "entity", "name"], name="import_mapping_name")]

    def __str__(self) -> str:
        return self.name


class ImportUploadQuerySet(TenantQuerySet):
    def visible_to(self, member: Any) -> Self:
        """Whoever sent the file."""
        return self.filter(by_id=member.pk)


class ImportUpload(PartnerMaybe):
    """A file sent in the browser, on its way: mapped, checked, applied."""

    class State(models.TextChoices):
        SENT = "sent", "Columns to be named"
        CHECKING = "checking", "Being checked"
        CHECKED = "checked", "Checked"
        APPLYING = "applying", "Being imported"
        APPLIED = "applied", "Imported"

    MOVES = {
        State.SENT: {State.CHECKING},
        State.CHECKING: {State.CHECKED},
        State.CHECKED: {State.CHECKING, State.APPLYING},
        State.APPLYING: {State.APPLIED, State.CHECKED},
        State.APPLIED: set(),
    }

    file = TenantForeignKey("kernel.StoredFile", related_name="+")
    file_name = TextField(max_length=200)
    entity = models.CharField(max_length=60)
    mapping = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    job = TenantForeignKey("kernel.Job", null=True, blank=True, related_name="+")
    by = TenantForeignKey("kernel.Membership", null=True, related_name="+")

    objects = TenantManager.from_queryset(ImportUploadQuerySet)()

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("kernel:import_upload", args=[self.pk])
