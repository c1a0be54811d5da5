"""Amounts in a grid: rows of partners or lines, columns of months. What was typed comes back as it was typed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from prm.kernel import clock
from prm.kernel.numbers import to_decimal
from prm.kernel.periods import FiscalYear
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import formatter
from prm.kernel.web.whole import WholeField

SPACES = dict.fromkeys(map(ord, " \u00a0\u202f\t"))
LONGEST = 30


@dataclass(frozen=True)
class Cell:
    """One field of a grid: its name, what stands in it, and why it cannot be taken."""

    name: str
    label: str
    text: str
    problem: str = ""
    month: str = ""


@dataclass(frozen=True)
class GridRow:
    """One row of a grid: its title, its cells, the sum of what stands in them."""

    title: str
    url: str
    cells: tuple[Cell, ...]
    total: str
    note: str = ""
    locked: bool = False


def cell_name(row: Any, month: dt.date) -> str:
    return f"a-{row}-{month:%Y-%m}"


def read_amount(text: str) -> Decimal | None:
    """An amount as people type it in the vendor's language: empty is none. Raises ValueError with a sentence."""
    plain = text.translate(SPACES)
    if not plain:
        return None
    thousands, point = formatter().separators
    grouped = rf"-?[0-9]{{1,3}}({re.escape(thousands)}[0-9]{{3}})+({re.escape(point)}[0-9]+)?"
    if re.fullmatch(grouped, plain):
        plain = plain.replace(thousands, "")
    if point != "." and plain.count(point) == 1 and "." not in plain:
        plain = plain.replace(point, ".")
    if len(plain) > LONGEST:
        raise ValueError(_("This is too long for an amount."))
    try:
        return to_decimal(plain)
    except ValueError as error:
        raise ValueError(_("Give a plain amount, such as 1234.50.")) from error


def read_grid(
    posted: Mapping[str, str], rows: Iterable[Any], months: Iterable[dt.date]
) -> tuple[dict[Any, dict[dt.date, Decimal | None]], dict[str, str]]:
    """The amounts by row and month of those cells that were sent, and problems by the name of the cell."""
    found: dict[Any, dict[dt.date, Decimal | None]] = {}
    problems: dict[str, str] = {}
    columns = list(months)
    for row in rows:
        for month in columns:
            name = cell_name(row, month)
            if name not in posted:
                continue
            try:
                found.setdefault(row, {})[month] = read_amount(posted[name])
            except ValueError as error:
                problems[name] = str(error)
    return found, problems


def unread(posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by the name of the cell, to stand in the grid again."""
    return {name: value[:200] for name, value in posted.items() if name.startswith("a-")}


class YearForm(forms.Form):
    """The fiscal year that is looked at; anything else is the present one."""

    year = WholeField(required=False, min_value=1991, max_value=2999)

    def chosen(self) -> FiscalYear:
        start = current_tenant().fy_start_month
        wanted = self.cleaned_data.get("year") if self.is_valid() else None
        return FiscalYear(wanted, start) if wanted else FiscalYear.containing(clock.today(), start)


class NumberField(forms.CharField):
    """A number as people type it in the vendor's language; no exponents, no NaN, no other script's digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(widget=kwargs.pop("widget", widget), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """What is known stands as people of this vendor write it; whole numbers plain, so that no mark is misread."""
        if not isinstance(value, Decimal):
            return value
        places = max(0, -int(value.as_tuple().exponent))
        return formatter().number(value, places) if places else str(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return read_amount(text or "")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
