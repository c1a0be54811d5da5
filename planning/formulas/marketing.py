"""The figures of a marketing plan: what activities should bring, what they brought, how many are needed.

Two returns stand side by side, on revenue and on margin; the one on margin leads, because revenue alone
makes every campaign look good. Money is rounded before it is used further.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ONE,
    Number,
    apportion,
    divide,
    divide_positive,
    money,
    multiple,
    points,
    ratio,
    round_down,
    round_up,
    to_decimal,
    to_whole,
    total_of,
)
from prm.kernel.periods import DateLike, add_days, to_date, to_date_or_none

_CHAIN = ("inquiries", "mql", "sql", "opportunities", "won")
_SUMMED = (*_CHAIN, "revenue", "cost", "vendor_cost", "partner_cost")


def returns_on(revenue: Decimal, margin: Decimal, cost: Decimal) -> dict[str, Decimal | None]:
    """dollars_back, roi_revenue and roi_margin of rounded money; null when the cost is not above 0."""
    return {
        "dollars_back": multiple(divide_positive(revenue, cost)),
        "roi_revenue": ratio(divide_positive(revenue - cost, cost)),
        "roi_margin": ratio(divide_positive(margin - cost, cost)),
    }


@formula("F15")
def lead_waterfall(*, activities: Sequence[Record]) -> Outputs:
    """What a quarter's marketing activities should bring: leads, deals, revenue, cost and return.

    Expected counts 2 places (the chain itself unrounded), money, dollars_back a multiple (2), returns
    ratios (4 places). Totals are sums of the rounded figures and the returns of those sums.
    Source: domain formulas F15.
    """
    computed = [_activity(activity) for activity in activities]
    figures = [shown for shown, _ in computed]
    totals: dict[str, Any] = {name: total_of(shown[name] for shown in figures) for name in _CHAIN}
    totals = {name: points(value) for name, value in totals.items()}
    totals |= {name: money(total_of(shown[name] for shown in figures)) for name in _SUMMED[len(_CHAIN) :]}
    margin = total_of(own for _, own in computed)
    return {
        "activities": figures,
        "totals": totals | returns_on(totals["revenue"], margin, totals["cost"]),
    }


def _activity(activity: Record) -> tuple[dict[str, Any], Decimal]:
    """The shown figures of one activity, and its rounded margin."""
    reach, rates = to_decimal(activity["reach"]), activity["rates"]
    chain, count = {}, reach
    for name, rate in zip(_CHAIN, ("response", "mql", "sql", "opportunity", "win"), strict=True):
        count *= to_decimal(rates[rate])
        chain[name] = count
    revenue = money(chain["won"] * to_decimal(activity["average_deal"]))
    margin = money(revenue * to_decimal(activity["margin"]))
    cost = money(to_decimal(activity["fixed_cost"]) + reach * to_decimal(activity["cost_per_contact"]))
    vendor_cost = money(cost * to_decimal(activity["vendor_share"]))
    shown = {
        "id": activity["id"],
        **{name: points(value) for name, value in chain.items()},
        "revenue": revenue,
        "cost": cost,
        "vendor_cost": vendor_cost,
        "partner_cost": money(cost - vendor_cost),
        **returns_on(revenue, margin, cost),
        "cost_per_inquiry": money(divide(cost, chain["inquiries"])),
        "cost_per_opportunity": money(divide(cost, chain["opportunities"])),
    }
    return shown, margin


@formula("F16")
def campaign_actuals(
    *,
    activity_start: DateLike,
    activity_end: DateLike,
    as_of: DateLike,
    margin: Number,
    actual_costs: Sequence[Number],
    opportunities: Sequence[Record],
    estimate: Record,
    attribution_days: Number = 180,
) -> Outputs:
    """What a marketing activity really brought, against its estimate.

    Money, dollars_back a multiple (2), returns and their variance ratios (4 places). Deals opened before
    the activity never count; won ones count until window_end and as_of. Final only after window_end.
    Source: domain formulas F16.
    """
    start, today = to_date(activity_start), to_date(as_of)
    window_end = add_days(to_date(activity_end), to_whole(attribution_days))
    since = [deal for deal in opportunities if to_date(deal["opened"]) >= start]
    won = [_credited(deal) for deal in since if _is_won_by(deal, min(window_end, today))]
    revenue = money(total_of(won))
    cost = money(total_of(to_decimal(amount) for amount in actual_costs))
    returns = returns_on(revenue, money(revenue * to_decimal(margin)), cost)
    roi, planned = returns["roi_revenue"], estimate["roi_revenue"]
    return {
        "window_end": window_end,
        "won_deals": len(won),
        "attributed_revenue": revenue,
        "open_pipeline": money(total_of(_credited(deal) for deal in since if deal["outcome"] == "open")),
        "actual_cost": cost,
        **returns,
        "revenue_variance": money(revenue - to_decimal(estimate["revenue"])),
        "cost_variance": money(cost - to_decimal(estimate["cost"])),
        "roi_revenue_variance": None if roi is None or planned is None else ratio(roi - to_decimal(planned)),
        "status": "final" if today > window_end else "preliminary",
        "excluded_earlier": len(opportunities) - len(since),
    }


def _is_won_by(deal: Record, day: Any) -> bool:
    closed = to_date_or_none(deal["closed"])
    return deal["outcome"] == "won" and closed is not None and closed <= day


def _credited(deal: Record) -> Decimal:
    return money(to_decimal(deal["amount"]) * to_decimal(deal["credit"]))


# The inputs are the lines A to L of the printed worksheet, so they keep its letters.
@formula("F17")
def mgo_worksheet(
    *,
    A: Number,
    B: Number,
    D: Number,
    E: Number,
    F: Number,
    G: Number,
    I: Number,  # noqa: E741
    K: Number,
    target_revenue: Number,
) -> Outputs:
    """How many marketing-generated opportunities a revenue target needs, and how many the plan supplies.

    Forward: counts 2 places, L money, the chain unrounded except the whole partners C. Backward from
    target_revenue: whole counts rounded up, apportioned over 4, 12 and 52 parts. Null where a divisor is
    0, with everything that depends on it. Source: domain formulas F17.
    """
    partners = round_down(to_decimal(A) * to_decimal(B))
    per_campaign = to_decimal(E) * to_decimal(F) * to_decimal(G)
    mgos = partners * to_decimal(D) * per_campaign
    won = mgos * to_decimal(I)
    revenue = won * to_decimal(K)
    target = to_decimal(target_revenue)
    needed_deals = _whole_needed(target, to_decimal(K))
    needed_mgos = _whole_needed(needed_deals, to_decimal(I))
    needed_campaigns = _whole_needed(needed_mgos, per_campaign)
    return {
        "C": partners,
        "mgos_per_campaign": points(per_campaign),
        "H": points(mgos),
        "J": points(won),
        "L": money(revenue),
        "required_deals": needed_deals,
        "required_mgos": needed_mgos,
        "required_campaigns": needed_campaigns,
        "required_campaigns_per_partner": (
            None if needed_campaigns is None else points(divide(needed_campaigns, partners))
        ),
        "mgo_gap": None if needed_mgos is None else points(needed_mgos - mgos),
        "revenue_gap": money(target - revenue),
        "quarterly_targets": _equal_parts(needed_mgos, 4),
        "monthly_targets": _equal_parts(needed_mgos, 12),
        "weekly_targets": _equal_parts(needed_mgos, 52),
    }


def _whole_needed(amount: Decimal | int | None, per_unit: Decimal) -> int | None:
    quotient = None if amount is None else divide(amount, per_unit)
    return None if quotient is None else round_up(quotient)


def _equal_parts(count: int | None, parts: int) -> list[Decimal] | None:
    return None if count is None else apportion(count, 0, [ONE] * parts)
