"""Questions about partners: who looks after one, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from partners.models import ManagerAssignment
from prm.kernel.models import Membership


def managers_of(partner_ids: Sequence[UUID]) -> dict[UUID, Membership]:
    """The main account manager of each partner that has one."""
    rows = ManagerAssignment.objects.filter(partner_id__in=list(partner_ids), kind="main", to_date=None).select_related(
        "manager__user"
    )
    return {row.partner_id: row.manager for row in rows}


def manager_names(partner_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The name of the main account manager of each partner that has one, for lists."""
    rows = ManagerAssignment.objects.filter(partner_id__in=list(partner_ids), kind="main", to_date=None)
    return dict(rows.values_list("partner_id", "manager__user__name"))
