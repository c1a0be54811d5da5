"""Questions about partners: who looks after one, what happened, which documents are in force."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from partners.models import Document, ManagerAssignment, Partner
from prm.kernel.models import Event, Membership


def managers_of(partner_ids: Sequence[UUID]) -> dict[UUID, Membership]:
    """The main account manager of each partner that has one."""
    rows = ManagerAssignment.objects.filter(partner_id__in=list(partner_ids), kind="main", to_date=None).select_related(
        "manager__user"
    )
    return {row.partner_id: row.manager for row in rows}


def timeline(partner: Partner, *, limit: int = 10) -> list[Event]:
    """The latest events of a partner, newest first, with who did it."""
    return list(
        Event.objects.filter(partner=partner).select_related("actor__user").order_by("-at", "-created_at")[:limit]
    )


def signed_documents(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[str, set[UUID]]:
    """Per kind of document the partners that have a signed one in force on that day."""
    rows = Document.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=as_of), partner_id__in=list(partner_ids), signed_on__lte=as_of
    ).values_list("kind", "partner_id")
    found: dict[str, set[UUID]] = defaultdict(set)
    for kind, partner_id in rows:
        found[kind].add(partner_id)
    return found
