"""Frozen figures as text: the vendor's way of writing numbers and dates, and what keeps to its cell."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Protocol

from prm.kernel.money import currency_places
from qbr.slides.parts import Cell, Tile

NA = "n/a"


_ILLEGAL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


Figures = dict[str, Any]


class Formatter(Protocol):
    """How the vendor writes numbers and dates (`prm.kernel.web.format`)."""

    def money(self, value: Decimal | None) -> str: ...
    def percent(self, value: Decimal | None) -> str: ...
    def score(self, value: Decimal | None) -> str: ...
    def multiple(self, value: Decimal | None) -> str: ...
    def count(self, value: Any) -> str: ...
    def days(self, value: Decimal | None) -> str: ...
    def number(self, value: Decimal | None, places: int = 0) -> str: ...
    def day(self, value: dt.date | None) -> str: ...


def legal(node: Any, name: str = "") -> Any:
    """The figures with texts that every file format takes: no control characters, one line (people: one each)."""
    if isinstance(node, dict):
        return {key: legal(value, key) for key, value in node.items()}
    if isinstance(node, list):
        return [legal(value) for value in node]
    if not isinstance(node, str):
        return node
    lines = [" ".join(line.split()) for line in _ILLEGAL.sub("", node).splitlines()]
    return ("\n" if name == "attendees" else " ").join(line for line in lines if line)


class Writer:
    """Writes figures as they are kept in a deck: `{"value": text or None, "unit": ..., "status": ..., "why": ...}`."""

    def __init__(self, write: Formatter, currency: str) -> None:
        self.write = write
        self.places = currency_places(currency)

    def __call__(self, figure: Figures) -> str:
        return self.number(figure["value"], figure["unit"])

    def number(self, value: str | None, unit: str) -> str:
        if value is None:
            return NA
        number = Decimal(value)
        if unit == "flag":
            return "Yes" if number else "No"
        by_unit: dict[str, Callable[[Decimal], str]] = {
            "money": self.write.money,
            "ratio": self.write.percent,
            "score": self.write.score,
            "multiple": self.write.multiple,
            "days": self.write.days,
        }
        return by_unit.get(unit, self.write.count)(number)

    def day(self, value: str | None) -> str:
        return self.write.day(dt.date.fromisoformat(value)) if value else NA

    def plain(self, figure: Figures) -> str:
        """As in a table whose title names the currency: amounts without it."""
        if figure["unit"] == "money" and figure["value"] is not None:
            return self.write.number(Decimal(figure["value"]), self.places)
        return self(figure)

    def cell(self, figure: Figures) -> Cell:
        return Cell(self.plain(figure), figure["status"])

    def tile(self, figure: Figures, hint: str = "") -> Tile:
        return Tile(figure["label"], self(figure), hint or figure["why"] or figure.get("hint", ""), figure["status"])


def clipped(text: str, limit: int) -> str:
    """Text that keeps to its cell; what is cut is marked."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def optional(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
