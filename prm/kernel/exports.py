"""Tables as CSV and XLSX that no spreadsheet can be tricked into running."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse

from prm.kernel.files import CONTENT_TYPES
from prm.kernel.tenancy.context import current_tenant

EXPORT_LIMIT = 100_000  # rows of one export
Table = Iterable[Sequence[Any]]
# A cell that begins with one of these is a formula to some program (also in full-width form).
_TRIGGERS = tuple("=+-@\t\r＝＋－＠")


def safe_text(value: Any) -> Any:
    """Text that would start a formula gets an apostrophe before it; numbers and dates stay as they are."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_TRIGGERS):
        return "'" + value
    return value


def to_csv(table: Table, *, marked: bool = True) -> bytes:
    """RFC 4180, UTF-8, line ends CRLF; `marked` begins with the byte order mark by which spreadsheets know UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in table:
        writer.writerow([safe_text(_iso(_plain(cell))) for cell in row])
    return ("\ufeff" if marked else "").encode() + out.getvalue().encode("utf-8")


def to_xlsx(table: Table, *, title: str = "Export") -> bytes:
    """One sheet; every text cell is forced to be text, numbers and dates are what they are."""
    return to_workbook({title: table})


def to_workbook(tables: Mapping[str, Table]) -> bytes:
    """As `to_xlsx`, a sheet for each table."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    for title, table in tables.items():
        sheet = book.create_sheet(title[:31])
        for row in table:
            cells = []
            for value in row:
                cell = WriteOnlyCell(sheet, value=_without_zone(_plain(value)))
                if isinstance(cell.value, str):
                    cell.data_type = "s"
                cells.append(cell)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_file(table: Table, kind: str, *, marked: bool = True) -> bytes:
    """The table as the content of a file: csv or xlsx."""
    return to_xlsx(table) if kind == "xlsx" else to_csv(table, marked=marked)


def attachment(content: bytes, name: str, kind: str) -> HttpResponse:
    """The answer that a browser saves as a file."""
    response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _without_zone(value: Any) -> Any:
    """Spreadsheets know no time zones: a moment is written as the vendor's clock showed it."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(ZoneInfo(current_tenant().time_zone)).replace(tzinfo=None)
    return value


def _iso(value: Any) -> Any:
    """A moment as ISO 8601 writes it, by the vendor's clock and with its distance from UTC."""
    if isinstance(value, dt.datetime):
        at = value if value.tzinfo is None else value.astimezone(ZoneInfo(current_tenant().time_zone))
        return at.isoformat(timespec="seconds")
    return value


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (str, int, float, Decimal)) or hasattr(value, "isoformat"):
        return value
    return str(value)
