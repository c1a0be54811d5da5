"""Joint business counts once in totals: through the partner's deal, while that one goes on."""

from decimal import Decimal

import pytest

from dealreg.actions import (
    approve_deal,
    decide_conflict,
    decide_engagement,
    lose_opportunity,
    open_deal,
    win_opportunity,
    withdraw_deal,
)
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.protecting import track_conflicts
from dealreg.models import DealConflict, DealEngagement, Opportunity
from dealreg.queries.pipeline import by_stage, figures_of
from dealreg.queries.pipeline_measures import read_pipeline
from prm.kernel import clock
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client
from tests.dealreg.conftest import DAY, at
from tests.dealreg.test_open_opportunity import own


def totals():
    found = by_stage(Opportunity.objects.all(), DAY).values()
    return sum(one.count for one in found), sum(one.amount for one in found), sum(one.weighted for one in found)


def joint(cast, deals, partner=None, share="0.6"):
    """The vendor's own deal of 9,000 and the partner's of 40,000 with one customer."""
    mine = own(cast, partner)
    deal = deals.send(cast.seller)
    open_deal(deals.fresh(deal), by=cast.operations)
    found = DealEngagement.objects.select_related("candidate__partner", "opportunity").get(candidate=deal)
    decide_engagement(found, by=cast.operations, decision="joint", reason="Agreed", credit_share=Decimal(share))
    approve_deal(deals.fresh(deal), by=cast.operations)
    return mine, opportunity_of(deals.fresh(deal))


def fresh(one):
    return Opportunity.objects.select_related("partner", "registration").get(pk=one.pk)


def test_open_joint_business_counts_once(cast, deals):
    mine, theirs = joint(cast, deals)
    other = own(cast, customer_name="Fabrikam", customer_domain="")
    assert totals() == (3, Decimal("49000"), Decimal("11600.00"))  # 40,000 x 0.2 + 9,000 x 0.4
    only_mine = Opportunity.objects.filter(pk__in=[mine.pk, other.pk])  # without the partner's it counts itself
    assert sum(one.amount for one in by_stage(only_mine, DAY).values()) == Decimal("18000")
    lose_opportunity(fresh(theirs), by=cast.cam, loss_reason="price")
    assert totals()[1] == Decimal("18000")  # the vendor goes on alone
    figures = figures_of(Opportunity.objects.all(), DAY, DAY).figures
    assert (figures["won_count"], figures["lost_count"]) == (0, 1)
    lose_opportunity(fresh(mine), by=cast.operations, loss_reason="price")
    assert figures_of(Opportunity.objects.all(), DAY, DAY).figures["lost_count"] == 1


def test_won_joint_business_counts_once(cast, deals):
    for one in joint(cast, deals):
        win_opportunity(fresh(one), by=cast.operations, order_on=DAY)
    figures = figures_of(Opportunity.objects.all(), DAY, DAY).figures
    assert (figures["won_count"], figures["won_revenue"]) == (1, Decimal("40000.00"))
    url = f"/t/acme/api/v1/opportunities/figures/?start={DAY}&end={DAY}"
    assert token_client(cast.operations).get(url).json()["won_count"] == 1
    DealEngagement.objects.update(decision="vendor_engaged")  # the negative control: not joint, two pieces of business
    figures = figures_of(Opportunity.objects.all(), DAY, DAY).figures
    assert (figures["won_count"], figures["won_revenue"]) == (2, Decimal("49000.00"))


def test_of_two_partners_the_first_stands_for_both_and_each_sees_its_own(cast, deals):
    first = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.operations)
    with clock.travel(to=at(DAY, 12)):
        later = deals.send(cast.rival_champion, amount=Decimal("30000"))
        track_conflicts(deals.fresh(later))
        found = DealConflict.objects.select_related("candidate__partner", "existing__partner").get(candidate=later)
        decide_conflict(found, by=cast.operations, decision="joint", reason="Both", credit_share=Decimal("0.4"))
        approve_deal(deals.fresh(later), by=cast.operations)
    assert totals()[:2] == (2, Decimal("40000.00"))
    for who, amount in ((cast.champion, "40000"), (cast.rival_champion, "30000")):
        with member_scope(who):
            visible = Opportunity.objects.visible_to(who)
            assert sum(one.amount for one in by_stage(visible, DAY).values()) == Decimal(amount)
    assert opportunity_of(first).credit == Decimal("0.6")


@pytest.mark.parametrize("ends", [False, True])
def test_a_deal_that_the_vendor_leads_with_a_partner_has_the_rest_of_the_credit(cast, deals, ends):
    mine, theirs = joint(cast, deals, cast.rival)
    assert (fresh(mine).credit, fresh(theirs).credit) == (Decimal("0.4"), Decimal("0.6"))
    read = read_pipeline([cast.northwind.pk, cast.rival.pk], [DAY], ["open_pipeline"]).numbers["open_pipeline"]
    assert [read[pk][0] for pk in (cast.northwind.pk, cast.rival.pk)] == [Decimal("24000"), Decimal("3600")]
    if ends:
        with member_scope(cast.seller):
            withdraw_deal(deals.fresh(theirs.registration), by=cast.seller)
        assert fresh(mine).credit == 1
        assert fresh(mine).credits.get().share == 1
