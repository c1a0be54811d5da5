"""The shape in which a version of the programme is written down: the same in YAML files, forms and the API.

Amounts, rates and weights are text in it, so that no reader makes floats of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from partners.models import BENEFIT_FIELDS, Tier
from partners.queries.program import FLAGS, METRIC_LABELS, Benefits, Ladder, label_of
from partners.registries import measures
from prm.kernel.errors import Invalid
from prm.kernel.numbers import to_decimal
from prm.kernel.text import clean_text

KINDS = ("at_least", "at_most", "flag")
MAX_BYTES, MAX_TIERS = 100_000, 20
DECIMALS = frozenset({"base_discount", "registration_discount"})
MDF_DECIMALS = frozenset({"vendor_share", "activity_cap", "quarter_cap", "prepay_max_share"})
NUMBERS = DECIMALS | {f"mdf_{name}" for name in MDF_DECIMALS}
COUNTS = frozenset({"protection_days", "max_extensions", "extension_days"})
FIXED = {"window_months": 12, "promote": "first_day_of_next_month", "demote": "yearly_review"}


class BadProgram(Invalid):
    """This is no description of a partner program."""

    code = "bad_program"


@dataclass(frozen=True)
class TierShape:
    """One tier of a version as it is written down."""

    code: str
    name: str
    level: int
    kind: str
    requirements: list[dict[str, str]]
    benefits: dict[str, Any]


@dataclass(frozen=True)
class ProgramShape:
    """A version as it is written down; `settings` are those of the evaluation."""

    name: str
    tiers: list[TierShape]
    settings: dict[str, Any] = field(default_factory=dict)


def known_metrics() -> dict[str, str]:
    """What a requirement may ask: every measure an app lends, and the names the starter programme knows."""
    names = sorted({*METRIC_LABELS, *measures}, key=lambda name: label_of(name).casefold())
    return {name: label_of(name) for name in names}


def is_flag(metric: str) -> bool:
    return measures[metric].unit == "flag" if metric in measures else metric in FLAGS


def checked_requirements(wanted: Any) -> list[dict[str, str]]:
    """Requirements as they are stored; refused when one is not what F10 can judge."""
    if not isinstance(wanted, Sequence) or isinstance(wanted, str) or len(wanted) > 40:
        raise BadProgram("Requirements are a list of at most 40.", field="requirements")
    found = [_requirement(row) for row in wanted]
    names = [row["metric"] for row in found]
    twice = sorted({label_of(name) for name in names if names.count(name) > 1})
    if twice:
        raise BadProgram(f"A tier asks for each figure once; here twice: {', '.join(twice)}.", field="requirements")
    return found


def _requirement(row: Any) -> dict[str, str]:
    if not isinstance(row, Mapping):
        raise BadProgram("Each requirement names its metric, kind, target and weight.", field="requirements")
    metric, kind = str(row.get("metric", "")), str(row.get("kind", ""))
    unknown = set(row) - {"metric", "kind", "target", "weight"}
    if unknown:
        raise BadProgram(f"A requirement has no {_names(unknown)}.", field="requirements")
    if metric not in METRIC_LABELS and metric not in measures:
        raise BadProgram(f"There is no figure called {metric[:60] or 'nothing'}.", field="requirements")
    label = label_of(metric)
    if kind not in KINDS:
        raise BadProgram(f"{label}: the kind is one of {', '.join(KINDS)}.", field="requirements")
    if (kind == "flag") != is_flag(metric):
        wish = "a yes or no, so its kind is flag" if is_flag(metric) else "a number, so it needs a target"
        raise BadProgram(f"{label} is {wish}.", field="requirements")
    weight = _number(row.get("weight", "1"), f"{label}: weight")
    if not 0 < weight <= 1000:
        raise BadProgram(f"{label}: a weight is more than 0 and at most 1,000.", field="requirements")
    found = {"metric": metric, "kind": kind}
    if kind != "flag":
        target = _number(row.get("target"), f"{label}: target")
        if not 0 <= target < Decimal("1e12"):
            raise BadProgram(f"{label}: a target is 0 or more.", field="requirements")
        found["target"] = f"{target:f}"
    return found | {"weight": f"{weight:f}"}


def checked_benefits(given: Any) -> dict[str, Any]:
    """Benefits of a tier as columns, from the nested shape (`mdf: {...}`) or from flat names."""
    if not isinstance(given, Mapping):
        raise BadProgram("Benefits are named values.", field="benefits")
    flat = {name: value for name, value in given.items() if name != "mdf"}
    mdf = given.get("mdf", {})
    if not isinstance(mdf, Mapping):
        raise BadProgram("The fund's terms (mdf) are named values.", field="benefits")
    flat |= {f"mdf_{name}": value for name, value in mdf.items()}
    unknown = set(flat) - set(BENEFIT_FIELDS)
    if unknown:
        raise BadProgram(f"There is no benefit called {_names(unknown)}.", field="benefits")
    return {name: _benefit(name, value) for name, value in flat.items()}


def _benefit(name: str, value: Any) -> Any:
    words = name.replace("_", " ")
    if name in NUMBERS:
        return None if value in (None, "") and name.endswith("_cap") else _number(value, words)
    if name in COUNTS:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 3660:
            raise BadProgram(f"{words.capitalize()} is a whole number from 0 to 3,660.", field=name)
        return value
    if name == "account_manager":
        if value not in ("pooled", "named"):
            raise BadProgram("The account manager is pooled or named.", field=name)
        return value
    if not isinstance(value, bool):
        raise BadProgram(f"{words.capitalize()} is true or false.", field=name)
    return value


def _number(value: Any, what: str) -> Decimal:
    try:
        return to_decimal(value)
    except (TypeError, ValueError) as error:
        raise BadProgram(f"{what[:1].upper()}{what[1:]}: write a number as text, such as '0.10'.") from error


def _names(found: Any) -> str:
    return ", ".join(sorted(str(name)[:40] for name in found))[:200]


# --- YAML ------------------------------------------------------------------------------------------------


def parse(text: str) -> ProgramShape:
    """Read a version from YAML in the shape of a programme file; other sections of such a file are left alone."""
    if len(text.encode()) > MAX_BYTES:
        raise BadProgram("The file is too large for a program.", field="file")
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise BadProgram(f"This is no readable YAML{where}.", field="file") from error
    if not isinstance(found, Mapping) or not isinstance(found.get("tiers"), list) or not found["tiers"]:
        raise BadProgram("The file names no tiers.", field="file")
    if len(found["tiers"]) > MAX_TIERS:
        raise BadProgram(f"At most {MAX_TIERS} tiers.", field="file")
    tiers = [_tier(row, position) for position, row in enumerate(found["tiers"])]
    for what in ("code", "level"):
        values = [getattr(tier, what) for tier in tiers]
        if len(set(values)) != len(values):
            raise BadProgram(f"Two tiers have the same {what}.", field="file")
    settings = _settings(found.get("evaluation", {}), {tier.code for tier in tiers})
    return ProgramShape(clean_text(str(found.get("name", "")), max_length=120), tiers, settings)


def _tier(row: Any, position: int) -> TierShape:
    if not isinstance(row, Mapping):
        raise BadProgram("Each tier is a set of named values.", field="file")
    code, name = str(row.get("id", "")).strip(), clean_text(str(row.get("name", "")), max_length=80)
    if not code or len(code) > 40 or not code.replace("_", "").replace("-", "").isalnum() or not code.isascii():
        raise BadProgram(f"Tier {position + 1} needs an id of letters, digits and underscores.", field="file")
    level, kind = row.get("level", position), str(row.get("kind", "resale"))
    if isinstance(level, bool) or not isinstance(level, int) or not 0 <= level <= 1000:
        raise BadProgram(f"{name or code}: the level is a whole number from 0.", field="file")
    if kind not in Tier.Kind.values:
        raise BadProgram(f"{name or code}: the kind is one of {', '.join(Tier.Kind.values)}.", field="file")
    return TierShape(
        code,
        name or code.capitalize(),
        level,
        kind,
        checked_requirements(row.get("requirements", [])),
        checked_benefits(row.get("benefits", {})),
    )


def _settings(given: Any, codes: set[str]) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        raise BadProgram("The evaluation's settings are named values.", field="file")
    for name, value in FIXED.items():
        if given.get(name, value) != value:
            raise BadProgram(f"evaluation: {name} is {value} and cannot be another.", field="file")
    entry, override = given.get("entry", {}), given.get("manual_override", {})
    if not isinstance(entry, Mapping) or not isinstance(override, Mapping):
        raise BadProgram("evaluation: entry and manual_override are named values.", field="file")
    found: dict[str, Any] = {}
    for kind in ("resale", "referral"):
        code = entry.get(kind)
        if code is not None and code not in codes:
            raise BadProgram(f"evaluation: there is no tier {str(code)[:40]} to enter with.", field="file")
        found[f"entry_{kind}"] = code
    for name, value, low, high in (
        ("entry_months", entry.get("months", 12), 0, 60),
        ("demotion_notice_days", given.get("demotion_notice_days", 90), 0, 366),
        ("override_max_months", override.get("max_months", 12), 1, 60),
    ):
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadProgram(f"evaluation: {name} is a whole number from {low} to {high}.", field="file")
        found[name] = value
    return found


def written(ladder: Ladder) -> dict[str, Any]:
    """A version in the shape of a programme file."""
    program = ladder.program
    assert program is not None
    codes = {rung.id: rung.code for rung in ladder.rungs}
    entry = {
        "resale": codes.get(program.entry_resale_id),
        "referral": codes.get(program.entry_referral_id),
        "months": program.entry_months,
    }
    return {
        "name": program.name,
        "revenue_basis": program.revenue_basis,
        "evaluation": {
            "window_months": FIXED["window_months"],
            "entry": {name: value for name, value in entry.items() if value is not None},
            "promote": FIXED["promote"],
            "demote": FIXED["demote"],
            "demotion_notice_days": program.demotion_notice_days,
            "manual_override": {
                "allowed_roles": ["channel_chief"],
                "needs_reason": True,
                "max_months": program.override_max_months,
            },
        },
        "tiers": [
            {
                "id": rung.code,
                "name": rung.name,
                "kind": rung.kind,
                "level": rung.level,
                "requirements": [dict(wanted) for wanted in rung.requirements],
                "benefits": written_benefits(rung.benefits),
            }
            for rung in ladder.rungs
        ],
    }


def written_benefits(benefits: Benefits) -> dict[str, Any]:
    """Benefits in the nested shape, numbers as text."""
    flat: dict[str, Any] = {}
    mdf: dict[str, Any] = {}
    for name in BENEFIT_FIELDS:
        value = getattr(benefits, name)
        value = f"{value:f}" if isinstance(value, Decimal) else value
        if not name.startswith("mdf_"):
            flat[name] = value
        elif value is not None:
            mdf[name.removeprefix("mdf_")] = value
    return flat | {"mdf": mdf}


def to_yaml(ladder: Ladder) -> str:
    return yaml.safe_dump(written(ladder), sort_keys=False, allow_unicode=True)
