"""One chart spec: drawn as SVG on pages and in PDFs, and as a native chart in decks, from the same numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class ChartKind(StrEnum):
    COLUMNS = "columns"  # one group of columns per category
    COLUMNS_LINE = "columns_line"  # first series as columns, the others as lines
    BARS = "bars"  # horizontal
    LINE = "line"
    SPARK = "spark"  # a line without axes, for table cells
    BULLET = "bullet"  # actual (first series) against target (second)
    RADAR = "radar"


@dataclass(frozen=True)
class Series:
    """Values per category; None where there is no figure (drawn as a gap, never as zero)."""

    name: str
    values: tuple[Decimal | None, ...]
    tone: str = ""  # brand, accent, green, yellow, red, grey, or empty for the palette's next


@dataclass(frozen=True)
class Chart:
    """What to draw. `unit` is money, ratio, score or count and decides how figures are written."""

    kind: ChartKind
    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = "score"
    currency: str = ""
    maximum: Decimal | None = None
    note: str = ""
    ids: tuple[str, ...] = field(default=())

    @property
    def is_empty(self) -> bool:
        return not any(value is not None for series in self.series for value in series.values)
