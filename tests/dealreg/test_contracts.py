"""Rule 5, renewals: in the last days of a contract its partner of record comes first, and no other learns of it."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dealreg.actions import (
    add_contract,
    approve_deal,
    decide_renewal,
    edit_contract,
    edit_deal_rules,
    reopen_opportunity,
    win_deal,
    win_opportunity,
)
from dealreg.actions.carrying import opportunity_of
from dealreg.actions.protecting import ConflictOpen, RenewalFirst, UnderReview
from dealreg.models import Contract, DealHistory, DealReview, Opportunity, RenewalClaim
from dealreg.tasks import try_auto_approval
from partners.models import Partner
from partners.registries import panels_for, waiting_for
from prm.kernel import clock
from prm.kernel.calendars import entries_for
from prm.kernel.errors import Invalid, NotAllowed, Stale
from prm.kernel.imports.undo import NothingLeft, undo_import
from prm.kernel.models import Event, ImportBatch
from prm.kernel.tenancy.context import member_scope
from prm.kernel.uploads import Upload
from tests.clients import token_client
from tests.dealreg.conftest import DAY, at
from tests.dealreg.test_submit_deal import everything_told
from tests.imports.conftest import Desk, counts
from tests.papers import pdf

API = "/t/acme/api/v1/"
SOON = DAY + dt.timedelta(days=180)


def contract(cast, partner=None, **fields):
    given = {
        "customer_name": "Contoso GmbH",
        "customer_domain": "contoso.example",
        "customer_country": "DE",
        "ends_on": SOON,
        "lines": [cast.security],
        "amount": Decimal("12000"),
        **fields,
    }
    return add_contract(partner or cast.northwind, by=cast.operations, **given)


def paper():
    return Upload("letter.pdf", pdf())


def test_before_a_contract_ends_others_are_rejected_and_told_nothing_of_it(cast, deals, sign_in):
    contract(cast)
    deal = deals.send(cast.rival_champion)
    assert DealReview.objects.get(deal=deal).level == "operations"
    with pytest.raises(NotAllowed):
        approve_deal(deals.fresh(deal), by=cast.other_cam)
    with pytest.raises(RenewalFirst):
        approve_deal(deals.fresh(deal), by=cast.operations)
    operations, rival = sign_in(cast.operations), sign_in(cast.rival_champion)
    page = operations.get(f"/deals/{deal.pk}/").content.decode()
    assert "Renewal: partner of record first" in page
    assert "Northwind" in page
    claim = RenewalClaim.objects.get()
    address = f"/deals/renewals/{claim.pk}/decide/"
    assert sign_in(cast.chief).post(address, {"decision": "record_first", "reason": "x"}).status_code == 403
    assert rival.post(address, {"decision": "record_first", "reason": "x"}).status_code == 404
    assert operations.post(address, {"decision": "record_first", "reason": ""}).status_code == 422
    assert operations.post(address, {"decision": "record_first", "reason": "Runs to August"}).status_code == 302
    assert operations.post(address, {"decision": "record_first", "reason": "Again"}).status_code in {403, 409}
    told = rival.get(f"/deals/{deal.pk}/").content.decode().split("<main")[1]
    assert "Existing customer" in told  # true, and no word of whose it is
    for word in ("Northwind", "Renewal", "renewal", "contract", "Runs to August"):
        assert word not in told
    with member_scope(cast.rival_champion):
        assert not Contract.objects.exists()
        assert not RenewalClaim.objects.exists()
        assert not Event.objects.filter(name__startswith="contract.").exists()
        assert not DealHistory.objects.filter(deal=deal, name="deal.renewal_decided").exists()
    for who, code in ((cast.rival_champion, 404), (cast.other_cam, 404), (cast.champion, 200), (cast.cam, 200)):
        assert sign_in(who).get(f"/deals/pipeline/contracts/{Contract.objects.get().pk}/").status_code == code
    assert token_client(cast.rival_champion).get(f"{API}contracts/").json()["count"] == 0
    assert token_client(cast.champion).get(f"{API}contracts/").json()["count"] == 1


def test_the_answer_is_the_same_whether_or_not_a_contract_ends(cast, deals):
    contract(cast)
    everything_told(cast, "Warmup")
    met, free = everything_told(cast, "Contoso GmbH"), everything_told(cast, "Fabriko GmbH")
    assert DealReview.objects.filter(has_conflict=True).count() == 1  # the vendor does know
    free["list"] -= 1
    assert met == free


def test_the_customer_chooses_in_writing(cast, deals, sign_in):
    contract(cast)
    deal = deals.send(cast.rival_champion)
    with pytest.raises(RenewalFirst):
        approve_deal(deals.fresh(deal), by=cast.operations)
    operations = sign_in(cast.operations)
    operations.get(f"/deals/{deal.pk}/")
    claim = RenewalClaim.objects.get()
    with pytest.raises(Invalid, match="Attach what the customer wrote"):
        decide_renewal(claim, by=cast.operations, decision="customer_chose", reason="They wrote")
    url = f"{API}renewal-claims/{claim.pk}/decide/"
    form = {"decision": "customer_chose", "reason": "They wrote"}
    client = token_client(cast.operations)
    assert client.post(url, {**form, "paper": SimpleUploadedFile("l.pdf", b"no")}).status_code == 400
    assert client.post(url, {**form, "paper": SimpleUploadedFile("l.pdf", pdf())}).json()["has_paper"] is True
    assert operations.get(f"/deals/renewals/{claim.pk}/paper/").status_code == 200
    assert client.get(f"{API}renewal-claims/{claim.pk}/paper/").status_code == 200
    assert sign_in(cast.champion).get(f"/deals/renewals/{claim.pk}/paper/").status_code == 404
    assert approve_deal(deals.fresh(deal), by=cast.operations).state == "approved"


@pytest.mark.parametrize(
    "control", ["too early", "ended", "other line", "own", "sponsor's", "renewed", "other customer", "shorter rule"]
)
def test_what_no_contract_stands_before(cast, deals, control):
    """The negative controls: each takes away one thing that lets a partner of record come first."""
    ends = {"too early": SOON + dt.timedelta(days=1), "ended": DAY - dt.timedelta(days=1)}.get(control, SOON)
    one = contract(cast, cast.distributor_company if control == "sponsor's" else None, ends_on=ends)
    if control == "renewed":
        Contract.objects.filter(pk=one.pk).update(renewed_on=DAY)
    if control == "shorter rule":
        edit_deal_rules(by=cast.operations, renewal_days=90)
    by = {"own": cast.seller, "sponsor's": cast.distributor}.get(control, cast.rival_champion)
    partner = cast.sponsored if control == "sponsor's" else None
    fields = {"lines": [cast.cloud]} if control == "other line" else {}
    if control == "other customer":
        fields |= {"customer_name": "Fabrikam", "customer_domain": "fabrikam.example"}
    deal = deals.send(by, partner, **fields)
    assert not DealReview.objects.get(deal=deal).has_conflict
    assert approve_deal(deals.fresh(deal), by=cast.operations).state == "approved"
    assert not RenewalClaim.objects.exists()


def test_the_partner_of_record_comes_first_though_it_registers_later(cast, deals):
    contract(cast, ends_on=SOON - dt.timedelta(days=30))
    theirs = deals.send(cast.rival_champion)
    with clock.travel(to=at(DAY, 14)):
        own = deals.send(cast.seller)
        assert deals.fresh(own).claimed_at < deals.fresh(theirs).submitted_at
        assert approve_deal(deals.fresh(own), by=cast.operations).state == "approved"
        with pytest.raises(ConflictOpen):
            approve_deal(deals.fresh(theirs), by=cast.operations)


def test_with_lines_beside_the_contract_it_is_as_late_as_anybody(cast, deals):
    contract(cast)
    deals.send(cast.rival_champion)
    with clock.travel(to=at(DAY, 14)):
        own = deals.send(cast.seller, lines=[cast.security, cast.cloud])
        assert deals.fresh(own).claimed_at is None
        with pytest.raises(ConflictOpen):
            approve_deal(deals.fresh(own), by=cast.operations)


def test_nothing_is_approved_by_itself_once_the_last_days_begin(cast, deals):
    edit_deal_rules(by=cast.operations, auto_approve=True)
    deal = deals.send(cast.rival_champion, amount=Decimal("20000"))
    contract(cast)  # written down after it was sent
    try_auto_approval.run(deal_id=str(deal.pk))
    assert deals.fresh(deal).state == "submitted"
    with pytest.raises((UnderReview, NotAllowed)):
        approve_deal(deals.fresh(deal), by=cast.other_cam)


# --- where contracts come from ------------------------------------------------------------------------------------


def test_an_order_that_runs_for_some_months_is_a_contract(cast, deals, sign_in):
    deal = approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.cam)
    one = opportunity_of(deal)
    client = sign_in(cast.operations)
    address = f"{one.get_absolute_url()}win/"
    assert client.post(address, {"order_on": "2026-03-02", "term_months": "0"}).status_code == 422
    assert client.post(address, {"order_on": "2026-03-02", "term_months": "6"}).status_code == 302
    kept = Contract.objects.get(opportunity=one)
    assert (kept.ends_on, kept.partner, kept.owner, kept.source) == (
        dt.date(2026, 9, 1), cast.northwind, cast.seller, "won",
    )  # fmt: skip
    assert kept.lines.get().amount == Decimal("40000.00")
    reopen_opportunity(Opportunity.objects.get(pk=one.pk), by=cast.operations, reason="They cancelled")
    assert not Contract.objects.exists()
    other = approve_deal(deals.fresh(deals.send(cast.seller, customer_name="B", customer_domain="")), by=cast.cam)
    url = f"{API}deals/{other.pk}/win/"
    body = {"order_on": "2026-03-02", "term_months": 12}
    assert token_client(cast.operations).post(url, body, content_type="application/json").status_code == 200
    assert Contract.objects.get().ends_on == dt.date(2027, 3, 1)
    third = approve_deal(deals.fresh(deals.send(cast.seller, customer_name="C", customer_domain="")), by=cast.cam)
    win_deal(deals.fresh(third), by=cast.operations, order_on=DAY)
    assert Contract.objects.count() == 1  # an order without a term is none


def test_a_renewal_is_filled_in_from_its_contract_and_takes_its_place(cast, deals, sign_in):
    old = contract(cast)
    cam = sign_in(cast.cam)
    page = cam.get(f"/deals/pipeline/contracts/{old.pk}/").content.decode()
    begin = f"/deals/pipeline/new/{cast.northwind.pk}/?renews={old.pk}"
    assert begin in page
    form = cam.get(begin).content.decode()
    for known in ("Renewal Contoso GmbH", "contoso.example", SOON.isoformat(), "12,000.00"):
        assert known in form
    seller = sign_in(cast.seller)
    assert f"/deals/new/{cast.northwind.pk}/?contract={old.pk}" in seller.get(old.get_absolute_url()).content.decode()
    registration = seller.get(f"/deals/new/{cast.northwind.pk}/?contract={old.pk}").content.decode()
    assert "contoso.example" in registration
    posted = {
        "name": "Renewal", "customer_name": "Contoso GmbH", "customer_country": "DE", "stage": "qualified",
        "expected_close": SOON, f"line_{cast.security.pk}": "12,000.00", "renews": old.pk,
    }  # fmt: skip
    assert cam.post(f"/deals/pipeline/new/{cast.northwind.pk}/", posted).status_code == 302
    one = Opportunity.objects.get(renews=old)
    assert begin not in cam.get(f"/deals/pipeline/contracts/{old.pk}/").content.decode()  # it has been begun
    win_opportunity(one, by=cast.operations, order_on=DAY, term_months=12)
    old.refresh_from_db()
    new = Contract.objects.get(opportunity=one)
    assert (old.renewed_on, new.ends_on) == (DAY, dt.date(2027, 8, 29))  # it begins when the old one ends
    body = {
        "name": "R", "customer_name": "Contoso GmbH", "expected_close": SOON.isoformat(), "contract_id": str(new.pk),
        "partner_id": str(cast.rival.pk), "lines": [{"code": "security", "amount": "1"}],
    }  # fmt: skip
    client = token_client(cast.operations)
    assert client.post(f"{API}opportunities/", body, content_type="application/json").status_code == 400
    body["partner_id"] = str(cast.northwind.pk)
    made = client.post(f"{API}opportunities/", body, content_type="application/json")
    assert made.json()["renews_id"] == str(new.pk)


def test_by_hand_it_is_written_by_those_who_may(cast, deals, sign_in):
    address = f"/deals/pipeline/contracts/new/{cast.northwind.pk}/"
    form = {
        "customer_name": "Österreich AG", "customer_country": "AT", "customer_domain": "", "ends_on": SOON,
        "lines": [cast.security.pk], "amount": "9,000.00",
    }  # fmt: skip
    cam = sign_in(cast.cam)
    for wrong in ({"ends_on": "x"}, {"lines": []}, {"amount": "1e5"}, {"amount": "NaN"}, {"customer_domain": "x"}):
        assert cam.post(address, {**form, **wrong}).status_code == 422, wrong
    assert cam.post(address, form).status_code == 302
    one = Contract.objects.get()
    assert sign_in(cast.other_cam).post(address, form).status_code == 404
    assert sign_in(cast.champion).post(address, form).status_code == 403
    assert sign_in(cast.rival_champion).post(address, form).status_code == 404
    edit = f"/deals/pipeline/contracts/{one.pk}/edit/"
    assert cam.post(edit, {**form, "version": 1, "lines": [cast.cloud.pk]}).status_code == 302
    assert cam.post(edit, {**form, "version": 1}).status_code == 409
    assert sign_in(cast.champion).post(edit, form).status_code == 403
    client = token_client(cast.operations)
    url = f"{API}contracts/{one.pk}/"
    changed = client.patch(url, {"ends_on": "2026-05-05", "version": 2}, content_type="application/json").json()
    assert (changed["ends_on"], changed["lines"]) == ("2026-05-05", [{"code": "cloud", "amount": "9000.00"}])
    assert (
        client.patch(url, {"customer_country": "ZZ", "version": 3}, content_type="application/json").status_code == 400
    )
    with pytest.raises(Stale):
        edit_contract(one, by=cast.operations, seen_version=1, ends_on=DAY)
    body = {
        "partner_id": str(cast.northwind.pk), "customer_name": "=cmd", "customer_country": "de",
        "ends_on": "2026-08-01", "lines": ["security"],
    }  # fmt: skip
    assert client.post(f"{API}contracts/", body, content_type="application/json").status_code == 201
    listed = sign_in(cast.champion).get("/deals/pipeline/contracts/?show=soon").content.decode()
    assert "Österreich AG" in listed
    assert "Österreich AG" not in sign_in(cast.rival_champion).get("/deals/pipeline/contracts/").content.decode()


def test_what_ends_soon_is_on_the_partner_page_in_the_worklist_and_in_calendars(cast, deals):
    one = contract(cast)
    contract(cast, customer_name="Far", customer_domain="", ends_on=SOON + dt.timedelta(days=9))
    northwind = Partner.objects.get(pk=cast.northwind.pk)
    for who in (cast.cam, cast.champion):
        with member_scope(who):
            panel = [p for p in panels_for(who, northwind, "deals") if p["template"] == "dealreg/contracts_panel.html"]
            assert [row.customer for row in panel[0]["rows"]] == ["Contoso GmbH"]
            assert "Contracts to renew" in {w.label for w in waiting_for(who)}
            uids = {entry.uid for entry in entries_for(who)}
            assert f"contract-end-{one.pk}" in uids
    with member_scope(cast.rival_champion):
        assert "Contracts to renew" not in {w.label for w in waiting_for(cast.rival_champion)}
        assert not any(entry.uid.startswith("contract-") for entry in entries_for(cast.rival_champion))


def test_contracts_and_their_renewals_come_in_by_file(cast, deals, tmp_path):
    Partner.objects.filter(pk=cast.northwind.pk).update(external_id="P1")
    Partner.objects.filter(pk=cast.rival.pk).update(external_id="P2")
    desk = Desk(tmp_path, cast.acme)
    columns = {
        "external_id": "Id", "partner": "Partner", "customer": "Customer", "customer_country": "Country",
        "lines": "Lines", "ends_on": "End", "amount": "Fee",
    }  # fmt: skip
    head = "Id,Partner,Customer,Country,Lines,End,Fee\n"

    def bring(rows):
        desk.put("contracts.csv", head + rows)
        return desk.bring_in({"file": "contracts.csv", "entity": "contracts", "columns": columns})[0]

    first = 'K1,P1,Contoso GmbH,DE,"security,cloud",2026-08-01,100.01\nK2,P2,Tailspin,DE,cloud,2026-09-01,\n'
    assert counts(bring(first)) == (2, 0, 0, 0)
    assert counts(bring(first)) == (0, 0, 2, 0)
    one = Contract.objects.get(external_id="K1")
    assert sum(row.amount for row in one.lines.all()) == Decimal("100.01")
    assert counts(bring("K1,P1,Contoso GmbH,DE,cloud,2026-10-01,100.01\n")) == (0, 1, 0, 0)
    one.refresh_from_db()
    assert (one.ends_on, one.lines.get().line) == (dt.date(2026, 10, 1), cast.cloud)
    for wrong in (
        "K1,P2,Contoso GmbH,DE,cloud,2026-10-01,1\n", "K3,P9,X,DE,cloud,2026-10-01,1\n",
        "K3,P1,X,DE,none,2026-10-01,1\n", "K3,P1,X,DE,cloud,,1\n", "K3,P1,X,DE,cloud,2026-10-01,-1\n",
    ):  # fmt: skip
        assert counts(bring(wrong))[3] == 1, wrong
    desk.put("crm.csv", "Id,Partner,Line,Value,Close,Contract\nR1,P1,cloud,5,2026-10-01,K1\n")
    columns = {
        "external_id": "Id", "partner": "Partner", "line": "Line", "amount": "Value", "expected_close": "Close",
        "renews": "Contract",
    }  # fmt: skip
    assert counts(desk.bring_in({"file": "crm.csv", "entity": "opportunities", "columns": columns})[0]) == (1, 0, 0, 0)
    assert Opportunity.objects.get(external_id="R1").renews == one


def test_a_contract_can_be_begun_from_the_list(cast, deals, sign_in):
    cam = sign_in(cast.cam)
    assert "/pipeline/contracts/new/" in cam.get("/deals/pipeline/contracts/").content.decode()
    found = cam.get("/deals/pipeline/contracts/new/?q=north").content.decode()
    assert f"/deals/pipeline/contracts/new/{cast.northwind.pk}/" in found
    assert cast.rival.name not in found
    assert "Nobody of this name" in cam.get("/deals/pipeline/contracts/new/?q=<script>").content.decode()
    champion = sign_in(cast.champion)
    assert "/contracts/new/" not in champion.get("/deals/pipeline/contracts/").content.decode()
    assert champion.get("/deals/pipeline/contracts/new/").status_code == 403


@pytest.fixture
def contracts_file(cast, deals, tmp_path):
    Partner.objects.filter(pk=cast.northwind.pk).update(external_id="P1")
    desk, head = Desk(tmp_path, cast.acme), "Id,Partner,Customer,Country,Lines,Ends,Value\n"
    columns = {"external_id": "Id", "partner": "Partner", "customer": "Customer", "customer_country": "Country",
               "lines": "Lines", "ends_on": "Ends", "amount": "Value"}  # fmt: skip

    def bring(rows):
        desk.put("contracts.csv", head + rows)
        desk.bring_in({"file": "contracts.csv", "entity": "contracts", "columns": columns})
        return ImportBatch.objects.order_by("-finished_at", "-created_at").first()

    return bring


TWO = "K1,P1,Contoso GmbH,DE,security,2026-08-01,100.00\nK2,P1,Fabrikam,DE,cloud,2026-09-01,7.00\n"


def of(external_id):
    """When it ends, and its lines with their amounts."""
    contract = Contract.objects.get(external_id=external_id)
    rows = contract.lines.order_by("line__code").values_list("line__code", "amount")
    return contract.ends_on.isoformat(), [(code, str(amount)) for code, amount in rows]


def test_a_file_of_contracts_is_taken_back_with_its_lines(cast, contracts_file, sign_in):
    first = contracts_file(
        "K1,P1,Contoso GmbH,DE,security,2026-08-01,100.00\nK2,P1,Fabrikam,DE,cloud,2026-09-01,7.00\n"
    )
    was = of("K1"), of("K2")
    second = contracts_file(
        "K1,P1,Contoso GmbH,DE,cloud,2026-10-01,100.01\nK2,P1,Fabrikam,DE,cloud,2026-12-01,7.00\n"
        "K3,P1,Tailspin,DE,cloud,2026-11-01,\n"
    )
    assert of("K1") == ("2026-10-01", [("cloud", "100.01")])
    client = sign_in(cast.operations)
    assert "Take it back" in client.get(f"/imports/batches/{second.pk}/undo/").content.decode()
    assert client.post(f"/imports/batches/{second.pk}/undo/").status_code == 302
    assert (of("K1"), of("K2")) == was
    assert not Contract.objects.filter(external_id="K3").exists()
    told = Event.objects.get(name="import.undone").data
    assert (told["removed"], told["restored"], told["kept"]) == (1, 2, 0)
    undo_import(first, by=cast.operations)
    assert not Contract.objects.exists()


def test_contracts_that_people_changed_since_stay(cast, contracts_file):
    """The negative control, for the contract and for its lines."""
    contracts_file(TWO)
    batch = contracts_file("K1,P1,Contoso GmbH,DE,cloud,2026-10-01,9.00\nK2,P1,Fabrikam,DE,security,2026-12-01,7.00\n")
    edit_contract(Contract.objects.get(external_id="K1"), by=cast.cam, lines=[cast.cloud, cast.security])
    edit_contract(Contract.objects.get(external_id="K2"), by=cast.cam, ends_on=dt.date(2027, 1, 1))
    now = of("K1"), of("K2")
    with pytest.raises(NothingLeft):
        undo_import(batch, by=cast.operations)
    assert (of("K1"), of("K2")) == now
