"""A protected deal of a partner that is gone goes to another one: each side has its own history."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from dealreg.actions import approve_deal, set_credits, set_stage
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.leads import transfer_deal
from dealreg.actions.protecting import ConflictOpen
from dealreg.actions.registering import NotEligible, OwnDuplicate
from dealreg.models import DealHistory, DealProtection, DealReceipt, DealRegistration, Opportunity
from partners.actions import suspend_partner, terminate_partner
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.models import Event
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client
from tests.dealreg.conftest import DAY, at


@pytest.fixture
def gone(cast, deals):
    """Northwind's protected deal, on its way as an opportunity; then the partnership ends."""
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    business = opportunity_of(deal)
    set_stage(business, by=cast.cam, stage="proposed")
    terminate_partner(cast.northwind, by=cast.chief, reason="Over", ends_on=DAY)
    return deals.fresh(deal)


def test_it_goes_on_with_another_partner(cast, deals, gone, sign_in):
    operations = sign_in(cast.operations)
    assert "Give it to another partner" in operations.get(f"/deals/{gone.pk}/").content.decode()
    address = f"/deals/{gone.pk}/transfer/"
    for wrong in (
        {"to": "Nobody", "reason": "x"},
        {"to": "Südstern", "reason": ""},
        {"to": "Northwind", "reason": "x"},
    ):
        assert operations.post(address, wrong).status_code == 422, wrong
    for who, code in ((cast.chief, 403), (cast.cam, 403), (cast.rival_champion, 404)):
        assert sign_in(who).post(address, {"to": "Südstern", "reason": "x"}).status_code == code
    business = Opportunity.objects.get(registration=gone)
    assert (
        operations.post(address, {"to": cast.rival.number, "reason": "The customer wants to go on"}).status_code == 302
    )
    assert operations.post(address, {"to": cast.rival.number, "reason": "Again"}).status_code == 409
    assert deals.fresh(gone).state == "withdrawn"
    taken = DealRegistration.objects.get(partner=cast.rival)
    assert (taken.state, taken.customer_name, taken.amount) == ("approved", "Contoso GmbH", Decimal("40000.00"))
    assert set(DealProtection.objects.filter(active=True).values_list("deal", flat=True)) == {taken.pk}
    business.refresh_from_db()
    assert (business.partner, business.registration, business.stage) == (cast.rival, taken, "proposed")
    assert [row.partner for row in business.credits.all()] == [cast.rival]
    assert Opportunity.objects.count() == 1  # nothing is lost, nothing counts twice
    call_command("verify_history", stdout=StringIO())
    assert DealReceipt.objects.filter(deal=taken).exists()
    champion = sign_in(cast.rival_champion)
    page = champion.get(f"/deals/{taken.pk}/").content.decode()
    assert "gave you the deal with Contoso GmbH" in page
    assert champion.get(business.get_absolute_url()).status_code == 200
    for word in ("Northwind", gone.number, "The customer wants to go on"):
        assert word not in page
    with member_scope(cast.rival_champion):
        names = set(Event.objects.values_list("name", flat=True))
        assert {"deal.taken_over", "opportunity.handed_over"} <= names
        assert not DealHistory.objects.filter(name="deal.moved_from").exists()
    told = Event.objects.get(name="deal.transferred_after_end", partner_id=cast.northwind.pk)
    assert "Südstern" not in str(told.data)
    vendors = operations.get(f"/deals/{gone.pk}/").content.decode()
    assert f"moved the deal to Südstern, number {taken.number}" in vendors


def test_by_the_interface_too_and_the_share_of_a_joint_deal_goes_along(cast, deals, gone):
    DealRegistration.objects.filter(pk=gone.pk).update(credit_share=Decimal("0.6"))
    business = Opportunity.objects.get(registration=gone)
    set_credits(business, by=cast.operations, credits=[(cast.northwind, Decimal("0.6"), "source")])
    client = token_client(cast.operations)
    url = f"/t/acme/api/v1/deals/{gone.pk}/transfer-after-end/"
    body = {"to_partner_id": str(cast.rival.pk), "reason": "Gone"}
    made = client.post(url, body, content_type="application/json")
    assert (made.status_code, made.json()["credit_share"], made.json()["state"]) == (201, "0.6", "approved")
    assert [(row.partner, row.share) for row in business.credits.all()] == [(cast.rival, Decimal("0.6"))]


def test_what_waits_of_others_still_comes_after_it(cast, deals, gone):
    from dealreg.actions.protecting import track_conflicts

    with clock.travel(to=at(DAY, 11)):
        waiting = deals.send(cast.distributor)
    taken = transfer_deal(gone, by=cast.operations, to=cast.rival, reason="Gone")
    track_conflicts(deals.fresh(waiting))
    with pytest.raises(ConflictOpen):
        approve_deal(deals.fresh(waiting), by=cast.operations)
    assert deals.fresh(taken).state == "approved"


@pytest.mark.parametrize("obstacle", ["not gone", "not eligible", "has it already", "not operations"])
def test_what_keeps_it_from_going(cast, deals, obstacle):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    if obstacle != "not gone":
        terminate_partner(cast.northwind, by=cast.chief, reason="Over", ends_on=DAY)
    if obstacle == "not eligible":
        suspend_partner(cast.rival, by=cast.operations, reason="Audit")
    if obstacle == "has it already":
        deals.send(cast.rival_champion)
    refusal = {"not gone": Conflict, "not eligible": NotEligible, "has it already": OwnDuplicate}.get(
        obstacle, NotAllowed
    )
    by = cast.chief if obstacle == "not operations" else cast.operations
    with pytest.raises(refusal):
        transfer_deal(deals.fresh(deal), by=by, to=Partner.objects.get(pk=cast.rival.pk), reason="Gone")
    assert deals.fresh(deal).state == "approved"
    with pytest.raises((Invalid, Conflict)):
        transfer_deal(deals.fresh(deal), by=cast.operations, to=deals.fresh(deal).partner, reason="Gone")
