"""The deals of the quarter, those of the same quarter a year before, and why deals were lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dealreg.queries.lost import losses_of
from partners.models import Partner
from prm.kernel.periods import FiscalQuarter
from qbr.figures.shape import figure, measure_figure

DEALS = (
    ("registered_deals_quarter", "Deals registered", "count"),
    ("won_deals", "Deals won", "count"),
    ("win_rate", "Win rate", "ratio"),
    ("average_deal_size", "Average deal size", "money"),
    ("average_cycle_days", "Average sales cycle", "days"),
)


def deals_part(partner: Partner, quarter: FiscalQuarter, as_of: dt.date) -> dict[str, Any]:
    year_ago = quarter.previous.previous.previous.previous
    return {
        "label": "Deals won and lost",
        "why": "",
        "tiles": [measure_figure(*one, partner, quarter, as_of) for one in DEALS],
        "year_ago": {
            "period": year_ago.label,
            "tiles": [measure_figure(*one, partner, year_ago, year_ago.end) for one in DEALS],
        },
        "losses": [
            {
                "reason": one.reason or "No reason was kept",
                "count": figure(one.reason, one.count, "count"),
                "amount": figure(one.reason, one.amount, "money"),
            }
            for one in losses_of(partner.pk, quarter.start, min(quarter.end, as_of))
        ],
    }
