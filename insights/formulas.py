"""The channel as a whole: its contribution, staff, return, concentration, and the program's life-stage."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import accumulate, takewhile

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    HUNDRED,
    ONE,
    ZERO,
    Number,
    clamp,
    divide,
    divide_positive,
    mean,
    money,
    multiple,
    ratio,
    round_up,
    round_value,
    score,
    to_decimal,
    to_whole,
    total_of,
)

_EIGHTY_PERCENT = Decimal("0.80")
_ALMOST_READY = Decimal("99.9")
_STARTING = "starting"


@formula("F21")
def channel_pnl(
    *,
    gross_sales: Number,
    partner_discounts: Number,
    deal_registration_discounts: Number,
    channel_staff: Number,
    mdf: Number,
    coop: Number,
    promotions: Number,
    operations: Number,
    rebates: Number = 0,
    referral_commissions: Number = 0,
) -> Outputs:
    """The contribution of a channel: sales less discounts, staff and indirect expenses.

    Money with every cell rounded; shares of gross sales are ratios (4 places), null when it is not above
    0. Product cost is not in it, so nothing here is a gross margin. Source: domain formulas F21.
    """
    gross, staff = money(gross_sales), money(channel_staff)
    net_sales = gross - money(partner_discounts) - money(deal_registration_discounts)
    after_staff = net_sales - staff
    indirect = total_of(money(cost) for cost in (mdf, coop, promotions, operations, rebates, referral_commissions))
    contribution = after_staff - indirect
    cost = gross - contribution
    return {
        "net_sales": money(net_sales),
        "margin_after_staff": money(after_staff),
        "indirect_expenses": money(indirect),
        "channel_contribution": money(contribution),
        "total_channel_cost": money(cost),
        "staff_pct_of_gross_sales": ratio(divide_positive(staff, gross)),
        "channel_cost_pct": ratio(divide_positive(cost, gross)),
        "channel_contribution_pct": ratio(divide_positive(contribution, gross)),
    }


@formula("F22")
def staffing(
    *,
    company_sales: Number,
    channel_share: Number,
    total_partners: Number,
    managed_partners: Number,
    roles: Sequence[Record],
) -> Outputs:
    """How many people the channel needs for its managed partners, and what they cost.

    Whole heads per role, at least one while any partner is managed; money; staff_cost_pct a ratio
    (4 places). Null where a divisor is 0, with everything that depends on it.
    Source: domain formulas F22.
    """
    managed = to_whole(managed_partners)
    heads = {role["role"]: _heads(managed, to_decimal(role["partners_per_head"])) for role in roles}
    counted = [n for n in heads.values() if n is not None]
    total = sum(counted) if len(counted) == len(heads) else None
    cost = total_of((heads[role["role"]] or 0) * to_decimal(role["annual_cost"]) for role in roles)
    sales = to_decimal(company_sales) * to_decimal(channel_share)
    return {
        "channel_sales": money(sales),
        "unmanaged_partners": to_whole(total_partners) - managed,
        "heads": heads,
        "total_heads": total,
        "staff_cost": None if total is None else money(cost),
        "staff_cost_pct": None if total is None else ratio(divide(cost, sales)),
        "average_cost_per_head": None if total is None else money(divide(cost, total)),
        "channel_sales_per_head": None if total is None else money(divide(sales, total)),
    }


def _heads(managed: int, partners_per_head: Decimal) -> int | None:
    heads = divide(managed, partners_per_head)
    return None if heads is None else max(1 if managed > 0 else 0, int(round_value(heads)))


@formula("F24")
def channel_return(
    *,
    investment: Mapping[str, Number],
    channel_revenue: Number,
    baseline_revenue: Number,
    contribution_margin: Number,
) -> Outputs:
    """One dollar into the channel: how many came back, in all and of growth.

    Money, dollars back multiples (2 places), returns ratios (4 places); margins are rounded to money
    first. Null when nothing was invested; growth figures also without a baseline above 0.
    Source: domain formulas F24.
    """
    revenue, before = to_decimal(channel_revenue), to_decimal(baseline_revenue)
    share = to_decimal(contribution_margin)
    invested = total_of(to_decimal(amount) for amount in investment.values())
    growth = revenue - before if before > 0 else None
    return {
        "total_investment": money(invested),
        "dollars_back": multiple(divide_positive(revenue, invested)),
        "incremental_revenue": money(growth),
        "incremental_dollars_back": None if growth is None else multiple(divide_positive(growth, invested)),
        "roi_margin": _roi_margin(revenue, share, invested),
        "incremental_roi_margin": None if growth is None else _roi_margin(growth, share, invested),
    }


def _roi_margin(revenue: Decimal, share: Decimal, invested: Decimal) -> Decimal | None:
    return ratio(divide_positive(money(revenue * share) - invested, invested))


@formula("F34")
def concentration(*, partner_revenue: Sequence[Number], top_share: Number = "0.20") -> Outputs:
    """How much of the revenue hangs on a few partners.

    Counts and ratios (4 places), null without partners or without revenue. A partner below 0 counts as
    0. Source: domain formulas F34.
    """
    largest = sorted((max(ZERO, to_decimal(value)) for value in partner_revenue), reverse=True)
    partners, total = len(largest), total_of(largest)
    producing = sum(value > 0 for value in largest)
    top_count = round_up(to_decimal(top_share) * partners)
    # One more partner than those who together stay below the line.
    short = sum(1 for _ in takewhile(lambda running: running < total * _EIGHTY_PERCENT, accumulate(largest)))
    for_80 = short + 1 if total > 0 else None
    return {
        "partners": partners,
        "producing": producing,
        "producing_rate": ratio(divide(producing, partners)),
        "top_count": top_count,
        "top_revenue_share": ratio(divide(total_of(largest[:top_count]), total)),
        "partners_for_80": for_80,
        "partners_for_80_share": None if for_80 is None else ratio(divide(for_80, partners)),
    }


@formula("F35")
def program_stage(*, metrics: Mapping[str, Number | None], gates: Sequence[Record]) -> Outputs:
    """In which stage of life the partner program is, and what it lacks for the next one.

    readiness is 0 to 100 with 1 place, at most 99.9 while anything is missing; null with no next stage.
    A missing metric never meets its threshold, not even 0. Source: domain formulas F35.
    """
    missing = [[need["metric"] for need in gate["metrics"] if not _is_reached(metrics, need)] for gate in gates]
    reached = next((i for i, lacks in enumerate(missing) if lacks), len(gates))
    upcoming = gates[reached] if reached < len(gates) else None
    readiness = None
    if upcoming is not None:
        mean_progress = mean([_progress(metrics, need) for need in upcoming["metrics"]]) or ZERO
        readiness = min(score(HUNDRED * mean_progress), _ALMOST_READY)
    return {
        "stage": gates[reached - 1]["stage"] if reached else _STARTING,
        "gates": {gate["stage"]: not lacks for gate, lacks in zip(gates, missing, strict=True)},
        "next_stage": None if upcoming is None else upcoming["stage"],
        "readiness": readiness,
        "missing": missing[reached] if upcoming is not None else [],
    }


def _is_reached(metrics: Mapping[str, Number | None], need: Record) -> bool:
    value = metrics.get(need["metric"])
    return value is not None and to_decimal(value) >= to_decimal(need["at_least"])


def _progress(metrics: Mapping[str, Number | None], need: Record) -> Decimal:
    value, threshold = metrics.get(need["metric"]), to_decimal(need["at_least"])
    if threshold <= 0:
        return ONE
    return ZERO if value is None else clamp(to_decimal(value) / threshold, ZERO, ONE)
