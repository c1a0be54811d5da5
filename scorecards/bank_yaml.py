"""A question bank as YAML: topics inside categories, questions inside topics, answers inside questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from prm.kernel.imports.problems import FileRefused, RowProblem
from scorecards.bank_fields import Rules, as_text
from scorecards.bank_shape import TABLES, BadBank, Line, Tables

MOST_BYTES, MOST_NODES = 2_000_000, 100_000
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
FLAGS = frozenset({"screening", "vendor_only", "scored", "required", "allow_na"})
LISTS = frozenset({"life_stages", "for_types", "for_tiers", "for_stages"})
COUNTS = frozenset({"min_peers", "peer_months", "action_days"})
# What stands inside what: (key in the file, table, the parent's column in that table).
INSIDE = {
    "edition": (("lenses", "lenses", ""), ("categories", "categories", "")),
    "categories": (("topics", "topics", "category"),),
    "topics": (("questions", "questions", "topic"), ("resources", "resources", "topic")),
    "questions": (("options", "options", "question"),),
}
PARENT_COLUMNS = frozenset({"category", "topic", "question"})
NAMES = {"help_text": "help"}  # column to its name in the file
ACTION = {"action_text": "text", "action_owner": "owner", "action_days": "days"}


def to_yaml(tables: Tables, *, comment: str = "") -> str:
    """The edition as a file. What is usual (weight 1, scored, required) is left out."""
    below: dict[tuple[str, str], list[dict[str, str]]] = {}
    for table, rows in tables.items():
        for row in rows:
            parent = next((p for entries in INSIDE.values() for _, t, p in entries if t == table), "")
            below.setdefault((table, row.get(parent, "")), []).append(row)
    content = _nested("edition", tables["edition"][0], below)
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return f"# {comment}\n{text}" if comment else text


def _nested(table: str, row: dict[str, str], below: dict[tuple[str, str], list[dict[str, str]]]) -> dict[str, Any]:
    rules, found = TABLES[table], {}
    action: dict[str, Any] = {}
    for name, text in row.items():
        if name in PARENT_COLUMNS or text == _usual(rules, name):
            continue
        value: Any = text
        if name in FLAGS:
            value = text == "true"
        elif name in LISTS:
            value = text.split(",")
        elif name in COUNTS:
            value = int(text)
        if name in ACTION:
            action[ACTION[name]] = value
        else:
            found[NAMES.get(name, name)] = value
    if action:
        found["action"] = action
    for key, inner, parent in INSIDE.get(table, ()):
        rows = below.get((inner, row["code"] if parent else ""), [])
        if rows:
            found[key] = [_nested(inner, one, below) for one in rows]
    return found


def _usual(rules: Rules, name: str) -> str | None:
    rule = rules[name]
    return None if rule.required else as_text(rule.value_of(""))


# --- reading ---------------------------------------------------------------------------------------------


def read_yaml(content: bytes) -> list[Line]:
    """The lines of the tables in a file. Raises FileRefused when it is no YAML, BadBank when it is no question bank."""
    if len(content) > MOST_BYTES:
        raise FileRefused("The file is too large for a question bank.", field="file")
    try:
        node = yaml.compose(content.decode("utf-8-sig"), Loader=LOADER)
    except UnicodeDecodeError as error:
        raise FileRefused("The file is not written in UTF-8.", field="file") from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise FileRefused(f"This is no readable YAML{where}.", field="file") from error
    reader = _Reader()
    lines = list(reader.part("edition", node, "", "")) if node is not None else []
    if not lines and not reader.problems:
        raise FileRefused("The file is empty.", field="file")
    if reader.problems:
        raise BadBank(reader.problems)
    return lines


class _Reader:
    """Walks the nodes of a file; everything is read as text, with the line it stands on."""

    def __init__(self) -> None:
        self.problems: list[RowProblem] = []
        self.nodes = 0

    def part(self, table: str, node: Any, parent: str, code: str) -> Iterator[Line]:
        """The line of one mapping, then those of all that stands inside it."""
        entries = self.entries(node, table)
        if entries is None:
            return
        cells: dict[str, str] = {parent: code} if parent else {}
        lines: dict[str, int] = {}
        inside = {key: (inner, column) for key, inner, column in INSIDE.get(table, ())}
        later: list[tuple[str, str, Any]] = []
        for key, value in entries:
            if key in inside:
                later.append((*inside[key], value))
            elif key == "action" and table == "topics":
                columns = {inner: column for column, inner in ACTION.items()}
                for name, one in self.entries(value, "topics.action") or []:
                    self.cell(columns.get(name, f"action.{name}"), one, cells, lines)
            else:
                columns = {name: column for column, name in NAMES.items()}
                self.cell(columns.get(key, key), value, cells, lines)
        line = Line(table, node.start_mark.line + 1, cells, lines)
        yield line
        for inner, column, value in later:
            for one in self.sequence(value, inner):
                yield from self.part(inner, one, column, cells.get("code", ""))

    def cell(self, name: str, node: Any, cells: dict[str, str], lines: dict[str, int]) -> None:
        self.count(node)
        if name in cells:
            self.problem(node, name, "This is there twice.")
        if isinstance(node, yaml.SequenceNode):
            parts = [self.scalar(one, name) for one in node.value]
            cells[name] = ",".join(parts)
        else:
            cells[name] = self.scalar(node, name)
        lines[name] = node.start_mark.line + 1

    def scalar(self, node: Any, name: str) -> str:
        self.count(node)
        if not isinstance(node, yaml.ScalarNode):
            self.problem(node, name, "A text or a number belongs here.")
            return ""
        return "" if node.tag == "tag:yaml.org,2002:null" else node.value

    def entries(self, node: Any, where: str) -> list[tuple[str, Any]] | None:
        self.count(node)
        if not isinstance(node, yaml.MappingNode):
            self.problem(node, where, "Names with values belong here.")
            return None
        return [(key.value if isinstance(key, yaml.ScalarNode) else "?", value) for key, value in node.value]

    def sequence(self, node: Any, where: str) -> list[Any]:
        self.count(node)
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if not (isinstance(node, yaml.ScalarNode) and not node.value):
            self.problem(node, where, "A list belongs here.")
        return []

    def count(self, node: Any) -> None:
        """Aliases can make a small file endless."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise FileRefused("The file is too large for a question bank.", field="file")

    def problem(self, node: Any, column: str, reason: str) -> None:
        self.problems.append(RowProblem(node.start_mark.line + 1, column[:60], reason))
