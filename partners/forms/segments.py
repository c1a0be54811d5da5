"""The editor of a segment's rule: rows of conditions in groups, changed by round trips to the server.

Everything typed is in the form itself, so nothing is kept between two round trips and it works without scripts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from partners.models import Segment
from partners.queries.segment_fields import (
    MANY,
    OPERATORS,
    WITHOUT_VALUE,
    Choices,
    SegmentField,
    choices_of,
    segment_fields,
)
from partners.queries.segments import JOINS

_CONDITION = re.compile(r"g(\d{1,2})c(\d{1,2})-field")
_GROUP = re.compile(r"g(\d{1,2})-join")


@dataclass
class ConditionRow:
    """One line of the editor with the choices that fit its field."""

    prefix: str
    place: str
    number: int
    field: str
    op: str
    value: list[str]
    known: SegmentField | None
    problem: str = ""

    def __post_init__(self) -> None:
        if self.known and self.known.kind == "codes":  # typed with commas, or ticked
            self.value = [part.strip() for text in self.value for part in text.split(",") if part.strip()]

    @property
    def operators(self) -> list[tuple[str, str]]:
        return list(OPERATORS[self.known.kind].items()) if self.known else []

    @property
    def choices(self) -> Choices:
        known = choices_of(self.known) if self.known else []
        # An import may bring codes of its own, which a rule asks for by name.
        return [*known, *((code, code) for code in self.value if code not in dict(known))] if known else []

    @property
    def chosen(self) -> str:
        names = dict(self.choices)
        return ", ".join(names.get(value, value) for value in self.value)

    @property
    def takes(self) -> str:
        """Which widget: none, choices, number or text."""
        if self.known is None or self.op in WITHOUT_VALUE:
            return "none"
        if self.known.kind in MANY and self.choices:
            return "choices"
        return "number" if self.known.kind in {"number", "days"} else "text"

    @property
    def text(self) -> str:
        return (
            ", ".join(self.value) if self.known and self.known.kind == "codes" else self.value[0] if self.value else ""
        )


@dataclass
class GroupRow:
    number: int
    join: str
    conditions: list[ConditionRow] = field(default_factory=list)


@dataclass
class RuleEditor:
    """The whole editor as it stands on the page."""

    name: str = ""
    kind: str = Segment.Kind.DYNAMIC
    join: str = "all"
    groups: list[GroupRow] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    joins = list(JOINS.items())
    kinds = Segment.Kind.choices

    @property
    def fields(self) -> list[tuple[str, list[SegmentField]]]:
        """The fields by group, for the choice of a condition."""
        grouped: dict[str, list[SegmentField]] = {}
        for one in segment_fields().values():
            grouped.setdefault(one.group, []).append(one)
        return list(grouped.items())

    @property
    def rule(self) -> dict[str, Any]:
        """What is stored; lines without a field are no conditions yet."""
        groups = [
            {
                "join": group.join,
                "conditions": [{"field": c.field, "op": c.op, "value": c.value} for c in group.conditions if c.field],
            }
            for group in self.groups
        ]
        return {"join": self.join, "groups": [group for group in groups if group["conditions"]]}

    def tell(self, problems: dict[str, str]) -> None:
        """Put what is wrong beside its line. Places count only lines with a field, as the stored rule does."""
        full = [g for g in self.groups if any(c.field for c in g.conditions)]
        for i, group in enumerate(full):
            for j, condition in enumerate(c for c in group.conditions if c.field):
                condition.problem = problems.pop(f"{i}.{j}", "")
        self.errors += problems.values()


def editor_of(segment: Segment | None) -> RuleEditor:
    """The editor for a stored rule, or with one empty line."""
    if segment is None:
        return _built("", Segment.Kind.DYNAMIC, "all", [("all", [("", "", [])])])
    rule = segment.rule if isinstance(segment.rule, dict) else {}
    groups = [
        (
            group.get("join", "all"),
            [(str(c.get("field", "")), str(c.get("op", "")), _texts(c.get("value"))) for c in group["conditions"]],
        )
        for group in rule.get("groups", [])
    ]
    return _built(segment.name, segment.kind, rule.get("join", "all"), groups or [("all", [("", "", [])])])


def editor_from(data: QueryDict) -> RuleEditor:
    """The editor as it was sent, with what its button asked for: a line or a group more or less."""
    groups: dict[int, tuple[str, dict[int, tuple[str, str, list[str]]]]] = {}
    for name in data:
        if found := _GROUP.fullmatch(name):
            groups.setdefault(int(found[1]), (data[name] if data[name] in JOINS else "all", {}))
    for name in data:
        found = _CONDITION.fullmatch(name)
        if found and int(found[1]) in groups:
            prefix = name.removesuffix("-field")
            line = (data[name][:120], data.get(f"{prefix}-op", "")[:20], data.getlist(f"{prefix}-value")[:200])
            groups[int(found[1])][1][int(found[2])] = line
    lines = [(join, [rows[j] for j in sorted(rows)]) for _, (join, rows) in sorted(groups.items())]
    what, _, where = data.get("do", "").partition(":")
    places = [int(part) for part in where.split(".") if part.isdigit()]
    if what == "group":
        lines.append(("all", [("", "", [])]))
    elif what == "add" and places and places[0] < len(lines):
        lines[places[0]][1].append(("", "", []))
    elif what == "drop" and len(places) == 2 and places[0] < len(lines) and places[1] < len(lines[places[0]][1]):
        del lines[places[0]][1][places[1]]
        lines = [line for line in lines if line[1]]
    kind = data.get("kind", "")
    return _built(
        data.get("name", "")[:200],
        kind if kind in Segment.Kind.values else Segment.Kind.DYNAMIC,
        data.get("join", "all") if data.get("join") in JOINS else "all",
        lines or [("all", [("", "", [])])],
    )


def _built(name: str, kind: str, join: str, groups: list[Any]) -> RuleEditor:
    fields = segment_fields()
    editor = RuleEditor(name=name, kind=kind, join=join)
    for i, (group_join, lines) in enumerate(groups):
        group = GroupRow(i, group_join)
        for j, (field_name, op, value) in enumerate(lines):
            known = fields.get(field_name)
            if known and op not in OPERATORS[known.kind]:
                op, value = next(iter(OPERATORS[known.kind])), []
            group.conditions.append(ConditionRow(f"g{i}c{j}", f"{i}.{j}", j + 1, field_name, op, value, known))
        editor.groups.append(group)
    return editor


def _texts(value: Any) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []
