"""What a referrer is worth to the vendor, and whether referring or reselling pays the partner better."""

from collections.abc import Sequence

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ZERO,
    Number,
    divide,
    divide_positive,
    money,
    ratio,
    to_decimal,
    to_whole,
    total_of,
)

_WON = frozenset({"won", "commission_due", "paid"})
_CLOSED_WITHOUT_WIN = frozenset({"lost", "expired", "rejected", "cancelled"})
_OPEN = frozenset({"submitted", "accepted", "qualified"})


@formula("F31")
def referral_worth(
    *,
    commission_rate: Number,
    commission_cap: Number | None,
    vendor_margin: Number,
    prior_period_accounts: Number,
    referrals: Sequence[Record],
) -> Outputs:
    """What a referrer brought in cash: revenue, margin, commission, and what is left of it.

    Money rounded per referral, then summed; margin and commission are taken from the rounded credited
    revenue. conversion and sphere_growth ratios (4 places), null where the divisor is 0.
    Raises ValueError for a status that is not of a submitted referral. Source: domain formulas F31.
    """
    for referral in referrals:
        if referral["status"] not in _WON | _CLOSED_WITHOUT_WIN | _OPEN:
            raise ValueError(f"unknown status of a referral: {referral['status']}")
    won = [r for r in referrals if r["status"] in _WON]
    lost = [r for r in referrals if r["status"] in _CLOSED_WITHOUT_WIN]
    pending = [r for r in referrals if r["status"] in _OPEN]
    revenues = [money(to_decimal(r["first_year_revenue"]) * to_decimal(r["credit"])) for r in won]
    margin = total_of(money(revenue * to_decimal(vendor_margin)) for revenue in revenues)
    earned = [money(revenue * to_decimal(commission_rate)) for revenue in revenues]
    if commission_cap is not None:
        earned = [min(amount, money(commission_cap)) for amount in earned]
    commission = total_of(earned)
    expected = total_of(
        money(to_decimal(r["first_year_revenue"]) * to_decimal(r["credit"]) * to_decimal(r["probability"]))
        for r in pending
    )
    before, accounts = to_whole(prior_period_accounts), len({r["account"] for r in referrals})
    return {
        "won": len(won),
        "closed_without_win": len(lost),
        "open": len(pending),
        "attributed_revenue": money(total_of(revenues)),
        "attributed_margin": money(margin),
        "commission": money(commission),
        "net_worth": money(margin - commission),
        "worth_per_referral": money(divide(margin - commission, len(referrals))),
        "conversion": ratio(divide(len(won), len(won) + len(lost))),
        "expected_open_revenue": money(expected),
        "sphere_growth": ratio(divide(accounts - before, before)),
    }


@formula("F32")
def compensation_fit(
    *,
    annual_revenue: Number,
    resale_threshold: Number,
    referral_rate: Number,
    resale_margin: Number,
    resale_overhead: Number,
) -> Outputs:
    """Which way of working pays the partner better: a referral fee, or reselling with its overhead.

    Money; the rounded incomes are compared, and reselling must be strictly higher. breakeven_revenue is
    null when the margin is not above the rate. Source: domain formulas F32.
    """
    revenue, threshold = to_decimal(annual_revenue), to_decimal(resale_threshold)
    rate, margin, overhead = to_decimal(referral_rate), to_decimal(resale_margin), to_decimal(resale_overhead)
    referral_income, resale_income = money(revenue * rate), money(revenue * margin - overhead)
    eligible = "resale" if revenue >= threshold else "referral"
    better = "resale" if resale_income > referral_income else "referral"
    return {
        "eligible_model": eligible,
        "referral_income": referral_income,
        "resale_income": resale_income,
        "better_model": better,
        "breakeven_revenue": money(divide_positive(overhead, margin - rate)),
        "gap_to_threshold": money(max(ZERO, threshold - revenue)),
        "recommended": "resale" if eligible == better == "resale" else "referral",
    }
