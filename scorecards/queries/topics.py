"""Scores of topics as a source of measures: of many partners on many days in one query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from partners.registries import Readings, Source
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember_few
from scorecards.models import Assessment
from scorecards.queries.results import FINISHED, OLDEST_FIRST, VALID_MONTHS
from scorecards.queries.scores import stored

CAPABILITY_SCORE = "capability_score"
NO_SCORECARD = _("No capabilities scorecard was submitted in the last 12 months.")
NOT_SCORED = _("The latest scorecard has no scored answer to this topic.")


def read_topics(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """For each day what the partner's latest scorecard, at most 12 months old then, says of these topics.

    The name `capability_score` asks for the overall score.
    """
    zone = ZoneInfo(current_tenant().time_zone)
    since = [add_months(day, -VALID_MONTHS) for day in days]
    # A day wider than needed: the column is in UTC, the days are the tenant's.
    first, last_day = add_days(min(since), -1), add_days(max(days), 1)
    asked = (
        Assessment.objects.filter(
            partner__in=list(partner_ids),
            kind=Assessment.Kind.PARTNER,
            state__in=FINISHED,
            submitted_at__date__gte=first,
            submitted_at__date__lte=last_day,
        )
        .order_by(*OLDEST_FIRST)
        .values_list("partner_id", "submitted_at", "overall", "result__topics")
    )
    rows = remember_few("topics", partner_ids, (first, last_day), lambda: list(asked))
    found: dict[UUID, list[tuple[dt.date, dict[str, Any]]]] = defaultdict(list)
    for partner_id, at, overall, topics in rows:
        found[partner_id].append((at.astimezone(zone).date(), {CAPABILITY_SCORE: overall, **(topics or {})}))  # type: ignore[union-attr]
    numbers: dict[str, dict[UUID, Sequence[Decimal | None]]] = {name: {} for name in names}
    last: dict[UUID, Sequence[dt.date | None]] = {}
    for partner_id, submitted in found.items():
        counted = [_counting(submitted, start, day) for start, day in zip(since, days, strict=True)]
        last[partner_id] = [None if place is None else submitted[place][0] for place in counted]
        for name in names:
            scores = [_number(topics.get(name)) for _on, topics in submitted]
            numbers[name][partner_id] = [None if place is None else scores[place] for place in counted]
    return Readings(numbers, last)


def _counting(submitted: Sequence[tuple[dt.date, Any]], since: dt.date, day: dt.date) -> int | None:
    """The place of the scorecard that counts on a day: the latest of those, oldest first, that are not too old."""
    return next((n for n in reversed(range(len(submitted))) if since <= submitted[n][0] <= day), None)


def _number(value: Any) -> Decimal | None:
    return value if value is None or isinstance(value, Decimal) else stored(value)


TOPICS = Source("scorecards", _("Capabilities scorecards"), read_topics)
