"""A question bank written down: tables of text that YAML files and spreadsheets share, read back with their places.

Numbers are text, so that no reader makes floats of them. Every line knows where it stands, so that what is wrong is
told by line, column and reason; nothing comes in while anything is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from partners.models import Tier
from prm.kernel.errors import Invalid
from prm.kernel.imports.problems import RowProblem
from prm.kernel.imports.values import Rule, text
from prm.kernel.models import StoredFile
from scorecards.bank_fields import (
    CATEGORY,
    CODE,
    EDITION,
    LENS,
    OPTION,
    QUESTION,
    RESOURCE,
    TOPIC,
    Rules,
    as_text,
)
from scorecards.models import Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries import KEPT_FOR, NO_TIER, CategoryPart, contents_of

MOST_LINES, MOST_PROBLEMS = 20_000, 200

_PARENT = Rule(text(80).read, required=True)
# Table to its columns, in the order in which they are written and built.
TABLES: dict[str, Rules] = {
    "edition": {"code": CODE, **EDITION},
    "lenses": LENS,
    "categories": {"code": CODE, **CATEGORY},
    "topics": {"category": _PARENT, "code": CODE, **TOPIC},
    "questions": {"topic": _PARENT, "code": CODE, **QUESTION},
    "options": {"question": _PARENT, "code": CODE, **OPTION},
    "resources": {"topic": _PARENT, "code": CODE, **RESOURCE, "document": text(64)},
}
PARENTS = {"topics": "category", "questions": "topic", "options": "question", "resources": "topic"}
TABLE_OF_PARENT = {"category": "categories", "topic": "topics", "question": "questions"}
MODELS: dict[str, Any] = {
    "categories": Category,
    "topics": Topic,
    "questions": Question,
    "options": Option,
    "resources": Resource,
}


@dataclass(frozen=True)
class Line:
    """One row of a table: its texts by column, and the line of the file each stands on."""

    table: str
    line: int
    cells: Mapping[str, str]
    lines: Mapping[str, int] = field(default_factory=dict)

    def problem(self, column: str, reason: str) -> RowProblem:
        return RowProblem(self.lines.get(column, self.line), f"{self.table}.{column}" if column else self.table, reason)


class BadBank(Invalid):
    """This file cannot come in as it is; nothing was changed."""

    code = "bad_bank"

    def __init__(self, problems: Iterable[RowProblem]) -> None:
        self.problems = sorted(set(problems), key=lambda p: (p.line, p.column))[:MOST_PROBLEMS]
        first = self.problems[0]
        count = len(self.problems)
        more = f" There are {count} problems in all." if count > 1 else ""
        super().__init__(f"Line {first.line}, {first.column}: {first.reason}{more}", field="file")
        self.more = {"problems": [problem.as_json() for problem in self.problems]}


Tables = dict[str, list[dict[str, str]]]


def written(bank: QuestionBank, contents: Iterable[CategoryPart], documents: Mapping[UUID, str]) -> Tables:
    """The edition as tables of text. `documents` tells a stored file's digest, by which an import finds it again."""
    tables: Tables = {name: [] for name in TABLES}

    def write(table: str, part: Any, **more: Any) -> None:
        cells = {name: more[name] if name in more else getattr(part, name) for name in TABLES[table]}
        tables[table].append({name: as_text(value) for name, value in cells.items()})

    write("edition", bank)
    tables["lenses"] = [{name: as_text(lens.get(name, "")) for name in LENS} for lens in bank.lenses]
    for category in contents:
        write("categories", category.category)
        for topic in category.topics:
            write("topics", topic.topic, category=category.category.code)
            for question in topic.questions:
                write("questions", question.question, topic=topic.topic.code)
                for option in question.options:
                    write("options", option, question=question.question.code)
            for resource in topic.resources:
                digest = documents[resource.file_id] if resource.file_id else ""
                write("resources", resource, topic=topic.topic.code, document=digest)
    return tables


def tables_of(bank: QuestionBank) -> Tables:
    """The whole edition, with the digests of its documents."""
    kept = StoredFile.objects.filter(pk__in=Resource.objects.filter(bank=bank).exclude(file=None).values("file"))
    return written(bank, contents_of(bank), dict(kept.values_list("pk", "sha256")))


@dataclass
class Built:
    """What a file describes: an edition and its parts, unsaved, each after the one it belongs to."""

    bank: QuestionBank
    parts: list[Any]


def build(lines: Iterable[Line]) -> Built:
    """The edition that these lines describe. Raises BadBank with everything that is wrong."""
    return _Builder(list(lines)).built()


class _Builder:
    """Reads the tables from the top down, and collects what is wrong instead of stopping at the first."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = lines
        self.problems: list[RowProblem] = []
        self.found: dict[str, dict[str, Any]] = {name: {} for name in MODELS}
        self.parts: list[Any] = []
        self.tiers = {NO_TIER, *Tier.objects.values_list("code", flat=True)}
        kept = StoredFile.objects.filter(kept_for=KEPT_FOR, scan=StoredFile.Scan.CLEAN, expires_at=None)
        self.documents = {file.sha256: file for file in kept.order_by("created_at")}

    def built(self) -> Built:
        if len(self.lines) > MOST_LINES:
            raise BadBank([RowProblem(MOST_LINES, "", f"At most {MOST_LINES} lines.")])
        bank = self._edition()
        for table in MODELS:
            for number, line in enumerate(self._of(table), start=1):
                self._part(bank, line, number)
        if not self._of("categories"):
            self.problems.append(RowProblem(1, "categories", "There is no category."))
        if self.problems:
            raise BadBank(self.problems)
        return Built(bank, self.parts)

    def _of(self, table: str) -> list[Line]:
        return [line for line in self.lines if line.table == table]

    def _edition(self) -> QuestionBank:
        lenses: list[dict[str, str]] = []
        for line in self._of("lenses"):
            values = self._values(line)
            if values.get("id") in {lens["id"] for lens in lenses}:
                self.problems.append(line.problem("id", "Two lenses have this code."))
            lenses.append({name: values.get(name, "") for name in LENS})
        editions = self._of("edition")
        if len(editions) != 1:
            self.problems.append(RowProblem(1, "edition", "There is one line about the edition as a whole."))
            return QuestionBank()
        values = self._values(editions[0])
        bank = QuestionBank(lenses=lenses, **values)
        if {"green_from", "yellow_from"} <= set(values) and bank.yellow_from >= bank.green_from:
            self.problems.append(editions[0].problem("yellow_from", "Yellow begins below green."))
        return bank

    def _values(self, line: Line) -> dict[str, Any]:
        rules, found = TABLES[line.table], {}
        for unknown in sorted(set(line.cells) - set(rules)):
            self.problems.append(line.problem(unknown[:40], "There is no such column."))
        for name, rule in rules.items():
            try:
                found[name] = rule.value_of(line.cells.get(name, ""))
            except Invalid as refusal:
                self.problems.append(line.problem(name, str(refusal)))
        return found

    def _part(self, bank: QuestionBank, line: Line, number: int) -> None:
        values = self._values(line)
        parent_name = PARENTS.get(line.table, "")
        parent = None
        if parent_name:
            code = values.pop(parent_name, "")
            parent = self.found[TABLE_OF_PARENT[parent_name]].get(code)
            if parent is None:
                reason = f"There is no {parent_name} {code}." if code else "A value is needed here."
                self.problems.append(line.problem(parent_name, reason))
                return
        key = values.get("code", "")
        if line.table in ("options", "resources"):
            key = f"{getattr(parent, 'code', '')} {key}"
        if key in self.found[line.table]:
            self.problems.append(line.problem("code", "This code is there already."))
            return
        check = getattr(self, f"_check_{line.table}", None)
        if check is not None and not check(bank, line, values, parent):
            return
        part = MODELS[line.table](order=number, **values)
        if parent is not None:
            setattr(part, parent_name, parent)
            part.vendor_only = parent.vendor_only
        if line.table != "options":
            part.bank = bank
        self.found[line.table][key] = part
        self.parts.append(part)

    def _check_topics(self, bank: QuestionBank, line: Line, values: dict[str, Any], parent: Any) -> bool:
        if values.get("lens") and values["lens"] not in {lens["id"] for lens in bank.lenses}:
            self.problems.append(line.problem("lens", "This edition has no such lens."))
        unknown = set(values.get("for_tiers", ())) - self.tiers
        if unknown:
            self.problems.append(line.problem("for_tiers", f"There is no tier {min(unknown)} here."))
        return True

    def _check_questions(self, bank: QuestionBank, line: Line, values: dict[str, Any], parent: Any) -> bool:
        if values.get("kind") == Question.Kind.TEXT:
            values["scored"] = False
        return True

    def _check_options(self, bank: QuestionBank, line: Line, values: dict[str, Any], parent: Any) -> bool:
        if parent.kind == Question.Kind.TEXT:
            self.problems.append(line.problem("question", "This question is answered in words; it offers nothing."))
        return True

    def _check_resources(self, bank: QuestionBank, line: Line, values: dict[str, Any], parent: Any) -> bool:
        digest = values.pop("document", "")
        values["file"] = self.documents.get(digest)
        if bool(digest) == bool(values.get("url")):
            self.problems.append(line.problem("url", "A resource is a link or a document, one of the two."))
            return False
        if digest and values["file"] is None:
            self.problems.append(line.problem("document", "This document is not kept here. Add it after the import."))
            return False
        return True
