"""Charts: the marks stand for the figures, gaps for what is missing, and nothing leaves the picture."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from django.template import Context, engines
from hypothesis import given, settings
from hypothesis import strategies as st

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.charts_svg import SPARK_WIDTH, WIDTH, draw, nice_ticks

D = Decimal
QUARTERS = ("Q1", "Q2", "Q3", "Q4")


def numbers(text: str) -> tuple[Decimal | None, ...]:
    return tuple(None if word == "-" else D(word) for word in text.split())


def chart(kind: ChartKind, *values: str, categories: tuple[str, ...] = QUARTERS, **fields) -> Chart:
    series = tuple(Series(f"Series {n}", numbers(text)) for n, text in enumerate(values, start=1))
    return Chart(kind, "Net revenue", categories, series, **fields)


def bars_of(drawing, tone: str = "brand"):
    return [m for m in drawing.marks if m.shape == "rect" and f"tone-{tone}" in m.classes]


def texts_of(drawing) -> list[str]:
    return [m.text for m in drawing.marks if m.shape == "text"]


def test_columns_are_as_tall_as_their_figures():
    heights = [D(mark.height) for mark in bars_of(draw(chart(ChartKind.COLUMNS, "10 20 40 80")))]
    assert [round(h / heights[0]) for h in heights] == [1, 2, 4, 8]


def test_a_missing_figure_is_a_gap_not_a_zero():
    drawing = draw(chart(ChartKind.COLUMNS, "10 - 0 80"))
    assert len(bars_of(drawing)) == 3  # zero is a figure and has a (thin) column
    assert drawing.rows[1].texts == ("n/a",)
    assert drawing.rows[2].texts == ("0.0",)


def test_a_line_breaks_where_a_figure_is_missing():
    drawing = draw(chart(ChartKind.LINE, "1 2 - 4 5", categories=("a", "b", "c", "d", "e")))
    assert len([m for m in drawing.marks if "chart-line" in m.classes]) == 2
    assert len([m for m in drawing.marks if m.shape == "circle"]) == 4


def test_a_figure_between_two_gaps_is_still_seen():
    many = " ".join(["-"] * 20 + ["5"] + ["-"] * 19)
    drawing = draw(chart(ChartKind.LINE, many, categories=tuple(str(n) for n in range(40))))
    assert len([m for m in drawing.marks if m.shape == "circle"]) == 1


def test_losses_hang_below_the_line():
    loss, gain = bars_of(draw(chart(ChartKind.COLUMNS, "-50 50", categories=("a", "b"))))
    assert D(loss.y) == pytest.approx(D(gain.y) + D(gain.height))
    left, right = bars_of(draw(chart(ChartKind.BARS, "-50 50", categories=("a", "b"))))
    assert float(left.x) + float(left.width) == pytest.approx(float(right.x), abs=0.02)


def test_columns_with_a_line_draw_only_the_first_series_as_columns():
    drawing = draw(chart(ChartKind.COLUMNS_LINE, "1 2 3 4", "4 3 2 1"))
    assert len(bars_of(drawing)) == 4
    assert len([m for m in drawing.marks if "chart-line" in m.classes]) == 1
    assert [key.is_line for key in drawing.legend] == [False, True]


def test_a_bullet_shows_what_is_and_what_should_be():
    drawing = draw(chart(ChartKind.BULLET, "50 -", "100 80", categories=("Deals", "Leads")))
    (actual,) = bars_of(drawing)
    targets = bars_of(drawing, "strong")
    grounds = bars_of(drawing, "grid")
    assert float(actual.width) == pytest.approx(float(grounds[0].width) / 2, abs=0.02)
    assert len(targets) == 2
    assert "50 / 100" in texts_of(drawing)
    assert "n/a / 80" in texts_of(drawing)


def test_a_radar_with_a_missing_corner_has_no_area():
    full = draw(chart(ChartKind.RADAR, "10 20 30 40", maximum=D(40)))
    torn = draw(chart(ChartKind.RADAR, "10 - 30 40", maximum=D(40)))
    assert [m for m in full.marks if "chart-area" in m.classes]
    assert not [m for m in torn.marks if "chart-area" in m.classes]


@pytest.mark.parametrize(
    ("unit", "currency", "axis", "full"),
    [
        ("money", "EUR", "1.2 M", "EUR\u00a01,234,567.00"),
        ("count", "", "1.2 M", "1,234,567"),
        ("score", "", "1,234,567.0", "1,234,567.0"),
    ],
)
def test_figures_are_short_in_the_picture_and_exact_in_the_table(unit, currency, axis, full):
    spec = chart(ChartKind.BARS, "1234567", categories=("All",), unit=unit, currency=currency)
    drawing = draw(spec)
    assert axis in texts_of(drawing)
    assert drawing.rows[0].texts == (full,)


def test_a_ratio_is_read_in_percent():
    drawing = draw(chart(ChartKind.LINE, "0.5 1.0 0.75 0.8913", unit="ratio"))
    assert "100 %" in texts_of(drawing)
    assert drawing.rows[3].texts == ("89.13 %",)


def test_series_take_the_colours_nobody_asked_for():
    series = (Series("a", numbers("1"), "accent"), Series("b", numbers("1")), Series("c", numbers("1")))
    tones = [key.tone for key in draw(Chart(ChartKind.COLUMNS, "t", ("x",), series)).legend]
    assert tones == ["accent", "brand", "violet"]


def test_a_vendor_sees_its_own_colours(cast):
    cast.acme.colours = {"brand": "#aa0055"}
    cast.acme.save(update_fields=["colours"])
    from prm.kernel.tenancy.context import tenant_scope

    with tenant_scope(cast.acme):
        from prm.kernel.tenancy.remember import memory

        with memory():
            assert bars_of(draw(chart(ChartKind.COLUMNS, "1 2 3 4")))[0].paint == "#aa0055"


def test_long_names_are_shortened_and_lie_apart():
    names = tuple(f"A very long category name {n}" for n in range(12))
    drawing = draw(chart(ChartKind.COLUMNS, " ".join(["5"] * 12), categories=names))
    placed = [m for m in drawing.marks if m.shape == "text" and m.anchor == "middle" and m.text.startswith("A ")]
    assert placed
    edges = [(float(m.x) - len(m.text) * 3.2, float(m.x) + len(m.text) * 3.2) for m in placed]
    assert all(left[1] <= right[0] + 1 for left, right in pairwise(edges))


values = st.lists(
    st.one_of(st.none(), st.decimals(min_value=-(10**9), max_value=10**9, places=2)), min_size=1, max_size=40
)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(ChartKind), first=values, second=values, name=st.text(max_size=40))
def test_every_mark_stays_in_the_picture(kind, first, second, name):
    categories = tuple(f"{name}{n}" for n in range(len(first)))
    drawing = draw(Chart(kind, name, categories, (Series("a", tuple(first)), Series("b", tuple(second)))))
    assert drawing.width in {WIDTH, SPARK_WIDTH}
    for mark in drawing.marks:
        if mark.shape == "path":
            for number in re.findall(r"-?\d+(?:\.\d+)?", mark.d):
                assert -1 <= float(number) <= max(drawing.width, drawing.height) + 1
            continue
        assert -1 <= float(mark.x) <= drawing.width + 1
        assert -1 <= float(mark.y) <= drawing.height + 16
        if mark.shape == "rect":
            assert float(mark.x) + float(mark.width) <= drawing.width + 1
            assert float(mark.y) + float(mark.height) <= drawing.height + 1


@given(st.lists(st.decimals(min_value=-(10**9), max_value=10**9, places=2), min_size=1, max_size=20))
def test_ticks_are_round_and_span_the_figures(given_values):
    ticks = nice_ticks(given_values)
    assert ticks[0] <= min(given_values)
    assert ticks[-1] >= max(given_values)
    assert 2 <= len(ticks) <= 8
    assert len({b - a for a, b in pairwise(ticks)}) == 1
    assert ticks[0] <= 0 <= ticks[-1]


@pytest.mark.parametrize("kind", list(ChartKind))
def test_the_markup_is_well_formed_and_without_styles(kind):
    spec = chart(kind, "1 - 3 4", "4 3 2 -", categories=("<b>", '"', "&", "ü"))
    source = "{% spark spec %}" if kind is ChartKind.SPARK else "{% chart spec %}"
    shown = engines["django"].engine.from_string(source).render(Context({"spec": spec}))
    svg = shown[shown.index('<svg class="drawing') : shown.index("</svg>") + 6]
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label").startswith("Net revenue")
    assert "style=" not in shown
    assert "<b>" not in shown


def test_a_pdf_draws_the_marks_in_their_own_colours():
    """A PDF's SVG sees no style sheet of the page, so every mark brings its colour."""
    for mark in draw(chart(ChartKind.COLUMNS_LINE, "1 2 3 4", "4 3 2 1")).marks:
        assert re.fullmatch(r"#[0-9a-f]{6}", mark.paint)
