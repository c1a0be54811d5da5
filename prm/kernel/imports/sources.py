"""Reading tables: a file becomes a header and rows of text, whatever kind of file it is.

Everything here is streamed, and what is too large, torn or in another encoding than said is refused in words.
"""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from prm.kernel.imports.limits import DEFAULT, MEGABYTE, Limits
from prm.kernel.imports.problems import FileRefused, ProfileInvalid

CHUNK = 256 * 1024
UNPACKED_TYPES = (".csv", ".txt", ".tsv")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file: the line it begins on, and its text by column."""

    line: int
    cells: Mapping[str, str]
    problem: str = ""  # why the row as a whole cannot be read


@dataclass(frozen=True)
class Source:
    """A file to be read: where it lies and how the profile says it is written."""

    path: Path
    encoding: str = ""  # empty: detected
    delimiter: str = ""  # empty: detected
    sheet: str = ""  # empty: the first
    limits: Limits = DEFAULT

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def is_packed(self) -> bool:
        return self.path.suffix.lower() == ".gz"

    @property
    def kind(self) -> str:
        name = self.path.name.lower().removesuffix(".gz")
        if name.endswith(".xlsx") and not self.is_packed:
            return "xlsx"
        if name.endswith(UNPACKED_TYPES):
            return "csv"
        raise FileRefused(f"{self.name}: only .csv, .tsv, .txt (also packed as .gz) and .xlsx can be read.")


@dataclass
class Table:
    """An opened file: its columns, its rows, and how it was understood."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    sha256: str
    read_as: str


def find(folder: Path, name: str) -> Path:
    """The file of that name in the folder, also when it is only there packed. Never one outside the folder."""
    root = folder.resolve()
    for candidate in (folder / name, folder / f"{name}.gz"):
        path = candidate.resolve()
        if not path.is_relative_to(root):
            raise ProfileInvalid(f"{name} is not a file inside {folder}.")
        if path.is_file():
            return path
    raise FileRefused(f"{name} is not in {folder}.")


def check_size(source: Source) -> None:
    size = source.path.stat().st_size
    if size == 0:
        raise FileRefused(f"{source.name} is empty.")
    if size > source.limits.file_bytes:
        limit = source.limits.file_bytes // MEGABYTE
        raise FileRefused(
            f"{source.name} is too large: {size / MEGABYTE:.0f} MB, the limit is {limit} MB."
            " Split it by month or by region."
        )


def open_bytes(source: Source) -> IO[bytes]:
    return gzip.open(source.path, "rb") if source.is_packed else source.path.open("rb")  # type: ignore[return-value]


def chunks_of(source: Source) -> Iterator[bytes]:
    """The unpacked bytes, never more than the limit."""
    seen = 0
    try:
        with open_bytes(source) as stream:
            while chunk := stream.read(CHUNK):
                seen += len(chunk)
                if seen > source.limits.unpacked_bytes:
                    limit = source.limits.unpacked_bytes // MEGABYTE
                    raise FileRefused(f"{source.name} unpacks to more than {limit} MB.")
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise FileRefused(f"{source.name} is not a whole .gz file: {error}.") from error


def digest_of(source: Source) -> str:
    """The fingerprint of the file as it was stored."""
    digest = hashlib.sha256()
    with source.path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def encoding_of(source: Source) -> tuple[str, str]:
    """The encoding and how it was found ("named" or "detected"), after every byte was tried in it."""
    sample = next(chunks_of(source), b"")
    if source.encoding:
        encoding = known(source.encoding)
        if encoding == "utf-8" and sample.startswith(codecs.BOM_UTF8):
            encoding = "utf-8-sig"
        _try(source, encoding)
        if not encoding.startswith("utf") and _is_marked_utf8(source):
            raise FileRefused(
                f"{source.name} is named as {source.encoding} but written in UTF-8; its letters would come in wrong."
            )
        return encoding, "named"
    for mark, marked in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            _try(source, marked)
            return marked, "detected"
    try:
        _try(source, "utf-8")
    except FileRefused:
        encoding = _guess(source)
        _try(source, encoding)
        return encoding, "detected"
    return "utf-8", "detected"


def known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
        "".encode(encoding)  # codecs such as base64 have names too, but no letters
    except LookupError as error:
        raise ProfileInvalid(f"There is no encoding {encoding}.") from error
    return found.name


def _try(source: Source, encoding: str) -> None:
    """Read the whole file in this encoding; refuses with the line of the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    try:
        for chunk in chunks_of(source):
            try:
                line += decoder.decode(chunk).count("\n")
            except UnicodeDecodeError as error:
                line += chunk[: error.start].count(b"\n")
                raise
        decoder.decode(b"", final=True)
    except UnicodeError as error:
        raise FileRefused(
            f"{source.name} is not written in {encoding}: line {line} does not fit."
            " Save it as UTF-8, or name its encoding in the profile."
        ) from error


def _is_marked_utf8(source: Source) -> bool:
    """Whether letters outside ASCII stand there as UTF-8: by chance that does not happen."""
    try:
        _try(source, "utf-8")
    except FileRefused:
        return False
    return any(not chunk.isascii() for chunk in chunks_of(source))


def _guess(source: Source) -> str:
    from charset_normalizer import from_bytes

    # What cannot be read as UTF-8 is told apart by its letters, so lines without any are left out.
    telling = bytearray()
    for chunk in chunks_of(source):
        telling += b"\n".join(line for line in chunk.split(b"\n") if not line.isascii())
        if len(telling) > CHUNK:
            break
    best = from_bytes(bytes(telling[:CHUNK])).best()
    if best is None:
        advice = "Save it as CSV in UTF-8 or as XLSX, or name the encoding in a profile."
        raise FileRefused(f"{source.name}: its encoding was not recognised. {advice}")
    return best.encoding
