"""Figures of leads for many partners at once, from one statement: offered, accepted, how fast, what became of them."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from dealreg.models import LeadOffer
from prm.kernel import clock
from prm.kernel.numbers import divide, ratio, score
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.remember import FEW, remember_few

Outcome = LeadOffer.Outcome


@dataclass(frozen=True)
class _Offer:
    outcome: str
    offered_at: dt.datetime
    answered_at: dt.datetime | None
    is_converted: bool


def _offers(partner_ids: Sequence[UUID], as_of: dt.date) -> Mapping[UUID, Sequence[_Offer]]:
    """The offers of the twelve months up to a day; those the vendor took back itself do not count."""
    if len(partner_ids) > FEW:
        return _read(partner_ids, as_of)
    return remember_few("lead offers", partner_ids, as_of, lambda: _read(partner_ids, as_of))


def _read(partner_ids: Sequence[UUID], as_of: dt.date) -> Mapping[UUID, Sequence[_Offer]]:
    since = add_days(add_months(as_of, -12), 1)
    found: dict[UUID, list[_Offer]] = defaultdict(list)
    rows = LeadOffer.objects.filter(partner_id__in=partner_ids, offered_at__date__range=(since, as_of))
    rows = rows.exclude(outcome=Outcome.WITHDRAWN)
    for partner_id, outcome, offered, answered, converted in rows.values_list(
        "partner_id", "outcome", "offered_at", "answered_at", "converted_at"
    ):
        found[partner_id].append(_Offer(outcome, offered, answered, converted is not None))
    return found


def lead_figures(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[UUID, dict[str, Decimal | None]]:
    """Counts, rates of four places, hours of one place; None where the divisor is 0."""
    offers = _offers(partner_ids, as_of)
    return {pk: _figures(offers.get(pk, ())) for pk in partner_ids}


def _figures(offers: Sequence[_Offer]) -> dict[str, Decimal | None]:
    accepted = [one for one in offers if one.outcome == Outcome.ACCEPTED]
    answered = [one for one in offers if one.outcome != Outcome.OPEN]
    converted = sum(one.is_converted for one in accepted)
    hours = [_hours(one) for one in accepted]
    return {
        "leads_offered_12m": Decimal(len(offers)),
        "leads_accepted_12m": Decimal(len(accepted)),
        "lead_acceptance_rate": ratio(divide(len(accepted), len(answered))),
        "lead_conversion_rate": ratio(divide(converted, len(accepted))),
        "lead_hours_to_accept": score(statistics.median(hours)) if hours else None,
    }


def _hours(one: _Offer) -> Decimal:
    assert one.answered_at is not None
    return Decimal(int((one.answered_at - one.offered_at).total_seconds())) / 3600


def lead_rows(partner_id: UUID, as_of: dt.date) -> list[dict[str, Any]]:
    """The offers behind a figure: without the customers, whom not everybody who reads the figure may know."""
    since = add_days(add_months(as_of, -12), 1)
    rows = LeadOffer.objects.filter(partner_id=partner_id, offered_at__date__range=(since, as_of))
    return [
        {"offered_on": clock.day_of(offered), "lead": number, "outcome": outcome, "converted": converted is not None}
        for offered, number, outcome, converted in rows.exclude(outcome=Outcome.WITHDRAWN)
        .order_by("-offered_at", "pk")
        .values_list("offered_at", "lead__number", "outcome", "converted_at")
    ]
