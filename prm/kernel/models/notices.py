"""What a person is told by the bell and by mail."""

from __future__ import annotations

from typing import Self

from django.db import models

from prm.kernel.fields import TextField
from prm.kernel.models.identity import Membership
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet


class NotificationQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """One's own and nobody else's, whatever the role."""
        return self.filter(member=member)

    def unread(self) -> Self:
        return self.filter(read_at=None)


class Notification(PartnerMaybe):
    """One thing that one member was told, once. `partner` is the member's company, which the fence goes by."""

    member = TenantForeignKey(Membership, related_name="notifications")
    text = TextField(max_length=300)
    about_type = models.CharField(max_length=60, blank=True)
    about_id = models.UUIDField(null=True, blank=True)
    url = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=200)  # what is told; once per member
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    by_mail = models.BooleanField(default=False)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(NotificationQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "member", "key"], name="notification_once")]
        indexes = [
            models.Index(fields=["tenant", "member", "at"], name="notification_by_member"),
            models.Index(fields=["tenant", "member"], condition=models.Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return self.text
