"""Figures are written the vendor's way, and what is not known is never written as zero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from prm.kernel.web.format import Formatter, formatter

ENGLISH = Formatter("USD", "en", "America/New_York")
GERMAN = Formatter("EUR", "de", "Europe/Berlin")
NEW_YEAR = dt.datetime(2025, 12, 31, 23, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        ("1234567.5", "USD\u00a01,234,567.50", "EUR\u00a01.234.567,50"),
        ("-0.005", "-USD\u00a00.01", "-EUR\u00a00,01"),
        ("0", "USD\u00a00.00", "EUR\u00a00,00"),
    ],
)
def test_money_is_written_to_the_cent(value, english, german):
    assert ENGLISH.money(Decimal(value)) == english
    assert GERMAN.money(Decimal(value)) == german


def test_money_without_cents_has_none():
    assert Formatter("JPY").money(Decimal("1234.5")) == "JPY\u00a01,235"
    assert ENGLISH.money(Decimal("1"), "KWD") == "KWD\u00a01.000"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0", "0"),
        ("999", "999"),
        ("-999.4", "-999"),
        ("1000", "1 k"),
        ("12345", "12.3 k"),
        ("999949", "999.9 k"),
        ("999960", "1 M"),
        ("1200000", "1.2 M"),
        ("-2500000", "-2.5 M"),
        ("3000000000", "3 B"),
    ],
)
def test_headlines_are_short(value, written):
    assert ENGLISH.short(Decimal(value)) == written
    shown = ENGLISH.money_short(Decimal(value))
    assert shown.replace("\u00a0", " ").replace("-USD ", "USD -") == f"USD {written}"
    assert " " not in shown


def test_short_figures_use_the_separator_of_the_language():
    assert GERMAN.money_short(Decimal(1200000)) == "EUR\u00a01,2\u00a0M"
    assert GERMAN.money_short(Decimal(1000000)) == "EUR\u00a01\u00a0M"


def test_shares_scores_multiples_and_counts():
    assert ENGLISH.percent(Decimal("0.8913")) == "89.13 %"
    assert ENGLISH.percent(Decimal("0.8913"), 0) == "89 %"
    assert GERMAN.percent(Decimal("1.0420")) == "104,20 %"
    assert ENGLISH.score(Decimal("87.5")) == "87.5"
    assert ENGLISH.score(Decimal("0")) == "0.0"
    assert ENGLISH.multiple(Decimal("2.67")) == "2.67x"
    assert ENGLISH.count(12345) == "12,345"


def test_a_figure_is_written_by_its_unit():
    written = {unit: ENGLISH.figure(Decimal("0.5"), unit) for unit in ("money", "ratio", "score", "multiple", "count")}
    assert written == {"money": "USD\u00a00.50", "ratio": "50.00 %", "score": "0.5", "multiple": "0.50x", "count": "1"}
    assert ENGLISH.figure(Decimal("42.5"), "days") == "42.5\u00a0days"
    assert ENGLISH.days(1) == "1\u00a0day"
    assert ENGLISH.figure(Decimal(2), "money", "EUR") == "EUR\u00a02.00"


def test_what_is_not_known_is_not_zero():
    writers = (
        "money",
        "money_short",
        "short",
        "percent",
        "score",
        "multiple",
        "count",
        "days",
        "day",
        "moment",
        "number",
    )
    assert {getattr(GERMAN, name)(None) for name in writers} == {"n/a"}
    assert GERMAN.figure(None, "money") == "n/a"


def test_dates_are_those_of_the_vendors_zone():
    assert ENGLISH.day(dt.date(2026, 3, 1)) == "1 Mar 2026"
    assert GERMAN.day(dt.date(2026, 3, 1)) == "01.03.2026"
    assert ENGLISH.day(NEW_YEAR) == "31 Dec 2025"
    assert GERMAN.day(NEW_YEAR) == "01.01.2026"
    assert ENGLISH.moment(NEW_YEAR) == "31 Dec 2025 18:30"
    assert GERMAN.moment(NEW_YEAR) == "01.01.2026 00:30"


def test_a_region_without_rules_of_its_own_follows_its_language():
    assert Formatter("EUR", "de-AT").money(Decimal("1234.5")) == "EUR\u00a01.234,50"
    assert Formatter("CHF", "de-CH").money(Decimal("1234.5")) == "CHF\u00a01’234.50"
    assert Formatter("EUR", "fr").count(1234567) == "1\u202f234\u202f567"
    assert Formatter("INR", "hi").money(Decimal("1234.5")) == "INR\u00a01,234.50"


def test_the_formatter_is_the_vendors(cast):
    assert formatter() == Formatter("USD", "en", "Europe/Berlin")
    assert formatter(cast.globex).currency == "EUR"
