"""Figures of deals per partner and period, and the rows behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dealreg.queries.measures import rows_behind, with_submission
from dealreg.queries.pipeline_measures import closed_rows, open_rows, read_pipeline
from partners.formulas import attainment_status
from partners.registries import Measure, Period, Source, Value, lend_measure, onboarding_check
from prm.kernel.periods import add_days, add_months

Values = dict[tuple[UUID, Period], Value]
NOT_YOURS = "not known here"

# --- figures --------------------------------------------------------------------------------------------------


def _figure(name: str, why: Any) -> Any:
    """A figure of the pipeline for periods: as it stands at the end of each, or on the day if that is earlier."""

    def compute(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
        values = {(pk, period): Value(None, NOT_YOURS) for pk in partner_ids for period in periods}
        begun = [period for period in periods if period.start <= as_of]
        found = read_pipeline(partner_ids, [min(period.end, as_of) for period in begun], [name]).numbers.get(name, {})
        for pk, numbers in found.items():
            for period, number in zip(begun, numbers, strict=True):
                known = None if number is None else Decimal(number)
                values[pk, period] = Value(known, "" if known is not None else str(why), _status(name, known))
        return values

    return compute


def _status(name: str, number: Decimal | None) -> str:
    return attainment_status(number) if name == "pipeline_to_target" else "grey"


def _closed_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return closed_rows(partner_id, period.start, min(period.end, as_of))


def _open_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return open_rows(partner_id, min(period.end, as_of))


def _late_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return open_rows(partner_id, min(period.end, as_of), late=True)


def _registered_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, period.start, min(period.end, as_of))


def _registered_rows_12m(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, add_days(add_months(as_of, -12), 1), as_of)


PIPELINE = Source("pipeline", _("Opportunities, registrations, targets and bookings"), read_pipeline)
NONE_CLOSED, NONE_WON = _("No deal was won or lost in the quarter."), _("No deal was won in the quarter.")
NOTHING_LEFT = _("There is no opportunity, no target for the fiscal year, or nothing of it is left to sell.")
NOTHING_OPEN = _("There is no open business.")

# Name, label, unit, formula, rows behind it, why there may be none; all from one statement.
for _name, _label, _unit, _formula, _rows, _why in (
    (
        "registered_deals_12m",
        "Deals registered, last 12 months",
        "count",
        "registrations approved in the 12 months ending on the day and not withdrawn or cancelled",
        _registered_rows_12m,
        "",
    ),
    (
        "registered_deals_quarter",
        "Deal registrations",
        "count",
        "registrations approved in the quarter and not withdrawn or cancelled",
        _registered_rows,
        "",
    ),
    ("won_deals", "Deals won", "count", "deals closed as won in the quarter (F9)", _closed_rows, ""),
    ("win_rate", "Win rate", "ratio", "won / (won + lost), by count, in the quarter", _closed_rows, NONE_CLOSED),
    (
        "average_deal_size",
        "Average deal size",
        "money",
        "won revenue / won deals of the quarter",
        _closed_rows,
        NONE_WON,
    ),
    (
        "average_cycle_days",
        "Average sales cycle",
        "days",
        "days from opening business to the order, over won deals of the quarter",
        _closed_rows,
        NONE_WON,
    ),
    (
        "pipeline_to_target",
        "Pipeline to target",
        "ratio",
        "open pipeline of the fiscal year / required pipeline for what is left to sell",
        _open_rows,
        NOTHING_LEFT,
    ),
    (
        "open_pipeline",
        "Open pipeline",
        "money",
        "open deals with their order expected from the day to the end of the fiscal year, each by its credit",
        _open_rows,
        "",
    ),
    ("weighted_pipeline", "Weighted pipeline", "money", "open pipeline, each by its probability", _open_rows, ""),
    ("remaining_target", "Left to sell", "money", "target of the fiscal year less what is booked", None, NOTHING_LEFT),
    ("pipeline_coverage", "Coverage", "multiple", "open pipeline / what is left to sell", _open_rows, NOTHING_LEFT),
    ("pipeline_gap", "Pipeline gap", "money", "required pipeline less open pipeline", _open_rows, NOTHING_LEFT),
    ("overdue_deals", "Overdue deals", "count", "open deals with their order expected before the day", _late_rows, ""),
    ("overdue_pipeline", "Overdue pipeline", "money", "what is overdue, each by its credit", _late_rows, ""),
    (
        "deal_progression",
        "Deal progression",
        "ratio",
        "open deals with a next step dated within 30 days / open deals",
        _open_rows,
        NOTHING_OPEN,
    ),
):
    _direction = (
        "lower" if _name in ("average_cycle_days", "pipeline_gap", "overdue_deals", "overdue_pipeline") else "higher"
    )
    lend_measure(
        Measure(_name, _label, _unit, _formula, _figure(_name, _why), _rows, _direction, source=PIPELINE, empty=_why)
    )


onboarding_check("deal_registered", lambda partner_ids, on: with_submission(partner_ids))
