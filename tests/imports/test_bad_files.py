"""Bad files never come in by half: each is refused with its place and its reason."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from partners.models import Partner
from prm.kernel.imports.limits import Limits
from prm.kernel.imports.opening import open_table
from prm.kernel.imports.problems import FileRefused
from prm.kernel.imports.sources import Source, check_size
from prm.kernel.models import ImportBatch
from sales.models import SalesActual
from tests.imports.conftest import PARTNERS, SALES, Desk, counts


def refused(report: Any) -> str:
    """The one reason why nothing of the file came in."""
    assert report.is_refused
    assert counts(report)[:3] == (0, 0, 0)
    assert not Partner.objects.exclude(external_id="").exists()
    assert ImportBatch.objects.get().state == "checked"
    return report.problems[0].reason


def spreadsheet(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_the_good_file_comes_in(desk: Desk) -> None:
    assert counts(desk.partners()) == (3, 0, 0, 0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "empty"),
        ("\n", "no header row"),
        (PARTNERS.encode("latin-1"), "line 2 does not fit"),
        (PARTNERS.replace("Country", "Land"), "no column Country"),
        (PARTNERS.replace("Staff,City", "Staff,Staff"), "more than once"),
        (PARTNERS.replace("Staff,City", ",".join(f"c{i}" for i in range(400))), "columns, the limit is"),
        (PARTNERS.replace("Bike &", '"Bike &'), "quotation mark"),
        (PARTNERS.replace("Bike &", '"Bike" &'), "quotation mark"),
    ],
)
def test_a_file_that_cannot_be_read(desk: Desk, content: str | bytes, told: str) -> None:
    assert told in refused(desk.partners(content, encoding="utf-8"))


def test_utf8_named_as_something_else(desk: Desk) -> None:
    assert "written in UTF-8" in refused(desk.partners(encoding="cp1252"))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("P4,Alp\0en,DE,1,X", "control characters"),
        ("P4,Alpen,DE,1", "4 values, the header 5 columns"),
        ("P4,Alpen,DE,1,X,Y", "6 values"),
        ("P4,,DE,1,X", "needed"),
        (",Alpen,DE,1,X", "needed"),
        ("P4,Alpen,,1,X", "needed"),
        ("P4,Alpen,D3,1,X", "country code"),
        ("P4,Alpen,ZZ,1,X", "country"),
        ("P4,Alpen,DE,-1,X", "less than nothing"),
        ("P4,Alpen,DE,99999999999,X", "less than or equal"),
        ("P4,Alpen,DE,1,X", ""),
        (f"P4,{'x' * 201},DE,1,X", "At most 200"),
        ("P4,\ufffe,DE,1,X", "control characters"),
        ("P1,Again,DE,1,X", "stands already in line 2"),
        (f"P4,{'x' * 40000},DE,1,X", "longer than"),
    ],
)
def test_a_row_that_cannot_come_in(desk: Desk, row: str, told: str) -> None:
    report = desk.partners(PARTNERS + row + "\n")
    if not told:
        assert counts(report) == (4, 0, 0, 0)
        return
    assert told in refused(report)
    assert report.problems[0].line == 5
    assert report.faulty_rows == 1


@pytest.mark.parametrize(
    "amount",
    ["NaN", "Infinity", "1e5", "１２", "1,5", "+5", " 5 5", "1_000", "0x1", "12.34567", "1000000000000", "", "=1+1"],
)
def test_an_amount_that_is_none(desk: Desk, amount: str) -> None:
    row = f'S4,P1,bikes,2026-01-01,"{amount}"\n'
    report = desk.sales(SALES + row)
    assert report.is_refused
    assert [(p.line, p.column) for p in report.problems] == [(5, "Amount")]
    assert not SalesActual.objects.exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("S4,P9,bikes,2026-01-01,1", "Partner"),
        ("S4,,bikes,2026-01-01,1", "Partner"),
        ("S4,P1,boats,2026-01-01,1", "Line"),
        ("S4,P1,bikes,2026-02-30,1", "Day"),
        ("S4,P1,bikes,01/02/2026,1", "Day"),
        ("S4,P1,bikes,0026-01-01,1", "Day"),
        ("S1,P1,bikes,2026-01-01,1", "No"),
    ],
)
def test_a_booking_that_cannot_be_placed(desk: Desk, row: str, column: str) -> None:
    report = desk.sales(SALES + row + "\n")
    assert report.is_refused
    assert [(p.line, p.column) for p in report.problems] == [(5, column)]
    assert not SalesActual.objects.exists()


def test_formulas_in_text_stay_text(desk: Desk) -> None:
    assert counts(desk.partners(PARTNERS.replace("Bike & Co", "=HYPERLINK(1)"))) == (3, 0, 0, 0)
    assert Partner.objects.get(external_id="P3").name == "=HYPERLINK(1)"


def test_quoted_line_ends_do_not_shift_the_lines(desk: Desk) -> None:
    content = 'Id,Name,Country,Staff,City\nP1,"Two\nlines",DE,1,X\nP2,Bad,XX,1,X\n'
    assert desk.partners(content).problems[0].line == 4


def test_errors_are_counted_beyond_those_kept(desk: Desk) -> None:
    rows = "".join(f"Q{n},Name,XX,1,X\n" for n in range(450))
    report = desk.partners(PARTNERS + rows)
    assert (report.problem_count, len(report.problems), report.faulty_rows) == (450, 200, 450)
    assert len(ImportBatch.objects.get().errors) == 200


def test_a_file_of_200_megabytes_is_not_even_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)  # takes no room on the disk
    with pytest.raises(FileRefused, match="200 MB, the limit is 100 MB"):
        check_size(Source(path))


def test_more_rows_than_the_limit(desk: Desk) -> None:
    assert "more than 2 rows" in refused(desk.partners(limits=Limits(rows=2)))


def test_a_packed_file_that_unpacks_to_too_much(desk: Desk) -> None:
    bomb = gzip.compress(PARTNERS.encode() + b"P4,x,DE,1,x\n" * 200_000)
    assert len(bomb) < 100_000
    limits = Limits(unpacked_bytes=1024 * 1024)
    assert "unpacks to more than 1 MB" in refused(desk.partners(bomb, name="partners.csv.gz", limits=limits))


def test_a_torn_packed_file(desk: Desk) -> None:
    torn = gzip.compress(PARTNERS.encode())[:-20]
    assert "not a whole .gz" in refused(desk.partners(torn, name="partners.csv.gz"))


def test_a_spreadsheet_that_unpacks_to_too_much(desk: Desk) -> None:
    content = io.BytesIO(spreadsheet(["Id"], ["x"]))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", b"\0" * 3_000_000)
    limits = Limits(unpacked_bytes=1024 * 1024)
    assert "unpacks to more than 1 MB" in refused(desk.partners(content.getvalue(), name="p.xlsx", limits=limits))


def test_a_spreadsheet_with_entities(tmp_path: Path) -> None:
    good, evil = io.BytesIO(spreadsheet(["Id"], ["x"])), tmp_path / "evil.xlsx"
    laughs = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(evil, "w") as target:
        for part in source.namelist():
            text = source.read(part).decode()
            if part.startswith("xl/worksheets/"):
                text = text.replace("<worksheet", laughs + "<worksheet", 1)
            target.writestr(part, text)
    with pytest.raises(FileRefused, match="not a readable"):
        list(open_table(Source(evil)).rows)


@pytest.mark.parametrize("content", [b"PK\x03\x04 no archive", b"Id,Name\n"])
def test_a_spreadsheet_that_is_none(desk: Desk, content: bytes) -> None:
    assert "not a readable .xlsx" in refused(desk.partners(content, name="partners.xlsx"))


def test_a_spreadsheet_with_a_failed_formula(desk: Desk) -> None:
    head = PARTNERS.splitlines()[0].split(",")
    report = desk.partners(spreadsheet(head, ["P1", "#REF!", "DE", 1, "X"]), name="partners.xlsx")
    assert "#REF!" in refused(report)


def test_a_kind_of_file_that_is_not_taken(desk: Desk) -> None:
    assert "only .csv" in refused(desk.partners(name="partners.ods"))


def test_another_import_of_the_vendor_is_running(desk: Desk) -> None:
    from django.db import connection

    other = connection.copy()  # a connection of its own, as another process has
    try:
        with other.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(hashtextextended(%s, 0))", [f"import {desk.tenant.pk}"])
            assert "Another import" in refused(desk.partners())
            cursor.execute("select pg_advisory_unlock_all()")  # closing alone lets it go a moment later
    finally:
        other.close()
    report = desk.partners()
    assert counts(report) == (3, 0, 0, 0)
