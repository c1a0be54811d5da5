"""What is in the pipeline for the rest of the fiscal year, and the largest open deals."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from dealreg.queries.pipeline_measures import open_rows
from partners.models import Partner
from prm.kernel.periods import FiscalQuarter
from qbr.figures.shape import figure, measure_figure

LABEL, LARGEST = "Pipeline to target", 10
TILES = (
    ("pipeline_to_target", LABEL, "ratio"),
    ("remaining_target", "Left to sell", "money"),
    ("open_pipeline", "Open pipeline", "money"),
    ("pipeline_coverage", "Coverage", "multiple"),
    ("pipeline_gap", "Pipeline gap", "money"),
    ("overdue_pipeline", "Overdue, not counted", "money"),
)


def pipeline_part(partner: Partner, quarter: FiscalQuarter, as_of: dt.date) -> dict[str, Any]:
    day = min(quarter.end, as_of)
    tiles = [measure_figure(*one, partner, quarter, as_of) for one in TILES]
    largest = open_rows(partner.pk, day, most=LARGEST)
    known = any(tile["value"] is not None and tile["label"] == LABEL for tile in tiles) or largest
    return {
        "label": LABEL,
        "why": "" if known else tiles[0]["why"] or str(_("there is no open business")),
        "as_of": day,
        "tiles": tiles,
        "largest": [
            {
                "number": row["number"],
                "stage": row["stage"],
                "close": row["expected_close"],
                "amount": figure(row["number"], row["amount"], "money"),
            }
            for row in largest
        ],
    }
