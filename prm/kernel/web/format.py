"""How the vendor writes figures: money, shares, scores, counts and dates, in one place for pages and exports.

Views format once, in the rows they hand to templates. Nothing known is written "n/a", never as zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils import dateformat, translation
from django.utils.translation import gettext as _

from prm.kernel.money import NO_BREAK_SPACE, format_money, format_number
from prm.kernel.numbers import HUNDRED, Number, round_value, to_decimal
from prm.kernel.tenancy.context import current_tenant

if TYPE_CHECKING:
    from prm.kernel.models import Tenant

NOT_AVAILABLE = "n/a"
NARROW_SPACE = "\u202f"

# What stands between thousands and before the decimals, by language; all others write as English does.
_SEPARATORS = {
    **dict.fromkeys(("de", "nl", "es", "it", "pt", "da", "id", "tr", "el"), (".", ",")),
    **dict.fromkeys(("fr", "nb", "fi", "sv", "pl", "cs", "sk", "uk", "ru"), (NARROW_SPACE, ",")),
    "de-ch": ("’", "."),
}
_DAYS = {"en": "j M Y", "en-us": "M j, Y", "de": "d.m.Y", "fr": "d/m/Y", "es": "d/m/Y", "it": "d/m/Y", "nl": "d-m-Y"}
_SHORT = ((Decimal(1), ""), (Decimal(10) ** 3, "k"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 9, "B"))


@dataclass(frozen=True)
class Formatter:
    """Writes figures for one vendor: its currency, its language's separators, its time zone."""

    currency: str = "USD"
    locale: str = "en"
    time_zone: str = "UTC"

    @cached_property
    def separators(self) -> tuple[str, str]:
        """What separates thousands, and the decimal point."""
        return _by_locale(_SEPARATORS, self.locale, (",", "."))

    def number(self, value: Number | None, places: int = 0) -> str:
        """A plain number with a fixed number of decimals."""
        if value is None:
            return NOT_AVAILABLE
        thousands, point = self.separators
        return format_number(value, places, thousands=thousands, point=point)

    def money(self, value: Number | None, currency: str = "") -> str:
        """An amount to the cent, with its code in front."""
        if value is None:
            return NOT_AVAILABLE
        thousands, point = self.separators
        return format_money(value, currency or self.currency, thousands=thousands, point=point)

    def money_short(self, value: Number | None, currency: str = "") -> str:
        """An amount for a headline: 'USD 1.2 M'. The exact amount must stand near by."""
        if value is None:
            return NOT_AVAILABLE
        text = self.short(value)
        sign = "-" if text.startswith("-") else ""
        return f"{sign}{currency or self.currency} {text.removeprefix('-')}".replace(" ", NO_BREAK_SPACE)

    def short(self, value: Number | None) -> str:
        """A large number in thousands, millions or billions with one decimal; below a thousand in full."""
        if value is None:
            return NOT_AVAILABLE
        number = to_decimal(value)
        for size, letter in _SHORT:
            # Rounded first, so that 999,960 is written 1 M and not 1,000 k.
            shown = round_value(number / size, 1 if letter else 0)
            if abs(shown) < 1000 or letter == "B":
                break
        text = self.number(shown, 1 if letter else 0)
        return f"{text.removesuffix(self.separators[1] + '0')} {letter}" if letter else text

    def percent(self, ratio: Number | None, places: int = 2) -> str:
        """A share of one as percent: 0.8913 is 89.13 %."""
        return NOT_AVAILABLE if ratio is None else f"{self.number(to_decimal(ratio) * HUNDRED, places)} %"

    def score(self, value: Number | None) -> str:
        """Points of 100, with one decimal."""
        return self.number(value, 1)

    def multiple(self, value: Number | None) -> str:
        """How many times: 2.67x."""
        return NOT_AVAILABLE if value is None else f"{self.number(value, 2)}x"

    def count(self, value: Number | None) -> str:
        """A whole number of things."""
        return self.number(value, 0)

    def days(self, value: Number | None) -> str:
        """A length of time: 42 days; a mean of days with one decimal."""
        if value is None:
            return NOT_AVAILABLE
        number = to_decimal(value)
        text = self.number(number, 0 if number == number.to_integral_value() else 1)
        return f"{text}{NO_BREAK_SPACE}{_('day') if number == 1 else _('days')}"

    def figure(self, value: Number | None, unit: str, currency: str = "") -> str:
        """A figure by the unit its measure declares: money, ratio, score, multiple, count or days."""
        if unit == "money":
            return self.money(value, currency)
        if unit == "ratio":
            return self.percent(value)
        return {"multiple": self.multiple, "count": self.count, "days": self.days}.get(unit, self.score)(value)

    def day(self, value: dt.date | None) -> str:
        """A calendar date. A moment is first taken to the vendor's time zone."""
        if value is None:
            return NOT_AVAILABLE
        if isinstance(value, dt.datetime):
            value = value.astimezone(ZoneInfo(self.time_zone)).date()
        return _written(value, self.locale, translation.get_language())

    def weekday(self, value: dt.date) -> str:
        """A date with the name of its day in the reader's language: Monday, 07.12.2026."""
        return f"{dateformat.format(value, 'l')}, {self.day(value)}"

    def moment(self, value: dt.datetime | None) -> str:
        """A date with the time in the vendor's time zone."""
        if value is None:
            return NOT_AVAILABLE
        local = value.astimezone(ZoneInfo(self.time_zone))
        return f"{self.day(local)} {local:%H:%M}"


@lru_cache(maxsize=5000)
def _written(day: dt.date, locale: str, language: str | None) -> str:
    """The order is the vendor's, the name of the month the reader's, as all words of a page are.

    Kept, since a page says few days many times, and to write one with the name of its month takes long.
    """
    return dateformat.format(day, _by_locale(_DAYS, locale, _DAYS["en"]))


def formatter(tenant: Tenant | None = None) -> Formatter:
    """The formatter of the vendor one is with."""
    tenant = tenant or current_tenant()
    return Formatter(tenant.currency, tenant.locale, tenant.time_zone)


def _by_locale(table: dict[str, Any], locale: str, otherwise: Any) -> Any:
    full = locale.lower().replace("_", "-")
    return table.get(full) or table.get(full.split("-")[0]) or otherwise
