"""Deals in pages and in the API for each side: what one sees, what one is told, what one can do."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.test import Client

from dealreg.actions import (
    answer_question,
    approve_deal,
    ask_about_deal,
    lose_deal,
    reject_deal,
    win_deal,
    withdraw_deal,
)
from dealreg.models import DealConflict, DealOpening, DealRegistration, Opportunity
from dealreg.tasks import warn
from partners.registries import measured, measures, panels_for, waiting_for
from prm.kernel import clock
from prm.kernel.models import Notification
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import member_scope
from qbr.figures import collect
from qbr.models import Review
from scorecards.queries import performance_card
from scorecards.starter.kpis import copy_kpis
from tests.clients import token_client
from tests.dealreg.conftest import DAY


def post(client, deal, verb, **data):
    return client.post(f"/deals/{deal.pk}/{verb}/", data)


def test_the_vendors_people_work_from_their_desk(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    desk = sign_in(cast.cam).get("/deals/?desk=mine").content.decode()
    assert "Contoso GmbH" in desk
    assert sign_in(cast.other_cam).get(f"/deals/{deal.pk}/").status_code == 404
    cam = sign_in(cast.cam)
    assert post(cam, deal, "ask", question="").status_code == 422
    assert post(cam, deal, "ask", question="Which sites?").status_code == 302
    assert post(cam, deal, "ask", question="And when?").status_code == 409
    assert post(sign_in(cast.seller), deal, "answer", answer="Köln").status_code == 302
    assert post(cam, deal, "approve").status_code == 302
    assert post(cam, deal, "approve").status_code == 409
    assert post(sign_in(cast.finance), deal, "reject", reject_reason="other").status_code == 403


def test_after_the_decision_the_partner_sees_who_opened_its_deal(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    seller = sign_in(cast.seller)
    sign_in(cast.cam).get(f"/deals/{deal.pk}/")
    sign_in(cast.cam).get(f"/deals/{deal.pk}/")
    token_client(cast.auditor).get(f"/t/acme/api/v1/deals/{deal.pk}/")
    assert DealOpening.objects.filter(deal=deal).count() == 2
    with member_scope(cast.seller):
        assert not DealOpening.objects.exists()  # the fence, not the page
    assert "Cam" not in seller.get(f"/deals/{deal.pk}/").content.decode().split("<main")[1]
    ask_about_deal(deals.fresh(deal), by=cast.cam, question="Who decides there?")
    history = lambda client: client.get(f"/deals/{deal.pk}/").content.decode().split('id="history"')[1]
    assert "Vendor team" in history(seller)
    assert "Cam" not in history(seller)
    for own in (cast.cam, cast.auditor):
        assert "Vendor team" not in history(sign_in(own))
        assert "Cam" in history(sign_in(own))
    answer_question(deals.fresh(deal), by=cast.seller, answer="The owner.")
    approve_deal(deals.fresh(deal), by=cast.operations)
    page = seller.get(f"/deals/{deal.pk}/").content.decode().split("<main")[1]
    assert "Who opened it" in page
    assert "Cam" in page


def test_side_by_side_is_for_operations_and_every_way_can_be_taken_there(cast, deals, sign_in):
    approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with clock.travel(to=clock.now() + dt.timedelta(hours=2)):
        later = deals.send(cast.rival_champion, lines=[cast.security, cast.cloud])
        operations = sign_in(cast.operations)
        page = operations.get(f"/deals/{later.pk}/").content.decode()
        assert "Same web domain" in page
        assert "Northwind" in page
        for blind in (cast.other_cam, cast.rival_champion):
            seen = sign_in(blind).get(f"/deals/{later.pk}/").content.decode()
            assert "Northwind" not in seen
        assert "Conflict under review" in sign_in(cast.other_cam).get(f"/deals/{later.pk}/").content.decode()
        assert "Conflict" not in seen
        assert post(operations, later, "approve").status_code == 409
        conflict = DealConflict.objects.get(candidate=later)
        address = f"/deals/conflicts/{conflict.pk}/decide/"
        assert operations.post(address, {"decision": "joint", "reason": "Both", "share": "140"}).status_code == 422
        assert sign_in(cast.chief).post(address, {"decision": "joint", "reason": "x"}).status_code == 403
        assert sign_in(cast.other_cam).post(address, {"decision": "joint", "reason": "x"}).status_code == 404
        done = operations.post(address, {"decision": "approve_other_lines", "reason": "Cloud is free"})
        assert done.status_code == 302
        assert post(operations, later, "approve").status_code == 302
        assert "not granted" in sign_in(cast.rival_champion).get(f"/deals/{later.pk}/").content.decode()


def test_the_first_partner_is_heard_before_a_transfer(cast, deals, sign_in):
    first = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    with clock.travel(to=clock.now() + dt.timedelta(hours=2)):
        later = deals.send(cast.rival_champion)
        operations, seller, chief = sign_in(cast.operations), sign_in(cast.seller), sign_in(cast.chief)
        operations.get(f"/deals/{later.pk}/")
        conflict = f"/deals/conflicts/{DealConflict.objects.get(candidate=later).pk}/transfer/"
        assert operations.post(conflict, {"statement": "It wants to buy elsewhere"}).status_code == 302
        assert [one.label for one in waiting_for(cast.chief)] == []
        page = seller.get(f"/deals/{first.pk}/").content.decode()
        assert "You are heard" in page
        assert "Südstern" not in page
        assert "heard" not in sign_in(cast.cam).get(f"/deals/{first.pk}/").content.decode()
        assert chief.post(f"{conflict}decide/", {"is_transferred": "yes", "reason": "Now"}).status_code == 409
        assert post(seller, first, "answer-hearing", answer="We have met the board twice").status_code == 302
        assert [one.label for one in waiting_for(cast.chief)] == ["Transfers to decide"]
        assert "met the board" in chief.get(f"/deals/{later.pk}/").content.decode()
        assert chief.post(f"{conflict}decide/", {"is_transferred": "no", "reason": "It was first"}).status_code == 302
        assert (deals.fresh(first).state, deals.fresh(later).state) == ("approved", "rejected")


def test_what_the_first_page_cuts_has_a_way_to_the_rest(cast, deals, sign_in):
    for n in range(6):
        deals.send(cast.seller, customer_name=f"Customer {n}", customer_domain=f"c{n}.example", amount=Decimal(20000))
    client = sign_in(cast.cam)
    assert "/deals/?desk=mine" in client.get("/").content.decode()
    assert client.get("/deals/?desk=mine").context["list"].total == 6
    whole = client.get("/partners/waiting/?list=deals_to_decide").content.decode()
    assert all(f"Customer {n}" in whole for n in range(6))
    assert client.get("/partners/waiting/?list=nothing").status_code == 302
    assert "Customer 1" not in sign_in(cast.chief).get("/partners/waiting/?list=deals_to_decide").content.decode()
    withdraw_deal(DealRegistration.objects.first(), by=cast.seller)
    assert "?desk=mine" not in sign_in(cast.cam).get("/").content.decode()


def test_a_rejection_tells_the_reason_and_nobodys_name(cast, deals, sign_in):
    approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    later = deals.send(cast.rival_champion)
    reject_deal(deals.fresh(later), by=cast.operations, reject_reason="duplicate")
    client = sign_in(cast.rival_champion)
    page = client.get(f"/deals/{later.pk}/").content.decode()
    assert "Registered before by somebody else" in page
    assert "Northwind" not in page
    api = token_client(cast.rival_champion).get(f"/t/acme/api/v1/deals/{later.pk}/").content.decode()
    assert "orthwind" not in api


def test_the_api_writes_sends_and_refuses_as_the_pages_do(cast, deals):
    seller = token_client(cast.seller)
    body = {"partner_id": str(cast.northwind.pk), "customer_name": "Fabrikam", "amount": "1e5"}
    url = "/t/acme/api/v1/deals/"
    assert seller.post(url, body, content_type="application/json").status_code == 400
    made = seller.post(url, body | {"amount": "5000.00", "lines": ["security"]}, content_type="application/json").json()
    refused = seller.post(f"{url}{made['id']}/submit/", content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "incomplete")
    rest = {"customer_country": "DE", "contact_name": "Kim", "contact_email": "k@f.example", "need": "All",
            "expected_close": "2026-06-01", "version": made["version"]}  # fmt: skip
    assert seller.patch(f"{url}{made['id']}/", rest, content_type="application/json").status_code == 200
    stale = seller.patch(f"{url}{made['id']}/", rest, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    sent = seller.post(f"{url}{made['id']}/submit/", content_type="application/json").json()
    assert sent["state"] == "submitted"
    assert "Signature: " in seller.get(f"{url}{made['id']}/receipt/").json()["text"]
    assert token_client(cast.rival_champion).get(f"{url}{made['id']}/").status_code == 404
    chief = token_client(cast.chief)
    assert chief.post(f"{url}{made['id']}/approve/", content_type="application/json").status_code == 403
    deals.draft(cast.seller, amount=Decimal(20000), customer_name="Whole AG", customer_domain="whole.example")
    amounts = {one["customer_name"]: one["amount"] for one in seller.get(url).json()["results"]}
    assert amounts == {"Fabrikam": "5000.00", "Whole AG": "20000.00"}


def test_files_write_amounts_and_moments_one_way(cast, deals, sign_in):
    deals.send(cast.seller, amount=Decimal(20000))
    rows = list(csv.DictReader(io.StringIO(sign_in(cast.seller).get("/deals/?format=csv&bom=no").content.decode())))
    assert (rows[0]["Amount"], rows[0]["Received"]) == ("20000.00", "2026-03-02T10:00:00+01:00")


def test_warnings_come_14_and_3_days_before_the_end_and_each_once(cast, deals):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    told = []
    for days in (45, 46, 47, 56, 57, 58):
        with clock.travel(days=days):
            warn(clock.today())
            told.append(Notification.objects.filter(about_id=deal.pk, member=cast.seller).count())
    assert told == [0, 1, 1, 1, 2, 2]
    assert Notification.objects.filter(about_id=deal.pk, member=cast.cam).count() == 2


def test_what_is_lent_reaches_scorecards_pages_and_worklists(cast, deals):
    deal = deals.send(cast.seller)
    assert [one.label for one in waiting_for(cast.cam)] == ["Deals to decide"]
    approve_deal(deals.fresh(deal), by=cast.cam)
    quarter = FiscalQuarter.containing(DAY, 1)
    names = ("registered_deals_12m", "registered_deals_quarter", "won_deals", "win_rate", "average_deal_size")
    read = lambda: {
        n: measured(n, [cast.northwind.pk], [quarter], DAY)[cast.northwind.pk, quarter].number for n in names
    }
    assert [read()[name] for name in names] == [1, 1, 0, None, None]
    win_deal(deals.fresh(deal), by=cast.operations, order_on=DAY)
    assert [read()[name] for name in names] == [1, 1, 1, 1, 40000]
    assert len(measures["won_deals"].rows(cast.northwind.pk, quarter, DAY)) == 1
    with member_scope(cast.champion):
        assert measured("won_deals", [cast.rival.pk], [quarter], DAY)[cast.rival.pk, quarter].number is None
    again = deals.send(cast.seller, customer_name="Fabrikam", customer_domain="")
    shown = [
        panel for panel in panels_for(cast.cam, cast.northwind, "deals") if panel["template"] == "dealreg/panel.html"
    ]
    assert [row.customer for row in shown[0]["rows"]] == [again.customer_name]


def test_the_kpis_and_the_deck_say_what_the_box_of_deals_says(cast, deals):
    deal = deals.send(cast.seller)
    approve_deal(deals.fresh(deal), by=cast.cam)
    copy_kpis()
    told = lambda: (
        (card := performance_card(cast.northwind, on=DAY)).sheet.kpi("average_deal_size"),
        next(one for one in card.deals if one.key == "deals:average_deal_size"),
    )
    kpi, box = told()
    assert (kpi.value, kpi.why_empty) == (box.value, box.why) == (None, "No deal was won in the quarter.")
    win_deal(deals.fresh(deal), by=cast.operations, order_on=DAY)
    kpi, box = told()
    assert (kpi.value, kpi.unit, kpi.target) == (box.value, box.unit, None) == (40000, "money", None)
    why = "There is no opportunity, no target for the fiscal year, or nothing of it is left to sell"
    card = performance_card(cast.northwind, on=DAY)
    shown = (card.pipeline[0].why, card.sheet.kpi("deal_progression").why_empty)
    assert shown == (f"{why}.", "There is no open business.")
    deck = collect(Review(partner=cast.northwind, period_start=dt.date(2026, 1, 1)), DAY)
    assert (deck["pipeline"]["why"], deck["summary"]["headline"][1]["why"]) == (why, why)
    assert [tile["value"] for tile in deck["deals"]["tiles"]] == ["1", "1", "1.0000", "40000.00", "0.0"]
    assert deck["deals"]["losses"] == []
    lost = deals.fresh(approve_deal(deals.send(cast.seller, customer_name="Fabrikam", customer_domain=""), by=cast.cam))
    lose_deal(lost, by=cast.seller, loss_reason="price")
    deals_told = collect(Review(partner=cast.northwind, period_start=dt.date(2026, 1, 1)), DAY)["deals"]
    losses = [(one["reason"], one["count"]["value"]) for one in deals_told["losses"]]
    assert (losses, deals_told["year_ago"]["period"]) == ([("Price", "1")], "FY2025 Q1")


@pytest.mark.parametrize("who", ["champion", "seller", "technician", "distributor", "auditor", "finance", "admin"])
def test_everybody_who_may_read_gets_a_list_and_its_export(cast, deals, sign_in, who):
    deals.send(cast.seller)
    client = sign_in(getattr(cast, who))
    assert client.get("/deals/").status_code == 200
    assert client.get("/deals/?q=contoso&show=open&format=csv").status_code == 200
    assert client.get("/deals/?show=nonsense").status_code == 200


def test_partner_marketing_has_no_part_in_deals(cast, deals, sign_in):
    assert sign_in(cast.partner_marketing).get("/deals/").status_code == 403


def test_operations_sets_the_rules_and_others_read_them(cast, deals, sign_in):
    from dealreg.actions.rules import FIELDS
    from dealreg.queries.rules import deal_rules

    now = {name: getattr(deal_rules(), name) for name in FIELDS if name != "auto_approve"}
    operations = sign_in(cast.operations)
    assert operations.post("/deals/rules/", now | {"manager_band": "50000", "last_warn_days": "20"}).status_code == 422
    foreign = operations.post("/deals/rules/", now | {"review_days": "１２"})
    assert "plain digits" in foreign.content.decode()
    assert operations.post("/deals/rules/", now | {"manager_band": "30000"}).status_code == 302
    deal = deals.send(cast.seller)
    assert deal.reviews.get().level == "operations"
    assert sign_in(cast.cam).get("/deals/rules/").status_code == 200
    assert sign_in(cast.cam).post("/deals/rules/", now).status_code == 403
    assert DealRegistration.objects.count() == 1


def test_of_two_who_decide_the_second_is_told_what_stands(cast, deals, sign_in):
    deal = deals.send(cast.seller)
    cam = sign_in(cast.cam)
    assert cam.post(f"/deals/{deal.pk}/approve/").status_code == 302
    for verb, data in (("approve", {}), ("reject", {"reject_reason": "other", "reason": "No fit"})):
        answer = cam.post(f"/deals/{deal.pk}/{verb}/", data)
        assert answer.status_code == 409
        said = answer.content.decode().partition('role="alert"')[2][:900]
        assert "This is approved" in said, verb
        assert "Cam</b> approved the deal" in said  # who was faster
    business = Opportunity.objects.get(registration=deal)
    address = f"/deals/pipeline/{business.pk}/"
    with clock.travel(to=clock.now() + dt.timedelta(minutes=1)):
        for status in (302, 409):
            answer = cam.post(f"{address}lose/", {"loss_reason": "price"})
            assert answer.status_code == status
    assert "Cam</b> lost Contoso GmbH" in answer.content.decode().partition('id="meanwhile"')[2]


def test_a_decision_on_a_conflict_that_lacks_its_reason_keeps_what_was_typed(cast, deals, sign_in):
    approve_deal(deals.fresh(deals.send(cast.rival_champion)), by=cast.other_cam)
    with clock.travel(to=clock.now() + dt.timedelta(minutes=1)):  # of two in the same instant either may be the first
        deal = deals.send(cast.seller)
    operations = sign_in(cast.operations)
    assert operations.get(f"/deals/{deal.pk}/").status_code == 200
    conflict = DealConflict.objects.get(candidate=deal)
    answer = operations.post(f"/deals/conflicts/{conflict.pk}/decide/", {"decision": "joint", "share": "37,5%"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('role="alert"') == 1
    assert 'value="37,5%"' in page
    assert re.search(r'value="joint"[^>]*checked', page)


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(cast, deals):
    address = f"/t/acme/deals/{deals.send(cast.seller).pk}/"
    nobody, door = Client(), "/accounts/login/?next="
    for came_from, back in (
        (f"http://testserver{address}?x=1", f"{address}%3Fx%3D1"),
        ("https://elsewhere.example/t/acme/", f"{address}approve/"),
        ("", f"{address}approve/"),
    ):
        answer = nobody.post(f"{address}approve/", headers={"Referer": came_from} if came_from else {})
        assert answer["Location"] == door + back


def test_a_draft_sent_in_one_window_says_so_in_the_other(cast, deals, sign_in):
    deal = deals.draft(cast.seller)
    seller = sign_in(cast.seller)
    assert post(seller, deal, "submit").status_code == 302
    answer = post(seller, deal, "edit", customer_name="Contoso AG", do="keep")
    assert answer.status_code == 409
    again = post(seller, deal, "submit")
    assert again.status_code == 409
    for page in (answer, again):
        assert "This draft was sent already" in page.content.decode()
        assert "Decision within" in page.content.decode()  # the deal, not the form of a draft
    assert deals.fresh(deal).customer_name == "Contoso GmbH"
    assert seller.get(f"/deals/{deal.pk}/edit/").status_code == 302
