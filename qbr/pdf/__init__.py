"""The PDF of a deck: one page per slide, from the same slides as the PowerPoint file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from prm.kernel import paper
from prm.kernel.charts_svg import PAINTS, Drawing, draw
from prm.kernel.paper import PdfNotPossible
from qbr.powerpoint import theme
from qbr.powerpoint.build import Look
from qbr.slides.parts import ChartBox, Row, Slide

STYLE = Path(__file__).with_name("deck.css")

__all__ = ["PdfNotPossible", "deck_html", "write_pdf"]


def deck_html(slides: Sequence[Slide], look: Look) -> str:
    """The pages as HTML. Texts are values, escaped by the template like everywhere."""
    brand = theme.hex_colour(look.brand, theme.DEFAULT_BRAND)
    accent = theme.hex_colour(look.accent, theme.DEFAULT_ACCENT)
    paints = {"brand": f"#{brand}", "accent": f"#{accent}"}
    pages = [{"slide": slide, "number": i, "rows": _rows(slide, paints)} for i, slide in enumerate(slides, start=1)]
    return render_to_string(
        "qbr/deck_pdf.html",
        {
            "pages": pages,
            "look": look,
            "brand": f"#{brand}",
            "accent": f"#{accent}",
            "on_brand": f"#{theme.text_on(brand)}",
        },
    )


def _rows(slide: Slide, paints: dict[str, str]) -> list[dict[str, Any]]:
    return [{"row": row, "boxes": _boxes(row, paints)} for row in slide.rows]


def _boxes(row: Row, paints: dict[str, str]) -> list[dict[str, Any]]:
    boxes: list[dict[str, Any]] = []
    for element, width in row.boxes:
        box: dict[str, Any] = {"element": element, "width": width}
        if isinstance(element, ChartBox):
            box["drawing"] = drawing = draw(element.chart, paints=paints)
            box["legend"] = _legend(drawing, {**PAINTS, **paints})
        boxes.append(box)
    return boxes


def _legend(drawing: Drawing, paints: dict[str, str]) -> list[dict[str, Any]]:
    if len(drawing.legend) < 2:
        return []
    return [{"name": key.name, "paint": paints[key.tone], "is_line": key.is_line} for key in drawing.legend]


def write_pdf(html: str) -> bytes:
    """The pages of a deck as a file. Raises PdfNotPossible where the machine lacks what a PDF needs."""
    return paper.write_pdf(html, STYLE)
