"""HTML as a PDF. WeasyPrint reaches nothing: no network, no files; the one thing it may ask for is our own font."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

FONT_FILE = "inter/inter-latin-wght-normal.woff2"
FONT_ADDRESS = "prm:font"
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


class PdfNotPossible(RuntimeError):
    """The machine lacks what a PDF needs; everything else works all the same."""


def lay_out(html: str, style: Path) -> Any:
    """The pages, laid out but not yet written: `.pages` can be counted, `.write_pdf()` gives the file.

    Raises PdfNotPossible where Pango is missing, and says which packages bring it.
    """
    try:
        from weasyprint import CSS, HTML, URLFetcher  # a second to import, and it needs libraries of the system
        from weasyprint.text.fonts import FontConfiguration
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
            return URLFetcherResponse(url, unpacked(font), {"Content-Type": "font/ttf"})

    fetcher, fonts = OnlyOurFont(), FontConfiguration()
    sheet = CSS(string=style.read_text(encoding="utf-8"), url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    return document.render(stylesheets=[sheet], font_config=fonts)


def write_pdf(html: str, style: Path) -> bytes:
    return lay_out(html, style).write_pdf()


@cache
def unpacked(font: Path) -> bytes:
    """The font as it is drawn from, unpacked once for all documents."""
    from fontTools.ttLib import woff2

    plain = BytesIO()
    woff2.decompress(BytesIO(font.read_bytes()), plain)
    return plain.getvalue()


def font_file() -> Path | None:
    """Inter as it lies among the static files; without it the system's own sans serif is used."""
    found = finders.find(FONT_FILE)
    if isinstance(found, str):
        return Path(found)
    try:
        stored = Path(staticfiles_storage.path(getattr(staticfiles_storage, "stored_name", str)(FONT_FILE)))
    except (NotImplementedError, ValueError):
        return None
    return stored if stored.exists() else None
