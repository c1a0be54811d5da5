"""Answers of the interface that are kept for a while, so that what is sent twice is done once."""

from __future__ import annotations

from typing import Self

from django.db import models

from prm.kernel.fields import SealedField
from prm.kernel.models.identity import Membership
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet


class KeptAnswerQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:  # type: ignore[override]
        """One's own alone, whatever the role."""
        return self.filter(member_id=member.pk)


class KeptAnswer(PartnerMaybe):
    """What was answered to a request with an Idempotency-Key; written with what the request did, or not at all."""

    member = TenantForeignKey(Membership, related_name="+")
    principal = models.CharField(max_length=40)  # the API key that was used, or the member in a browser
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)  # of address and content
    status = models.PositiveSmallIntegerField()
    sealed = SealedField()  # the answer; it may carry a secret that is shown once
    at = models.DateTimeField()

    objects = TenantManager.from_queryset(KeptAnswerQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "principal", "key"], name="kept_answer_once")]
        indexes = [models.Index(fields=["tenant", "at"], name="kept_answer_by_time")]

    def __str__(self) -> str:
        return self.key
