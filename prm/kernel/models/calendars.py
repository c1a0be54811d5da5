"""The secret address under which a person's calendar program reads the dates of one membership."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from prm.kernel.models.identity import Tenant


class CalendarFeed(models.Model):
    """One address per membership; only its hash is stored, and a new one ends the old one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    membership_id = models.UUIDField(unique=True)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"calendar of {self.membership_id}"
