"""Amounts of money: how many places a currency has, and how an amount is written for people.

An amount is a Decimal plus an ISO 4217 code held beside it; functions and tables see one reporting
currency only, and a foreign amount is converted once, when it is booked (domain formulas C3, C9).
"""

from decimal import Decimal, localcontext
from functools import lru_cache

from prm.kernel.numbers import CONTEXT, Number, round_value, to_decimal

NO_BREAK_SPACE = "\u00a0"

# ISO 4217 minor units that are not 2.
_CURRENCY_PLACES = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND")
        + ("VUV", "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


@lru_cache(maxsize=300)
def currency_places(currency: str) -> int:
    """The decimal places of a currency: 2 unless ISO 4217 says otherwise (JPY 0, KWD 3).

    Raises ValueError for anything but three capital letters.
    """
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise ValueError(f"not a currency code: {currency[:10]!r}")
    return _CURRENCY_PLACES.get(currency, 2)


def to_money(value: Number, currency: str) -> Decimal:
    """The amount rounded half up to the smallest unit of its currency."""
    return round_value(value, currency_places(currency))


def with_places(value: Decimal, currency: str) -> Decimal:
    """The same amount with at least the places of its currency: how files and the interface write it (20000.00).

    Nothing is rounded: a line that keeps more decimals shows them.
    """
    exponent, places = value.as_tuple().exponent, currency_places(currency)
    return to_money(value, currency) if isinstance(exponent, int) and -exponent < places else value


def fits_currency(value: Number, currency: str) -> bool:
    """True when the amount has no fraction of the smallest unit: what a form or an import asks."""
    return to_decimal(value) == to_money(value, currency)


def convert(value: Number, rate: Number, currency: str) -> Decimal:
    """A foreign amount at the rate stored on its record, rounded once into `currency` (C9)."""
    with localcontext(CONTEXT):
        return to_money(to_decimal(value) * to_decimal(rate), currency)


def format_number(value: Number, places: int, *, thousands: str = ",", point: str = ".") -> str:
    """A number with separated thousands, such as -1,234.50; separators as the vendor writes them."""
    text = f"{round_value(value, places):,f}"
    if (thousands, point) == (",", "."):
        return text
    return text.translate({ord(","): thousands, ord("."): point})


def format_money(value: Number, currency: str, *, thousands: str = ",", point: str = ".") -> str:
    """An amount with its code in front, such as 'EUR 1,234.50', 'JPY 1,235' or '-EUR 0.50'; it never breaks in two."""
    number = format_number(value, currency_places(currency), thousands=thousands, point=point)
    sign = "-" if number.startswith("-") else ""
    return f"{sign}{currency}{NO_BREAK_SPACE}{number.removeprefix('-')}"
