"""Rule 8: a lead given to a partner is its claim from acceptance until recycled. And what ends with a partnership."""

import datetime as dt
from decimal import Decimal

import pytest

from dealreg.actions import approve_deal, submit_deal
from dealreg.actions.leads import contact_lead, disqualify_lead, qualify_lead, register_lead, run_lead_night
from dealreg.models import DealRegistration, DealReview, Lead, LeadClaim
from partners.actions import lift_suspension, suspend_partner, terminate_partner
from partners.models import Partner
from partners.registries import waiting_for
from prm.kernel import clock
from prm.kernel.errors import Conflict, NotAllowed
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client
from tests.dealreg.conftest import DAY, at, send
from tests.dealreg.leads import accepted, as_member, fresh, offered, settle

SAME = {"customer_name": "Nebula Rail", "customer_domain": "nebula-rail.example"}


def later(hours=2):
    return clock.travel(to=clock.now() + dt.timedelta(hours=hours))


def deal_of(deal):
    return DealRegistration.objects.select_related("partner").get(pk=deal.pk)


def test_the_lead_stands_before_a_rivals_registration(cast, leads, sign_in):
    accepted(cast)
    with later():
        deal = send(cast, cast.rival_champion, **SAME)
        assert DealReview.objects.get(deal=deal).level == "operations"
        settle(cast)
        claim = LeadClaim.objects.get()
        with pytest.raises(NotAllowed):
            approve_deal(deal_of(deal), by=cast.other_cam)
        with pytest.raises(Conflict, match="earlier registration competes"):
            approve_deal(deal_of(deal), by=cast.operations)
        page = sign_in(cast.operations).get(f"/deals/{deal.pk}/").content.decode()
        assert "A lead stands before it" in page
        assert "The lead was first" in page
        assert "Northwind" in page
        for blind in (cast.rival_champion, cast.other_cam):
            seen = sign_in(blind).get(f"/deals/{deal.pk}/").content.decode().split("<main")[1]
            assert "Northwind" not in seen
            assert "lead" not in seen.lower().replace("leading", "").split('id="facts"')[0].replace("lead-line", "")
        address = f"/deals/leads/claims/{claim.pk}/decide/"
        form = {"decision": "lead_first", "reason": "Given in spring"}
        assert sign_in(cast.chief).post(address, form).status_code == 403
        assert sign_in(cast.rival_champion).post(address, form).status_code == 404
        assert sign_in(cast.operations).post(address, {**form, "reason": ""}).status_code == 422
        assert sign_in(cast.operations).post(address, form).status_code == 302
        assert sign_in(cast.operations).post(address, form).status_code in {403, 409}
        assert deal_of(deal).reject_reason == "vendor_engaged"


def test_operations_may_let_the_registration_go_on(cast, leads):
    accepted(cast)
    with later():
        deal = send(cast, cast.rival_champion, **SAME)
        settle(cast)
        url = f"/t/acme/api/v1/lead-claims/{LeadClaim.objects.get().pk}/decide/"
        client = token_client(cast.operations)
        answer = client.post(url, {"decision": "let_go", "reason": "Another site"}, content_type="application/json")
        assert answer.status_code == 200
        assert approve_deal(deal_of(deal), by=cast.operations).state == "approved"


@pytest.mark.parametrize("end", ["other line", "not accepted", "disqualified", "own", "sent before"])
def test_what_is_no_claim(cast, leads, end):
    """The negative controls: each takes away one thing that makes a lead a claim."""
    if end == "sent before":
        deal = send(cast, cast.rival_champion, **SAME)
        with later():
            accepted(cast)
            assert approve_deal(deal_of(deal), by=cast.operations).state == "approved"
        return
    lead = offered(cast) if end == "not accepted" else accepted(cast)
    if end == "disqualified":
        as_member(cast.seller, disqualify_lead, lead, disqualify_reason="no_need")
    with later():
        line = cast.cloud if end == "other line" else cast.security
        deal = send(cast, cast.seller if end == "own" else cast.rival_champion, lines=[line], **SAME)
        settle(cast)
        assert not LeadClaim.objects.exists()
        assert approve_deal(deal_of(deal), by=cast.operations).state == "approved"


def test_the_registration_of_a_lead_dates_back_to_its_acceptance(cast, leads):
    lead = accepted(cast)
    as_member(cast.seller, contact_lead, lead, note="Spoke")
    as_member(cast.seller, qualify_lead, lead, found_need="Yes")
    with later():
        theirs = send(cast, cast.rival_champion, **SAME)
    with later(4):
        fields = {"amount": Decimal(40000), "expected_close": clock.today() + dt.timedelta(days=30)}
        deal = as_member(cast.seller, register_lead, lead, **fields)
        with member_scope(cast.seller):
            submit_deal(deal, by=cast.seller)
        assert approve_deal(deal_of(deal), by=cast.operations).state == "approved"  # it comes first
        with pytest.raises(Conflict):
            approve_deal(deal_of(theirs), by=cast.operations)


# --- a partnership that ends ----------------------------------------------------------------------------------------


def waiting(member):
    with member_scope(member):
        return [one.label for one in waiting_for(member)]


def test_when_a_partnership_ends_its_leads_return_and_its_deals_are_looked_at(cast, leads, sign_in):
    held, open_offer = accepted(cast), offered(cast, email="b@b.example", company="B")
    protected = approve_deal(deal_of(send(cast, cast.seller)), by=cast.operations)
    other = approve_deal(
        deal_of(send(cast, cast.seller, customer_name="Fabrikam", customer_domain="")), by=cast.operations
    )
    waits = send(cast, cast.seller, customer_name="Tailspin", customer_domain="")
    terminate_partner(cast.northwind, by=cast.chief, reason="Over", ends_on=DAY)
    settle(cast)
    for lead in (held, open_offer):
        assert (fresh(lead).state, fresh(lead).partner_id) == ("assigned", cast.rival.pk)  # the next one has it
    assert deal_of(waits).state == "withdrawn"
    assert deal_of(protected).state == "approved"
    assert waiting(cast.operations).count("Protected deals of partners that are gone") == 2
    client = sign_in(cast.operations)
    assert "Its partner is gone" in client.get(f"/deals/{protected.pk}/").content.decode()
    assert client.post(f"/deals/{protected.pk}/keep/", {"reason": ""}).status_code == 422
    assert client.post(f"/deals/{protected.pk}/keep/", {"reason": "The order is near"}).status_code == 302
    assert client.post(f"/deals/{protected.pk}/keep/", {"reason": "Again"}).status_code == 409
    api = token_client(cast.operations)
    ended = api.post(
        f"/t/acme/api/v1/deals/{other.pk}/end-after-end/", {"reason": "Gone"}, content_type="application/json"
    )
    assert (ended.status_code, deal_of(other).state) == (200, "withdrawn")
    assert "Protected deals of partners that are gone" not in waiting(cast.operations)
    assert client.post(f"/deals/{waits.pk}/end/", {"reason": "x"}).status_code == 409


def test_a_suspended_partners_offers_go_on_and_what_it_holds_stands_still(cast, leads, sign_in):
    held, open_offer = accepted(cast), offered(cast, email="b@b.example", company="B")
    suspend_partner(cast.northwind, by=cast.operations, reason="Audit")
    settle(cast)
    assert fresh(open_offer).partner_id == cast.rival.pk
    assert (fresh(held).state, fresh(held).partner_id) == ("accepted", cast.northwind.pk)
    assert "Leads of suspended partners" in waiting(cast.operations)
    with clock.travel(to=at(DAY + dt.timedelta(days=40))):
        assert set(run_lead_night(DAY + dt.timedelta(days=40)).values()) == {0, 1}  # the rival's offer alone
        assert fresh(held).state == "accepted"
        lift_suspension(Partner.objects.get(pk=cast.northwind.pk), by=cast.operations, reason="Clean")
        settle(cast)
        assert run_lead_night(DAY + dt.timedelta(days=40))["returned"] == 0
        suspend_partner(Partner.objects.get(pk=cast.northwind.pk), by=cast.operations, reason="Again")
        answer = sign_in(cast.operations).post(f"/deals/leads/{held.pk}/return/", {"reason": "It takes long"})
        assert answer.status_code == 302
        assert fresh(held).state == "returned"
        assert Lead.objects.filter(partner=cast.northwind).count() == 0
