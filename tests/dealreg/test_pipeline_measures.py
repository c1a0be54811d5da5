"""Figures of the pipeline agree with F8 and F9, in bulk and one by one, and reach scorecards, composite and decks."""

import datetime as dt
from decimal import Decimal

import pytest

from dealreg.actions import (
    approve_deal,
    edit_opportunity,
    lose_opportunity,
    open_opportunity,
    plan_next_step,
    set_stage,
    win_opportunity,
)
from dealreg.actions.carrying import opportunity_of
from dealreg.formulas import deal_metrics
from dealreg.models import Opportunity
from dealreg.queries.pipeline import figures_of
from dealreg.queries.pipeline_measures import read_pipeline
from partners.registries import measured, measures
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy import remember
from prm.kernel.tenancy.context import member_scope
from qbr.figures import collect
from qbr.models import Review
from sales.actions import book_actuals, set_targets
from sales.formulas import pipeline_to_target
from scorecards.queries import performance_card
from scorecards.starter.kpis import copy_kpis
from tests.dealreg.conftest import DAY

NAMES = [
    "pipeline_to_target", "open_pipeline", "weighted_pipeline", "remaining_target", "pipeline_coverage", "pipeline_gap",
    "overdue_deals", "overdue_pipeline", "deal_progression", "won_deals", "win_rate", "average_deal_size",
    "average_cycle_days",
]  # fmt: skip
QUARTER = FiscalQuarter.containing(DAY, 1)


@pytest.fixture
def business(cast, deals):
    """Three open deals (one late by now, one next year), two won, one lost; a target and a booking."""
    set_targets(cast.northwind, {dt.date(2026, month, 1): Decimal("10000") for month in range(1, 13)}, by=None)
    line = {"booked_on": dt.date(2026, 1, 20), "amount": Decimal("20000.1234"), "line": cast.security}
    book_actuals(cast.northwind, [line], by=None)

    def begin(name, amount, close, by=None, **fields):
        deal = deals.send(by or cast.seller, customer_name=name, customer_domain="", amount=Decimal(amount), **fields)
        approve_deal(deals.fresh(deal), by=cast.operations)
        one = opportunity_of(deal)
        Opportunity.objects.filter(pk=one.pk).update(expected_close=close)
        return opportunity_of(deal)

    made = {
        "open": begin("Open AG", "60000.50", dt.date(2026, 9, 1)),
        "next_year": begin("Next AG", "99000", dt.date(2027, 2, 1)),
        "late": begin("Late AG", "7000", dt.date(2026, 3, 1)),
        "won": begin("Won AG", "15000", dt.date(2026, 5, 1)),
        "won_too": begin("Won Too AG", "5000", dt.date(2026, 5, 1)),
        "lost": begin("Lost AG", "8000", dt.date(2026, 5, 1)),
        "rival": begin("Rival AG", "70000", dt.date(2026, 9, 1), cast.rival_champion),
    }
    set_stage(made["open"], by=cast.cam, stage="committed")
    edit_opportunity(made["next_year"], by=cast.cam, probability=Decimal("0.05"))
    plan_next_step(made["open"], by=cast.cam, next_step="Board", next_step_due=DAY + dt.timedelta(days=20))
    with clock.travel(to=clock.now() + dt.timedelta(days=10)):
        win_opportunity(opportunity_of(made["won"].registration), by=cast.operations, order_on=clock.today())
        win_opportunity(opportunity_of(made["won_too"].registration), by=cast.operations, order_on=DAY)
        lose_opportunity(opportunity_of(made["lost"].registration), by=cast.cam, loss_reason="price")
        yield made


def test_they_agree_with_the_formulas(cast, business):
    on = clock.today()
    found = read_pipeline([cast.northwind.pk, cast.sponsored.pk], [on, DAY], NAMES).numbers
    mine = {name: found[name][cast.northwind.pk] for name in NAMES}
    opens = Opportunity.objects.filter(partner=cast.northwind, state="open")
    rates = {"registered": "0.20", "committed": "0.80"}
    wanted = pipeline_to_target(
        as_of=on,
        period_end=dt.date(2026, 12, 31),
        period_target=120000,
        won_to_date=Decimal("20000.12"),
        opportunities=[
            {
                "amount": one.amount,
                "expected_close": one.expected_close,
                "probability": one.probability or rates[one.stage],
            }
            for one in opens
        ],
    )
    said = {name: value[0] for name, value in mine.items()}
    assert said["open_pipeline"] == wanted["open_pipeline"] == Decimal("60000.50")
    assert said["pipeline_to_target"] == wanted["pipeline_to_target"]
    assert said["weighted_pipeline"] == wanted["weighted_pipeline"]
    assert said["pipeline_coverage"] == wanted["coverage"]
    assert said["pipeline_gap"] == wanted["pipeline_gap"]
    assert said["remaining_target"] == wanted["remaining_target"]
    assert (said["overdue_deals"], said["overdue_pipeline"]) == (wanted["overdue_count"], wanted["overdue_amount"])
    closed = Opportunity.objects.filter(partner=cast.northwind).exclude(state="open")
    ended = deal_metrics(
        period_start=QUARTER.start,
        period_end=on,
        deals=[
            {"amount": one.amount, "opened": one.opened_on, "closed": one.closed_on, "outcome": one.state}
            for one in closed
        ],
    )
    assert figures_of(Opportunity.objects.filter(partner=cast.northwind), QUARTER.start, on).figures == ended
    assert said["won_deals"] == ended["won_count"] == 2
    for name in ("win_rate", "average_deal_size", "average_cycle_days"):
        assert said[name] == ended[name], name
    assert said["deal_progression"] == Decimal("0.3333")
    assert mine["won_deals"][1] == 1  # on the day itself one was won, and five were open
    assert found["pipeline_to_target"][cast.sponsored.pk] == [None, None]


def test_credit_counts_for_the_pipeline(cast, business):
    Opportunity.objects.filter(pk=business["open"].pk).update(credit=Decimal("0.6"))
    found = read_pipeline([cast.northwind.pk], [clock.today()], NAMES).numbers
    assert found["open_pipeline"][cast.northwind.pk] == [Decimal("36000.30")]


def test_in_bulk_and_one_by_one_they_are_the_same_and_one_statement(
    cast, business, django_assert_num_queries, monkeypatch
):
    ids = [cast.northwind.pk, cast.rival.pk]
    few = read_pipeline(ids, [DAY], NAMES).numbers
    monkeypatch.setattr("dealreg.queries.pipeline_measures.FEW", 0)
    with remember.memory():
        read_pipeline(ids, [DAY], ["open_pipeline"])
        with django_assert_num_queries(1):
            many = read_pipeline(ids, [DAY], NAMES).numbers
    assert few == many


def test_a_partner_has_its_own_figures_alone(cast, business):
    with member_scope(cast.champion):
        found = read_pipeline([cast.northwind.pk, cast.rival.pk], [clock.today()], NAMES).numbers
    assert set(found["open_pipeline"]) == {cast.northwind.pk}


def test_what_the_vendor_sells_alone_is_nobodys_pipeline(cast, business):
    before = read_pipeline([cast.northwind.pk], [clock.today()], NAMES).numbers
    open_opportunity(
        by=cast.operations,
        name="Tailspin",
        customer_name="Tailspin",
        lines={cast.security: Decimal("9000")},
        expected_close=clock.today(),
    )
    assert read_pipeline([cast.northwind.pk], [clock.today()], NAMES).numbers == before


def test_they_stand_on_the_scorecard_the_composite_and_the_deck(cast, business):
    copy_kpis()
    on = clock.today()
    card = performance_card(cast.northwind, on=on)
    value = measured("pipeline_to_target", [cast.northwind.pk], [QUARTER], on)[cast.northwind.pk, QUARTER]
    assert value.number is not None
    assert card.pipeline[0].value == value.number
    assert card.sheet.kpi("deal_progression").value == Decimal("0.3333")
    parts = {part.name: part.value for part in card.composite.components}
    assert parts["pipeline_to_target"] == round(value.number * 100, 2)
    figures = collect(Review(partner=cast.northwind, period_start=QUARTER.start, period_end=QUARTER.end), on)
    named = {tile["label"]: tile["value"] for tile in figures["summary"]["headline"]}
    assert Decimal(named["Pipeline to target"]) == value.number
    rows = measures["open_pipeline"].rows(cast.northwind.pk, QUARTER, on)
    assert [row["amount"] for row in rows] == [Decimal("60000.50")]
