"""Questions about partners that became part of another."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from partners.models import Merge, Partner
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.tenancy.prepared import prepared


def kept_of(partner_id: UUID, member: Membership) -> Partner | None:
    """Where the address of a merged partner leads, if this member may know of the one that was kept."""
    with vendor_scope("where the address of a merged partner leads"):
        at = Partner.with_merged.filter(pk=partner_id).exclude(merged_into=None).values_list("merged_into", flat=True)
        found = list(at)
    return Partner.objects.visible_to(member).filter(pk__in=found).first() if found else None


def merges_of(partner: Partner) -> list[Merge]:
    """What became part of this partner and was not taken back, newest first."""
    return _merges(partner.pk)


@prepared
def _merges(partner_id: UUID) -> QuerySet[Merge]:
    found = Merge.objects.filter(keep=partner_id, undone_at=None)
    return found.select_related("other", "by__user").order_by("-at", "pk")


def with_those_merged(partner: Partner) -> list[UUID]:
    """The partner, and those that are part of it now."""
    return [partner.pk, *_part_of(partner.pk)]


@prepared
def _part_of(partner_id: UUID) -> QuerySet:
    return Partner.with_merged.filter(merged_into=partner_id).values_list("pk", flat=True)
