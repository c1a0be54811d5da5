"""Thirty at once: one effect, one event; credits are never more than the whole, because one claims the version."""

from decimal import Decimal

import pytest

from dealreg.actions import approve_deal, lose_opportunity, open_opportunity, set_credits, win_opportunity
from dealreg.actions.carrying import opportunity_of
from dealreg.models import Opportunity, OpportunityCredit
from prm.kernel import clock
from prm.kernel.models import Event
from prm.kernel.periods import add_days
from prm.kernel.tenancy.context import tenant_scope
from tests.conftest import build_cast
from tests.dealreg.conftest import equip, fresh, send
from tests.dealreg.test_exclusivity import at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def found(one):
    return Opportunity.objects.select_related("registration", "partner").get(pk=one.pk)


def test_of_orders_and_losses_at_once_one_has_its_effect():
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)
        deal = approve_deal(fresh(send(cast, cast.seller)), by=cast.operations)
        one, today = opportunity_of(deal), clock.today()
    deeds = [
        *[lambda: win_opportunity(found(one), by=cast.operations, order_on=today, books=True)] * 15,
        *[lambda: lose_opportunity(found(one), by=cast.cam, loss_reason="price")] * 15,
    ]
    assert at_once(cast, deeds).count("done") == 1
    with tenant_scope(cast.acme):
        ended = found(one)
        assert ended.state == fresh(deal).state
        names = ["opportunity.won", "opportunity.lost", "deal.won", "deal.lost"]
        assert Event.objects.filter(name__in=names).count() == 2  # of the business and of its registration
        assert ended.actuals.count() == (ended.state == "won")


@pytest.mark.parametrize("is_guarded", [True, False])
def test_credits_set_at_once_are_never_more_than_the_whole(monkeypatch, is_guarded):
    """The negative control: without the claim on the version several come through."""
    if not is_guarded:
        monkeypatch.setattr("dealreg.actions.opportunities.claim", lambda one, **_: None)
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)
        one = open_opportunity(
            by=cast.operations,
            name="Contoso",
            customer_name="Contoso",
            partner=cast.northwind,
            lines={cast.security: Decimal("9000")},
            expected_close=add_days(clock.today(), 30),
        )
        OpportunityCredit.objects.all().delete()
        seen = one.version
    companies = [cast.northwind, cast.rival, cast.distributor_company, cast.sponsored]
    deeds = [
        lambda who=who: set_credits(
            found(one), by=cast.operations, credits=[(who, Decimal("0.6"), "source")], seen_version=seen
        )
        for who in companies
    ]
    outcomes = at_once(cast, deeds)
    with tenant_scope(cast.acme):
        whole = sum(OpportunityCredit.objects.values_list("share", flat=True))
    assert (outcomes.count("done") == 1) is is_guarded
    assert whole <= 1 or not is_guarded
