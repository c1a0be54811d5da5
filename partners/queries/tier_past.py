"""Which tiers partners held and what the nightly evaluations said, up to a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, QuerySet, UUIDField, Value
from django.db.models.functions import Cast

from partners.models import PartnerTier, TierEvaluation
from prm.kernel.fields import NumericField
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import FEW, remember, remember_few


@dataclass
class TierPast:
    """By partner: the tier held on the day, and day and progress of the latest evaluation."""

    held: dict[UUID, UUID] = field(default_factory=dict)
    evaluated: dict[UUID, tuple[dt.date, Decimal | None]] = field(default_factory=dict)


def tier_past(partner_ids: Sequence[UUID], on: dt.date) -> TierPast:
    """Of the partners of a page, in one query and once per request."""
    return remember_few("tier past", partner_ids, on, lambda: _read(list(partner_ids), on))


def tiers_held(partner_ids: Sequence[UUID], on: dt.date) -> dict[UUID, UUID]:
    """Partner to the tier it held on a day, by the history; read once per request for the same partners."""
    ids = tuple(partner_ids)
    if len(ids) <= FEW:
        return tier_past(ids, on).held
    rows = _holdings(ids, on).order_by("from_date", "turn")
    return remember(("tiers held", ids, on), lambda: dict(rows.values_list("partner_id", "tier_id")))


def latest_evaluations(partner_ids: Sequence[UUID], on: dt.date) -> Any:
    """Rows of partner, day and progress: of each partner the latest up to a day."""
    rows = TierEvaluation.objects.filter(partner_id__in=partner_ids, as_of__lte=on)
    rows = rows.order_by("partner_id", "-as_of").distinct("partner_id")
    return rows.values_list("partner_id", "as_of", "progress")


def _holdings(partner_ids: Sequence[UUID], on: dt.date) -> Any:
    return PartnerTier.objects.filter(partner_id__in=partner_ids, from_date__lte=on)


@prepared
def _rows(ids: list[UUID], on: dt.date) -> QuerySet:
    nothing = lambda output: Cast(Value(None), output)
    held = _holdings(ids, on).values_list(
        "partner_id", "from_date", nothing(NumericField()), "tier_id", Cast("turn", IntegerField())
    )
    judged = latest_evaluations(ids, on).values_list(
        "partner_id", "as_of", "progress", nothing(UUIDField()), nothing(IntegerField())
    )
    return held.union(judged, all=True)


def _read(ids: list[UUID], on: dt.date) -> TierPast:
    past, holdings = TierPast(), []
    for partner_id, day, progress, tier_id, turn in _rows(list(ids), on):
        if tier_id is None:
            past.evaluated[partner_id] = (day, progress)
        else:
            holdings.append((day, turn, partner_id, tier_id))
    past.held = {partner_id: tier_id for _day, _turn, partner_id, tier_id in sorted(holdings)}
    return past
