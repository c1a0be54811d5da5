"""The PowerPoint file: native charts and tables whose numbers are those of the page, text that stays text."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from pptx import Presentation
from pptx.chart.chart import Chart as NativeChart

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.web.format import Formatter
from qbr.powerpoint import draw_powerpoint
from qbr.powerpoint.build import Look
from qbr.powerpoint.elements import fit_table
from qbr.slides import Cell, ChartBox, Column, Row, Slide, Table, build_slides
from qbr.slides.closing import missing_rows
from tests.qbr.sample import figures, missing

LOOK = Look("#1f6fb2", "#e0a100", "Acme", "Acme · Northwind", "Figures as of 30 Jun 2026", "A review")
TITLES = [
    "Northwind Traders: business review FY2026 Q2",
    "Agenda and last commitments",
    "The quarter on one page",
    "Performance to plan",
    "Pipeline to target",
    "Deals won and lost",
    "Program level",
    "Capabilities scorecard",
    "Improvement plan",
    "People and engagement",
    "Commitments for next quarter",
    "How the figures are made",
]


def drawn(**changes):
    content = draw_powerpoint(build_slides(figures(**changes), Formatter("USD", "en", "UTC")), LOOK)
    return content, Presentation(io.BytesIO(content))


def charts(deck) -> dict[str, NativeChart]:
    return {shape.name: shape.chart for slide in deck.slides for shape in slide.shapes if shape.has_chart}


def texts(deck) -> list[str]:
    found = []
    for slide in deck.slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                found.append(shape.text_frame.text)
            if shape.has_table:
                found += [cell.text for row in shape.table.rows for cell in row.cells]
    return found


def workbook_of(chart) -> list[tuple]:
    blob = chart.part.chart_workbook.xlsx_part.blob
    return list(load_workbook(io.BytesIO(blob)).active.iter_rows(values_only=True))


def test_the_slides_stand_in_their_order_with_real_titles_and_notes():
    _, deck = drawn()
    assert [slide.shapes.title.text_frame.text for slide in deck.slides] == TITLES
    assert all(slide.notes_slide.notes_text_frame.text for slide in deck.slides)
    assert (deck.slide_width.inches, deck.slide_height.inches) == (pytest.approx(13.333, abs=0.001), 7.5)


def test_every_shape_of_a_slide_has_an_id_of_its_own():
    """Office repairs files with equal ids, and asks before."""
    _, deck = drawn()
    for slide in deck.slides:
        ids = [node.get("id") for node in slide._element.iter("{*}cNvPr")]
        assert len(ids) == len(set(ids)), slide.shapes.title.text_frame.text


def test_months_are_native_columns_with_a_line_on_the_same_axes():
    _, deck = drawn()
    chart = next(c for name, c in charts(deck).items() if name.startswith("Target and actual"))
    columns, lines = chart.plots
    assert [s.name for s in columns.series] == ["Actual"]
    assert [s.name for s in lines.series] == ["Target"]
    space = chart._chartSpace
    axes = {
        node.get("val") for node in space.iter("{*}axId") if node.getparent().tag.endswith(("barChart", "lineChart"))
    }
    assert len(axes) == 2


def test_the_workbook_behind_a_chart_holds_the_figures_of_the_page():
    _, deck = drawn()
    months = figures()["performance"]["months"]
    rows = workbook_of(next(c for name, c in charts(deck).items() if name.startswith("Target and actual")))
    assert rows[0][1:] == ("Actual", "Target")
    for row, month in zip(rows[1:], months, strict=True):
        wanted = [month["actual"]["value"], month["target"]["value"]]
        assert [None if v is None else Decimal(str(v)) for v in row[1:3]] == [
            None if v is None else Decimal(v) for v in wanted
        ]
    scores = workbook_of(charts(deck)["Score by category"])
    assert [Decimal(str(row[1])) for row in scores[1:]] == [
        Decimal(c["score"]["value"]) for c in figures()["capabilities"]["categories"]
    ]


def test_the_same_figures_give_the_same_bytes():
    assert drawn()[0] == drawn()[0]


def test_figures_without_data_are_written_na_and_listed_on_the_last_slide():
    _, deck = drawn()
    last = deck.slides[len(deck.slides) - 1]
    table = next(shape.table for shape in last.shapes if shape.has_table)
    listed = "\n".join(cell.text for row in table.rows for cell in row.cells)
    for name in ("Pipeline to target", "People with a sales certification", "Target of Storage"):
        assert name in listed
    assert "n/a" in texts(deck)
    assert "Performance to plan" not in listed  # the control: what is there is not listed


def test_more_than_ten_reasons_still_make_ten_rows():
    many = {f"r{i}": missing(f"Figure {i}", "count", f"reason {i}") for i in range(15)}
    rows = missing_rows(figures(more=many))
    assert len(rows) == 10
    assert "Figure 14" in rows[-1][1]


HOSTILE = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "{{7*7}}", "%(x)s {0.__class__}", "a\x00b\x0bc\ufffe"]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_partners_stays_text(text):
    changed = figures()
    changed["partner"]["name"] = text
    changed["action_plan"]["rows"][0]["text"] = text
    content, deck = drawn(partner=changed["partner"], action_plan=changed["action_plan"])
    clean = re.sub("[\x00-\x08\x0b-\x1f\ufffe\uffff]", "", text)
    assert any(clean in found for found in texts(deck))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        links = [package.read(name) for name in package.namelist() if name.endswith(".rels")]
    assert not any(b'TargetMode="External"' in rels for rels in links)


def test_a_series_named_like_a_formula_is_no_formula_in_the_workbook():
    chart = Chart(ChartKind.BARS, "t", ("=1+1", "b"), (Series("=2+2", (Decimal(1), Decimal(2))),))
    slide = Slide(id="x", title="x", rows=(Row((ChartBox(chart),), (12,)),))
    deck = Presentation(io.BytesIO(draw_powerpoint([slide], LOOK)))
    blob = next(iter(charts(deck).values())).part.chart_workbook.xlsx_part.blob
    cells = [c for row in load_workbook(io.BytesIO(blob)).active.iter_rows() for c in row if c.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    with zipfile.ZipFile(io.BytesIO(blob)) as book:
        assert b"<f>" not in b"".join(book.read(name) for name in book.namelist())


def test_nothing_runs_out_of_the_slide_with_the_longest_names():
    long = "Gesellschaft für außerordentlich weitreichende Handelsbeziehungen " * 4
    changed = figures()
    changed["partner"]["name"] = long[:200]
    for row in changed["action_plan"]["rows"]:
        row["text"], row["topic"], row["owner"] = long * 3, long, long
    for row in changed["capabilities"]["topics"]:
        row["topic"] = long
    _, deck = drawn(**changed)
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left + shape.width <= deck.slide_width, shape.name
            assert shape.top + shape.height <= deck.slide_height, shape.name
            if shape.has_table:
                assert shape.top + sum(row.height for row in shape.table.rows) <= 6.85 * 914400, shape.name
                assert len(shape.table.rows) <= 11


def test_one_endless_word_is_cut_and_takes_no_time():
    table = Table((Column("A"), Column("B")), ((Cell("x" * 1_000_000), Cell("y")),))
    assert fit_table(table, 6, 2).size == 9
    slide = Slide(id="x", title="x", rows=(Row((table,), (12,)),))
    deck = Presentation(io.BytesIO(draw_powerpoint([slide], LOOK)))
    assert max(len(text) for text in texts(deck)) < 1000


def test_colours_of_the_vendor_are_the_theme_and_a_light_brand_has_dark_text():
    slides = build_slides(figures(), Formatter("USD", "en", "UTC"))
    bright = Look("#ffe066", "not a colour", "Acme", "f", "a", "t")
    content = draw_powerpoint(slides, bright)
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        theme = package.read("ppt/theme/theme1.xml").decode()
    assert '<a:accent1><a:srgbClr val="FFE066"/>' in theme
    assert '<a:accent2><a:srgbClr val="E0A100"/>' in theme
    assert 'latin typeface="Arial"' in theme
    title = Presentation(io.BytesIO(content)).slides[0].shapes.title.text_frame.paragraphs[0].runs[0]
    assert str(title.font.color.rgb) == "1B2733"
