"""A chart as shapes, with its legend and the table of the same figures."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from django.utils.safestring import mark_safe

from prm.kernel.charts import Chart, ChartKind
from prm.kernel.charts_marks import Mark
from prm.kernel.charts_svg.geometry import (
    WIDTH,
    value_at,
)
from prm.kernel.charts_svg.pen import Key, Pen
from prm.kernel.charts_svg.shapes import PAINTERS, SPARK_WIDTH
from prm.kernel.tenancy.context import current_tenant, is_inside
from prm.kernel.web.format import Formatter, formatter

PAINTS = {
    "brand": "#1f6fb2",
    "accent": "#c27c00",
    "violet": "#7a5cc4",
    "teal": "#11857f",
    "green": "#2a8a43",
    "yellow": "#b97a00",
    "red": "#c93535",
    "grey": "#8a93a1",
    "blue": "#1f6fb2",
    "text": "#4a5361",
    "strong": "#1c222b",
    "grid": "#e1e5ea",
    "axis": "#9aa3af",
    "paper": "#ffffff",
}


@dataclass(frozen=True)
class Row:
    """One line of the table behind the chart."""

    label: str
    texts: tuple[str, ...]

    def html(self) -> str:
        cells = "".join([f'<td class="num">{escape(text)}</td>' for text in self.texts])
        return f'<tr><th scope="row">{escape(str(self.label))}</th>{cells}</tr>'


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    description: str
    marks: list[Mark]
    legend: list[Key]
    rows: list[Row]

    @property
    def shapes(self) -> str:
        """All marks as markup."""
        return mark_safe("".join([mark.svg() for mark in self.marks]))  # noqa: S308 - each escapes its texts

    @property
    def body(self) -> str:
        """The rows of the table behind it as markup."""
        return mark_safe("".join([row.html() for row in self.rows]))  # noqa: S308 - each escapes its texts


def draw(spec: Chart, *, paints: dict[str, str] | None = None, width: int = WIDTH) -> Drawing:
    """The chart as shapes, with its legend and the table of the same figures.

    `paints` replaces colours; inside a vendor its own brand and accent are used. Bars can be drawn for another `width`.
    """
    pen = Pen(spec, {**PAINTS, **_vendor_paints(), **(paints or {})}, _formatter(spec), width=width)
    height = PAINTERS[spec.kind](pen) if not spec.is_empty else 0
    width = SPARK_WIDTH if spec.kind is ChartKind.SPARK else width
    legend = [pen.key(index, series.name, tone) for index, (series, tone) in enumerate(pen.toned())]
    rows = [
        Row(category, tuple(pen.write(value_at(s, index)) for s in spec.series))
        for index, category in enumerate(spec.categories)
    ]
    return Drawing(width, height, pen.describe(), pen.marks, legend, rows)


def _vendor_paints() -> dict[str, str]:
    if not is_inside():
        return {}
    tenant = current_tenant()
    return {"brand": tenant.brand, "accent": tenant.accent}


def _formatter(spec: Chart) -> Formatter:
    return formatter() if is_inside() else Formatter(currency=spec.currency or "USD")
