"""The money of funds and rebates: what may be approved, what a claim pays, what the ledger holds.

Every amount is money of the reporting currency; each cell is rounded and later cells use the rounded
ones, so that a claim and a ledger add up on paper.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ZERO,
    Number,
    divide,
    divide_positive,
    money,
    multiple,
    ratio,
    to_decimal,
    to_flag,
    to_whole,
    total_of,
)
from prm.kernel.periods import DateLike, add_days, to_date

# What each booking does to the balances; a balance may never fall below 0.
_EFFECTS: Mapping[str, Mapping[str, int]] = {
    "allocation": {"available": 1},
    "adjustment": {"available": 1},
    "reserve": {"available": -1, "reserved": 1},
    "release": {"available": 1, "reserved": -1},
    "payment": {"reserved": -1, "paid": 1},
    "clawback": {"available": 1, "paid": -1},
    "forfeiture": {"available": -1, "forfeited": 1},
}
_FUNDING = ("allocation", "adjustment")


@formula("F18")
def mdf_request(
    *,
    total_budget: Number,
    vendor_share: Number,
    requested: Number,
    activity_cap: Number | None,
    period_cap_remaining: Number | None,
    fund_available: Number,
    eligible: bool,
) -> Outputs:
    """How much of a funding request may be approved, and which limit decides.

    Money; effective_vendor_share a ratio (4 places), null for a budget of 0. A cap of null is no cap;
    a limit below 0 counts as 0. Source: domain formulas F18.
    """
    budget, asked = to_decimal(total_budget), to_decimal(requested)
    if to_flag(eligible):
        candidates = {
            "cost_share": money(budget * to_decimal(vendor_share)),
            "activity_cap": activity_cap,
            "period_cap_remaining": period_cap_remaining,
            "fund_available": fund_available,
        }
        limits = {name: max(ZERO, to_decimal(v)) for name, v in candidates.items() if v is not None}
    else:
        limits = {"not_eligible": ZERO}
    # min() keeps the first of equal limits, which is the order the source names them in.
    binding = min(limits, key=lambda name: limits[name])
    max_fundable = limits[binding]
    approvable = min(asked, max_fundable)
    return {
        "max_fundable": money(max_fundable),
        "approvable": money(approvable),
        "partner_share": money(budget - approvable),
        "effective_vendor_share": ratio(divide(approvable, budget)),
        "binding_limit": "requested" if asked < max_fundable else binding,
    }


@formula("F19")
def mdf_claim(
    *,
    approved_amount: Number,
    previously_paid: Number,
    vendor_share: Number,
    activity_end: DateLike,
    submitted_on: DateLike,
    final_claim: bool,
    lines: Sequence[Record],
    claim_days: Number = 45,
    advance_open: Number = 0,
) -> Outputs:
    """What a claim pays, settles of an advance, takes back and releases.

    Money, dates; refunds are negative lines. A claim after claim_due pays nothing, and if final gives
    the open advance back. Source: domain formulas F19.
    """
    claim_due = add_days(to_date(activity_end), to_whole(claim_days))
    late = to_date(submitted_on) > claim_due
    is_final = to_flag(final_claim)
    paid, advance = to_decimal(previously_paid), to_decimal(advance_open)
    eligible = total_of(to_decimal(line["amount"]) for line in lines if to_flag(line["eligible"]))
    ineligible = total_of(to_decimal(line["amount"]) for line in lines if not line["eligible"])
    share = money(eligible * to_decimal(vendor_share))
    remaining = to_decimal(approved_amount) - paid
    if late:
        reimbursable, settled, owed_back = ZERO, ZERO, advance
    else:
        reimbursable = max(ZERO, min(share - advance, remaining))
        settled = min(advance, max(ZERO, share))
        owed_back = max(ZERO, advance - share)
    return {
        "claim_due": claim_due,
        "late": late,
        "eligible_spend": money(eligible),
        "ineligible_spend": money(ineligible),
        "share_of_spend": share,
        "remaining_commitment": money(remaining),
        "reimbursable": money(reimbursable),
        "released": money(remaining - reimbursable if is_final else ZERO),
        "partner_cost": money(eligible + ineligible - reimbursable - settled),
        "advance_settled": money(settled),
        "clawback": money(min(owed_back, paid) if is_final else ZERO),
    }


@formula("F20")
def mdf_ledger(*, entries: Sequence[Record]) -> Outputs:
    """The balances of a fund after its bookings, and the bookings that were refused.

    Money; utilisation a ratio (4 places), null when nothing is funded. An entry whose key was booked is
    a repeat and ignored; one that would overdraw a balance is refused, and its key may come again.
    Always funded = available + reserved + paid + forfeited. Raises ValueError for an unknown type.
    Source: domain formulas F20.
    """
    balances = dict.fromkeys(("available", "reserved", "paid", "forfeited"), ZERO)
    booked: set[str] = set()
    rejected: list[str] = []
    funded = ZERO
    for entry in entries:
        kind, amount = entry["type"], to_decimal(entry["amount"])
        if kind not in _EFFECTS:
            raise ValueError(f"unknown type of entry: {kind}")
        if entry["key"] in booked:
            continue
        after = balances | {name: balances[name] + sign * amount for name, sign in _EFFECTS[kind].items()}
        if min(after.values()) < 0 or (amount <= 0 and kind != "adjustment"):
            rejected.append(entry["key"])
            continue
        balances = after
        booked.add(entry["key"])
        funded += amount if kind in _FUNDING else ZERO
    return {
        "funded": money(funded),
        **{name: money(balance) for name, balance in balances.items()},
        "utilisation": ratio(divide_positive(balances["reserved"] + balances["paid"], funded)),
        "rejected": rejected,
    }


@formula("F23")
def rebate(
    *, mode: str, bands: Sequence[Record], net_purchases: Number, baseline: Number, gross_margin: Number
) -> Outputs:
    """What a rebate pays and what the vendor gets for it.

    Money; effective_rate, growth and roi ratios (4 places), revenue_per_rebate_dollar a multiple (2).
    Marginal slices and the incremental margin are rounded to money before use. Figures against the
    baseline are null when it is not above 0, returns also when the rebate is 0.
    Raises ValueError for another mode. Source: domain formulas F23.
    """
    purchases, before = to_decimal(net_purchases), to_decimal(baseline)
    paid = _rebate_of(mode, [(to_decimal(b["from"]), to_decimal(b["rate"])) for b in bands], purchases)
    outputs: dict[str, Any] = {
        "rebate": money(paid),
        "effective_rate": ratio(divide_positive(paid, purchases)),
        **dict.fromkeys(("incremental_revenue", "growth", "incremental_margin", "revenue_per_rebate_dollar", "roi")),
    }
    if before > 0:
        extra = purchases - before
        margin = money(extra * to_decimal(gross_margin))
        outputs["incremental_revenue"] = money(extra)
        outputs["growth"] = ratio(divide(extra, before))
        outputs["incremental_margin"] = margin
        outputs["revenue_per_rebate_dollar"] = multiple(divide(extra, paid))
        outputs["roi"] = ratio(divide(margin - paid, paid))
    return outputs


def _rebate_of(mode: str, bands: Sequence[tuple[Decimal, Decimal]], purchases: Decimal) -> Decimal:
    if mode == "retroactive":
        rate = max(((start, rate) for start, rate in bands if start <= purchases), default=(ZERO, ZERO))[1]
        return money(max(ZERO, purchases) * rate)
    if mode != "marginal":
        raise ValueError(f"unknown mode: {mode}")
    borders = [start for start, _ in bands[1:]] + [max(ZERO, purchases)]
    return total_of(
        money(max(ZERO, min(purchases, border) - start) * rate)
        for (start, rate), border in zip(bands, borders, strict=False)
    )
