"""A deck of native charts, tables and notes, beside python-pptx alone drawing the same shapes in the same run.

The bare side reads our finished file and draws each of its text boxes, tables and charts again with the library's
own calls: same texts, same cells, same numbers; no theme, no fonts, no fitting of text, no fixed times.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from bench.measure import in_turn, show
from prm.kernel.web.format import Formatter
from qbr.pdf import PdfNotPossible, deck_html, write_pdf
from qbr.powerpoint import draw_powerpoint
from qbr.powerpoint.build import Look
from qbr.slides import build_slides
from tests.qbr.sample import FIGURES

LOOK = Look("#1f6fb2", "#e0a100", "Acme", "Acme · Northwind Traders", "Figures as of 30 Jun 2026", "A review")


def ours() -> bytes:
    return draw_powerpoint(build_slides(FIGURES, Formatter("USD", "en", "UTC")), LOOK)


def bare(model: Any) -> Callable[[], bytes]:
    """What the library alone needs for the same shapes."""
    slides = [
        ([_recipe(shape) for shape in slide.shapes], slide.notes_slide.notes_text_frame.text) for slide in model.slides
    ]

    def draw() -> bytes:
        deck = Presentation()
        blank = deck.slide_layouts[6]
        for recipes, notes in slides:
            slide = deck.slides.add_slide(blank)
            for recipe in recipes:
                recipe(slide.shapes)
            slide.notes_slide.notes_text_frame.text = notes
        written = io.BytesIO()
        deck.save(written)
        return written.getvalue()

    return draw


def _recipe(shape: Any) -> Callable[[Any], None]:
    box = shape.left, shape.top, shape.width, shape.height
    if shape.has_table:
        cells = [[cell.text for cell in row.cells] for row in shape.table.rows]
        return lambda shapes: _table(shapes, cells, box)
    if shape.has_chart:
        plots = shape.chart.plots
        data = CategoryChartData()
        data.categories = list(plots[0].categories)
        for plot in plots:
            for series in plot.series:
                data.add_series(series.name, series.values)
        return lambda shapes: shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *box, data)
    text = shape.text_frame.text if shape.has_text_frame else ""
    return lambda shapes: _text(shapes, text, box)


def _table(shapes: Any, cells: list[list[str]], box: Any) -> None:
    table = shapes.add_table(len(cells), len(cells[0]), *box).table
    for i, row in enumerate(cells):
        for j, text in enumerate(row):
            table.cell(i, j).text_frame.text = text


def _text(shapes: Any, text: str, box: Any) -> None:
    shapes.add_textbox(*box).text_frame.text = text


def main() -> None:
    model = Presentation(io.BytesIO(ours()))
    shapes = sum(len(slide.shapes) for slide in model.slides)
    timings = in_turn({"python-pptx alone": bare(model), "our deck": ours}, rounds=10, warm=2)
    title = f"Deck: {len(model.slides)} slides, {shapes} shapes, native charts and tables, notes"
    show(title, timings, against="python-pptx alone", goal="at most 2 x python-pptx alone")
    html = deck_html(build_slides(FIGURES, Formatter("USD", "en", "UTC")), LOOK)
    try:
        pdf = in_turn({"the same as a PDF": lambda: write_pdf(html)}, rounds=3, warm=1)
    except PdfNotPossible as missing:
        print(missing)
    else:
        show("PDF by WeasyPrint", pdf, against="the same as a PDF")


if __name__ == "__main__":
    main()
