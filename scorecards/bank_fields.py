"""What may stand in each field of a question bank: the same for pages, files and the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.imports.values import Rule, choice, codes, count, flag, number, text
from prm.kernel.numbers import HUNDRED, ONE, ZERO
from scorecards.models import Question

MOST = Decimal(1000)  # the heaviest weight
FEWEST_PEERS = 5  # below that a peer could be guessed
OWNERS = {
    "principal": "The partner's champion",
    "sales": "Sales",
    "marketing": "Marketing",
    "technical": "Technical",
    "services": "Services",
}
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_LINK = re.compile(r"https?://[^\s/?#]+\.[^\s]+|https?://localhost[^\s]*", re.IGNORECASE)

Rules = dict[str, Rule]


def _within(rule: Rule, low: Any, high: Any, says: str, *, empty: Any = None) -> Rule:
    def read(value: str) -> Any:
        found = rule.read(value)
        if not low <= found <= high:
            raise Invalid(says)
        return found

    return Rule(read, rule.required, empty, says)


def _code_rule(max_length: int = 80) -> Rule:
    def read(value: str) -> str:
        if not _CODE.fullmatch(value) or len(value) > max_length:
            raise Invalid(f"A code of small letters, digits, - and _, at most {max_length}.")
        return value

    return Rule(read, required=True, says="a code")


def _link_rule() -> Rule:
    def read(value: str) -> str:
        if not _LINK.fullmatch(value) or len(value) > 500:
            raise Invalid("A link begins with https:// and has at most 500 characters.")
        return value

    return Rule(read, empty="", says="a link")


CODE = _code_rule()
SCORE = _within(number(required=True), ONE, HUNDRED, "A score from 1 to 100.")
WEIGHT = _within(number(), Decimal("0.001"), MOST, "A weight above 0 and at most 1000.", empty=ONE)

EDITION: Rules = {
    "name": text(160, required=True),
    "green_from": SCORE,
    "yellow_from": SCORE,
    "min_peers": _within(count(required=True), FEWEST_PEERS, 100, "From 5 to 100 peers: fewer could be guessed."),
    "peer_months": _within(count(required=True), 1, 60, "From 1 to 60 months."),
}
LENS: Rules = {"id": _code_rule(60), "name": text(60, required=True), "meaning": text(200)}
CATEGORY: Rules = {"name": text(160, required=True), "weight": WEIGHT, "screening": flag(), "vendor_only": flag()}
TOPIC: Rules = {
    "name": text(160, required=True),
    "weight": WEIGHT,
    "best_practice": SCORE,
    "lens": text(60),
    "life_stages": codes(Partner.LifeStage.values),
    "for_types": codes(Partner.Type.values),
    "for_tiers": codes(),
    "for_stages": codes(Partner.LifeStage.values),
    "action_text": text(1000),
    "action_owner": choice(OWNERS),
    "action_days": _within(count(), 1, 3650, "From 1 to 3,650 days.", empty=60),
}
QUESTION: Rules = {
    "text": text(1000, required=True),
    "help_text": text(1000),
    "kind": choice(Question.Kind.values, required=True),
    "scored": Rule(flag().read, empty=True),
    "weight": _within(number(), ZERO, MOST, "A weight from 0 to 1000.", empty=ONE),
    "required": Rule(flag().read, empty=True),
    "allow_na": flag(),
}
OPTION: Rules = {"text": text(1000, required=True), "score": SCORE}
RESOURCE: Rules = {"title": text(160, required=True), "url": _link_rule()}


def as_text(value: Any) -> str:
    """A value as a cell would hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str | int):
        return str(value)
    if isinstance(value, list | tuple):
        return ",".join(as_text(one) for one in value)
    raise Invalid("Write numbers as text, such as '0.5'.")


def values_of(rules: Rules, given: Mapping[str, Any], *, whole: bool = False) -> dict[str, Any]:
    """Values as they are stored; only those that are given, or `whole` with the usual values for the others."""
    unknown = sorted(set(given) - set(rules))
    if unknown:
        raise Invalid(f"There is no field {unknown[0][:40]!r} here.", field=unknown[0][:40])
    found = {}
    for name in rules if whole else given:
        try:
            found[name] = rules[name].value_of(as_text(given.get(name)))
        except Invalid as refusal:
            raise Invalid(str(refusal), field=name) from refusal
    return found


def read_lenses(wanted: Any) -> list[dict[str, str]]:
    """Lenses in their order; one without a code gets it from its name."""
    if not isinstance(wanted, Sequence) or isinstance(wanted, str) or len(wanted) > 20:
        raise Invalid("Lenses are a list of at most 20.", field="lenses")
    found: list[dict[str, str]] = []
    for row in wanted:
        if not isinstance(row, Mapping):
            raise Invalid("A lens has a name and a meaning.", field="lenses")
        try:
            lens = values_of(LENS, {**row, "id": row.get("id") or _lens_code(row.get("name"), found)}, whole=True)
        except Invalid as refusal:
            raise Invalid(str(refusal), field="lenses") from refusal
        found.append(lens)
    for field in ("id", "name"):
        held = [lens[field].casefold() for lens in found]
        twice = next((value for value in held if held.count(value) > 1), "")
        if twice:
            raise Invalid(f"Two lenses are called {twice}.", field="lenses")
    return found


def _lens_code(name: Any, found: list[dict[str, str]]) -> str:
    stem = "_".join(filter(None, re.split(r"[^a-z0-9]+", str(name or "").lower())))[:40] or "lens"
    taken = {lens["id"] for lens in found}
    return next(code for n in range(1, 100) if (code := stem if n == 1 else f"{stem}_{n}") not in taken)
