"""Suspended partners: their registrations and leads stand still, and the days of it count in no deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from dealreg.models import DealRegistration
from partners.models import Partner, Suspension
from prm.kernel import clock

Pauses = list[tuple[dt.date, dt.date]]


def is_frozen(deal: DealRegistration) -> bool:
    return deal.partner.state == Partner.State.SUSPENDED


def suspensions_of(partner_ids: Collection[UUID]) -> dict[UUID, Pauses]:
    """By partner: from when to when it was suspended, both days included; one that goes on ends today."""
    found: dict[UUID, Pauses] = {pk: [] for pk in partner_ids}
    if found:
        rows = Suspension.objects.filter(partner_id__in=list(found)).order_by("from_date")
        for partner_id, start, end in rows.values_list("partner_id", "from_date", "to_date"):
            found[partner_id].append((start, end or clock.today()))
    return found


def days_suspended(partner_id: UUID, after: dt.date) -> int:
    """On how many days since then a partner stood still, as the other clocks count them."""
    pauses = suspensions_of([partner_id])[partner_id]
    return sum((end - max(start, after)).days for start, end in pauses if end > after)
