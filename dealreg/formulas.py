"""The figures of deals and leads: win metrics, deadlines of a registration, conflicts, who gets a lead."""

import datetime as dt
import statistics
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from partners.formulas import PUBLIC_MAIL_DOMAINS, normalise_domain, normalise_name
from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ZERO,
    Number,
    divide,
    mean,
    money,
    ratio,
    score,
    to_decimal,
    to_flag,
    to_whole,
    total_of,
)
from prm.kernel.periods import (
    DateLike,
    add_business_days,
    add_days,
    days_between,
    to_date,
    to_date_or_none,
)

_COMPETING = frozenset({"submitted", "in_review", "info_requested", "approved"})
_TIER_POINTS: Mapping[str, Number] = {"registered": 0, "silver": 10, "gold": 15, "platinum": 20}
_UNSCORED_COMPOSITE = Decimal("50.0")


@formula("F9")
def deal_metrics(*, period_start: DateLike, period_end: DateLike, deals: Sequence[Record]) -> Outputs:
    """How a partner's deals of a period ended: counts, revenue, win rates and days to win.

    Only deals closed in the period count, both ends included. Money, rates 4 places, days 1 place; null
    where the divisor is 0. Source: domain formulas F9.
    """
    start, end = to_date(period_start), to_date(period_end)
    closed = [deal for deal in deals if start <= to_date(deal["closed"]) <= end]
    won = [deal for deal in closed if deal["outcome"] == "won"]
    lost = [deal for deal in closed if deal["outcome"] == "lost"]
    won_revenue = total_of(to_decimal(deal["amount"]) for deal in won)
    lost_revenue = total_of(to_decimal(deal["amount"]) for deal in lost)
    cycles = [Decimal(days_between(to_date(deal["opened"]), to_date(deal["closed"]))) for deal in won]
    return {
        "won_count": len(won),
        "lost_count": len(lost),
        "won_revenue": money(won_revenue),
        "average_deal_size": money(divide(won_revenue, len(won))),
        "win_rate": ratio(divide(len(won), len(won) + len(lost))),
        "win_rate_value": ratio(divide(won_revenue, won_revenue + lost_revenue)),
        "average_cycle_days": score(mean(cycles)),
        "median_cycle_days": score(statistics.median(cycles) if cycles else None),
    }


@formula("F36")
def registration_dates(
    *,
    submitted_on: DateLike,
    holidays: Sequence[DateLike],
    decided_on: DateLike | None,
    approved_on: DateLike | None,
    protection_days: Number,
    extensions: Sequence[Number],
    as_of: DateLike,
    review_days: Number = 2,
    warn_days: Number = 14,
    pauses: Sequence[Record] = (),
) -> Outputs:
    """When a registration must be decided, and until when an approved one is protected.

    Dates; deadlines and protection run through the end of their day. Review counts business days outside
    pauses (both ends included; an open pause, to null, runs to as_of), protection calendar days. Dates of
    protection are null until approved. Source: domain formulas F36.
    """
    today, decided, approved = to_date(as_of), to_date_or_none(decided_on), to_date_or_none(approved_on)
    stops = [(to_date(p["from"]), today if p["to"] is None else to_date(p["to"])) for p in pauses]
    days_off = {to_date(day) for day in holidays}
    review_due = add_business_days(to_date(submitted_on), to_whole(review_days), days_off, stops)
    outputs: Outputs = {
        "review_due": review_due,
        "review_late": None if decided is None else decided > review_due,
        "expires_on": None,
        "warn_on": None,
        "status_on": None,
    }
    if approved is not None:
        expires = add_days(approved, to_whole(protection_days) + sum(to_whole(days) for days in extensions))
        outputs["expires_on"] = expires
        outputs["warn_on"] = add_days(expires, -to_whole(warn_days))
        outputs["status_on"] = "protected" if today <= expires else "expired"
    return outputs


@formula("F37")
def deal_conflict(
    *,
    candidate: Record,
    existing: Sequence[Record],
    time_zone: str = "UTC",
    public_domains: Collection[str] = PUBLIC_MAIL_DOMAINS,
) -> Outputs:
    """Which registrations compete with a candidate for the same business, and what to do by default.

    A match is by domain, else by normalised name and country, and needs a shared product line. Days are
    those of `time_zone`; submitted_at must be a timestamp with its offset (ValueError otherwise).
    An approval without an end protects. Source: domain formulas F37.
    """
    name = normalise_name(candidate["customer"])
    domain = normalise_domain(candidate["domain"], public_domains)
    submitted_at = _instant(candidate["submitted_at"])
    day = submitted_at.astimezone(ZoneInfo(time_zone)).date()
    conflicts = []
    for other in existing:
        shared_lines = sorted(set(candidate["product_lines"]) & set(other["product_lines"]))
        if not shared_lines or not _can_compete(candidate, other, day):
            continue
        other_domain = normalise_domain(other["domain"], public_domains)
        if domain is not None and domain == other_domain:
            match = "domain"
        # A name of signs only normalises to nothing, and nothing matches nothing.
        elif name and name == normalise_name(other["customer"]) and candidate["country"] == other["country"]:
            match = "name"
        else:
            continue
        own = candidate["partner"] == other["partner"]
        earlier = (_instant(other["submitted_at"]), other["id"]) < (submitted_at, candidate["id"])
        conflicts.append(
            {
                "id": other["id"],
                "match": match,
                "shared_lines": shared_lines,
                "kind": "own_duplicate" if own else "partner_conflict",
                "existing_first": earlier,
            }
        )
    if any(conflict["existing_first"] for conflict in conflicts):
        decision = "reject_duplicate"
    else:
        decision = "review" if conflicts else "none"
    return {
        "normalised_name": name,
        "normalised_domain": domain,
        "conflicts": conflicts,
        "may_auto_approve": not conflicts,
        "default_decision": decision,
    }


def _can_compete(candidate: Record, other: Record, day: dt.date) -> bool:
    if other["id"] == candidate["id"] or other["status"] not in _COMPETING:
        return False
    if candidate["partner"] == other.get("sponsor") or other["partner"] == candidate.get("sponsor"):
        return False
    expires = to_date_or_none(other["expires_on"])
    return other["status"] != "approved" or expires is None or day <= expires


def _instant(value: dt.datetime | str) -> dt.datetime:
    instant = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    if instant.tzinfo is None:
        raise ValueError(f"a timestamp needs its offset from UTC: {value}")
    return instant


@dataclass(frozen=True)
class LeadWeights:
    """What each fact is worth in F38; a vendor may set its own."""

    region: Number = 40
    vertical: Number = 20
    composite: Number = Decimal("0.2")
    load: Number = 20
    tiers: Mapping[str, Number] = field(default_factory=lambda: dict(_TIER_POINTS))


@formula("F38")
def lead_match(
    *,
    lead: Record,
    partners: Sequence[Record],
    tier_points: Mapping[str, Number] = _TIER_POINTS,
    weights: LeadWeights | None = None,
) -> Outputs:
    """Which partner gets a lead: the eligible ones in order, their scores, and the first of them.

    Scores 1 place, compared as shown; ties go to fewer open leads, then to who waits longest (never had
    one first), then by id. A tier without points counts 0. Source: domain formulas F38.
    """
    worth = weights or LeadWeights(tiers=tier_points)
    eligible = {partner["id"]: partner for partner in partners if not lead_obstacles(lead, partner)}
    scores = {key: score(sum(lead_points(lead, one, worth).values(), ZERO)) for key, one in eligible.items()}

    def place(key: str) -> tuple[Any, ...]:
        last_lead_on = to_date_or_none(eligible[key]["last_lead_on"])
        return -scores[key], to_whole(eligible[key]["open_leads"]), last_lead_on or dt.date.min, key

    order = sorted(eligible, key=place)
    return {"order": order, "scores": scores, "assigned": order[0] if order else None}


def lead_obstacles(lead: Record, partner: Record) -> list[str]:
    """What keeps a partner from a lead: state, accepts_leads, line, territory, capacity; nothing when eligible."""
    full = max(0, to_whole(partner["open_leads"])) >= to_whole(partner["lead_capacity"])
    found = {
        "state": not to_flag(partner["active"]),
        "accepts_leads": not to_flag(partner["accepts_leads"]),
        "line": lead["product_line"] not in partner["certified_lines"],
        "territory": bool(partner["territories"]) and lead["country"] not in partner["territories"],
        "capacity": full,
    }
    return [name for name, is_so in found.items() if is_so]


def lead_points(lead: Record, partner: Record, worth: LeadWeights) -> dict[str, Decimal]:
    """What an eligible partner's points are made of, unrounded: region, vertical, tier, composite, load."""
    in_region = lead["region"] is not None and lead["region"] in partner["regions"]
    in_vertical = lead["vertical"] is not None and lead["vertical"] in partner["verticals"]
    composite = partner["composite"]
    known = _UNSCORED_COMPOSITE if composite is None else to_decimal(composite)
    load = Decimal(to_whole(partner["open_leads"])) / to_whole(partner["lead_capacity"])
    return {
        "region": to_decimal(worth.region) if in_region else ZERO,
        "vertical": to_decimal(worth.vertical) if in_vertical else ZERO,
        "tier": to_decimal(worth.tiers.get(partner["tier"], 0)),
        "composite": known * to_decimal(worth.composite),
        "load": -to_decimal(worth.load) * load,
    }
