"""The capabilities scorecard: by category, and the largest gaps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from partners.models import Partner
from prm.kernel.models import Tenant
from qbr.figures.shape import ROWS_KEPT, figure
from scorecards.models import Assessment
from scorecards.queries import (
    Line,
    Result,
    history,
    peer_figures,
)


def capabilities_part(partner: Partner, tenant: Tenant) -> dict[str, Any]:
    results = history(partner)
    if not results:
        return {"label": "Capabilities scorecard", "why": "no capabilities scorecard has been submitted yet"}
    latest, previous = results[-1], results[-2] if len(results) > 1 else None
    bank = Assessment.objects.select_related("bank").get(pk=latest.assessment_id).bank
    peers = peer_figures(partner, bank)
    few = f"fewer than {peers.min_peers} peers have been scored, or one of them would carry the figure"
    zone = ZoneInfo(tenant.time_zone)
    gaps = sorted((t for t in latest.topics if t.gap is not None and t.gap > 0), key=lambda t: (-(t.gap or 0), t.name))
    return {
        "label": "Capabilities scorecard",
        "why": "",
        "assessed_on": latest.submitted_at.astimezone(zone).date(),
        "previous_on": previous.submitted_at.astimezone(zone).date() if previous else None,
        "overall": figure(
            "Capabilities score", latest.overall, "score", status=latest.status, why="nothing was scored"
        ),
        "previous_overall": figure("Capabilities score before", previous.overall if previous else None, "score"),
        "categories": [
            {
                "category": category.name,
                "score": figure(
                    category.name, category.score, "score", status=category.status, why="nothing was scored"
                ),
                "previous": figure(category.name, _score_in(previous, category.code), "score"),
            }
            for category in latest.categories
        ],
        "topics": [_topic(topic, peers.average(topic.code), few) for topic in gaps[:ROWS_KEPT]],
    }


def _score_in(result: Result | None, code: str) -> Decimal | None:
    line = result.category(code) if result else None
    return line.score if line else None


def _topic(topic: Line, peers: Decimal | None, few: str) -> dict[str, Any]:
    return {
        "topic": topic.name,
        "score": figure(topic.name, topic.score, "score", status=topic.status),
        "best_practice": figure(topic.name, topic.best_practice, "score"),
        "gap": figure(topic.name, topic.gap, "score"),
        "peer_average": figure("Peer averages", peers, "score", why=few),
    }
