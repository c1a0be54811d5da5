"""The elements of a slide as native shapes: text, tiles, tables. Nothing runs out of its place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Inches, Pt

from qbr.powerpoint.theme import (
    BRAND,
    INK,
    LINE,
    MUTED,
    PANEL,
    STATUS_COLOURS,
    STATUS_SHAPES,
    Box,
    rgb,
)
from qbr.slides.parts import Cell, Column, Table, Text, Tile, Tiles

HEADING = 0.34  # inches above a table, a list or a chart
TEXT_BODY, PARAGRAPH, SOLID_FILL = qn("a:txBody"), qn("a:p"), qn("a:solidFill")
RGB_COLOUR, SCHEME_COLOUR = qn("a:srgbClr"), qn("a:schemeClr")
CELL_PROPERTIES = (("marL", "54864"), ("marR", "54864"), ("marT", "18288"), ("marB", "18288"), ("anchor", "ctr"))
NO_GRID = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # the table style without lines and fills


def add_text(
    slide: Any, text: str, box: Box, size: float, *, colour: str = INK, bold: bool = False, name: str = ""
) -> Any:
    """One line or paragraph that keeps to its box."""
    shape = slide.shapes.add_textbox(*box.emu)
    shape.name = name or text[:40] or "Text"
    frame = _frame(shape)
    _write(frame.paragraphs[0], text, size, colour=colour, bold=bold)
    return shape


def add_heading(slide: Any, text: str, box: Box) -> Box:
    """The title of an element; returns what is left below it."""
    add_text(slide, text, Box(box.left, box.top, box.width, 0.28), 12, bold=True)
    return Box(box.left, box.top + HEADING, box.width, box.height - HEADING)


def add_paragraphs(slide: Any, element: Text, box: Box) -> None:
    """Paragraphs or a list, as large as they fit."""
    if element.title:
        box = add_heading(slide, element.title, box)
    shape = slide.shapes.add_textbox(*box.emu)
    shape.name = element.title or "Text"
    frame = _frame(shape)
    size = next(
        (s for s in (16, 14, 13, 12, 11) if _text_height(element.paragraphs, box.width - 0.3, s) <= box.height), 10
    )
    for i, text in enumerate(element.paragraphs):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        _write(paragraph, text, size)
        paragraph.space_after = Pt(size * 0.6)
        if element.is_list:
            _list_mark(paragraph, element.is_numbered)


def add_tiles(slide: Any, element: Tiles, box: Box, gap: float) -> None:
    """Headline figures side by side, on one grid."""
    count = len(element.tiles)
    width = (box.width - gap * (count - 1)) / count
    height = min(box.height, 1.5)
    for i, tile in enumerate(element.tiles):
        _add_tile(slide, tile, Box(box.left + i * (width + gap), box.top, width, height))


def _add_tile(slide: Any, tile: Tile, box: Box) -> None:
    panel = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *box.emu)
    panel.name = tile.label
    panel.fill.solid()
    panel.fill.fore_color.rgb = rgb(PANEL)
    panel.line.fill.background()
    without_style(panel)
    frame = panel.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left, frame.margin_right = Inches(0.2), Inches(0.12)
    frame.margin_top = frame.margin_bottom = Inches(0.06)
    inner = box.width - 0.34
    _write(frame.paragraphs[0], tile.label, 11, colour=MUTED)
    value = frame.add_paragraph()
    shape = f"{STATUS_SHAPES[tile.status]} " if tile.status in STATUS_SHAPES and tile.value != "n/a" else ""
    size = next((s for s in (26, 22, 18, 16, 14) if _width_of(shape + tile.value, s) <= inner), 12)
    if shape:
        _write(value, shape, size * 0.75, colour=STATUS_COLOURS[tile.status])
    _write(value, tile.value, size, colour=MUTED if tile.value == "n/a" else INK, bold=True)
    if tile.hint:
        _write(
            frame.add_paragraph(), _cut_to(tile.hint, inner, 10, lines=2 if box.height > 1.1 else 1), 10, colour=MUTED
        )
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
    edge = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *Box(box.left, box.top, 0.07, box.height).emu)
    edge.name = f"{tile.label}: edge"
    edge.fill.solid()
    if tile.status in ("green", "yellow", "red"):
        edge.fill.fore_color.rgb = rgb(STATUS_COLOURS[tile.status])
    elif tile.value == "n/a":
        edge.fill.fore_color.rgb = rgb(LINE)
    else:
        edge.fill.fore_color.theme_color = BRAND
    edge.line.fill.background()
    without_style(edge)


@dataclass(frozen=True)
class Fit:
    """How a table keeps to its box: the size of its letters, how many lines a cell may take, the rows' heights."""

    size: float
    lines: int
    heights: tuple[float, ...]


SIZES = (11, 10, 9)


def column_widths(table: Table, width: float) -> list[float]:
    total = sum(column.share for column in table.columns)
    return [width * column.share / total for column in table.columns]


def fit_table(table: Table, width: float, height: float, *, largest: float = SIZES[0]) -> Fit:
    """The largest letters with which all is readable in full; if even the smallest are too large, texts are cut."""
    widths = column_widths(table, width)
    rows = [[column.label for column in table.columns], *([_shown(cell) for cell in row] for row in table.rows)]
    for size in (size for size in SIZES if size <= largest):
        counts = [max(_lines_of(t, w, size) for t, w in zip(row, widths, strict=True)) for row in rows]
        heights = tuple(_row_height(count, size) for count in counts)
        if sum(heights) <= height and not _breaks_words(rows, widths, size):
            return Fit(size, max(counts), heights)
    for lines in (5, 4, 3, 2, 1):
        counts = [min(lines, max(_lines_of(t, w, 9) for t, w in zip(row, widths, strict=True))) for row in rows]
        heights = tuple(_row_height(count, 9) for count in counts)
        if sum(heights) <= height:
            break
    return Fit(9, lines, heights)


def _shown(cell: Cell) -> str:
    return f"{STATUS_SHAPES[cell.status]} {cell.text}" if cell.status in STATUS_SHAPES else cell.text


def _row_height(lines: int, size: float) -> float:
    return (lines * 1.2 + 0.95) * size / 72


def _breaks_words(rows: list[list[str]], widths: list[float], size: float) -> bool:
    """Whether a number or a word would be torn apart; a percent sign belongs to its number."""
    return any(
        _width_of(word.replace("\u00a0", " "), size) > width - 0.14
        for row in rows
        for text, width in zip(row, widths, strict=True)
        for word in text.replace(" %", "\u00a0%").split(" ")
    )


def add_table(slide: Any, element: Table, box: Box, *, largest: float = SIZES[0]) -> None:
    """A native table, or one line that says why there is none."""
    if element.title:
        box = add_heading(slide, element.title, box)
    if not element.rows:
        add_text(slide, element.empty, Box(box.left, box.top, box.width, 0.5), 12, colour=MUTED, name="No rows")
        return
    widths = column_widths(element, box.width)
    fit = fit_table(element, box.width, box.height, largest=largest)
    heights = fit.heights
    if element.is_form:
        heights = (heights[0], *(min(0.46, (box.height - heights[0]) / len(element.rows)) for _ in element.rows))
    frame = slide.shapes.add_table(
        len(element.rows) + 1, len(element.columns), *Box(box.left, box.top, box.width, sum(heights)).emu
    )
    frame.name = element.title or "Table"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{element.title}: {len(element.rows)} rows")
    table = frame.table
    style = table._tbl.tblPr
    style.set("bandRow", "0")
    style.find(qn("a:tableStyleId")).text = NO_GRID
    for i, width in enumerate(widths):
        table.columns[i].width = Inches(width)
    for i, height in enumerate(heights):
        table.rows[i].height = Inches(height)
    rows = [tuple(Cell(column.label, strong=True) for column in element.columns), *element.rows]
    for tr, row in zip(table._tbl.tr_lst, rows, strict=True):
        for i, (tc, cell) in enumerate(zip(tr.tc_lst, row, strict=True)):
            _fill_cell(tc, cell, element.columns[i], fit, widths[i], is_head=row is rows[0])


def _fill_cell(tc: Any, content: Cell, column: Column, fit: Fit, width: float, *, is_head: bool) -> None:
    """Text, alignment and lower line of a cell, written as XML: a deck has hundreds, the library's way takes thrice."""
    p = tc.find(TEXT_BODY).find(PARAGRAPH)
    if column.is_number:
        etree.SubElement(p, qn("a:pPr")).set("algn", "r")
    if content.status in STATUS_SHAPES and content.text != "n/a":
        _add_run(p, f"{STATUS_SHAPES[content.status]}\u00a0", fit.size, STATUS_COLOURS[content.status], False)
    text = _cut_to(content.text, width, fit.size, lines=fit.lines).replace(" %", "\u00a0%")
    colour = MUTED if is_head or content.text == "n/a" else INK
    _add_run(p, text, fit.size - (1 if is_head else 0), colour, content.strong)
    properties = tc.get_or_add_tcPr()
    for name, value in CELL_PROPERTIES:
        properties.set(name, value)
    line = etree.SubElement(properties, qn("a:lnB"))
    line.set("w", "15875" if is_head else "6350")
    fill = etree.SubElement(line, SOLID_FILL)
    etree.SubElement(fill, SCHEME_COLOUR if is_head else RGB_COLOUR).set("val", "accent1" if is_head else LINE)


def without_style(shape: Any) -> None:
    """Shapes come with shadows and lines of the theme; ours are flat."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _frame(shape: Any) -> Any:
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    return frame


def _write(paragraph: Any, text: str, size: float, *, colour: str = INK, bold: bool = False) -> None:
    _add_run(paragraph._p, text, size, colour, bold)


def _add_run(p: Any, text: str, size: float, colour: str, bold: bool) -> None:
    run = etree.SubElement(p, qn("a:r"))
    properties = etree.SubElement(run, qn("a:rPr"))
    properties.set("lang", "en-US")
    properties.set("sz", str(round(size * 100)))
    properties.set("b", "1" if bold else "0")
    etree.SubElement(etree.SubElement(properties, SOLID_FILL), RGB_COLOUR).set("val", colour)
    etree.SubElement(run, qn("a:t")).text = text


def _list_mark(paragraph: Any, is_numbered: bool) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.set("marL", "285750")
    properties.set("indent", "-285750")
    namespace = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    mark = f'<a:buAutoNum {namespace} type="arabicPeriod"/>' if is_numbered else f'<a:buChar {namespace} char="•"/>'
    properties.append(etree.fromstring(f'<a:buClr {namespace}><a:schemeClr val="accent1"/></a:buClr>'))
    if not is_numbered:
        properties.append(etree.fromstring(f'<a:buFont {namespace} typeface="Arial"/>'))
    properties.append(etree.fromstring(mark))


# Arial's letters are half as wide as high on average, capitals and digits wider, wide scripts a whole square.
def _width_of(text: str, size: float) -> float:
    ems = 0.0
    for letter in text:
        if ord(letter) >= 0x1100:
            ems += 1.0
        elif letter in "ijlI.,:;'| ":
            ems += 0.29
        elif letter.isupper() or letter in "mwMW@%—…":
            ems += 0.72
        else:
            ems += 0.54
    return ems * size / 72


def _lines_of(text: str, width: float, size: float) -> int:
    """How many lines a text takes in a cell, words kept whole."""
    room, lines, used = max(width - 0.14, 0.2), 1, 0.0
    for word in text.split(" "):
        length = _width_of(word + " ", size)
        if used and used + length > room:
            lines, used = lines + 1, 0.0
        lines += max(0, math.ceil(length / room) - 1)
        used = (used + length) % room if length > room else used + length
    return lines


def _cut_to(text: str, width: float, size: float, *, lines: int) -> str:
    """The text, cut with an ellipsis so that it takes at most that many lines."""
    if _lines_of(text, width, size) <= lines:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if _lines_of(text[:middle] + "…", width, size) <= lines:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


def _text_height(paragraphs: tuple[str, ...], width: float, size: float) -> float:
    return sum(_lines_of(text, width, size) * size * 1.2 + size * 0.6 for text in paragraphs) / 72
