"""Scores of topics as a source of measures: of many partners on many days in one query."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.registries import Readings, Source
from prm.kernel.periods import add_months
from scorecards.queries.results import VALID_MONTHS, finished_scorecards

CAPABILITY_SCORE = "capability_score"
NO_SCORECARD = _("No capabilities scorecard was submitted in the last 12 months.")
NOT_SCORED = _("The latest scorecard has no scored answer to this topic.")


def read_topics(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """For each day what the partner's latest scorecard, at most 12 months old then, says of these topics.

    The name `capability_score` asks for the overall score.
    """
    since = [add_months(day, -VALID_MONTHS) for day in days]
    found: dict[UUID, list[tuple[dt.date, dict[str, Any]]]] = defaultdict(list)
    for partner_id, on, overall, _status, topics in finished_scorecards(partner_ids, days):
        found[partner_id].append((on, {CAPABILITY_SCORE: overall, **(topics or {})}))
    numbers: dict[str, dict[UUID, Sequence[Decimal | None]]] = {name: {} for name in names}
    last: dict[UUID, Sequence[dt.date | None]] = {}
    for partner_id, submitted in found.items():
        counted = _counting([on for on, _topics in submitted], since, days)
        last[partner_id] = [submitted[place][0] if place >= 0 else None for place in counted]
        for name in names:
            scores = [_number(topics.get(name)) for _on, topics in submitted]
            scores.append(None)  # at place -1: no scorecard counted
            numbers[name][partner_id] = [scores[place] for place in counted]
    return Readings(numbers, last)


def _counting(submitted: Sequence[dt.date], since: Sequence[dt.date], days: Sequence[dt.date]) -> list[int]:
    """The place of the scorecard that counts on each day: the latest one, oldest first, if not too old; else -1."""
    places = []
    for start, day in zip(since, days, strict=True):
        place = bisect_right(submitted, day) - 1
        places.append(place if place >= 0 and submitted[place] >= start else -1)
    return places


def _number(value: Any) -> Decimal | None:
    """A frozen score is text that this product wrote itself."""
    return Decimal(value) if isinstance(value, str) else value


TOPICS = Source("scorecards", _("Capabilities scorecards"), read_topics)
