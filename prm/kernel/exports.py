"""Tables as CSV and XLSX that no spreadsheet can be tricked into running."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

from prm.kernel.files import CONTENT_TYPES

EXPORT_LIMIT = 10_000
Table = Sequence[Sequence[Any]]
# A cell that begins with one of these is a formula to some program (also in full-width form).
_TRIGGERS = tuple("=+-@\t\r＝＋－＠")


def safe_text(value: Any) -> Any:
    """Text that would start a formula gets an apostrophe before it; numbers and dates stay as they are."""
    if isinstance(value, str) and value.lstrip(" \u00a0").startswith(_TRIGGERS):
        return "'" + value
    return value


def to_csv(table: Table) -> bytes:
    """RFC 4180, UTF-8 with a mark that spreadsheets recognise, line ends CRLF."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in table:
        writer.writerow([safe_text(_plain(cell)) for cell in row])
    return "\ufeff".encode() + out.getvalue().encode("utf-8")


def to_xlsx(table: Table, *, title: str = "Export") -> bytes:
    """One sheet; every text cell is forced to be text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for row in table:
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=_plain(value))
            if isinstance(cell.value, str):
                cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_response(table: Table, name: str) -> HttpResponse:
    return _attachment(to_csv(table), f"{name}.csv", CONTENT_TYPES["csv"])


def xlsx_response(table: Table, name: str) -> HttpResponse:
    return _attachment(to_xlsx(table), f"{name}.xlsx", CONTENT_TYPES["xlsx"])


def _attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, (str, int, float, Decimal)) or hasattr(value, "isoformat"):
        return value
    return str(value)
