"""Questions about segments: what a rule says, whether it can be asked, and who fits it now.

A rule is `{"join": "all", "groups": [{"join": "any", "conditions": [{"field": .., "op": .., "value": [..]}]}]}`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, Self

from django.db.models import Q, QuerySet

from partners.models import Partner, Segment, SegmentMember
from partners.queries.segment_fields import (
    OPERATORS,
    WITHOUT_VALUE,
    Evaluation,
    SegmentField,
    choices_of,
    read_value,
    segment_fields,
)
from prm.kernel.errors import Invalid
from prm.kernel.models import Membership

JOINS = {"all": "all of them", "any": "any of them"}
MAX_GROUPS, MAX_CONDITIONS = 8, 20


class BrokenRule(Invalid):
    """This rule cannot be evaluated."""

    code = "broken_rule"

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(" ".join(f"{sentence}." for _, sentence in problems), field="rule")
        self.problems = dict(problems)

    @classmethod
    def of(cls, rule: Any) -> Self | None:
        found = list(problems_of(rule))
        return cls(found) if found else None


def problems_of(rule: Any) -> Iterator[tuple[str, str]]:
    """Place (`group.condition`, or empty) and sentence of everything that is wrong with a rule."""
    groups = rule.get("groups") if isinstance(rule, dict) else None
    if not isinstance(groups, list) or rule.get("join", "all") not in JOINS:
        yield "", "The rule has no groups of conditions"
        return
    if not any(isinstance(g, dict) and g.get("conditions") for g in groups):
        yield "", "The rule needs at least one condition"
    if len(groups) > MAX_GROUPS:
        yield "", f"At most {MAX_GROUPS} groups"
    fields = segment_fields()
    for i, group in enumerate(groups):
        conditions = group.get("conditions") if isinstance(group, dict) else None
        if not isinstance(conditions, list) or group.get("join", "all") not in JOINS:
            yield str(i), "A group needs conditions and a join"
            continue
        if len(conditions) > MAX_CONDITIONS:
            yield str(i), f"At most {MAX_CONDITIONS} conditions in a group"
        for j, condition in enumerate(conditions):
            sentence = _problem(fields, condition)
            if sentence:
                yield f"{i}.{j}", sentence


def _problem(fields: dict[str, SegmentField], condition: Any) -> str:
    if not isinstance(condition, dict):
        return "A condition is not readable"
    field = fields.get(str(condition.get("field", "")))
    if field is None:
        return f"There is no field “{str(condition.get('field', ''))[:60]}” (any more)"
    op = str(condition.get("op", ""))
    if op not in OPERATORS[field.kind]:
        return f"{field.label}: choose how to compare"
    try:
        read_value(field, op, _texts(condition))
    except ValueError as error:
        return f"{field.label}: {error}"
    return ""


def _texts(condition: dict[str, Any]) -> list[str]:
    value = condition.get("value", [])
    return [str(v) for v in value] if isinstance(value, list) else [str(value)]


def condition_of(rule: dict[str, Any], as_of: dt.date) -> Q:
    """The rule as one condition on partners. Raises BrokenRule."""
    broken = BrokenRule.of(rule)
    if broken:
        raise broken
    fields, run = segment_fields(), Evaluation(as_of)
    groups = [
        _joined(
            group.get("join", "all"),
            [_asked(fields[condition["field"]], condition, run) for condition in group["conditions"]],
        )
        for group in rule["groups"]
        if group["conditions"]
    ]
    return _joined(rule.get("join", "all"), groups)


def _asked(field: SegmentField, condition: dict[str, Any], run: Evaluation) -> Q:
    return field.ask(run, condition["op"], read_value(field, condition["op"], _texts(condition)))


def _joined(join: str, parts: list[Q]) -> Q:
    whole = parts[0]
    for part in parts[1:]:
        whole = whole | part if join == "any" else whole & part
    return whole


def fitting(rule: dict[str, Any], as_of: dt.date) -> QuerySet[Partner]:
    """The partners that fit the rule on that day. Raises BrokenRule."""
    return Partner.objects.filter(condition_of(rule, as_of))


def members_of(segment: Segment, member: Membership) -> QuerySet[Partner]:
    """The partners in the segment that this member may know of."""
    inside = SegmentMember.objects.filter(segment=segment).values("partner_id")
    return Partner.objects.visible_to(member).filter(pk__in=inside)


def in_words(rule: Any) -> list[dict[str, Any]]:
    """The rule as people read it: groups of sentences; a condition that cannot be asked says so."""
    fields = segment_fields()
    groups = rule.get("groups", []) if isinstance(rule, dict) else []
    return [
        {
            "join": JOINS.get(group.get("join", "all"), ""),
            "sentences": [_sentence(fields, condition) for condition in group.get("conditions", [])],
        }
        for group in groups
        if isinstance(group, dict)
    ]


def _sentence(fields: dict[str, SegmentField], condition: Any) -> dict[str, str]:
    problem = _problem(fields, condition)
    if problem:
        return {"text": "", "problem": problem}
    field, op = fields[condition["field"]], condition["op"]
    names = dict(choices_of(field))
    value = "" if op in WITHOUT_VALUE else ", ".join(names.get(text, text) for text in _texts(condition))
    return {
        "text": f"{field.label} {OPERATORS[field.kind][op]} {value}{field.unit and ' ' + field.unit}",
        "problem": "",
    }
