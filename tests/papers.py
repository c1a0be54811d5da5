"""Files as people upload them, made in memory: honest ones and hostile ones."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from prm.kernel.uploads import Upload

TYPES = b'<?xml version="1.0"?><Types><Override PartName="/word/document.xml"/></Types>'


def pdf(text: str = "agreement") -> bytes:
    return b"%PDF-1.4\n1 0 obj << /Title (" + text.encode() + b") >> endobj\ntrailer << >>\n%%EOF\n"


def docx(parts: dict[str, bytes] | None = None, types: bytes = TYPES) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", types)
        for name, content in {"word/document.xml": b"<w:document/>", **(parts or {})}.items():
            archive.writestr(name, content)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), **options: Any) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **options)
    return out.getvalue()


def paper(name: str = "agreement.pdf", text: str = "agreement") -> Upload:
    return Upload(name, pdf(text))
