"""Figures about a partner as a company: its colour, its tier, its way in, its place on the locator.

Also the one way to normalise a company's name and mail domain, so that duplicates and rival
registrations are recognised alike wherever somebody types them.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from prm.kernel.formulas import Outputs, Record, formula
from prm.kernel.numbers import (
    ONE,
    ZERO,
    Number,
    clamp,
    divide,
    mean,
    places_of,
    ratio,
    round_value,
    score,
    to_decimal,
    to_flag,
    to_whole,
    weighted_mean,
)
from prm.kernel.periods import DateLike, days_between, to_date

SCORE_GREEN, SCORE_YELLOW = Decimal("75.0"), Decimal("50.0")
ATTAINMENT_GREEN, ATTAINMENT_YELLOW = Decimal("1.0000"), Decimal("0.8000")
_ALMOST = Decimal("0.9999")

# These say nothing about the company behind an address.
_PUBLIC_MAIL = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com aol.com
    gmx.de gmx.net gmx.com web.de t-online.de proton.me protonmail.com mail.com qq.com 163.com 126.com
"""
PUBLIC_MAIL_DOMAINS = frozenset(_PUBLIC_MAIL.split())

_UNACCENTED = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "ł": "l", "&": " and "})
_DROPPED = re.compile(r"[./\\'’‘ʼ′`´]")
_LEGAL_FORMS = """
    inc incorporated llc llp lp ltd limited ltda pvt corp corporation co company gmbh ag kg kgaa ohg ug se sa sas sarl
    srl spa sro bv nv plc ab as asa aps oy oyj kk pte pty
"""
_TRAILING_WORDS = frozenset((*_LEGAL_FORMS.split(), "and"))
_SCHEME = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?//")
_AFTER_HOST = re.compile(r"[/?#\\]")


def normalise_name(name: str) -> str:
    """A company name without accents, case, punctuation and legal form: 'Müller GmbH & Co. KG' is 'muller'.

    Source: domain formulas F37. A leading "the" is dropped once, legal forms as often as they trail;
    one word always remains. Empty only if the name holds no letter or digit.
    """
    decomposed = unicodedata.normalize("NFD", name)
    text = "".join(c for c in decomposed if not unicodedata.combining(c)).lower().translate(_UNACCENTED)
    # Recomposed, because Korean syllables came apart too.
    text = unicodedata.normalize("NFC", _DROPPED.sub("", text))
    words = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in text).split()
    if len(words) > 1 and words[0] == "the":
        words.pop(0)
    while len(words) > 1 and words[-1] in _TRAILING_WORDS:
        words.pop()
    return " ".join(words)


def normalise_domain(address: str | None, public_domains: Collection[str] = PUBLIC_MAIL_DOMAINS) -> str | None:
    """The bare host of a web or mail address, or None if empty or a public mail provider's.

    'https://www.acme.example/contact' and 'ana@acme.example' are both 'acme.example'.
    Source: domain formulas F37.
    """
    host = _SCHEME.sub("", (address or "").strip().lower())
    # The path goes first: it may hold an @ of its own.
    host = _AFTER_HOST.split(host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    host = host.removeprefix("www.").rstrip(".")
    return None if not host or host in {domain.lower() for domain in public_domains} else host


def colour_of(value: Decimal | None, green: Decimal, yellow: Decimal, direction: str = "higher") -> str:
    """green, yellow, red, or grey for None; the value on a border has the better colour."""
    if direction not in ("higher", "lower"):
        raise ValueError(f"direction must be higher or lower: {direction}")
    if value is None:
        return "grey"
    sign = 1 if direction == "higher" else -1
    if sign * value >= sign * green:
        return "green"
    return "yellow" if sign * value >= sign * yellow else "red"


def score_status(shown: Decimal | None) -> str:
    """The colour of a score as shown: green from 75.0, yellow from 50.0 (C10)."""
    return colour_of(shown, SCORE_GREEN, SCORE_YELLOW)


def attainment_status(shown: Decimal | None) -> str:
    """The colour of a ratio to a target as shown: green from 1.0000, yellow from 0.8000 (C10)."""
    return colour_of(shown, ATTAINMENT_GREEN, ATTAINMENT_YELLOW)


@formula("F4")
def rag_status(*, value: Number | None, green: Number, yellow: Number, direction: str = "higher") -> Outputs:
    """The colour of a value against two borders, higher or lower being better; grey without a value.

    Compares exactly what it is given, so hand in the rounded figure that is shown (C5).
    Raises ValueError for another direction. Source: domain formulas F4.
    """
    known = None if value is None else to_decimal(value)
    return {"status": colour_of(known, to_decimal(green), to_decimal(yellow), direction)}


@formula("F10")
def tier_attainment(*, tiers: Sequence[Record], actuals: Mapping[str, Any]) -> Outputs:
    """Which tier a partner qualifies for, and how far it is from the next one.

    Requirements are compared exactly; attainments and progress are ratios (4 places) that reach 1.0000
    only when everything is met. Gaps have the places of their target; null where an `at_most` actual is
    missing. progress is null without tiers. Raises ValueError for an unknown kind.
    Source: domain formulas F10.
    """
    judged = [_judge_tier(tier["requirements"], actuals) for tier in tiers]
    names = [tier["tier"] for tier in tiers]
    reached = next((i for i, (met, _) in enumerate(judged) if not met), len(tiers))
    at_top = reached == len(tiers)
    if not tiers:
        progress = None
    elif at_top:
        progress = ratio(ONE)
    else:
        progress = min(ratio((reached + judged[reached][1]) / len(tiers)), _ALMOST)
    return {
        "tiers": {name: {"met": met, "attainment": shown} for name, (met, shown) in zip(names, judged, strict=True)},
        "qualifying_tier": names[reached - 1] if reached else None,
        "next_tier": None if at_top else names[reached],
        "gaps": {} if at_top else _gaps(tiers[reached]["requirements"], actuals),
        "progress": progress,
    }


def _judge_tier(requirements: Sequence[Record], actuals: Mapping[str, Any]) -> tuple[bool, Decimal]:
    results = [(to_decimal(r["weight"]), *_judge(r, actuals.get(r["metric"]))) for r in requirements]
    met = all(is_met for _, is_met, _ in results)
    if met:
        return True, ratio(ONE)
    attainment = weighted_mean((weight, part) for weight, _, part in results)
    # 249,999.99 of 250,000.00 rounds to 1.0000, but is not there.
    return False, min(ratio(attainment or ZERO), _ALMOST)


def _judge(requirement: Record, actual: Any) -> tuple[bool, Decimal]:
    kind = requirement["kind"]
    if kind == "flag":
        met = actual is not None and to_flag(actual)
        return met, ONE if met else ZERO
    target = to_decimal(requirement["target"])
    if kind == "at_least":
        value = ZERO if actual is None else to_decimal(actual)
        return value >= target, ONE if target <= 0 else clamp(value / target, ZERO, ONE)
    if kind == "at_most":
        if actual is None:
            return False, ZERO
        value = to_decimal(actual)
        if value <= target:
            return True, ONE
        # Above a target of 0 or less nothing is attained: two negatives would give more than 1.
        return False, target / value if target > 0 else ZERO
    raise ValueError(f"unknown kind of requirement: {kind}")


def _gaps(requirements: Sequence[Record], actuals: Mapping[str, Any]) -> dict[str, Decimal | int | None]:
    gaps: dict[str, Decimal | int | None] = {}
    for requirement in requirements:
        metric, actual = requirement["metric"], actuals.get(requirement["metric"])
        if _judge(requirement, actual)[0]:
            continue
        if requirement["kind"] == "flag":
            gaps[metric] = 1
        elif requirement["kind"] == "at_most" and actual is None:
            gaps[metric] = None
        else:
            target = to_decimal(requirement["target"])
            value = ZERO if actual is None else to_decimal(actual)
            gaps[metric] = round_value(abs(target - value), places_of(target))
    return gaps


@formula("F33")
def recruitment_pathway(
    *,
    stages: Sequence[str],
    as_of: DateLike,
    age_limits: Mapping[str, Number],
    candidates: Sequence[Record],
) -> Outputs:
    """How candidates move along the recruiting stages, where they stand and for how long.

    Counts are whole, conversions ratios (4 places), ages and ramp days 1 place; null where the divisor
    is 0. A stage's average age leaves out candidates without an entry date of that stage.
    Raises ValueError for a stage that is not in `stages`. Source: domain formulas F33.
    """
    today = to_date(as_of)
    order = list(stages)
    entered = [
        {stage: to_date(day) for stage, day in candidate["entered"].items() if day is not None}
        for candidate in candidates
    ]
    furthest = [max((order.index(stage) for stage in dates), default=-1) for dates in entered]
    reached = [sum(position >= i for position in furthest) for i in range(len(order))]
    last = len(order) - 1
    ages: dict[str, list[int]] = {stage: [] for stage in order}
    for candidate, dates, position in zip(candidates, entered, furthest, strict=True):
        if 0 <= position < last and not to_flag(candidate["closed"]):
            ages[order[position]].append(days_between(dates[order[position]], today))
    ramps = [
        days_between(dates[order[0]], dates[order[last]])
        for dates in entered
        if order and order[0] in dates and order[last] in dates
    ]
    limits = {stage: to_whole(limit) for stage, limit in age_limits.items()}
    return {
        "reached": dict(zip(order, reached, strict=True)),
        "conversion": {f"{order[i]}>{order[i + 1]}": ratio(divide(reached[i + 1], reached[i])) for i in range(last)},
        "overall_conversion": ratio(divide(reached[last], reached[0])) if order else None,
        "current": {stage: len(days) for stage, days in ages.items()},
        "average_age_days": {stage: score(mean(days)) for stage, days in ages.items()},
        "over_limit": {
            stage: sum(age > limits[stage] for age in days) if stage in limits else 0 for stage, days in ages.items()
        },
        "average_ramp_days": score(mean(ramps)),
    }


@formula("F40")
def locator_order(*, partners: Sequence[Record]) -> Outputs:
    """The ids of the partners on the public locator page, best match first.

    Matches, tier level (both descending), quartile (null is 4), distance in km (null last), name without
    case, id. Score and revenue play no part, because the page is public. Source: domain formulas F40.
    """

    def place(partner: Record) -> tuple[Any, ...]:
        quartile, distance = partner["composite_quartile"], partner["distance_km"]
        return (
            -to_whole(partner["matches"]),
            -to_whole(partner["tier_level"]),
            4 if quartile is None else to_whole(quartile),
            distance is None,
            ZERO if distance is None else to_decimal(distance),
            partner["name"].lower(),
            partner["id"],
        )

    return {"order": [partner["id"] for partner in sorted(partners, key=place)]}
