"""Two records of one company made one, with all that is needed to take it back."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.company import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord

UNDO_DAYS = 30


class Merge(VendorRecord):
    """That `other` became part of `keep`: what moved (table and field to ids), what stayed, what was chosen.

    `detached` are links that could not reach over, `paused` the memberships of people who were members of both,
    `before` and `after` the values of `keep` that were taken over.
    """

    keep = TenantForeignKey(Partner, related_name="merges")
    other = TenantForeignKey(Partner, related_name="+")
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField()
    choices = models.JSONField(default=dict)
    moved = models.JSONField(default=dict)
    stayed = models.JSONField(default=dict)
    detached = models.JSONField(default=dict)
    paused = models.JSONField(default=list)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = TenantForeignKey(Membership, null=True, related_name="+")

    class Meta:
        verbose_name = _("merge")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "other"], condition=models.Q(undone_at=None), name="merge_open_once"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "keep", "at"], name="merge_by_keep")]

    def __str__(self) -> str:
        return f"{self.other_id} into {self.keep_id}"

    @property
    def ends_at(self) -> dt.datetime:
        """Until when it can be taken back."""
        return self.at + dt.timedelta(days=UNDO_DAYS)

    @property
    def last_day(self) -> dt.date:
        return add_days(clock.day_of(self.at), UNDO_DAYS)
