"""The quarter on one page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from partners.models import Partner
from partners.queries import TierStanding
from prm.kernel.numbers import divide, ratio
from prm.kernel.periods import FiscalQuarter
from qbr.figures.program import next_attainment
from qbr.figures.shape import Figure, figure, measure_figure


def summary_part(
    partner: Partner,
    quarter: FiscalQuarter,
    as_of: dt.date,
    sales: dict[str, Any],
    standing: TierStanding,
    capabilities: dict[str, Any],
    no_pipeline: str,
) -> dict[str, Any]:
    """Composite score and rank are the vendor's own; a deck is given to the partner (decision 0016)."""
    plan = sales["year"]["performance"] if not sales["why"] else figure("", None, "ratio", why=sales["why"])
    scored = capabilities.get("overall") or figure("Capabilities score", None, "score", why=capabilities["why"])
    return {
        "headline": [
            {**plan, "label": f"Performance to plan, {quarter.fiscal_year.label} to date"},
            measure_figure(
                "pipeline_to_target", "Pipeline to target", "ratio", partner, quarter, as_of, otherwise=no_pipeline
            ),
            next_attainment(standing),
            scored,
        ],
        "changes": _largest_changes(sales, capabilities),
    }


def _largest_changes(sales: dict[str, Any], capabilities: dict[str, Any]) -> list[dict[str, Any]]:
    """The three largest differences to the time before: revenue by its share, scores by their points of 100."""
    found: list[tuple[Decimal, dict[str, Any]]] = [
        *_revenue_change(sales),
        *_score_changes(capabilities.get("categories", ())),
    ]
    found.sort(key=lambda entry: -entry[0])
    return [change for _, change in found[:3]]


def _revenue_change(sales: dict[str, Any]) -> Iterable[tuple[Decimal, dict[str, Any]]]:
    if sales["why"] or not sales["quarter_before"]["actual"]:
        return
    before, now = sales["quarter_before"]["actual"], Decimal(sales["quarter"]["actual"]["value"])
    share = ratio(divide(now - before, abs(before)))
    if share:
        label = f"Net revenue ({sales['quarter_before']['label']} to {sales['quarter']['period']})"
        yield abs(share), {"label": label, "unit": "money", "before": before, "now": now, "share": abs(share)}


def _score_changes(categories: Iterable[dict[str, Any]]) -> Iterable[tuple[Decimal, dict[str, Any]]]:
    to_number: Callable[[Figure], Decimal | None] = lambda f: None if f["value"] is None else Decimal(f["value"])
    for row in categories:
        before, now = to_number(row["previous"]), to_number(row["score"])
        if before and now is not None and now != before:
            label = f"Capabilities, {row['category']},"
            yield abs(now - before) / 100, {"label": label, "unit": "score", "before": before, "now": now}
