"""Scales and lettering of a drawing: round ticks, shares of a span, how wide a text is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from prm.kernel.charts import Chart, Series
from prm.kernel.numbers import ZERO

WIDTH = 560
NARROW = 300  # bars are drawn for phones as well: shrunk, their lettering could not be read
LEFT_MOST = 4


LETTER = 6.6  # how wide a letter of that size is on average


def nice_ticks(
    values: Sequence[Decimal], maximum: Decimal | None = None, *, from_zero: bool = True, about: int = 4
) -> list[Decimal]:
    """Round figures that span the values, at 1, 2, 2.5 or 5 times a power of ten; zero among them if asked."""
    low, high = min(values), max(values)
    if maximum is not None:
        high = max(high, maximum)
    if from_zero or low < high / 2:
        low = min(low, ZERO)
    high = max(high, ZERO) if from_zero else high
    if high == low:
        high = low + (abs(low) or Decimal(1))
    rough = (high - low) / about
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(
        power * m for m in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)) if power * m >= rough
    )
    first, last = math.floor(low / step), math.ceil(high / step)
    return [step * n for n in range(first, last + 1)]


def values_of(spec: Chart) -> list[Decimal]:
    return [value for series in spec.series for value in series.values if value is not None]


def span_of(spec: Chart) -> tuple[Decimal, Decimal]:
    values = values_of(spec)
    low, high = min(*values, ZERO), max(*values, spec.maximum or ZERO)
    return low, high if high > low else low + 1


def share_of(part: Decimal, whole: Decimal) -> float:
    """Where a figure lies on a scale, 0 to 1: from here on it is geometry, not money."""
    return min(max(float(part / whole), 0.0), 1.0) if whole else 0.0


def value_at(series: Series, index: int) -> Decimal | None:
    return series.values[index] if index < len(series.values) else None


def label_at(spec: Chart, index: int) -> str:
    return spec.categories[index] if index < len(spec.categories) else ""


def runs(points: Iterable[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    """The points without those that are missing, cut where one is."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def polygon(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{short(x)} {short(y)}" for x, y in points) + "Z"


def names_width(spec: Chart, width: float = WIDTH) -> float:
    return min(max((text_width(name) for name in spec.categories), default=0) + 12 + LEFT_MOST, width * 0.4)


def text_width(text: str) -> float:
    if text.isascii():
        return LETTER * len(text)
    # Letters of other scripts than Latin, Greek and Cyrillic are about twice as wide.
    return sum(LETTER * (1.9 if ord(letter) > 0x2E80 else 1) for letter in text)


def shorten(text: str, room: float) -> str:
    if text_width(text) <= room:
        return text
    while text and text_width(text) + LETTER > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, room: float) -> list[str]:
    """At most two lines, the second shortened."""
    if text_width(text) <= room:
        return [text]
    first = ""
    words = text.split(" ")
    while words and text_width(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    if not first:
        return [shorten(text, room)]
    return [first, shorten(" ".join(words), room)]


def short(value: float) -> str:
    """A coordinate with two decimals at most, always with a point: no language has a say in it."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
