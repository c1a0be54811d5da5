"""Tiers over fourteen months: entry, promotion, override, notice, review; who decides, and what never changes."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from partners.actions import (
    BadOverride,
    HistoryIsWritten,
    confirm_tier_proposal,
    confirm_tier_proposals,
    decline_tier_proposal,
    end_tier_override,
    give_entry_tier,
    import_program,
    move_partner,
    override_tier,
    publish_program,
    run_night,
    set_tier,
)
from partners.models import PartnerTier, Tier, TierEvaluation, TierNotice, TierProposal
from partners.queries import tier_outlook, tiers_held
from prm.kernel import clock
from prm.kernel.errors import Conflict, NotAllowed
from prm.kernel.tenancy.context import member_scope
from sales.actions import add_line, book_actuals

LADDER = """
name: Ladder of three
evaluation: {entry: {resale: silver, months: 12}, demotion_notice_days: 90}
tiers:
  - {id: silver, name: Silver, benefits: {base_discount: "0.10"}}
  - {id: gold, name: Gold, requirements: [{metric: net_revenue_12m, kind: at_least, target: "10000.00"}]}
  - id: platinum
    name: Platinum
    requirements:
      - {metric: net_revenue_12m, kind: at_least, target: "50000.00", weight: "2"}
      - {metric: qbrs_12m, kind: at_least, target: "2"}
"""


def on(day):
    return clock.travel(to=dt.datetime.combine(day, dt.time(10), tzinfo=ZoneInfo("Europe/Berlin")))


def night(day):
    with on(day):
        run_night(day)


@pytest.fixture
def ladder(cast):
    """The programme from 2026 on; Northwind sold for 12,000 in September 2025."""
    with on(dt.date(2026, 1, 1)):
        draft = import_program(LADDER, by=cast.operations)
        publish_program(draft, by=cast.chief, valid_from=dt.date(2026, 1, 1))
        line = add_line("all", "All", by=None)
        sold = {"booked_on": dt.date(2025, 9, 15), "amount": Decimal(12000), "line": line}
        book_actuals(cast.northwind, [sold], by=None)
    return {tier.code: tier for tier in Tier.objects.all()}


def history(partner):
    rows = PartnerTier.objects.filter(partner=partner).select_related("tier").order_by("from_date", "turn")
    return [(row.tier.code, row.from_date.isoformat(), row.cause) for row in rows]


def proposed(partner):
    return TierProposal.objects.select_related("partner__tier", "to_tier").get(partner=partner, state="proposed")


def test_fourteen_months_with_nights_missed(cast, ladder):
    northwind = cast.northwind
    with on(dt.date(2026, 2, 10)):
        give_entry_tier(northwind, by=None)
        give_entry_tier(cast.rival, by=None)
    night(dt.date(2026, 2, 28))
    night(dt.date(2026, 2, 28))  # twice the same night has one effect
    with on(dt.date(2026, 2, 28)):
        confirm_tier_proposal(proposed(northwind), by=cast.chief)
    northwind.refresh_from_db()
    assert northwind.tier.code == "silver"  # not before the first
    night(dt.date(2026, 3, 3))  # the first and second were missed
    with on(dt.date(2026, 3, 10)):
        northwind.refresh_from_db()
        override_tier(
            northwind, ladder["platinum"], by=cast.chief, until=dt.date(2026, 9, 1), reason="Lighthouse customer"
        )
    night(dt.date(2026, 9, 5))  # the override ended on the first, by itself
    night(dt.date(2026, 9, 25))  # last year's sale has left the window: notice, more than 90 days ahead
    notice = TierNotice.objects.get()
    assert (notice.partner_id, notice.to_tier.code, notice.review_on) == (northwind.pk, "silver", dt.date(2027, 1, 1))
    with member_scope(cast.champion):
        assert TierNotice.objects.count() == 1
    night(dt.date(2027, 1, 3))  # the review, two days late
    with on(dt.date(2027, 1, 5)):
        confirm_tier_proposal(proposed(northwind), by=cast.operations)
    night(dt.date(2027, 2, 1))
    night(dt.date(2027, 4, 10))
    assert history(northwind) == [
        ("silver", "2026-02-10", "entry"),
        ("gold", "2026-03-01", "evaluation"),
        ("platinum", "2026-03-10", "override"),
        ("gold", "2026-09-01", "return"),
        ("silver", "2027-02-01", "evaluation"),
    ]
    assert history(cast.rival) == [("silver", "2026-02-10", "entry")]


def test_an_override_that_ends_on_its_day_stays_in_the_history(cast, sign_in, ladder):
    northwind = cast.northwind
    with on(dt.date(2026, 2, 10)):
        give_entry_tier(northwind, by=None)
    with on(dt.date(2026, 3, 10)):
        for _ in range(2):
            northwind.refresh_from_db()
            override_tier(northwind, ladder["gold"], by=cast.chief, until=dt.date(2026, 9, 1), reason="Lighthouse")
            northwind.refresh_from_db()
            end_tier_override(northwind, by=cast.chief)
        page = sign_in(cast.chief).get(f"/partners/{northwind.pk}/?tab=programme").content.decode()
        overview = sign_in(cast.chief).get("/partners/program/").content.decode().partition('id="movements"')[2]
    assert history(northwind) == [
        ("silver", "2026-02-10", "entry"),
        ("gold", "2026-03-10", "override"),
        ("silver", "2026-03-10", "return"),
        ("gold", "2026-03-10", "override"),
        ("silver", "2026-03-10", "return"),
    ]
    held = PartnerTier.objects.filter(partner=northwind).order_by("from_date", "turn").last()
    assert (held.tier.code, held.until) == ("silver", dt.date(2027, 2, 10))  # the protection of the entry goes on
    assert tiers_held([northwind.pk], dt.date(2026, 3, 10)) == {northwind.pk: ladder["silver"].pk}
    for shown in (page.partition('id="tier-history"')[2], overview):
        assert shown.count("End of an override") == 2
        assert shown.count("Override") == 2


def test_an_entry_tier_cannot_fall_in_its_months(cast, ladder):
    """The rival is new, Northwind is not: of two with the same figures only one gets notice."""
    for partner, cause, until in ((cast.rival, "entry", dt.date(2027, 6, 1)), (cast.sponsored, "evaluation", None)):
        PartnerTier.objects.create(
            partner=partner, tier=ladder["gold"], from_date=dt.date(2026, 6, 1), cause=cause, until=until
        )
        partner.tier = ladder["gold"]
        partner.save(update_fields=["tier"])
    night(dt.date(2026, 9, 25))
    assert list(TierNotice.objects.values_list("partner_id", flat=True)) == [cast.sponsored.pk]


def test_who_recovers_is_not_demoted(cast, ladder):
    set_tier(cast.northwind, ladder["gold"], by=None, cause="evaluation", on=dt.date(2026, 3, 1))
    night(dt.date(2026, 9, 25))
    line = add_line("more", "More", by=None)
    book_actuals(cast.northwind, [{"booked_on": dt.date(2026, 10, 2), "amount": Decimal(10000), "line": line}], by=None)
    night(dt.date(2026, 10, 3))
    assert TierNotice.objects.get().withdrawn_on == dt.date(2026, 10, 3)
    night(dt.date(2027, 1, 1))
    assert not TierProposal.objects.filter(kind="demotion").exists()


def test_no_notice_no_demotion(cast, ladder):
    set_tier(cast.northwind, ladder["gold"], by=None, cause="evaluation", on=dt.date(2026, 3, 1))
    night(dt.date(2026, 10, 20))  # the days on which notice could be given are over
    night(dt.date(2027, 1, 1))
    assert not TierNotice.objects.exists()
    assert not TierProposal.objects.filter(kind="demotion").exists()


def test_two_people_decide_the_same_proposal(cast, ladder):
    set_tier(cast.northwind, ladder["silver"], by=None, cause="entry", on=dt.date(2026, 1, 5))
    night(dt.date(2026, 2, 28))
    first, second = proposed(cast.northwind), proposed(cast.northwind)
    with on(dt.date(2026, 2, 28)):
        confirm_tier_proposal(first, by=cast.chief)
        with pytest.raises(Conflict):
            confirm_tier_proposal(second, by=cast.operations)
        with pytest.raises(Conflict):
            decline_tier_proposal(second, by=cast.operations, reason="too early")
        assert confirm_tier_proposals([second], by=cast.operations) == ([], [second])


def test_a_late_yes_takes_effect_on_the_next_first(cast, ladder):
    set_tier(cast.northwind, ladder["silver"], by=None, cause="entry", on=dt.date(2026, 1, 5))
    night(dt.date(2026, 2, 28))
    with on(dt.date(2026, 3, 2)):
        assert confirm_tier_proposal(proposed(cast.northwind), by=cast.chief).effective_on == dt.date(2026, 4, 1)


def test_a_declined_promotion_comes_back_next_month(cast, ladder):
    set_tier(cast.northwind, ladder["silver"], by=None, cause="entry", on=dt.date(2026, 1, 5))
    night(dt.date(2026, 2, 28))
    with on(dt.date(2026, 2, 28)):
        decline_tier_proposal(proposed(cast.northwind), by=cast.chief, reason="Payments are late")
    night(dt.date(2026, 3, 15))
    assert not TierProposal.objects.filter(state="proposed", partner=cast.northwind).exists()
    night(dt.date(2026, 3, 31))
    assert proposed(cast.northwind).effective_on == dt.date(2026, 4, 1)


def test_only_those_named_may_decide_and_override(cast, ladder):
    set_tier(cast.northwind, ladder["silver"], by=None, cause="entry", on=dt.date(2026, 1, 5))
    night(dt.date(2026, 2, 28))
    with pytest.raises(NotAllowed):
        confirm_tier_proposal(proposed(cast.northwind), by=cast.cam)
    with on(dt.date(2026, 3, 10)):
        day = dt.date(2026, 6, 1)
        with pytest.raises(NotAllowed):
            override_tier(cast.northwind, ladder["gold"], by=cast.operations, until=day, reason="because")
        with pytest.raises(BadOverride):
            override_tier(cast.northwind, ladder["gold"], by=cast.chief, until=day, reason=" ")
        with pytest.raises(BadOverride):
            override_tier(cast.northwind, ladder["gold"], by=cast.chief, until=dt.date(2027, 3, 11), reason="long")


def test_the_history_cannot_overlap_nor_be_changed_backwards(cast, ladder):
    set_tier(cast.northwind, ladder["silver"], by=None, cause="entry", on=dt.date(2026, 3, 1))
    with pytest.raises(HistoryIsWritten):
        set_tier(cast.northwind, ladder["gold"], by=None, cause="evaluation", on=dt.date(2026, 2, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerTier.objects.create(
            partner=cast.northwind, tier=ladder["gold"], from_date=dt.date(2026, 3, 1), cause="evaluation"
        )


def test_a_night_asks_each_figure_once_for_all(cast, ladder, django_assert_max_num_queries):
    from partners.actions.tiers_by_time import evaluate_everyone

    with django_assert_max_num_queries(8):
        assert evaluate_everyone(dt.date(2026, 2, 28)) == 4
    found = TierEvaluation.objects.get(partner=cast.northwind, as_of=dt.date(2026, 2, 28))
    assert found.result["gaps"] == {"net_revenue_12m": "38000.00", "qbrs_12m": "2"}
    assert found.result["why"]["qbrs_12m"] == "not measured yet"


def test_the_outlook_counts_in_units(cast, ladder):
    set_tier(cast.northwind, ladder["gold"], by=None, cause="evaluation", on=dt.date(2026, 2, 1))
    outlook = tier_outlook(cast.northwind, dt.date(2026, 2, 28))
    assert outlook.to_reach.code == "platinum"
    assert {row.metric: row.gap for row in outlook.missing} == {
        "net_revenue_12m": Decimal("38000.00"),
        "qbrs_12m": Decimal(2),
    }
    assert outlook.to_keep == ()


def test_who_signs_gets_the_entry_tier_for_a_year(cast, ladder):
    cast.rival.state = "qualified"
    cast.rival.save(update_fields=["state"])
    with on(dt.date(2026, 2, 10)):
        move_partner(cast.rival, "committed", by=cast.operations)
    row = PartnerTier.objects.get(partner=cast.rival)
    assert (row.tier.code, row.cause, row.until) == ("silver", "entry", dt.date(2027, 2, 10))
