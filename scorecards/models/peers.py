"""Peer figures as they were last published: sums over groups of partners, kept so that nobody can be worked out."""

from __future__ import annotations

from django.db import models

from prm.kernel.fields import TextField
from prm.kernel.tenancy.models import TenantForeignKey, VendorRecord
from scorecards.models.assessments import Assessment


class PeerGroup(VendorRecord):
    """The scores of one group of peers (a type and tier, or all who are in no group of their own), added up.

    `figures` holds for each code how many, their sum, and the two largest; `overalls` the overall scores in order.
    """

    kind = models.CharField(max_length=12, choices=Assessment.Kind)
    bank = TextField(max_length=80)
    name = TextField(max_length=80, blank=True)  # type and tier; empty: those in no group of their own
    is_shown = models.BooleanField(default=True)
    released_at = models.DateTimeField()
    figures = models.JSONField(default=dict)
    overalls = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "kind", "bank", "name"], name="peer_group_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class PeerShare(VendorRecord):
    """What one partner contributes to a published group: taken off again where that partner looks at it."""

    group = TenantForeignKey(PeerGroup, related_name="shares")
    partner = TenantForeignKey("partners.Partner", related_name="peer_shares")
    assessment_ref = models.UUIDField()  # which filling-in it is; no reference, so that a merge may move that one
    scores = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "group", "partner"], name="peer_share_once")]
        indexes = [models.Index(fields=["tenant", "partner"], name="peer_share_by_partner")]

    def __str__(self) -> str:
        return f"{self.partner_id} in {self.group_id}"
