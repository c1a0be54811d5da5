"""The parts slides are made of. All text is ready to be shown; charts keep their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from prm.kernel.charts import Chart

MAX_ROWS = 10


@dataclass(frozen=True)
class Cell:
    """One cell of a table; a status is shown by colour and shape before the text."""

    text: str
    status: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """`share` is its part of the width; numbers stand on the right."""

    label: str
    share: float = 1
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """At most ten rows; `empty` says why there are none."""

    kind: ClassVar[str] = "table"

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    empty: str = ""
    is_form: bool = False  # rows to be filled in during the meeting

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """The rows with the column of each cell, for templates."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Tile:
    """One headline figure."""

    label: str
    value: str
    hint: str = ""
    status: str = ""


@dataclass(frozen=True)
class Tiles:
    kind: ClassVar[str] = "tiles"

    tiles: tuple[Tile, ...]

    @property
    def look(self) -> str:
        """How large the figures are printed, so that the longest stays in its tile: large, middle or small."""
        count = max(len(self.tiles), 1)
        room = (12.13 - 0.24 * (count - 1)) / count - 0.7  # inches, without margins and the shape of the status
        longest = max((len(tile.value) for tile in self.tiles), default=0)
        return "large" if longest * 0.18 <= room else "middle" if longest * 0.13 <= room else "small"


@dataclass(frozen=True)
class ChartBox:
    kind: ClassVar[str] = "chart"

    chart: Chart


@dataclass(frozen=True)
class Text:
    """Paragraphs; with `bullets` as a list, with `is_numbered` as a numbered one."""

    kind: ClassVar[str] = "text"

    paragraphs: tuple[str, ...]
    title: str = ""
    is_list: bool = False
    is_numbered: bool = False


Element = Tiles | Table | ChartBox | Text


@dataclass(frozen=True)
class Row:
    """Elements side by side. `widths` are parts of twelve, `height` the part of the slide it takes."""

    elements: tuple[Element, ...]
    widths: tuple[int, ...]
    height: float = 1

    @property
    def boxes(self) -> list[tuple[Element, int]]:
        return list(zip(self.elements, self.widths, strict=True))


@dataclass(frozen=True)
class Slide:
    """One slide. Without rows it says in one line why (`nothing`)."""

    id: str
    title: str
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    lead: str = ""
    nothing: str = ""
    details: tuple[str, ...] = ()  # the lines of the title slide
