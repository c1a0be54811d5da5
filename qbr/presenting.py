"""What stands around the slides: footer, names, colours. From the frozen figures, like everything on a deck."""

from __future__ import annotations

import datetime as dt
from typing import Any

from prm.kernel.web.format import formatter
from qbr.powerpoint.build import Look
from qbr.slides.writing import clipped, legal


def look_of(figures: dict[str, Any]) -> Look:
    figures = legal(figures)
    vendor, partner, review = figures["vendor"], figures["partner"], figures["review"]
    day = formatter().day(dt.date.fromisoformat(figures["as_of"]))
    return Look(
        brand=vendor["brand"],
        accent=vendor["accent"],
        vendor=vendor["name"],
        footer=f"{vendor['name']} · {clipped(partner['name'], 70)} · {review['label']} · figures as of {day}",
        as_of=f"Figures as of {day}",
        title=f"{partner['name']}: business review {review['label']}",
    )
