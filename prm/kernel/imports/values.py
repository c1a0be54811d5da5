"""How the text of a cell becomes a value: one reader per kind of field, each refusing what it cannot read for sure.

A field that the profile does not name stays as it is; one that is named and empty becomes empty.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from prm.kernel.errors import Invalid
from prm.kernel.imports.problems import shown
from prm.kernel.numbers import to_decimal, to_whole
from prm.kernel.text import clean_text

YES = {"yes", "true", "1", "y"}
NO = {"no", "false", "0", "n"}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( 00:00:00)?")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_SEPARATORS = re.compile(r"[;,|]")


@dataclass(frozen=True)
class Rule:
    """What a field of an importer takes. `read` gets cleaned text that is not empty."""

    read: Callable[[str], Any]
    required: bool = False
    empty: Any = None
    says: str = ""  # for the list of fields

    def value_of(self, text: str) -> Any:
        """The value behind the text of a cell. Raises Invalid with the reason."""
        text = clean_text(text)
        if not text:
            if self.required:
                raise Invalid("A value is needed here.")
            return self.empty() if callable(self.empty) else self.empty
        return self.read(text)


def text(max_length: int = 200, *, required: bool = False) -> Rule:
    def read(value: str) -> str:
        if len(value) > max_length:
            raise Invalid(f"At most {max_length} characters, this has {len(value)}.")
        return value

    return Rule(read, required, "", f"text, at most {max_length}")


def number(*, required: bool = False) -> Rule:
    """A plain decimal number: no exponent, no NaN, no full-width digits."""
    return Rule(_number, required, None, "number such as 1234.50")


def count(*, required: bool = False) -> Rule:
    def read(value: str) -> int:
        try:
            found = to_whole(value)
        except ValueError as error:
            raise Invalid(f"{shown(value)} is not a whole number.") from error
        if found < 0:
            raise Invalid(f"{shown(value)} is less than nothing.")
        return found

    return Rule(read, required, None, "whole number")


def day(*, required: bool = False) -> Rule:
    return Rule(_day, required, None, "date, YYYY-MM-DD")


def month(*, required: bool = False) -> Rule:
    """A month, also given as any of its days; stored as its first."""
    return Rule(lambda v: _day(f"{v}-01" if _MONTH.fullmatch(v) else v).replace(day=1), required, None, "YYYY-MM")


def flag(*, required: bool = False) -> Rule:
    def read(value: str) -> bool:
        word = value.casefold()
        if word not in YES | NO:
            raise Invalid(f"{shown(value)} is neither yes nor no.")
        return word in YES

    return Rule(read, required, False, "yes or no")


def choice(allowed: Collection[str], *, required: bool = False) -> Rule:
    codes = {str(code) for code in allowed}

    def read(value: str) -> str:
        if value not in codes:
            raise Invalid(f"{shown(value)} is none of {', '.join(sorted(codes))}.")
        return value

    return Rule(read, required, "", f"one of {', '.join(sorted(codes))}")


def codes(allowed: Collection[str] | None = None, *, required: bool = False) -> Rule:
    """Several short texts, separated by comma, semicolon or bar."""
    one = choice(allowed) if allowed is not None else text(60)

    def read(value: str) -> list[str]:
        return [one.read(part.strip()) for part in _SEPARATORS.split(value) if part.strip()]

    return Rule(read, required, list, "texts, separated by commas")


def email(*, required: bool = False) -> Rule:
    def read(value: str) -> str:
        try:
            validate_email(value)
        except ValidationError as error:
            raise Invalid(f"{shown(value)} is not an e-mail address.") from error
        return value.lower()

    return Rule(read, required, "", "e-mail address")


def country(*, required: bool = False) -> Rule:
    def read(value: str) -> str:
        if not (len(value) == 2 and value.isascii() and value.isalpha()):
            raise Invalid(f"{shown(value)} is no country code (two letters, ISO 3166).")
        return value.upper()

    return Rule(read, required, "", "country code of two letters")


def currency(*, required: bool = False) -> Rule:
    def read(value: str) -> str:
        if not (len(value) == 3 and value.isascii() and value.isalpha()):
            raise Invalid(f"{shown(value)} is no currency code (three letters, ISO 4217).")
        return value.upper()

    return Rule(read, required, "", "currency code of three letters")


def _number(value: str) -> Decimal:
    try:
        return to_decimal(value)
    except ValueError as error:
        raise Invalid(f"{shown(value)} is not a plain decimal number.") from error


def _day(value: str) -> dt.date:
    if not _ISO_DAY.fullmatch(value):
        raise Invalid(f"{shown(value)} is not a date (YYYY-MM-DD); name its format in the profile.")
    try:
        return dt.date.fromisoformat(value[:10])
    except ValueError as error:
        raise Invalid(f"{shown(value)} is not a day of the calendar.") from error
