"""Figures of deals per partner and period, and the rows behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dealreg.queries.measures import metrics_of, registered_12m, registered_in, rows_behind, with_submission
from partners.registries import Measure, Period, Value, lend_measure, onboarding_check
from prm.kernel.periods import add_days, add_months

Values = dict[tuple[UUID, Period], Value]
NOT_YOURS = "not known here"

# --- figures --------------------------------------------------------------------------------------------------


def registered_deals_12m(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = registered_12m(partner_ids, as_of)
    return {
        (pk, period): Value(Decimal(found[pk])) if pk in found else Value(None, NOT_YOURS)
        for pk in partner_ids
        for period in periods
    }


def registered_deals_quarter(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = registered_in(partner_ids, periods, as_of)
    return {
        (pk, period): Value(Decimal(found[pk, period])) if (pk, period) in found else Value(None, NOT_YOURS)
        for pk in partner_ids
        for period in periods
    }


def _metric(name: str, why: Any) -> Any:
    def compute(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
        found = metrics_of(partner_ids, periods, as_of)
        values = {(pk, period): Value(None, NOT_YOURS) for pk in partner_ids for period in periods}
        for key, figures in found.items():
            number = figures[name]
            values[key] = Value(None if number is None else Decimal(number), "" if number is not None else str(why))
        return values

    return compute


def _closed_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, period.start, min(period.end, as_of), closed=True)


def _registered_rows(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, period.start, min(period.end, as_of), closed=False)


def _registered_rows_12m(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    return rows_behind(partner_id, add_days(add_months(as_of, -12), 1), as_of, closed=False)


NONE_CLOSED, NONE_WON = _("No deal was won or lost in the quarter."), _("No deal was won in the quarter.")
for _measure in (
    Measure(
        "registered_deals_12m",
        "Deals registered, last 12 months",
        "count",
        "registrations approved in the 12 months ending on the day and not withdrawn or cancelled",
        registered_deals_12m,
        _registered_rows_12m,
    ),
    Measure(
        "registered_deals_quarter",
        "Deal registrations",
        "count",
        "registrations approved in the quarter and not withdrawn or cancelled",
        registered_deals_quarter,
        _registered_rows,
    ),
    Measure(
        "won_deals",
        "Deals won",
        "count",
        "deals closed as won in the quarter (F9)",
        _metric("won_count", ""),
        _closed_rows,
    ),
    Measure(
        "win_rate",
        "Win rate",
        "ratio",
        "won / (won + lost), by count",
        _metric("win_rate", NONE_CLOSED),
        _closed_rows,
        empty=NONE_CLOSED,
    ),
    Measure(
        "average_deal_size",
        "Average deal size",
        "money",
        "won revenue / won deals",
        _metric("average_deal_size", NONE_WON),
        _closed_rows,
        empty=NONE_WON,
    ),
    Measure(
        "average_cycle_days",
        "Average sales cycle",
        "days",
        "days from the submission to the order, over won deals",
        _metric("average_cycle_days", NONE_WON),
        _closed_rows,
        "lower",
        empty=NONE_WON,
    ),
):
    lend_measure(_measure)


onboarding_check("deal_registered", lambda partner_ids, on: with_submission(partner_ids))
