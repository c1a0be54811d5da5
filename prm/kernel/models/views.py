"""Saved views: what one person asks of a list, under a name."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.urls import NoReverseMatch, reverse

from prm.kernel.fields import TextField
from prm.kernel.models.identity import Membership
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet


class SavedViewQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:  # type: ignore[override]
        """One's own alone, whatever the role."""
        return self.filter(owner_id=member.pk)


class SavedView(PartnerMaybe):
    """The filters, the order and the columns of a list, as they stand in its address. Belongs to one person."""

    owner = TenantForeignKey(Membership, related_name="saved_views")
    list_name = models.CharField(max_length=80)  # the name of the list's address
    name = TextField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    is_default = models.BooleanField(default=False)

    objects = TenantManager.from_queryset(SavedViewQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "owner", "list_name", "name"], name="view_name"),
            models.UniqueConstraint(
                fields=["tenant", "owner", "list_name"], condition=models.Q(is_default=True), name="view_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def path(self) -> str:
        """The address of the list; home when the list is no longer there."""
        try:
            return reverse(self.list_name)
        except NoReverseMatch:
            return reverse("home")

    def get_absolute_url(self) -> str:
        return f"{self.path}?{self.query}"
