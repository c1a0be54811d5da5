"""What comes in as text and as numbers, what goes out as cells."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from prm.kernel.errors import Invalid
from prm.kernel.exports import to_csv, to_xlsx
from prm.kernel.text import clean_text

UNSTORABLE = ["a\x00b", "a\x07b", "a\x1bb", "a\x7fb", "a\ud800b", "a\ufffeb", "a\uffffb"]
DANGEROUS = ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", "  =1", "\u00a0=1"]


@pytest.mark.parametrize("text", UNSTORABLE)
def test_text_that_cannot_be_stored_is_refused(text):
    with pytest.raises(Invalid, match="cannot be stored"):
        clean_text(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("e\u0301", "é"), ("a\r\nb\rc", "a\nb\nc"), ("  x  ", "x"), ("tab\there", "tab\there"), ("Ω 株 🙂", "Ω 株 🙂")],
)
def test_what_can_be_stored_is_kept(text, kept):
    assert clean_text(text) == kept


def test_nothing_is_cut_silently():
    with pytest.raises(Invalid, match="At most 3"):
        clean_text("abcd", max_length=3)


def test_a_float_is_refused_by_the_column():
    from sales.models import Target

    column = Target._meta.get_field("amount")
    with pytest.raises(TypeError, match="float"):
        column.get_db_prep_save(0.1, None)
    assert column.get_db_prep_save(Decimal("0.10"), None) == Decimal("0.10")


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_of_an_export_can_run(text):
    table = [["name", "amount"], [text, Decimal("-5.00")]]
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows[1][0].startswith("'")
    assert rows[1][0][1:] == text  # nothing is lost
    assert rows[1][1] == "-5.00"  # a number stays a number
    book = load_workbook(io.BytesIO(to_xlsx(table)))
    assert book.active["A2"].data_type in {"s", "inlineStr"}


def test_a_row_of_a_csv_stays_one_row():
    table = [["a"], ['quote " and, comma\nand line']]
    rows = list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline="")))
    assert rows == [["a"], ['quote " and, comma\nand line']]
