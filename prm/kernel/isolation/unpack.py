"""The text inside an answer: headers, page, and what is packed in XLSX, PPTX, ZIP and PDF files."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any


def text_of(response: Any) -> str:
    """Everything a person could read out of an answer, as one text."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.items())
    cookies = response.cookies.output() if response.cookies else ""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return "\n".join([headers, cookies, *texts(body)])


def texts(body: bytes) -> Iterator[str]:
    """The body itself and, for packed files, all that is in it, level by level."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            for name in packed.namelist():
                yield name
                yield from texts(packed.read(name))
    elif body.startswith(b"%PDF-"):
        yield from _pdf(body)
    else:
        yield body.decode("utf-8", errors="replace")


def _pdf(body: bytes) -> Iterator[str]:
    """The readable text of a PDF's pages, and its raw streams."""
    yield body.decode("latin-1")
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL):
        try:
            yield zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
    try:
        import pypdfium2
    except ImportError:
        return
    document = pypdfium2.PdfDocument(body)
    try:
        for page in document:
            yield page.get_textpage().get_text_range()
    finally:
        document.close()
