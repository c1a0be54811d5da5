"""Slides to a PowerPoint file: the same figures give the same bytes."""

from __future__ import annotations

import copy
import datetime as dt
import io
import re
import threading
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import PP_ALIGN
from pptx.util import Pt

from qbr.powerpoint import theme
from qbr.powerpoint.charts import add_chart
from qbr.powerpoint.elements import (
    HEADING,
    add_heading,
    add_paragraphs,
    add_table,
    add_text,
    add_tiles,
    fit_table,
    without_style,
)
from qbr.powerpoint.theme import CONTENT, GAP, MUTED, Box
from qbr.slides.parts import ChartBox, Element, Slide, Table, Text, Tiles

# The library parses all its parts with one parser; threads that share it have been seen to lose namespaces.
_ONE_AT_A_TIME = threading.Lock()
NO_TIME = dt.datetime(2000, 1, 1)  # of drawing: not part of the content, or no two files would be equal
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms)")


@dataclass(frozen=True)
class Look:
    """What stands on every slide, and the vendor's colours."""

    brand: str
    accent: str
    vendor: str
    footer: str
    as_of: str
    title: str


def draw_powerpoint(slides: Sequence[Slide], look: Look) -> bytes:
    """The whole deck as a file. Text is a value everywhere: nothing in it is run, linked or evaluated."""
    with _ONE_AT_A_TIME:
        return _draw(slides, look)


def _draw(slides: Sequence[Slide], look: Look) -> bytes:
    brand = theme.hex_colour(look.brand, theme.DEFAULT_BRAND)
    deck = theme.new_presentation(brand, theme.hex_colour(look.accent, theme.DEFAULT_ACCENT))
    for slide in slides:
        if slide.id == "title":
            _draw_title(deck, slide, look, brand)
        else:
            _draw_content(deck, slide, look)
    properties = deck.core_properties
    properties.title, properties.author, properties.subject = look.title, look.vendor, "Business review"
    properties.created = properties.modified = NO_TIME
    properties.last_modified_by, properties.revision = look.vendor, 1
    written = io.BytesIO()
    deck.save(written)
    return without_times(written.getvalue())


def _draw_title(deck: Any, slide: Slide, look: Look, brand: str) -> None:
    drawn = deck.slides.add_slide(theme.title_layout(deck))
    colour = theme.text_on(brand)
    drawn.background.fill.solid()
    drawn.background.fill.fore_color.theme_color = theme.BRAND
    title = drawn.shapes.title
    title.text_frame.word_wrap = True
    title.text_frame.text = slide.title
    size = next((s for s, most in ((40, 60), (34, 90), (28, 140)) if len(slide.title) <= most), 22)
    theme.font(title.text_frame.paragraphs[0].runs[0], size, colour=colour, bold=True)
    people = drawn.placeholders[1]
    for i, line in enumerate(slide.details):
        paragraph = people.text_frame.paragraphs[0] if i == 0 else people.text_frame.add_paragraph()
        run = paragraph.add_run()
        run.text = line
        theme.font(run, 18 if i == 0 else 14, colour=colour)
        paragraph.space_after = Pt(4)
    add_text(drawn, look.vendor, Box(1.1, 0.75, 8, 0.4), 16, colour=colour, bold=True, name="Vendor")
    rule = drawn.shapes.add_shape(MSO_SHAPE.RECTANGLE, *Box(1.1, 4.05, 1.6, 0.05).emu)
    rule.name = "Rule"
    rule.fill.solid()
    rule.fill.fore_color.theme_color = theme.ACCENT
    rule.line.fill.background()
    without_style(rule)
    add_text(drawn, look.as_of, Box(1.1, 6.6, theme.WIDTH - 2.2, 0.3), 11, colour=colour, name="As of")
    _add_notes(drawn, slide)


def _draw_content(deck: Any, slide: Slide, look: Look) -> None:
    drawn = deck.slides.add_slide(theme.content_layout(deck))
    drawn.shapes.title.text_frame.text = slide.title
    _add_footer(drawn, look)
    area = CONTENT
    if slide.lead:
        add_text(drawn, slide.lead, Box(area.left, 1.14, area.width, 0.34), 14, colour=MUTED, name="Lead")
        area = Box(area.left, area.top + 0.24, area.width, area.height - 0.24)
    if slide.nothing:
        _add_nothing(drawn, slide.nothing, area)
    _draw_rows(drawn, slide, area)
    _add_notes(drawn, slide)


def _draw_rows(drawn: Any, slide: Slide, area: Box) -> None:
    room = area.height - GAP * (len(slide.rows) - 1)
    parts = sum(row.height for row in slide.rows)
    top = area.top
    for row in slide.rows:
        height, left = room * row.height / parts, area.left
        boxes = []
        for element, twelfths in row.boxes:
            width = (area.width + GAP) * twelfths / 12 - GAP
            boxes.append((element, Box(left, top, width, height)))
            left += width + GAP
        # Tables side by side have letters of the same size.
        size = min(
            (fit_table(e, b.width, b.height - HEADING).size for e, b in boxes if isinstance(e, Table)), default=0
        )
        for element, box in boxes:
            _draw_element(drawn, element, box, size)
        top += height + GAP


def _draw_element(drawn: Any, element: Element, box: Box, size: float) -> None:
    match element:
        case Tiles():
            add_tiles(drawn, element, box, GAP)
        case Table():
            add_table(drawn, element, box, largest=size)
        case Text():
            add_paragraphs(drawn, element, box)
        case ChartBox():
            box = add_heading(drawn, element.chart.title, box)
            add_chart(drawn, element.chart, box)


def _add_nothing(drawn: Any, why: str, area: Box) -> None:
    """The one line of a slide without data, in a calm panel."""
    panel = drawn.shapes.add_shape(MSO_SHAPE.RECTANGLE, *Box(area.left, area.top, area.width, 1.1).emu)
    panel.name = "No data"
    panel.fill.solid()
    panel.fill.fore_color.rgb = theme.rgb(theme.PANEL)
    panel.line.fill.background()
    without_style(panel)
    panel.text_frame.word_wrap = True
    paragraph = panel.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.LEFT
    panel.text_frame.margin_left = theme.Inches(0.3)
    run = paragraph.add_run()
    run.text = f"n/a: {why}"
    theme.font(run, 16, colour=MUTED)


def _add_footer(drawn: Any, look: Look) -> None:
    """python-pptx leaves footer and number of the layout behind; they are taken over here."""
    for shape in drawn.slide_layout.placeholders:
        kind = str(shape.placeholder_format.type)
        if "FOOTER" not in kind and "SLIDE_NUMBER" not in kind:
            continue
        taken = copy.deepcopy(shape._element)
        drawn.shapes._spTree.append(taken)
        if "FOOTER" in kind:
            paragraph = drawn.shapes[-1].text_frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.LEFT
            paragraph.text = look.footer
            theme.font(paragraph.runs[0], 9, colour=MUTED)
            paragraph.runs[0].font.name = theme.FONT


def _add_notes(drawn: Any, slide: Slide) -> None:
    drawn.notes_slide.notes_text_frame.text = "\n".join(slide.notes)


def without_times(content: bytes) -> bytes:
    """The same package with all times of writing set to one moment, in the workbooks inside as well."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename.endswith(".xlsx"):
                data = without_times(data)
            elif entry.filename.endswith("docProps/core.xml"):
                data = _STAMPS.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", data)
            new.writestr(zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return written.getvalue()
