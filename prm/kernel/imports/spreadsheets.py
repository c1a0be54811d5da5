"""Tables as spreadsheets (.xlsx). An archive may claim to be small and unpack to gigabytes, so it is weighed first."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.utils.exceptions import InvalidFileException

from prm.kernel.imports.delimited import checked_columns
from prm.kernel.imports.limits import MEGABYTE
from prm.kernel.imports.problems import FileRefused, shown
from prm.kernel.imports.sources import Row, Source, Table, digest_of

# What a damaged or hostile spreadsheet raises, from the archive up to openpyxl's own readers.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    SyntaxError,  # XML that is none
    ValueError,  # with it defusedxml's refusals
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
)


def open_table(source: Source) -> Table:
    _weigh(source)
    if not openpyxl.DEFUSEDXML:
        raise FileRefused("Spreadsheets cannot be read safely here: the package defusedxml is missing.")
    try:
        # Values instead of formulas: what the person saw in the cell.
        book = openpyxl.load_workbook(source.path, read_only=True, data_only=True, keep_links=False)
    except UNREADABLE as error:
        raise FileRefused(f"{source.name} is not a readable .xlsx file. Save it anew as XLSX or CSV.") from error
    sheets = {sheet.title: sheet for sheet in book.worksheets}  # without sheets that are a chart
    names = list(sheets)
    if not names:
        raise FileRefused(f"{source.name} has no sheet with cells.")
    if source.sheet and source.sheet not in sheets:
        raise FileRefused(
            f"{source.name} has no sheet {shown(source.sheet)}; it has {', '.join(map(shown, names[:20]))}."
        )
    sheet = sheets[source.sheet or names[0]]
    cells = _cells(source, sheet)
    first = next(cells, None)
    if first is None:
        raise FileRefused(f"{source.name} has no header row.")
    columns = checked_columns(source, [_text(value) for value in first[1]])
    rows = _rows(source, cells, columns)
    return Table(columns, rows, digest_of(source), f"sheet {sheet.title}")


def _weigh(source: Source) -> None:
    """Refuse archives that unpack to too much. The reader never unpacks more than the size written in the archive."""
    try:
        with zipfile.ZipFile(source.path) as archive:
            parts = archive.infolist()
    except UNREADABLE as error:
        raise FileRefused(f"{source.name} is not a readable .xlsx file. Save it anew as XLSX or CSV.") from error
    if len(parts) > source.limits.archive_parts:
        raise FileRefused(f"{source.name} has too many parts for a spreadsheet.")
    if sum(part.file_size for part in parts) > source.limits.unpacked_bytes:
        limit = source.limits.unpacked_bytes // MEGABYTE
        raise FileRefused(f"{source.name} unpacks to more than {limit} MB.")


def _cells(source: Source, sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    # The size written in the sheet may be a lie in both directions; what is there is what counts.
    sheet.reset_dimensions()
    too_wide = source.limits.columns + 1
    try:
        for line, row in enumerate(sheet.iter_rows(max_col=too_wide, values_only=True), 1):
            if any(value not in (None, "") for value in row):
                yield line, list(row)
    except UNREADABLE as error:
        raise FileRefused(f"{source.name} is not a readable .xlsx file. Save it anew as XLSX or CSV.") from error


def _rows(source: Source, cells: Iterator[tuple[int, list[Any]]], columns: tuple[str, ...]) -> Iterator[Row]:
    width, limit = len(columns), source.limits.cell_characters
    for given, (line, values) in enumerate(cells, 1):
        if given > source.limits.rows:
            raise FileRefused(f"{source.name} has more than {source.limits.rows} rows. Split it.")
        texts = [_text(value) for value in values]
        if any(texts[width:]):
            yield Row(line, {}, f"The row has values to the right of the {width} columns of the header.")
        elif max(map(len, texts)) > limit:
            yield Row(line, {}, f"A value is longer than {limit} characters.")
        elif failed := set(ERROR_CODES).intersection(texts):
            yield Row(line, {}, f"A cell of the row shows {min(failed)}: its formula failed.")
        else:
            texts += [""] * (width - len(texts))
            yield Row(line, dict(zip(columns, texts, strict=False)))


def _text(value: Any) -> str:
    """What the cell shows: numbers in plain digits (15 of them, as spreadsheets count), dates in ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(Decimal(format(value, ".15g")), "f")
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)
