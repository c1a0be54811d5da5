"""Every figure of the product against its worked examples, and the laws that hold for all inputs."""

import ast
import copy
import datetime as dt
import inspect
import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dealreg.formulas import registration_dates
from mdf.formulas import mdf_ledger
from partners.formulas import normalise_domain, normalise_name
from planning.formulas import business_plan
from prm.kernel.formulas import FormulaError, check_file, registered, run
from prm.kernel.money import convert, currency_places, fits_currency, format_money
from prm.kernel.numbers import apportion, money, reporting_places, round_value, to_decimal, to_flag, to_whole
from prm.kernel.periods import FiscalQuarter, FiscalYear, add_business_days, add_months, is_business_day, to_date

EXAMPLES_FILE = Path(__file__).with_name("examples.json")
EXAMPLES: list[dict[str, Any]] = json.loads(EXAMPLES_FILE.read_text(encoding="utf-8"))

# From the source of the figures, so that a function lost in a merge is missed.
_NAMES = """
    round_value fiscal_calendar apportion rag_status capability_score peer_comparison performance_to_plan
    pipeline_to_target deal_metrics tier_attainment composite_score rank_partners business_plan whitespace
    lead_waterfall campaign_actuals mgo_worksheet mdf_request mdf_claim mdf_ledger channel_pnl staffing rebate
    channel_return engagement_score rfm inactivity contact_penetration satisfaction loyalty_points referral_worth
    compensation_fit recruitment_pathway concentration program_stage registration_dates deal_conflict lead_match
    cadence_compliance locator_order
"""
NAMES = _NAMES.split()

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
small_amounts = st.decimals(min_value=-50, max_value=200, places=2)


def test_registry_holds_the_forty_formulas_in_order() -> None:
    assert list(registered()) == NAMES
    assert [known.number for known in registered().values()] == [f"F{i}" for i in range(1, 41)]


def test_every_formula_says_what_it_is_and_where_it_comes_from() -> None:
    for known in registered().values():
        assert known.summary, known.name
        assert f"Source: domain formulas {known.number}" in " ".join((known.function.__doc__ or "").split()), known.name


def test_every_formula_has_two_worked_examples() -> None:
    counted = Counter(example["formula"] for example in EXAMPLES)
    assert {name: counted[name] for name in registered() if counted[name] < 2} == {}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["id"])
def test_worked_example_comes_out_as_printed(example: dict[str, Any]) -> None:
    assert run(example["formula"], example["inputs"]) == example["outputs"]


def test_check_file_passes_the_worked_examples() -> None:
    assert check_file(EXAMPLES_FILE) == (len(EXAMPLES), [])


@pytest.mark.parametrize(
    ("key", "wrong"),
    [("won_revenue", "0.01"), ("won_revenue", None), ("win_rate", "0"), ("won_count", 4), ("unheard_of", "1")],
)
def test_check_file_catches_one_altered_output(tmp_path: Path, key: str, wrong: object) -> None:
    altered = copy.deepcopy(EXAMPLES)
    example = next(e for e in altered if e["formula"] == "deal_metrics")
    example["outputs"][key] = wrong
    file = tmp_path / "altered.json"
    file.write_text(json.dumps(altered), encoding="utf-8")
    passed, failures = check_file(file)
    assert passed == len(EXAMPLES) - 1
    assert [failure.example for failure in failures] == [example["id"]]
    assert len(failures[0].differences) == 1
    assert failures[0].differences[0].startswith(key)


def test_check_file_reports_what_cannot_be_computed(tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    unknown = {"formula": "no_such_formula", "inputs": {}, "outputs": {}}
    broken = {"formula": "round_value", "inputs": {"value": "x", "scale": "2"}, "outputs": {}}
    file.write_text(json.dumps({"examples": [unknown, broken]}), encoding="utf-8")
    passed, failures = check_file(file)
    assert passed == 0
    assert [f.differences[0].split(":")[0] for f in failures] == ["raised FormulaError", "raised ValueError"]


def test_the_callers_decimal_context_does_not_matter() -> None:
    plan = next(example for example in EXAMPLES if example["formula"] == "business_plan")
    with localcontext(prec=5):
        assert run("business_plan", plan["inputs"]) == plan["outputs"]


def test_no_formula_uses_binary_floating_point() -> None:
    files = {Path(inspect.getsourcefile(inspect.unwrap(known.function)) or "") for known in registered().values()}
    assert len(files) > 10
    for file in files | {Path(inspect.getsourcefile(round_value) or "")}:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), f"{file}:{node.lineno}"
            assert not (isinstance(node, ast.Name) and node.id == "float"), f"{file}:{node.lineno}"


def test_the_formulas_run_without_the_web_framework() -> None:
    script = (
        "import sys; from prm.kernel.formulas import registered; registered(); assert 'django.db' not in sys.modules"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)


def test_run_refuses_inputs_a_formula_does_not_take() -> None:
    with pytest.raises(FormulaError):
        run("round_value", {"value": "1", "scale": "0", "places": "2"})
    with pytest.raises(FormulaError):
        run("round_value", {"value": "1"})


@pytest.mark.parametrize("value", [1.5, 0.0, True, None, [], Decimal("1").as_tuple()])
def test_only_exact_numbers_are_taken(value: Any) -> None:
    with pytest.raises(TypeError):
        to_decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "+1", "1e3", "1E3", "NaN", "Infinity", "-inf", "1,000", ".5", "5.", "１２", "1_0", "9" * 41],
)
def test_only_plain_text_is_a_number(text: str) -> None:
    with pytest.raises(ValueError):
        to_decimal(text)


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+60")])
def test_only_finite_decimals_are_numbers(value: Decimal) -> None:
    with pytest.raises(ValueError):
        to_decimal(value)


def test_a_float_is_refused_by_the_formulas_too() -> None:
    with pytest.raises(TypeError):
        run("round_value", {"value": 2.675, "scale": "2", "mode": "half_up"})
    with pytest.raises(TypeError):
        run("composite_score", {"components": [{"name": "a", "weight": "1", "value": 0.5}]})


def test_counts_are_whole_and_flags_are_flags() -> None:
    assert to_whole("3.00") == 3
    with pytest.raises(ValueError):
        to_whole("3.5")
    with pytest.raises(TypeError):
        to_flag("false")  # type: ignore[arg-type]


def test_money_follows_the_reporting_currency() -> None:
    with reporting_places(0):
        assert str(money("1234.50")) == "1235"
    assert str(money("1234.5")) == "1234.50"


def test_amounts_are_written_in_their_currency() -> None:
    assert [currency_places(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert format_money("-1234567.5", "EUR") == "-EUR\u00a01,234,567.50"
    assert format_money("1234.5", "CHF", thousands="’", point=".") == "CHF\u00a01’234.50"
    assert format_money("1234.5", "EUR", thousands=".", point=",") == "EUR\u00a01.234,50"
    assert format_money("0.4", "JPY") == "JPY\u00a00"
    assert str(convert("100.00", "0.9255", "KWD")) == "92.550"
    assert fits_currency("10.0", "JPY")
    assert not fits_currency("10.5", "JPY")
    with pytest.raises(ValueError):
        currency_places("eur")


days = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2100, 12, 31))


@given(days, st.integers(1, 12))
def test_quarters_follow_each_other_without_a_gap(day: dt.date, start_month: int) -> None:
    quarter = FiscalQuarter.containing(day, start_month)
    assert quarter.start <= day <= quarter.end
    assert quarter.next.start - quarter.end == dt.timedelta(days=1)
    assert quarter.next.previous == quarter
    assert quarter < quarter.next
    year = FiscalYear.containing(day, start_month)
    assert quarter in year.quarters
    assert sum(part.days for part in year.quarters) == year.days
    assert [month for part in year.quarters for month in part.months] == year.months
    assert year.end.year == year.year


def test_a_quarter_has_a_label_for_pages() -> None:
    quarter = FiscalQuarter.containing(dt.date(2025, 11, 20), 2)
    assert (quarter.label, str(quarter.fiscal_year)) == ("FY2026 Q4", "FY2026")
    assert quarter.months == ["2025-11", "2025-12", "2026-01"]


def test_months_keep_their_day_or_take_the_last() -> None:
    assert add_months(dt.date(2028, 2, 29), -12) == dt.date(2027, 2, 28)
    assert add_months(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert add_months(dt.date(2026, 11, 30), 3) == dt.date(2027, 2, 28)


@pytest.mark.parametrize("value", ["2026-1-1", "20260101", "2026-02-30", "2026-W01-1", ""])
def test_only_calendar_dates_are_dates(value: str) -> None:
    with pytest.raises(ValueError):
        to_date(value)


def test_a_timestamp_is_not_a_calendar_date() -> None:
    with pytest.raises(TypeError):
        to_date(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


@given(days, st.integers(0, 30), st.sets(days, max_size=5))
def test_a_review_is_due_on_a_business_day(day: dt.date, count: int, holidays: set[dt.date]) -> None:
    due = add_business_days(day, count, holidays)
    assert is_business_day(due, holidays)
    dates = registration_dates(
        submitted_on=day,
        holidays=list(holidays),
        decided_on=due,
        approved_on=None,
        protection_days=90,
        extensions=[],
        as_of=day,
        review_days=count,
    )
    assert (dates["review_due"], dates["review_late"]) == (due, False)


@given(amounts, st.integers(0, 6))
def test_rounding_treats_gains_and_losses_alike(value: Decimal, scale: int) -> None:
    rounded = round_value(value, scale)
    assert round_value(-value, scale) == -rounded
    assert abs(rounded - value) * 2 <= Decimal(1).scaleb(-scale)
    assert rounded.is_signed() == (rounded < 0)


@given(amounts, st.integers(0, 4))
def test_rounding_up_never_goes_down(value: Decimal, scale: int) -> None:
    assert 0 <= round_value(value, scale, "up") - value < Decimal(1).scaleb(-scale)


@given(amounts, st.lists(st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=60))
def test_parts_add_up_exactly(total: Decimal, weights: list[Decimal]) -> None:
    parts = apportion(total, 2, weights)
    if sum(weights) == 0:
        assert parts is None
        return
    assert parts is not None
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= Decimal("0.0100001")


def test_points_fade_to_nothing_without_failing() -> None:
    event = {"contact": "ana", "date": "2026-01-01", "points": "5"}
    faded = run("engagement_score", {"as_of": "2026-06-30", "armed": True, "half_life_days": "1", "events": [event]})
    assert (faded["raw_points"], faded["score"], faded["level"]) == ("5.00", "0.00", "cold")
    with pytest.raises(ValueError):
        run("engagement_score", {"as_of": "2026-06-30", "armed": True, "half_life_days": "0", "events": [event]})


def test_a_plan_earns_nothing_before_its_deals() -> None:
    inputs = next(example["inputs"] for example in EXAMPLES if example["formula"] == "business_plan")
    for part in ("services", "recurring"):
        with pytest.raises(ValueError):
            run("business_plan", {**inputs, part: {**inputs[part], "lag": "-1"}})


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(ValueError):
        apportion("1", 0, ["1", "-1"])


ledger_entries = st.lists(
    st.fixed_dictionaries(
        {
            "key": st.sampled_from("abcdefghij"),
            "type": st.sampled_from(
                ["allocation", "adjustment", "reserve", "release", "payment", "clawback", "forfeiture"]
            ),
            "amount": small_amounts,
        }
    ),
    max_size=40,
)


@given(ledger_entries)
def test_a_ledger_loses_no_cent_and_never_overdraws(entries: list[dict[str, Any]]) -> None:
    result = mdf_ledger(entries=entries)
    balances = [result[name] for name in ("available", "reserved", "paid", "forfeited")]
    assert sum(balances) == result["funded"]
    assert min(balances) >= 0


@given(ledger_entries)
def test_a_repeated_booking_changes_no_balance(entries: list[dict[str, Any]]) -> None:
    once = mdf_ledger(entries=entries)
    twice = mdf_ledger(entries=[entry for entry in entries for _ in range(2)])
    assert once | {"rejected": []} == twice | {"rejected": []}


def test_a_business_plan_adds_up_down_and_across() -> None:
    plans = [example["inputs"] for example in EXAMPLES if example["formula"] == "business_plan"]
    for inputs in plans:
        plan = business_plan(**inputs)
        running = Decimal(0)
        for row in plan["rows"]:
            assert row["total_revenue"] == (row["product_revenue"] + row["services_revenue"] + row["recurring_revenue"])
            assert row["gross_margin"] == (
                row["product_margin"] + row["rebate"] + row["services_margin"] + row["recurring_margin"]
            )
            spent = row["headcount_cost"] + row["training_cost"] + row["marketing_cost"] + row["other_cost"]
            assert row["investment"] == spent - row["mdf"]
            assert row["net"] == row["gross_margin"] - row["investment"]
            running += row["net"]
            assert row["cumulative"] == running
        for name in ("total_revenue", "vendor_revenue", "gross_margin", "investment", "net"):
            assert plan["totals"][name] == sum(year[name] for year in plan["years"])
            assert plan["totals"][name] == sum(row[name] for row in plan["rows"])


@given(st.text(max_size=40))
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    once = normalise_name(name)
    # A leading "the" is dropped once, so only a doubled one changes again.
    if not once.startswith("the "):
        assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("The Acme Company, Inc.", "acme"),
        ("Müller GmbH & Co. KG", "muller"),
        ("Ørsted A/S", "orsted"),
        ("Łódź Sp. z o.o.", "lodz sp z oo"),
        ("Straße S.A.S.", "strasse"),
        ("O’Neil's Ltd", "oneils"),
        ("The Inc", "inc"),
        ("AG", "ag"),
        ("The", "the"),
        ("Æon AB", "aeon"),
        ("株式会社アクメ", "株式会社アクメ"),
        ("주식회사", "주식회사"),
        ("!!!", ""),
    ],
)
def test_names_are_normalised(name: str, normal: str) -> None:
    assert normalise_name(name) == normal


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.Acme.example:8443/contact?x=a@b", "acme.example"),
        ("ana@acme.example", "acme.example"),
        ("mailto:ana@mail.acme.example", "mail.acme.example"),
        ("acme.example/@ana", "acme.example"),
        ("ana@GMAIL.com", None),
        ("", None),
        (None, None),
    ],
)
def test_domains_are_normalised(address: str | None, host: str | None) -> None:
    assert normalise_domain(address) == host


def test_the_tenants_own_public_domains_replace_the_default() -> None:
    assert normalise_domain("a@mail.example", {"Mail.example"}) is None
    assert normalise_domain("a@gmail.com", {"mail.example"}) == "gmail.com"
