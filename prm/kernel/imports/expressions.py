"""What a profile says about a field: which column, joined how, looked up where, mapped to what.

An expression turns a row of the file into the text of one field. Texts only: what kind of value it is, is the
importer's rule. Read from YAML by `read_expression`; see the profile's how-to for the words.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prm.kernel.errors import Invalid
from prm.kernel.imports.problems import ProfileInvalid, ValueRefused, shown

Cells = Mapping[str, str]
_PLACE = re.compile(r"\{([^{}]+)\}")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Lookup:
    """A second table, joined by its key: rows by the text of the key column."""

    name: str
    file: str
    key: str
    rows: Mapping[str, Cells]


def unaccented(text: str) -> str:
    """Letters without their accents: é becomes e."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


CHANGES: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "unaccent": unaccented,
    "single_blanks": lambda text: _BLANKS.sub(" ", text),
}


@dataclass(frozen=True)
class Column:
    """The text of a column, without the blanks around it."""

    name: str

    def text(self, cells: Cells) -> str:
        return cells[self.name].strip()

    def columns(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True)
class Constant:
    value: str

    def text(self, cells: Cells) -> str:
        return self.value

    def columns(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class Joined:
    """Columns in a pattern: "{FirstName} {LastName}". Empty places leave no double blanks and no lonely commas."""

    pattern: str

    def text(self, cells: Cells) -> str:
        if not any(cells[name].strip() for name in self.columns()):
            return ""
        filled = _PLACE.sub(lambda place: cells[place[1]].strip(), self.pattern)
        return _BLANKS.sub(" ", filled).strip(" ,;")

    def columns(self) -> tuple[str, ...]:
        return tuple(_PLACE.findall(self.pattern))


@dataclass(frozen=True)
class First:
    """The first that is not empty."""

    of: tuple[Expression, ...]

    def text(self, cells: Cells) -> str:
        return next((text for each in self.of if (text := each.text(cells))), "")

    def columns(self) -> tuple[str, ...]:
        return tuple(name for each in self.of for name in each.columns())


@dataclass(frozen=True)
class Taken:
    """A column of the row that a lookup has under a key; an empty key gives an empty text."""

    lookup: Lookup
    by: Expression
    take: str

    def text(self, cells: Cells) -> str:
        key = self.by.text(cells)
        if not key:
            return ""
        found = self.lookup.rows.get(key)
        if found is None:
            raise ValueRefused(
                f"There is no {self.lookup.key} {shown(key)} in {self.lookup.file}.", column=", ".join(self.columns())
            )
        return found[self.take].strip()

    def columns(self) -> tuple[str, ...]:
        return self.by.columns()


@dataclass(frozen=True)
class Changed:
    """An expression with what is done to its text: dates and numbers read, values mapped, letters changed."""

    of: Expression
    changes: tuple[str, ...] = ()
    map: Mapping[str, str] | None = None
    otherwise: Expression | None = None
    default: str = ""
    date_format: str = ""
    number: tuple[str, str] | None = None  # decimal point, thousands separator

    def text(self, cells: Cells) -> str:
        text = self.of.text(cells)
        for change in self.changes:
            text = CHANGES[change](text)
        if text and self.date_format:
            text = self._day(text)
        if text and self.number:
            text = self._number(text, *self.number)
        if self.map is not None:
            text = self._mapped(text, cells)
        return text or self.default

    def columns(self) -> tuple[str, ...]:
        return self.of.columns()

    def _mapped(self, text: str, cells: Cells) -> str:
        assert self.map is not None
        if text in self.map:
            return self.map[text]
        if self.otherwise is not None:
            return self.otherwise.text(cells)
        if text:
            raise self._refused(f"{shown(text)} is not among the values of the profile.")
        return ""

    def _day(self, text: str) -> str:
        try:
            return dt.datetime.strptime(text, self.date_format).date().isoformat()
        except ValueError as error:
            raise self._refused(f"{shown(text)} is not a date like {self.date_format}.") from error

    def _refused(self, reason: str) -> ValueRefused:
        return ValueRefused(reason, column=", ".join(self.columns()))

    def _number(self, text: str, point: str, thousands: str) -> str:
        if thousands:
            whole = text.partition(point)[0].lstrip("-").split(thousands)
            if len(whole) > 1 and not (1 <= len(whole[0]) <= 3 and all(len(part) == 3 for part in whole[1:])):
                raise self._refused(f"{shown(text)}: thousands are not separated rightly.")
            text = text.replace(thousands, "")
        if point != "." and "." in text:
            raise self._refused(f"{shown(text)}: the decimal point is said to be {point}.")
        return text.replace(point, ".")


Expression = Column | Constant | Joined | First | Taken | Changed
KINDS = ("column", "text", "constant", "lookup", "first")
EXTRAS = ("map", "otherwise", "default", "change", "date_format", "decimal_point", "thousands")


@dataclass
class Reader:
    """Reads the expressions of one profile; knows its lookups."""

    lookups: Mapping[str, Lookup]
    place: str = ""
    used: set[str] = field(default_factory=set)

    def read(self, said: Any) -> Expression:
        if isinstance(said, str) and said:
            return Column(said)
        if not isinstance(said, dict):
            raise self._wrong(f"{shown(said)} is neither a column nor a mapping")
        kind = [word for word in KINDS if word in said]
        if len(kind) != 1:
            raise self._wrong(f"exactly one of {', '.join(KINDS)} is needed")
        extra = {"by", "take"} if kind == ["lookup"] else set()
        unknown = set(said) - {kind[0]} - set(EXTRAS) - extra
        if unknown:
            raise self._wrong(f"unknown word {sorted(map(str, unknown))[0]}")
        return self._changed(self._bare(kind[0], said), said)

    def _bare(self, kind: str, said: dict[str, Any]) -> Expression:
        value = said[kind]
        match kind:
            case "column":
                return Column(str(value))
            case "text":
                if not _PLACE.search(str(value)):
                    raise self._wrong("text names no column; use constant")
                return Joined(str(value))
            case "constant":
                return Constant(plain(value))
            case "first":
                if not isinstance(value, list) or not value:
                    raise self._wrong("first needs a list")
                return First(tuple(self.read(each) for each in value))
        if value not in self.lookups or not {"by", "take"} <= set(said):
            raise self._wrong(f"a lookup needs by and take, and {shown(value)} must stand under lookups")
        lookup = self.lookups[value]
        take = str(said["take"])
        some = next(iter(lookup.rows.values()), None)
        if some is not None and take not in some:
            raise self._wrong(f"{lookup.file} has no column {take}")
        return Taken(lookup, self.read(said["by"]), take)

    def _changed(self, bare: Expression, said: dict[str, Any]) -> Expression:
        if not set(EXTRAS) & set(said):
            return bare
        changes = said.get("change", [])
        changes = [changes] if isinstance(changes, str) else changes
        if not isinstance(changes, list) or not set(changes) <= set(CHANGES):
            raise self._wrong(f"change takes {', '.join(CHANGES)}")
        mapping = said.get("map")
        if mapping is not None and not isinstance(mapping, dict):
            raise self._wrong("map needs pairs of values")
        if "otherwise" in said and mapping is None:
            raise self._wrong("otherwise needs a map")
        otherwise = None
        if "otherwise" in said:
            other = said["otherwise"]
            otherwise = self.read(other) if isinstance(other, dict) else Constant(plain(other))
        number = None
        if "decimal_point" in said or "thousands" in said:
            number = (str(said.get("decimal_point", ".")), str(said.get("thousands", "")))
            if len(number[0]) != 1 or len(number[1]) > 1 or number[0] == number[1]:
                raise self._wrong("decimal_point and thousands are one character each, and not the same")
        return Changed(
            bare,
            changes=tuple(changes),
            map=None if mapping is None else {plain(k): plain(v) for k, v in mapping.items()},
            otherwise=otherwise,
            default=plain(said.get("default", "")),
            date_format=str(said.get("date_format", "")),
            number=number,
        )

    def _wrong(self, reason: str) -> Invalid:
        return ProfileInvalid(f"{self.place}: {reason}.")


def plain(value: Any) -> str:
    """The text of a YAML scalar, as it would stand in a file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(plain(each) for each in value)
    return str(value)
