"""Why deals were lost."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Sum

from dealreg.models import DealRegistration, Opportunity
from prm.kernel.numbers import ZERO, money


@dataclass(frozen=True)
class Losses:
    """The deals of a partner lost for one reason, with what they would have brought."""

    reason: str
    count: int
    amount: Decimal


def losses_of(partner_id: UUID, start: dt.date, end: dt.date) -> list[Losses]:
    """Those lost in a time, the commonest reason first."""
    lost = Opportunity.objects.filter(
        partner_id=partner_id, state=Opportunity.State.LOST, closed_on__range=(start, end)
    ).exclude(loss_reason=DealRegistration.LossReason.TRANSFERRED)
    rows = lost.values("loss_reason").annotate(count=Count("pk"), together=Sum("amount"))
    return [
        Losses(
            str(DealRegistration.LossReason(row["loss_reason"]).label) if row["loss_reason"] else "",
            row["count"],
            money(row["together"] or ZERO),
        )
        for row in rows.order_by("-count", "loss_reason")
    ]
