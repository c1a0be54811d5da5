"""The PDF of a deck: one page per slide, from the same slides as the PowerPoint file.

WeasyPrint reaches nothing: no network, no files. The one thing it may ask for is our own font.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string

from prm.kernel.charts_svg import PAINTS, Drawing, draw
from qbr.powerpoint import theme
from qbr.powerpoint.build import Look
from qbr.slides.parts import ChartBox, Row, Slide

FONT_FILE = "inter/inter-latin-wght-normal.woff2"
FONT_ADDRESS = "prm:font"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
STYLE = Path(__file__).with_name("deck.css")


class PdfNotPossible(RuntimeError):
    """The machine lacks what a PDF needs; the PowerPoint file is there all the same."""


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
    """The HTML as a PDF. Raises PdfNotPossible where Pango is missing, and says which packages bring it."""
    try:
        from weasyprint import HTML, URLFetcher  # a second to import, and it needs libraries of the system
        from weasyprint.urls import URLFetcherResponse
    except OSError as error:
        raise PdfNotPossible(f"The PDF was left out: this server needs the packages {PACKAGES}.") from error

    class OnlyOurFont(URLFetcher):  # type: ignore[misc]
        """Answers for our font and refuses every other address, whatever its protocol."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False)

        def fetch(self, url: str, headers: Any = None) -> Any:
            font = font_file() if url == FONT_ADDRESS else None
            if font is None:
                raise ValueError("documents fetch nothing")
            return URLFetcherResponse(url, font.read_bytes(), {"Content-Type": "font/woff2"})

    fetcher = OnlyOurFont()
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    style = CSS(string=STYLE.read_text(encoding="utf-8"), url_fetcher=fetcher, font_config=fonts)
    return document.write_pdf(stylesheets=[style], font_config=fonts)


def font_file() -> Path | None:
    """Inter as it lies among the static files; without it the system's own sans serif is used."""
    found = finders.find(FONT_FILE)
    if isinstance(found, str):
        return Path(found)
    try:
        stored = Path(staticfiles_storage.path(staticfiles_storage.stored_name(FONT_FILE)))
    except (AttributeError, NotImplementedError, ValueError):
        return None
    return stored if stored.exists() else None
