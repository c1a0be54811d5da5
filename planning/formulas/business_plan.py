"""The partner's 36-month plan: what it will sell, earn and spend month by month, and when it pays back.

A money table: every cell is rounded and later cells use the rounded ones, so that it adds up down and
across. Rows are built column by column, because services, contracts and market funds look back in time.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ONE,
    ZERO,
    Number,
    divide_positive,
    money,
    ratio,
    round_value,
    to_decimal,
    to_whole,
    total_of,
)
from prm.kernel.periods import month_of, month_start, months_from

MONTHS = 36
_DEAL_PLACES = 4
_YEAR_SUMS = ("total_revenue", "vendor_revenue", "gross_margin", "investment", "net")

Row = dict[str, Any]
Column = list[Decimal]  # one cell per month; month t is at t - 1


@formula("F13")
def business_plan(
    *,
    start_month: str,
    deals: Record,
    average_deal: Number,
    product_margin: Number,
    rebate_rate: Number,
    services: Record,
    recurring: Record,
    headcount: Sequence[Record],
    training: Sequence[Record],
    other: Sequence[Record],
    marketing: Sequence[Record],
    mdf: Record,
    discount_rate: Number | None,
    recurring_vendor_share: Number = 0,
) -> Outputs:
    """The 36-month plan and profit forecast of a partner.

    Money with every cell rounded; deals and active_contracts 4 places; roi a ratio (4 places), null when
    nothing is invested; npv null without a rate. breakeven_month counts from 1: the first month from
    which cumulative stays at or above 0, null if it never does. Raises ValueError for an unknown mode of
    deals, a negative lag or a start month that is not 'YYYY-MM'. Source: domain formulas F13.
    """
    first = month_of(month_start(start_month))
    per_month = _deals(deals)
    columns = {"deals": per_month}
    columns |= _revenues(per_month, average_deal, services, recurring)
    columns |= _margins(columns, product_margin, rebate_rate, services, recurring, recurring_vendor_share)
    columns |= _costs(headcount, training, marketing, other, mdf)
    columns["investment"] = [
        people + courses + campaigns + rest - refund
        for people, courses, campaigns, rest, refund in zip(
            columns["headcount_cost"],
            columns["training_cost"],
            columns["marketing_cost"],
            columns["other_cost"],
            columns["mdf"],
            strict=True,
        )
    ]
    columns["net"] = [
        margin - cost for margin, cost in zip(columns["gross_margin"], columns["investment"], strict=True)
    ]
    columns["cumulative"] = [total_of(columns["net"][: t + 1]) for t in range(MONTHS)]
    months = months_from(first, MONTHS)
    return _results(months, columns, None if discount_rate is None else to_decimal(discount_rate))


def _deals(plan: Record) -> Column:
    if plan["mode"] == "steps":
        steps = [(to_whole(s["from"]), to_decimal(s["per_month"])) for s in plan["steps"]]
        column = [([ZERO] + [n for start, n in steps if start <= t])[-1] for t in range(1, MONTHS + 1)]
    elif plan["mode"] == "linear":
        start, full, ramp = to_decimal(plan["start"]), to_decimal(plan["full"]), to_whole(plan["ramp_months"])
        column = [start + (full - start) * (t - 1) / (ramp - 1) if t < ramp else full for t in range(1, MONTHS + 1)]
    else:
        raise ValueError(f"unknown mode of deals: {plan['mode']}")
    return [round_value(n, _DEAL_PLACES) for n in column]


def _revenues(deals: Column, average_deal: Number, services: Record, recurring: Record) -> Mapping[str, Column]:
    lag, renewal = _lag(services), to_decimal(recurring["renewal_rate"])
    per_deal = to_decimal(services["attach_rate"]) * to_decimal(services["revenue_per_attach"])
    contracts = _active_contracts(deals, _lag(recurring), renewal)
    monthly = to_decimal(recurring["monthly_per_deal"])
    product = [money(n * to_decimal(average_deal)) for n in deals]
    service = [money(deals[t - lag] * per_deal) if t >= lag else money(0) for t in range(MONTHS)]
    renewed = [money(n * monthly) for n in contracts]
    return {
        "product_revenue": product,
        "services_revenue": service,
        # Revenue is taken from the unrounded count of contracts; the count itself is shown with 4 places.
        "active_contracts": [round_value(n, _DEAL_PLACES) for n in contracts],
        "recurring_revenue": renewed,
        "total_revenue": [sum(cells, ZERO) for cells in zip(product, service, renewed, strict=True)],
    }


def _lag(terms: Record) -> int:
    lag = to_whole(terms["lag"])
    if lag < 0:
        raise ValueError("revenue cannot come before its deal: lag must not be negative")
    return lag


def _active_contracts(deals: Column, lag: int, renewal_rate: Decimal) -> Column:
    # Decimal refuses 0 ** 0, and in the first year every contract runs, whatever the renewal rate.
    kept = [ONE if years == 0 else renewal_rate**years for years in range(MONTHS // 12 + 1)]
    return [total_of(deals[m] * kept[(t - m - lag) // 12] for m in range(max(0, t - lag + 1))) for t in range(MONTHS)]


def _margins(
    columns: Mapping[str, Column],
    product_margin: Number,
    rebate_rate: Number,
    services: Record,
    recurring: Record,
    vendor_share: Number,
) -> Mapping[str, Column]:
    product = _times(columns["product_revenue"], product_margin)
    from_recurring = _times(columns["recurring_revenue"], vendor_share)
    vendor = [
        revenue - margin + share
        for revenue, margin, share in zip(columns["product_revenue"], product, from_recurring, strict=True)
    ]
    rebate = _times(vendor, rebate_rate)
    service = _times(columns["services_revenue"], services["margin"])
    renewed = _times(columns["recurring_revenue"], recurring["margin"])
    return {
        "product_margin": product,
        "vendor_revenue": vendor,
        "rebate": rebate,
        "services_margin": service,
        "recurring_margin": renewed,
        "gross_margin": [sum(cells, ZERO) for cells in zip(product, rebate, service, renewed, strict=True)],
    }


def _times(column: Column, rate: Number) -> Column:
    return [money(cell * to_decimal(rate)) for cell in column]


def _costs(
    headcount: Sequence[Record],
    training: Sequence[Record],
    marketing: Sequence[Record],
    other: Sequence[Record],
    mdf: Record,
) -> Mapping[str, Column]:
    people = [(line, money(to_decimal(line["fte"]) * to_decimal(line["monthly_cost"]))) for line in headcount]
    campaigns = [(line, money(line["amount"])) for line in marketing]
    marketing_cost = _spread(campaigns)
    share, cap = to_decimal(mdf["share"]), to_decimal(mdf["quarterly_cap"])
    refunds = [
        money(min(share * total_of(marketing_cost[t - 2 : t + 1]), cap)) if t % 3 == 2 else money(0)
        for t in range(MONTHS)
    ]
    return {
        "headcount_cost": _spread(people),
        "training_cost": _dated(training),
        "marketing_cost": marketing_cost,
        "other_cost": _dated(other),
        "mdf": refunds,
    }


def _spread(lines: Sequence[tuple[Record, Decimal]]) -> Column:
    active = [(to_whole(line["from"]), to_whole(line["to"]), amount) for line, amount in lines]
    return [money(total_of(amount for start, end, amount in active if start <= t <= end)) for t in range(1, MONTHS + 1)]


def _dated(lines: Sequence[Record]) -> Column:
    booked = [(to_whole(line["month"]), money(line["amount"])) for line in lines]
    return [money(total_of(amount for month, amount in booked if month == t)) for t in range(1, MONTHS + 1)]


def _results(months: Sequence[str], columns: Mapping[str, Column], rate: Decimal | None) -> Outputs:
    rows: list[Row] = [
        {"month": month, **{name: column[t] for name, column in columns.items()}} for t, month in enumerate(months)
    ]
    sums = {name: total_of(columns[name]) for name in (*_YEAR_SUMS, "mdf")}
    lowest = min(columns["cumulative"])
    last_negative = max((t for t, value in enumerate(columns["cumulative"], start=1) if value < 0), default=0)
    breakeven = last_negative + 1 if last_negative < MONTHS else None
    returned = sums["gross_margin"] - sums["investment"]
    return {
        "rows": rows,
        "years": [
            {name: money(total_of(columns[name][year : year + 12])) for name in _YEAR_SUMS}
            for year in range(0, MONTHS, 12)
        ],
        "totals": {name: money(value) for name, value in sums.items()},
        "breakeven_month": breakeven,
        "breakeven_calendar_month": None if breakeven is None else months[breakeven - 1],
        "peak_funding": money(max(ZERO, -lowest)),
        "roi": ratio(divide_positive(returned, sums["investment"])),
        "npv": money(_present_value(columns["net"], rate)),
    }


def _present_value(net: Column, rate: Decimal | None) -> Decimal | None:
    # At -100 % and below the divisor is 0 or has no real root.
    if rate is None or rate <= -1:
        return None
    return total_of(cell / (1 + rate) ** (Decimal(t) / 12) for t, cell in enumerate(net, start=1))
