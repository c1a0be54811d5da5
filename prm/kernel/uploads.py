"""Files that people bring: what they really are is read from their content, never from a name or a header.

Refused are: what is not on the list, what is empty or too large, archives that unpack to much, images of too many
pixels, office files with macros, and files that are two things at once. Images are drawn anew, which drops
everything that is not the picture (places, cameras, appended programs).
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from prm.kernel.errors import Invalid

PDF, PNG, JPG = "pdf", "png", "jpg"
# An office file is told by the part that it must have.
OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
PAPERS = frozenset({PDF, PNG, JPG, *OFFICE_PARTS})  # what an agreement or a certificate may come as
PAPER_BYTES = 20 * 1024 * 1024

MAX_PIXELS = 40_000_000
MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 200  # unpacked to packed, of one large entry
LARGE_ENTRY = 10 * 1024 * 1024
ENDINGS = {"jpeg": JPG, "jpe": JPG}
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class BadFile(Invalid):
    """This file cannot be taken."""

    code = "file_type"

    def __init__(self, message: str = "", *, code: str | None = None, field: str | None = "file") -> None:
        super().__init__(message, code=code, field=field)


@dataclass(frozen=True)
class Upload:
    """A file as it was sent: the name is what somebody typed, the content is what counts."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Accepted:
    """A file that may be kept: its kind from its content, and a name that ends accordingly."""

    kind: str
    name: str
    content: bytes


def accept(upload: Upload, *, kinds: Collection[str] = PAPERS, limit: int = PAPER_BYTES) -> Accepted:
    """Check an upload; raises BadFile with the reason. Images come back drawn anew."""
    content = upload.content
    if not content:
        raise BadFile("The file is empty.", code="file_empty")
    if len(content) > limit:
        raise BadFile(f"The file is larger than {limit // (1024 * 1024)} MB.", code="file_size")
    kind = kind_of(content)
    if kind not in kinds:
        raise BadFile(f"Only these files can be taken: {', '.join(sorted(kinds))}. This is none of them.")
    name, ending = safe_name(upload.name), _ending(upload.name)
    if ending and ending != kind:
        raise BadFile(f"The name ends in .{ending}, but the content is {kind}. Please send the file as it is.")
    if kind == PDF:
        _check_pdf(content)
    elif kind in OFFICE_PARTS:
        _check_archive(content)
    else:
        content = _drawn_anew(content, kind)
    return Accepted(kind, name if ending else f"{name}.{kind}", content)


def kind_of(content: bytes) -> str:
    """What a file is by its content; empty when it is nothing we know."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPG
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = set(archive.namelist())
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, UnicodeDecodeError):
            return ""
        if "[Content_Types].xml" in names:
            return next((kind for kind, part in OFFICE_PARTS.items() if part in names), "")
    return ""


def safe_name(name: str) -> str:
    """A file name is data: no path, no control or direction marks, no leading dot, at most 150 characters."""
    text = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    text = _UNSAFE.sub("_", text).strip(" .")
    stem, dot, ending = text.rpartition(".")
    if dot and len(ending) <= 10:
        return f"{stem[: 149 - len(ending)]}.{ending}"
    return text[:150] or "file"


def _ending(name: str) -> str:
    """The ending of a name when it looks like one (`contract v1.2 final` has none)."""
    ending = safe_name(name).rpartition(".")[2].lower() if "." in safe_name(name) else ""
    if not re.fullmatch(r"[a-z][a-z0-9]{1,5}", ending):
        return ""
    return ENDINGS.get(ending, ending)


def _check_pdf(content: bytes) -> None:
    end = content.rfind(b"%%EOF")
    if end < 0:
        raise BadFile("This PDF is not complete.", code="file_broken")
    if content[end + 5 :].strip(b"\r\n \t\x00"):
        raise BadFile("Something is hidden behind the end of this PDF.", code="file_two_things")
    if re.search(rb"/(JavaScript|JS|Launch)\b", content):
        raise BadFile("This PDF runs a program when it is opened. Please save it without.", code="file_active")


def _check_archive(content: bytes) -> None:
    """Judged by the directory, before anything is unpacked; entries that overlap count as often as they are named."""
    if b"%PDF-" in content[:1024]:
        raise BadFile("This file is two things at once.", code="file_two_things")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        types = archive.getinfo("[Content_Types].xml")
        if types.file_size > 1024 * 1024:
            raise BadFile("This file is packed in a way that could do harm.", code="file_bomb")
        try:
            said = archive.read(types)
        except Exception as error:
            raise BadFile("This file is damaged.", code="file_broken") from error
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or packed > len(content)
    is_dense = any(e.file_size > LARGE_ENTRY and e.file_size > MAX_RATIO * max(e.compress_size, 1) for e in entries)
    if is_bomb or is_dense:
        raise BadFile("This file is packed in a way that could do harm.", code="file_bomb")
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadFile("This file is locked with a password, so nobody here could read it.", code="file_locked")
    names = [entry.filename.lower() for entry in entries]
    if any(name.startswith("/") or ".." in name.split("/") for name in names):
        raise BadFile("This file is packed in a way that could do harm.", code="file_bomb")
    if b"macroEnabled" in said or any(name.endswith(("vbaproject.bin", ".exe", ".dll", ".js")) for name in names):
        raise BadFile("This file holds macros. Please save it without.", code="file_active")


@contextmanager
def whole_pictures_only() -> Iterator[None]:
    """A picture that was cut off is refused: the library that draws PDFs lets them pass, for everybody, once loaded."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _drawn_anew(content: bytes, kind: str) -> bytes:
    from PIL import Image, ImageOps

    try:
        formats = ["PNG" if kind == PNG else "JPEG"]
        with whole_pictures_only(), Image.open(io.BytesIO(content), formats=formats) as image:
            if image.width * image.height > MAX_PIXELS:
                raise BadFile("This picture has too many pixels.", code="file_bomb")
            image.load()
            upright = ImageOps.exif_transpose(image)
            out = io.BytesIO()
            if kind == JPG:
                upright.convert("RGB").save(out, "JPEG", quality=90)
            else:
                upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB").save(
                    out, "PNG"
                )
    except BadFile:
        raise
    except Exception as error:
        raise BadFile("This picture is damaged.", code="file_broken") from error
    return out.getvalue()
