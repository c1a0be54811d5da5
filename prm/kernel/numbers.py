"""How every number of the product is read, rounded and split.

A figure must be the same to the last digit on a page, in a deck and in an export, so there is one
way in (`to_decimal`), one rounding (`round_value`, half up and away from zero) and one way to split
a total (`apportion`). Decimals only: a float is refused where it arrives, not where it hurts.
Source: domain formulas C1 to C6, F1 and F3.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)
from typing import overload

Number = Decimal | int | str

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)

# 60 digits leave room for the largest amount (1e12) times several rates with nothing cut off (C1).
PRECISION = 60
CONTEXT = Context(prec=PRECISION, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Longer input would not survive arithmetic unrounded, and could be used to exhaust the server.
_MAX_DIGITS = 40
_MAX_SCALE = 20
_STEPS = tuple(Decimal((0, (1,), -places)) for places in range(_MAX_SCALE + 1))


def to_decimal(value: Number) -> Decimal:
    """The exact number behind a str, int or Decimal.

    Strings are plain ASCII such as "-12.50": no exponent, sign plus, spaces, thousands separators or
    full-width digits. Trailing zeros are kept, because the places of a target are shown.
    Raises TypeError for floats, booleans and anything else; ValueError for NaN, infinity or bad text.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise TypeError(f"a number must be text, int or Decimal, not {type(value).__name__}")
    if isinstance(value, str):
        if not _PLAIN.fullmatch(value) or len(value) > _MAX_DIGITS:
            raise ValueError(f"not a plain decimal number: {value[:60]!r}")
        return _unsigned_zero(Decimal(value))
    if isinstance(value, int):
        if abs(value) >= 10**_MAX_DIGITS:
            raise ValueError("number too large")
        return Decimal(value)
    if not value.is_finite():
        raise ValueError(f"not a finite number: {value}")
    # Tiny ones are fine: points halved every day for half a year are 1e-55, and round to 0.
    if value and value.adjusted() >= _MAX_DIGITS:
        raise ValueError("number too large")
    return _unsigned_zero(value)


def to_whole(value: Number) -> int:
    """A count: as to_decimal, and it must be a whole number ("3" and "3.00" are, "3.5" is a ValueError)."""
    number = to_decimal(value)
    if number != number.to_integral_value():
        raise ValueError(f"not a whole number: {value}")
    return int(number)


def to_flag(value: bool) -> bool:
    """A yes or no. Refuses everything but True and False: the text "false" would count as true."""
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def places_of(value: Decimal) -> int:
    """How many decimal places a number was written with."""
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def round_value(value: Number, scale: Number = 0, mode: str = "half_up") -> Decimal:
    """The one rounding of the product: to `scale` places, half up and away from zero, never -0.

    Mode "up" goes to the next larger value at that scale, for negatives too (-1.25 at 1 place: -1.2);
    a value that already fits stays. Raises ValueError for an unknown mode or a scale outside 0 to 20.
    Source: domain formulas F1.
    """
    places = scale if type(scale) is int else to_whole(scale)
    if not 0 <= places <= _MAX_SCALE:
        raise ValueError(f"scale must be 0 to {_MAX_SCALE}: {scale}")
    if mode not in _ROUNDINGS:
        raise ValueError(f"unknown rounding mode: {mode}")
    return _unsigned_zero(to_decimal(value).quantize(_STEPS[places], rounding=_ROUNDINGS[mode], context=_WIDE))


def round_up(value: Decimal) -> int:
    """The next larger whole number; a whole number stays."""
    return int(value.to_integral_value(rounding=ROUND_CEILING))


def round_down(value: Decimal) -> int:
    """The next smaller whole number; a whole number stays."""
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def apportion(total: Number, scale: Number, weights: Sequence[Number]) -> list[Decimal] | None:
    """Parts of `total` in proportion to `weights`, at `scale` places, that add up exactly.

    Parts are cut down; the units left over go to the largest cut-off remainders, ties in list order.
    A negative total is split by its absolute value and negated. A total with more places than `scale`
    is rounded first, since no parts at that scale could add up to it.
    None when the weights sum to zero. Raises ValueError for a negative weight.
    Source: domain formulas F3 (largest remainder).
    """
    shares = [to_decimal(weight) for weight in weights]
    if any(share < 0 for share in shares):
        raise ValueError("weights must not be negative")
    places = to_whole(scale)
    target = round_value(total, places)
    with localcontext(_WIDE):
        weight_sum = sum(shares, ZERO)
        if weight_sum == 0:
            return None
        units = abs(target).scaleb(places)
        # divmod keeps the remainder exact; a plain division would round it and spoil the ties.
        cut = [divmod(units * share, weight_sum) for share in shares]
        parts = [int(whole) for whole, _ in cut]
        left_over = int(units) - sum(parts)
        by_remainder = sorted(range(len(cut)), key=lambda i: -cut[i][1])
        for i in by_remainder[:left_over]:
            parts[i] += 1
        sign = -1 if target < 0 else 1
        return [_unsigned_zero(Decimal(sign * part).scaleb(-places)) for part in parts]


def total_of(values: Iterable[Decimal]) -> Decimal:
    """The sum; 0 for nothing."""
    return sum(values, ZERO)


def divide(numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    """The unrounded quotient, or None (undefined, shown as n/a) when the divisor is 0 (C6)."""
    return None if denominator == 0 else Decimal(numerator) / Decimal(denominator)


def divide_positive(numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    """As divide, and None for a negative divisor too: a return on a negative cost means nothing."""
    return None if denominator <= 0 else divide(numerator, denominator)


def mean(values: Sequence[Decimal | int]) -> Decimal | None:
    """The unrounded arithmetic mean, or None of nothing."""
    return divide(sum(values, ZERO), len(values))


def weighted_mean(pairs: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
    """The unrounded mean of (weight, value) pairs; a None value gives its weight to the others (C6)."""
    known = [(weight, value) for weight, value in pairs if value is not None]
    return divide(total_of(weight * value for weight, value in known), total_of(weight for weight, _ in known))


def clamp(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The value kept within low and high."""
    return max(low, min(high, value))


class Places:
    """Rounds an unrounded result to the places its kind is shown with (C3); None stays None."""

    def __init__(self, places: int) -> None:
        self._places = places

    @property
    def places(self) -> int:
        return self._places

    @overload
    def __call__(self, value: Number) -> Decimal: ...
    @overload
    def __call__(self, value: None) -> None: ...
    def __call__(self, value: Number | None) -> Decimal | None:
        return None if value is None else round_value(value, self.places)


class MoneyPlaces(Places):
    """As Places, at the minor unit of the reporting currency: 2 unless set by `reporting_places`."""

    @property
    def places(self) -> int:
        return _reporting_places.get()


_reporting_places: ContextVar[int] = ContextVar("reporting_places", default=2)


@contextmanager
def reporting_places(places: int) -> Iterator[None]:
    """Round money to this many places inside the block: 0 for a vendor who reports in yen (C3).

    It belongs to arithmetic like the decimal context does, so that no formula needs a currency input.
    """
    token = _reporting_places.set(places)
    try:
        yield
    finally:
        _reporting_places.reset(token)


money = MoneyPlaces(2)
ratio = Places(4)  # 0.8913 is shown as 89.13 %
score = Places(1)  # also averages of days, percentiles and indexes
multiple = Places(2)  # 2.67 is shown as 2.67x
points = Places(2)  # also expected counts

_ROUNDINGS = {"half_up": ROUND_HALF_UP, "up": ROUND_CEILING}
_WIDE = Context(prec=200, rounding=ROUND_DOWN, traps=[InvalidOperation, DivisionByZero, Overflow])


def _unsigned_zero(value: Decimal) -> Decimal:
    # "-0.00" on a page reads like an error (C2).
    return value if value else value.copy_abs()
