"""A profile: which file holds what, and how its columns are read. Written by people in YAML, checked strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from prm.kernel.imports import sources
from prm.kernel.imports.expressions import Cells, Expression, Lookup, Reader, plain
from prm.kernel.imports.limits import DEFAULT, MEGABYTE, Limits
from prm.kernel.imports.opening import open_table
from prm.kernel.imports.problems import FileRefused, ProfileInvalid, shown
from prm.kernel.imports.registry import Importer, importer_of
from prm.kernel.imports.sources import Row, Source, Table, find

TOP = {"name", "tenant", "lookups", "files", "encoding", "delimiter"}
FILE = {"file", "rows", "entity", "columns", "where", "newest", "on_error", "encoding", "delimiter", "sheet"}
LOOKUP = {"file", "key", "encoding", "delimiter", "sheet"}
TENANT = {"name", "currency", "fy_start_month", "time_zone", "locale", "needs_second_factor", "words", "colours"}
ON_ERROR = ("stop", "skip")


@dataclass(frozen=True)
class Condition:
    """Which rows of a file are meant: those whose column has (or has not) one of the values."""

    column: str
    values: frozenset[str]
    holds: bool

    def takes(self, cells: Cells) -> bool:
        return (cells[self.column].strip() in self.values) == self.holds


@dataclass(frozen=True)
class Newest:
    """Of several rows with the same `per` only the one with the largest `by` is meant; of equals the last."""

    by: str
    per: str


@dataclass(frozen=True)
class Plan:
    """One table of the profile: where it lies, what it holds and how."""

    importer: type[Importer]
    columns: Mapping[str, Expression]
    source: Source | None  # None: the rows stand in the profile itself
    given: tuple[Cells, ...] = ()
    where: tuple[Condition, ...] = ()
    newest: Newest | None = None
    skips: bool = False

    @property
    def file(self) -> str:
        return self.source.name if self.source else "(profile)"

    @property
    def needed(self) -> set[str]:
        names = {name for expression in self.columns.values() for name in needed_columns(expression)}
        names |= {condition.column for condition in self.where}
        return names | ({self.newest.by, self.newest.per} if self.newest else set())

    def open(self) -> Table:
        """The table, with all columns that the profile names. Raises FileRefused."""
        if self.source is None:
            columns = tuple(self.given[0]) if self.given else ()
            rows = (Row(number, cells) for number, cells in enumerate(self.given, 1))
            table = Table(columns, rows, "", "rows of the profile")
        else:
            table = open_table(self.source)
        missing = sorted(self.needed - set(table.columns))
        if missing:
            there = ", ".join(table.columns[:40])
            raise FileRefused(f"{self.file} has no column {', '.join(missing)}. It has: {there}.")
        return table

    def column_of(self, field: str) -> str:
        """Where a field came from, for people."""
        expression = self.columns.get(field)
        return ", ".join(dict.fromkeys(expression.columns())) if expression else field


@dataclass(frozen=True)
class Profile:
    name: str
    tenant: Mapping[str, Any]
    plans: tuple[Plan, ...]


def needed_columns(expression: Expression) -> Iterator[str]:
    yield from expression.columns()
    otherwise = getattr(expression, "otherwise", None)
    if otherwise is not None:
        yield from needed_columns(otherwise)
    for part in (getattr(expression, "of", None), getattr(expression, "by", None)):
        for each in part if isinstance(part, tuple) else (part,):
            if each is not None and not isinstance(each, str):
                yield from needed_columns(each)


def load_profile(path: Path, folder: Path, *, limits: Limits = DEFAULT) -> Profile:
    """Read a profile, its lookups, and find all its files. Raises ProfileInvalid or FileRefused."""
    said = _mapping(_yaml(path), "the profile", TOP)
    defaults: dict[str, Any] = {word: said[word] for word in ("encoding", "delimiter") if word in said}
    lookups = {
        str(name): _lookup(str(name), _mapping(one, f"lookup {name}", LOOKUP), defaults, folder, limits)
        for name, one in _mapping(said.get("lookups") or {}, "lookups").items()
    }
    files = said.get("files")
    if not isinstance(files, list) or not files:
        raise ProfileInvalid("The profile lists no files.")
    plans = tuple(
        _plan(number, _mapping(one, f"file {number}", FILE), defaults, lookups, folder, limits)
        for number, one in enumerate(files, 1)
    )
    tenant = _mapping(said.get("tenant") or {}, "tenant", TENANT)
    return Profile(str(said.get("name") or path.stem), tenant, plans)


def _yaml(path: Path) -> Any:
    try:
        if path.stat().st_size > MEGABYTE:
            raise ProfileInvalid(f"{path.name} is too large for a profile.")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ProfileInvalid(f"{path.name} cannot be read: {error}") from error


def _mapping(said: Any, what: str, allowed: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise ProfileInvalid(f"{what} must be a mapping.")
    unknown = sorted(str(word) for word in said if allowed is not None and word not in allowed)
    if unknown:
        raise ProfileInvalid(f"{what}: unknown word {shown(unknown[0])}; known are {', '.join(sorted(allowed or ()))}.")
    return said


def _source(said: dict[str, Any], defaults: dict[str, Any], folder: Path, limits: Limits) -> Source:
    merged = defaults | said
    source = Source(
        find(folder, str(said["file"])),
        encoding=str(merged.get("encoding") or ""),
        delimiter=str(merged.get("delimiter") or ""),
        sheet=str(said.get("sheet") or ""),
        limits=limits,
    )
    if len(source.delimiter) > 1:
        raise ProfileInvalid(f"{source.name}: a delimiter is one character.")
    if source.encoding:
        sources.known(source.encoding)
    return source


def _lookup(name: str, said: dict[str, Any], defaults: dict[str, Any], folder: Path, limits: Limits) -> Lookup:
    if not {"file", "key"} <= set(said):
        raise ProfileInvalid(f"lookup {name}: file and key are needed.")
    source, key = _source(said, defaults, folder, limits), str(said["key"])
    table = open_table(source)
    if key not in table.columns:
        raise FileRefused(f"{source.name} has no column {key}.")
    rows: dict[str, Cells] = {}
    for row in table.rows:
        if row.problem:
            raise FileRefused(f"{source.name}, line {row.line}: {row.problem}")
        found = row.cells[key].strip()
        if found in rows:
            raise FileRefused(f"{source.name}, line {row.line}: {key} {shown(found)} stands there twice.")
        rows[found] = row.cells
    return Lookup(name, source.name, key, rows)


def _plan(
    number: int,
    said: dict[str, Any],
    defaults: dict[str, Any],
    lookups: dict[str, Lookup],
    folder: Path,
    limits: Limits,
) -> Plan:
    what = str(said.get("file") or f"file {number}")
    if ("file" in said) == ("rows" in said):
        raise ProfileInvalid(f"{what}: either file or rows is needed.")
    importer = importer_of(str(said.get("entity") or ""))
    columns = _mapping(said.get("columns") or {}, f"{what}: columns")
    _check_fields(what, importer, columns)
    if said.get("on_error", "stop") not in ON_ERROR:
        raise ProfileInvalid(f"{what}: on_error is stop or skip.")
    newest = said.get("newest")
    if newest is not None:
        newest = _mapping(newest, f"{what}: newest", {"by", "per"})
        if set(newest) != {"by", "per"}:
            raise ProfileInvalid(f"{what}: newest needs by and per.")
    return Plan(
        importer=importer,
        columns={
            str(field): Reader(lookups, f"{what}: {field}").read(expression) for field, expression in columns.items()
        },
        source=_source(said, defaults, folder, limits) if "file" in said else None,
        given=_given(what, said.get("rows", [])),
        where=tuple(_conditions(what, said.get("where") or {})),
        newest=Newest(**{word: str(column) for word, column in newest.items()}) if newest else None,
        skips=said.get("on_error") == "skip",
    )


def _check_fields(what: str, importer: type[Importer], columns: dict[str, Any]) -> None:
    unknown = sorted(str(field) for field in columns if field not in importer.rules)
    if unknown:
        raise ProfileInvalid(
            f"{what}: {importer.entity} have no field {shown(unknown[0])}; they have {', '.join(importer.rules)}."
        )
    missing = [field for field, rule in importer.rules.items() if rule.required and field not in columns]
    if missing:
        raise ProfileInvalid(f"{what}: {importer.entity} need {', '.join(missing)}.")


def _given(what: str, rows: Any) -> tuple[Cells, ...]:
    if not isinstance(rows, list):
        raise ProfileInvalid(f"{what}: rows must be a list.")
    given = tuple({str(k): plain(v) for k, v in _mapping(row, f"{what}: row").items()} for row in rows)
    if len({tuple(row) for row in given}) > 1:
        raise ProfileInvalid(f"{what}: all rows need the same columns.")
    return given


def _conditions(what: str, said: Any) -> Iterator[Condition]:
    for column, wanted in _mapping(said, f"{what}: where").items():
        holds = True
        if isinstance(wanted, dict):
            if set(wanted) != {"not"}:
                raise ProfileInvalid(f"{what}: where {column}: give values, or not with values.")
            wanted, holds = wanted["not"], False
        values = wanted if isinstance(wanted, list) else [wanted]
        yield Condition(str(column), frozenset(plain(value) for value in values), holds)
