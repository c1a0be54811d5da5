"""The PDF: one page per slide, and nothing of the world outside in it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pypdfium2
import pytest

from prm.kernel.web.format import Formatter
from qbr.pdf import deck_html, write_pdf
from qbr.powerpoint.build import Look
from qbr.slides import build_slides
from tests.qbr.sample import figures

LOOK = Look("#1f6fb2", "#e0a100", "Acme", "Acme · Northwind", "Figures as of 30 Jun 2026", "A review")


def html_of(**changes):
    return deck_html(build_slides(figures(**changes), Formatter("USD", "en", "UTC")), LOOK)


def text_of(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


@pytest.fixture
def sink():
    """A server that counts who calls."""
    hits: list[str] = []

    class Listen(BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Listen)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, hits
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()


def test_one_page_per_slide_with_the_figures_of_the_deck():
    content = write_pdf(html_of())
    document = pypdfium2.PdfDocument(content)
    assert len(document) == 12
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (960, 540)
    text = text_of(content)
    for figure in ("105.41 %", "311,832.20", "71.4", "Northwind Traders"):
        assert figure in text


def test_text_of_partners_calls_nobody_and_embeds_nothing(sink, tmp_path):
    port, hits = sink
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-of-a-file")
    hostile = (
        f'<img src="http://127.0.0.1:{port}/img"><link rel=attachment href="file://{secret}">'
        f"<style>@import url(http://127.0.0.1:{port}/css)</style><object data=file://{secret}></object>"
    )
    changed = figures()
    changed["partner"]["name"] = hostile[:200]
    changed["action_plan"]["rows"][0]["text"] = hostile
    content = write_pdf(html_of(partner=changed["partner"], action_plan=changed["action_plan"]))
    assert hits == []
    assert b"canary-of-a-file" not in content
    assert "<img src=" in text_of(content)


def test_even_markup_that_got_through_would_reach_nothing(sink, tmp_path):
    """The fence behind the escaping: the fetcher refuses every address, and the control shows that it would matter."""
    port, hits = sink
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-of-a-file")
    markup = (
        f'<img src="http://127.0.0.1:{port}/img"><link rel="attachment" href="file://{secret}">'
        f'<link rel="stylesheet" href="http://127.0.0.1:{port}/css"><p style="background:url(file://{secret})">x</p>'
    )
    write_pdf(f"<html><head></head><body>{markup}</body></html>")
    assert hits == []
    from weasyprint import HTML

    HTML(string=f"<html><head></head><body>{markup}</body></html>").write_pdf()
    assert hits
