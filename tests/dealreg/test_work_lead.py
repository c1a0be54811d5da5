"""From the offer to the registration, in pages and over the API: what is filled in beforehand, and what goes along."""

import datetime as dt
import json

import pytest

from dealreg.actions import approve_deal, drop_draft
from dealreg.actions.leads import contact_lead, hand_lead, note_lead, qualify_lead, refuse_lead, run_lead_night
from dealreg.hooks.lead_news import warn_of_leads
from dealreg.models import DealRegistration, LeadNote, LeadOffer, Opportunity
from partners.actions import add_partner, look_for_alerts, merge_partners
from partners.models import Alert
from partners.registries import measured, panels_for, waiting_for
from prm.kernel import clock
from prm.kernel.models import Notification
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.clients import token_client
from tests.dealreg.conftest import DAY, at
from tests.dealreg.leads import accepted, as_member, capture, fresh, offered, settle


def later(days, hour=10):
    return clock.travel(to=at(DAY + dt.timedelta(days=days), hour=hour))


def qualified(cast, **given):
    lead = accepted(cast, **given)
    as_member(cast.seller, contact_lead, lead, note="Spoke with Kim")
    return as_member(cast.seller, qualify_lead, lead, found_need="Three sites", found_budget="60,000")


def post(client, lead, verb, **data):
    return client.post(f"/deals/leads/{lead.pk}/{verb}/", data)


def waiting(member):
    with member_scope(member):
        return [one.label for one in waiting_for(member) if "ead" in one.label]


def test_a_seller_works_a_lead_to_its_registration(cast, leads, sign_in):
    lead = offered(cast)
    seller = sign_in(cast.seller)
    assert waiting(cast.seller) == ["Leads offered to you"]
    home = seller.get("/").content.decode()
    assert "Leads offered to you" in home
    assert "Accept within 1 business day" in home
    assert post(sign_in(cast.rival_champion), lead, "accept").status_code == 404
    assert post(sign_in(cast.partner_marketing), lead, "accept").status_code == 403
    assert post(seller, lead, "accept").status_code == 302
    assert post(seller, lead, "accept").status_code == 409
    assert waiting(cast.seller) == ["Leads to contact"]
    assert post(seller, lead, "contact", note="").status_code == 422
    assert post(seller, lead, "contact", note="Spoke with Kim").status_code == 302
    assert post(seller, lead, "qualify").status_code == 422
    assert post(seller, lead, "qualify", found_budget="60,000").status_code == 302
    address = f"/deals/leads/{lead.pk}/register/"
    form = seller.get(address).content.decode()
    for filled in ("Nebula Rail AG", "nebula-rail.example", "kim@nebula-rail.example", "60,000", "vendor_led"):
        assert filled in form, filled
    assert fresh(lead).state == "qualified"  # looking at the form changes nothing
    sent = seller.post(
        address,
        {
            "customer_name": "Nebula Rail AG", "customer_country": "DE", "customer_domain": "nebula-rail.example",
            "lines": [str(cast.security.pk)], "amount": "52000", "expected_close": str(DAY + dt.timedelta(days=60)),
            "contact_name": "Kim", "contact_email": "kim@nebula-rail.example", "need": "Firewalls", "do": "send",
        },
    )  # fmt: skip
    assert sent.status_code == 302, sent.content
    deal = DealRegistration.objects.get()
    assert (deal.state, deal.lead_id, deal.campaign) == ("submitted", lead.pk, "Zqzqcampaign spring")
    assert deal.claimed_at == fresh(lead).accepted_at
    assert fresh(lead).state == "converted"
    assert LeadOffer.objects.get().converted_at is not None
    approve_deal(DealRegistration.objects.select_related("partner").get(), by=cast.operations)
    opportunity = Opportunity.objects.get()
    assert (opportunity.lead_id, opportunity.campaign) == (lead.pk, "Zqzqcampaign spring")
    page = seller.get(f"/deals/leads/{lead.pk}/").content.decode()
    assert opportunity.get_absolute_url() in page
    assert deal.get_absolute_url() in page


def test_a_draft_that_was_thrown_away_can_be_begun_again(cast, leads, sign_in):
    lead = qualified(cast)
    seller = token_client(cast.seller)
    url = f"/t/acme/api/v1/leads/{lead.pk}/register/"
    assert seller.post(url).status_code == 201
    assert seller.post(url).status_code == 409
    with member_scope(cast.seller):
        drop_draft(DealRegistration.objects.get(), by=cast.seller)
    assert "Register the deal" in sign_in(cast.seller).get(f"/deals/leads/{lead.pk}/").content.decode()
    assert seller.post(url).status_code == 201


def test_without_a_registration_it_becomes_open_business(cast, leads):
    lead = qualified(cast)
    seller = token_client(cast.seller)
    url = f"/t/acme/api/v1/leads/{lead.pk}/open/"

    def send(**body):
        return seller.post(url, json.dumps(body), content_type="application/json")

    close = str(DAY + dt.timedelta(days=30))
    for amount in ("NaN", "1e5", "-1", "１２"):
        assert send(amount=amount, expected_close=close).status_code == 400, amount
    assert send(amount="9000", expected_close=str(DAY - dt.timedelta(days=1))).status_code == 400
    assert send(amount="9000", expected_close=close).status_code == 201
    one = Opportunity.objects.get()
    assert (one.stage, one.source, one.lead_id, one.partner_id) == (
        "qualified", "vendor_led", lead.pk, cast.northwind.pk,
    )  # fmt: skip
    assert fresh(lead).state == "converted"


def test_the_champion_hands_a_lead_to_a_seller(cast, leads, sign_in):
    lead = offered(cast)
    champion = sign_in(cast.champion)
    assert post(champion, lead, "hand", to=str(cast.rival_champion.pk)).status_code == 422
    assert post(champion, lead, "hand", to=str(cast.seller.pk)).status_code == 302
    settle(cast)
    assert Notification.objects.visible_to(cast.seller).filter(text__contains="handed to you").exists()
    with member_scope(cast.champion), pytest.raises(Exception, match="sellers"):
        hand_lead(fresh(lead), by=cast.champion, to=cast.technician)


def test_everything_works_over_the_api_too(cast, leads):
    operations, seller = token_client(cast.operations), token_client(cast.seller)
    url = "/t/acme/api/v1/leads/"

    def act(client, path, code=200, **body):
        answer = client.post(f"{url}{path}", json.dumps(body), content_type="application/json")
        assert answer.status_code == code, answer.content
        return answer.json()

    lead = capture(cast)
    assert act(operations, "bench/", line="security", country="DE")["candidates"]
    act(operations, "bench/", 400, line="nothing", country="DE")
    act(operations, f"{lead.pk}/assign/", 409, to_partner_id=str(cast.sponsored.pk))
    assert act(operations, f"{lead.pk}/assign/", to_partner_id=str(cast.northwind.pk))["state"] == "assigned"
    refused = act(seller, f"{lead.pk}/refuse/", refuse_reason="region")
    assert set(refused) == {"id", "number", "state"}  # it is not its own any more
    assert act(operations, f"{lead.pk}/route/")["partner_id"] == str(cast.rival.pk)
    for path in ("lead-rules/", "lead-routes/", "lead-claims/"):
        assert operations.get(f"/t/acme/api/v1/{path}").status_code == 200
        assert seller.get(f"/t/acme/api/v1/{path}").status_code == 403
    rules = "/t/acme/api/v1/lead-rules/edit/"
    for wrong in ({"tier_points": {"gold": "NaN"}}, {"region_points": "1e9"}, {"warn_days": 99}):
        assert operations.post(rules, json.dumps(wrong), content_type="application/json").status_code == 400, wrong
    assert operations.post(rules, json.dumps({"accept_days": 2}), content_type="application/json").status_code == 200
    made = operations.post(
        "/t/acme/api/v1/lead-routes/", json.dumps({"line": "cloud"}), content_type="application/json"
    )
    assert operations.delete(f"/t/acme/api/v1/lead-routes/{made.json()['id']}/").status_code == 204


# --- time -----------------------------------------------------------------------------------------------------------


def test_a_contact_that_is_late_is_told_and_then_goes_back(cast, leads):
    lead = accepted(cast)  # Monday; contact until Wednesday
    with later(3), tenant_scope(cast.acme):
        assert run_lead_night(DAY + dt.timedelta(days=3))["returned"] == 0
        assert warn_of_leads(DAY + dt.timedelta(days=3)) == 1
        warn_of_leads(DAY + dt.timedelta(days=3))
        for member in (cast.champion, cast.seller, cast.cam):
            told = Notification.objects.visible_to(member).filter(text__contains="Please contact")
            assert told.count() == 1, member
        look_for_alerts(clock.today())
        assert Alert.objects.filter(kind="lead_not_contacted").exists()
    with later(7), tenant_scope(cast.acme):  # three business days after Wednesday are Monday
        assert run_lead_night(DAY + dt.timedelta(days=7))["returned"] == 0
    with later(8), tenant_scope(cast.acme):
        assert run_lead_night(DAY + dt.timedelta(days=8))["returned"] == 1
        assert run_lead_night(DAY + dt.timedelta(days=8))["returned"] == 0
        assert (fresh(lead).state, fresh(lead).partner_id) == ("returned", None)


def test_without_news_it_is_warned_of_and_goes_back_to_nurturing(cast, leads):
    lead = qualified(cast)
    with later(21), tenant_scope(cast.acme):
        assert warn_of_leads(DAY + dt.timedelta(days=21)) == 1
        assert waiting(cast.seller) == ["Leads without news"]
        assert run_lead_night(DAY + dt.timedelta(days=21))["recycled"] == 0
    with later(29), member_scope(cast.seller):
        note_lead(fresh(lead), by=cast.seller, note="They decide next week")
    with later(31), tenant_scope(cast.acme):
        assert run_lead_night(DAY + dt.timedelta(days=31))["recycled"] == 0
    with later(59), tenant_scope(cast.acme):
        assert run_lead_night(DAY + dt.timedelta(days=59))["recycled"] == 1
        assert fresh(lead).state == "recycled"
        assert LeadNote.objects.count() == 2


# --- figures, places, merging ---------------------------------------------------------------------------------------


def test_figures_of_leads_for_many_partners_in_one_statement(cast, leads, django_assert_num_queries):
    with later(0, hour=14):
        qualified(cast)
    lead = offered(cast, email="b@b.example", company="B")
    as_member(cast.seller, refuse_lead, lead, refuse_reason="size")
    ids = [cast.northwind.pk, cast.rival.pk, cast.sponsored.pk, cast.distributor_company.pk]
    quarter = FiscalQuarter.containing(DAY, 1)

    def value(name, pk=cast.northwind.pk):
        found = measured(name, ids, [quarter], DAY)[pk, quarter].number
        return None if found is None else str(found)

    with django_assert_num_queries(1):
        assert value("leads_offered_12m") == "2"
    assert value("leads_accepted_12m") == "1"
    assert value("lead_acceptance_rate") == "0.5000"
    assert value("lead_conversion_rate") == "0.0000"
    assert value("lead_hours_to_accept") == "0.0"
    assert value("lead_acceptance_rate", cast.rival.pk) is None
    with member_scope(cast.champion):
        assert measured("leads_offered_12m", ids, [quarter], DAY)[cast.rival.pk, quarter].why == "not known here"
    panel = [
        one for one in panels_for(cast.cam, cast.northwind, "deals") if one["template"] == "dealreg/leads/panel.html"
    ]
    assert [row.title for row in panel[0]["rows"]] == ["Nebula Rail AG"]


def test_a_merged_partner_takes_its_leads_and_claims_along(cast, leads):
    lead = accepted(cast)
    keep = add_partner("North Wind", country="DE", domain="northwind.example", state="active", by=None)
    merge_partners(keep, cast.northwind, by=cast.operations, choices={})
    moved = fresh(lead)
    assert moved.partner_id == keep.pk
    assert moved.contacts.get().partner_id == keep.pk
    assert LeadOffer.objects.get().partner_id == keep.pk
