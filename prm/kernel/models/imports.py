"""What came in from files: one row per file, with its counts and the first of its errors."""

from __future__ import annotations

from django.db import models

from prm.kernel.fields import TextField
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord


class ImportBatch(VendorRecord):
    """A file that was imported, or checked and refused."""

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
