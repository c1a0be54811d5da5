"""How close a partner is: points that fade, segments, silence, contacts, satisfaction, loyalty points."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    HUNDRED,
    ONE,
    ZERO,
    Number,
    divide,
    mean,
    money,
    points,
    ratio,
    score,
    to_decimal,
    to_flag,
    to_whole,
    total_of,
)
from prm.kernel.periods import DateLike, add_days, add_months, days_between, to_date, to_date_or_none

_HALF = Decimal("0.5")
_MONETARY_BANDS = [
    (Decimal("250000.00"), 5),
    (Decimal("100000.00"), 4),
    (Decimal("25000.00"), 3),
]
_RECENCY_BANDS = [(30, 5), (60, 4), (90, 3), (180, 2)]
_FREQUENCY_BANDS = [(12, 5), (6, 4), (3, 3), (1, 2)]

_SERIOUSNESS = ("ok", "watch", "warning", "dormant")


@formula("F25")
def engagement_score(
    *,
    as_of: DateLike,
    armed: bool,
    events: Sequence[Record],
    half_life_days: Number = 30,
    daily_cap: Number = 20,
    max_age_days: Number = 180,
    call_threshold: Number = 30,
    warm_threshold: Number = 15,
    rearm_below: Number = 15,
    call_done_on: DateLike | None = None,
    rearm_days: Number = 30,
) -> Outputs:
    """How warm a partner is: points per contact and day, capped and halved every half_life_days.

    Points 2 places; level and re-arming judge the score as shown. A call task is created once while
    armed; re-arming takes effect from the next evaluation. Raises ValueError for a half-life not above 0.
    Source: domain formulas F25.
    """
    today, oldest = to_date(as_of), to_whole(max_age_days)
    per_day: dict[tuple[str, dt.date], Decimal] = {}
    for event in events:
        key = (event["contact"], to_date(event["date"]))
        per_day[key] = per_day.get(key, ZERO) + to_decimal(event["points"])
    capped = [
        (days_between(day, today), min(added, to_decimal(daily_cap)))
        for (_, day), added in per_day.items()
        if 0 <= days_between(day, today) <= oldest
    ]
    half_life = to_decimal(half_life_days)
    if half_life <= 0:
        raise ValueError("the half-life must be above 0 days")
    shown = points(total_of(added * _HALF ** (age / half_life) for age, added in capped))
    if shown >= to_decimal(call_threshold):
        level = "call"
    else:
        level = "warm" if shown >= to_decimal(warm_threshold) else "cold"
    is_armed, called = to_flag(armed), to_date_or_none(call_done_on)
    create = level == "call" and is_armed
    rested = called is not None and days_between(called, today) >= to_whole(rearm_days)
    return {
        "raw_points": points(total_of(added for _, added in capped)),
        "score": shown,
        "level": level,
        "create_call_task": create,
        "armed_after": not create and (is_armed or shown < to_decimal(rearm_below) or rested),
    }


@formula("F26")
def rfm(*, as_of: DateLike, transactions: Sequence[Record]) -> Outputs:
    """Recency, frequency and money of a partner's purchases in the last 12 months, and its segment.

    Days, counts, money; credits are negative amounts. recency_days looks back any time, and is null if
    nothing was ever sold. Source: domain formulas F26.
    """
    today = to_date(as_of)
    after = add_months(today, -12)
    booked = [(to_date(t["date"]), to_decimal(t["amount"])) for t in transactions]
    past = [(day, amount) for day, amount in booked if day <= today]
    recency = min((days_between(day, today) for day, amount in past if amount > 0), default=None)
    window = [amount for day, amount in past if day > after]
    frequency = sum(amount > 0 for amount in window)
    monetary = total_of(window)
    r = 1 if recency is None else next((grade for days, grade in _RECENCY_BANDS if recency <= days), 1)
    f = next((grade for count, grade in _FREQUENCY_BANDS if frequency >= count), 1)
    m = next((grade for amount, grade in _MONETARY_BANDS if monetary >= amount), 2 if monetary > 0 else 1)
    return {
        "window_start_exclusive": after,
        "recency_days": recency,
        "frequency": frequency,
        "monetary": money(monetary),
        "r": r,
        "f": f,
        "m": m,
        "code": f"{r}{f}{m}",
        "total": r + f + m,
        "segment": "prospect" if recency is None else _segment(r, f, m),
    }


def _segment(r: int, f: int, m: int) -> str:
    if min(r, f, m) >= 4:
        return "champion"
    if r == 1:
        return "lapsed"
    if r == 2 and max(f, m) >= 3:
        return "at_risk"
    return "promising" if r >= 4 and m >= 2 else "steady"


@formula("F27")
def inactivity(
    *,
    monthly_activity: Sequence[Number],
    days_since_login: Number | None,
    recent_quarter_sales: Sequence[Number],
) -> Outputs:
    """Whether a partner goes quiet: activity of three months against the three before, logins, sales.

    Averages 2 places, change a ratio (4 places, judged as shown), null when nothing was before. The more
    serious of activity and login decides. Raises ValueError unless six months are given.
    Source: domain formulas F27.
    """
    activity = [to_decimal(value) for value in monthly_activity]
    if len(activity) != 6:
        raise ValueError("six full months of activity are needed")
    prior, recent = total_of(activity[:3]) / 3, total_of(activity[3:]) / 3
    change = ratio(divide(recent - prior, prior))
    login = None if days_since_login is None else to_whole(days_since_login)
    levels = (_level_by_activity(recent, change), _level_by_login(login))
    sales = [to_decimal(value) for value in recent_quarter_sales]
    without_sale = next((i for i, value in enumerate(sales) if value > 0), len(sales))
    return {
        "prior_average": points(prior),
        "recent_average": points(recent),
        "change": change,
        "level": max(levels, key=_SERIOUSNESS.index),
        "quarters_without_sale": without_sale,
        "treat_as_prospect": without_sale >= 2,
    }


def _level_by_activity(recent: Decimal, change: Decimal | None) -> str:
    if recent == 0:
        return "dormant"
    if change is None or change > Decimal("-0.2500"):
        return "ok"
    return "warning" if change <= Decimal("-0.5000") else "watch"


def _level_by_login(days: int | None) -> str:
    if days is None or days > 90:
        return "warning"
    return "watch" if days > 60 else "ok"


@formula("F28")
def contact_penetration(
    *,
    as_of: DateLike,
    relevant_headcount: Number | None,
    required_roles: Sequence[str],
    contacts: Sequence[Record],
    active_days: Number = 90,
) -> Outputs:
    """How many of the people who matter at a partner are in touch, and in which roles nobody is.

    Counts; penetration and role_coverage ratios (4 places), null when the headcount is unknown, nobody
    matters or no role is required. Source: domain formulas F28.
    """
    today, limit = to_date(as_of), to_whole(active_days)
    headcount = None if relevant_headcount is None else to_whole(relevant_headcount)
    active = []
    for contact in contacts:
        last = to_date_or_none(contact["last_activity"])
        if last is not None and 0 <= days_between(last, today) <= limit:
            active.append(contact)
    covered = {contact["role"] for contact in active}
    missing = [role for role in required_roles if role not in covered]
    people = None if headcount is None else max(headcount, len(contacts))
    return {
        "known_contacts": len(contacts),
        "active_contacts": len(active),
        "penetration": None if people is None else ratio(divide(len(active), people)),
        "role_coverage": ratio(divide(len(required_roles) - len(missing), len(required_roles))),
        "missing_roles": missing,
        "headcount_stale": headcount is not None and len(contacts) > headcount,
    }


@formula("F29")
def satisfaction(*, csat: Sequence[Number], nps: Sequence[Number], min_responses: Number) -> Outputs:
    """Satisfaction as an index of 0 to 100 and the net promoter score of -100 to 100.

    1 place; null below min_responses, so that no single answer can be read, and without answers.
    Source: domain formulas F29.
    """
    least = max(1, to_whole(min_responses))
    grades, answers = [to_decimal(a) for a in csat], [to_whole(a) for a in nps]
    average = mean(grades) if len(grades) >= least else None
    promoters, detractors = sum(a >= 9 for a in answers), sum(a <= 6 for a in answers)
    net = divide(HUNDRED * (promoters - detractors), len(answers)) if len(answers) >= least else None
    return {
        "csat_responses": len(grades),
        "csat_index": None if average is None else score((average - ONE) / 4 * 100),
        "nps_responses": len(answers),
        "nps": score(net),
    }


@dataclass
class _Lot:
    """Points earned on one day, and what is left of them."""

    valid_through: dt.date
    left: int


@formula("F30")
def loyalty_points(
    *, as_of: DateLike, entries: Sequence[Record], expiry_months: Number = 12, soon_days: Number = 60
) -> Outputs:
    """A partner's loyalty points: what is left, what expired, what expires soon, what was refused.

    Whole points. Booked by date, then seq; redeeming takes the lot that expires first, and is refused as
    a whole above the valid balance. Raises ValueError for another type or negative points.
    Source: domain formulas F30.
    """
    today, months = to_date(as_of), to_whole(expiry_months)
    soon = add_days(today, to_whole(soon_days))
    lots: list[_Lot] = []
    rejected: list[int] = []
    for entry in sorted(entries, key=lambda e: (to_date(e["date"]), to_whole(e["seq"]))):
        day, amount = to_date(entry["date"]), to_whole(entry["points"])
        if amount < 0 or entry["type"] not in ("earn", "redeem"):
            raise ValueError(f"not an entry of points: {entry['type']} {amount}")
        if day > today:
            continue
        if entry["type"] == "earn":
            lots.append(_Lot(add_months(day, months), amount))
        elif not _redeem(lots, day, amount):
            rejected.append(to_whole(entry["seq"]))
    valid = [lot for lot in lots if lot.valid_through >= today]
    return {
        "balance": sum(lot.left for lot in valid),
        "expired": sum(lot.left for lot in lots if lot.valid_through < today),
        "expiring_soon": sum(lot.left for lot in valid if lot.valid_through <= soon),
        "rejected": rejected,
    }


def _redeem(lots: Sequence[_Lot], day: dt.date, amount: int) -> bool:
    valid = sorted((lot for lot in lots if lot.valid_through >= day), key=lambda lot: lot.valid_through)
    if amount > sum(lot.left for lot in valid):
        return False
    for lot in valid:
        used = min(lot.left, amount)
        lot.left -= used
        amount -= used
    return True
