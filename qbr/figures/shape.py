"""How a figure is kept in a deck: `{"value": text or None, "unit": ..., "status": ..., "why": reason}`."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from partners.models import Partner
from partners.registries import measured, measures
from prm.kernel.periods import FiscalQuarter

ROWS_KEPT = 30


Figure = dict[str, Any]


def figure(
    label: str, value: Decimal | int | None, unit: str, *, status: str = "", why: str = "", hint: str = ""
) -> Figure:
    """One figure with its name, its unit and, where there is none, the reason."""
    return {
        "label": label,
        "value": None if value is None else str(value),
        "unit": unit,
        "status": status,
        "why": why if value is None else "",
        "hint": hint,
    }


def measure_figure(
    name: str,
    label: str,
    unit: str,
    partner: Partner,
    quarter: FiscalQuarter,
    as_of: dt.date,
    *,
    otherwise: str = "not measured yet",
) -> Figure:
    """A figure that another app lends; nobody lends it: that is the reason."""
    if name not in measures:
        return figure(label, None, unit, why=otherwise)
    value = measured(name, [partner.pk], [quarter], as_of)[partner.pk, quarter]
    return figure(label, value.number, unit, status=value.status, why=value.why.rstrip("."))
