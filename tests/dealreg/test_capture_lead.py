"""How leads come in, and that nobody outside is told whether one is known."""

import datetime as dt
import json

import pytest
from django.test import Client

from dealreg.actions.leads import accept_lead, capture_lead, edit_lead_rules
from dealreg.models import Lead, LeadCapture, LeadContact
from partners.actions import receive_inquiry
from partners.models import Inquiry, LocatorEntry, Partner
from prm.kernel import clock
from prm.kernel.models import ApiToken, Tenant
from prm.kernel.tenancy.context import member_scope
from tests.clients import MemberClient, member_client, token_client
from tests.dealreg.conftest import DAY, at
from tests.dealreg.leads import GIVEN, as_member, capture, offered, settle

IN = "/t/acme/api/v1/lead-in/"
BODY = {**GIVEN, "consented_at": "2026-02-27T10:00:00Z"}


def key_client(cast, **headers):
    """With a key as the administrator makes it."""
    form = {"name": "web form", "scope": "dealreg.receive_lead"}
    page = member_client(cast.admin).post("/tokens/create/", form).content.decode()
    secret = page.split('id="new-key">')[1].split("<")[0]
    headers = {"Authorization": f"Bearer {secret}", **headers}
    return MemberClient("", raise_request_exception=False, headers=headers)


def send(client, body, **headers):
    return client.post(IN, json.dumps(body), content_type="application/json", headers=headers)


# --- duplicates -----------------------------------------------------------------------------------------------------


def test_a_second_one_of_an_open_lead_is_merged_and_the_vendor_sees_it(cast, leads, sign_in):
    first = capture(cast)
    assert capture(cast, company="Nebula Rail Holding", email="KIM@nebula-rail.example") == first  # the same person
    assert capture(cast, email="jo@nebula-rail.example") == first  # the same company and product line
    other = capture(cast, email="jo@nebula-rail.example", line="cloud")
    assert other != first  # another need
    page = sign_in(cast.marketing).get(f"/deals/leads/{first.pk}/").content.decode()
    assert page.count("merged into this one") == 2
    with clock.travel(to=at(DAY + dt.timedelta(days=91))):
        assert capture(cast, email="new@nebula-rail.example") != first


def test_a_partners_own_lead_stays_with_it_and_tells_nothing_of_the_vendors(cast, leads, sign_in):
    vendors = capture(cast)
    seller = sign_in(cast.seller)
    form = {**GIVEN, "consented_at": "2026-02-27"}
    answer = seller.post("/deals/leads/new/", form)
    assert answer.status_code == 302
    own = Lead.objects.exclude(pk=vendors.pk).get()
    assert (own.state, own.partner_id, own.is_given) == ("accepted", cast.northwind.pk, False)
    assert "merged" not in seller.get(answer["Location"]).content.decode()
    assert seller.post("/deals/leads/new/", form)["Location"] == answer["Location"]  # its own open one
    assert Lead.objects.count() == 2
    assert seller.post("/deals/leads/new/", {**form, "consented_at": ""}).status_code == 422


# --- the interface --------------------------------------------------------------------------------------------------


def test_a_key_for_leads_hands_in_leads_and_can_do_nothing_else(cast, leads, sign_in):
    client = key_client(cast)
    answer = send(client, BODY)
    assert answer.status_code == 201
    assert set(answer.json()) == {"received"}
    settle(cast)
    assert Lead.objects.get().state == "assigned"
    # Every address of the interface and the files: none answers, none tells what there is.
    from prm.kernel.isolation.addresses import addresses

    for address in addresses():
        if address.is_foreign or not address.route.startswith(("api/v1/", "files/")) or "lead-in" in address.route:
            continue
        path = "/t/acme/" + address.path({key: Lead.objects.get().pk for key in address.keywords}).lstrip("/")
        for method in {*address.methods} & {"get", "post"}:
            assert getattr(client, method)(path).status_code in {401, 403, 404, 405}, (method, path)
    assert client.get("/t/acme/deals/leads/").status_code == 404
    assert client.get(IN).status_code == 405
    assert sign_in(cast.admin).post("/tokens/create/", {"name": "x", "scope": "dealreg.win_deal"}).status_code == 422
    ApiToken.objects.update(revoked_at=clock.now())
    assert send(client, BODY).status_code == 401


def test_sent_twice_it_is_taken_in_once(cast, leads):
    client = key_client(cast)
    first = send(client, BODY, **{"Idempotency-Key": "crm-1"})
    assert send(client, BODY, **{"Idempotency-Key": "crm-1"}).json() == first.json()
    assert LeadCapture.objects.count() == 1
    changed = send(client, {**BODY, "need": "Another"}, **{"Idempotency-Key": "crm-1"})
    assert (changed.status_code, changed.json()["code"]) == (409, "key_reused")
    merged = send(client, BODY, **{"Idempotency-Key": "crm-2"})
    assert (merged.status_code, set(merged.json())) == (201, set(first.json()))  # known, and told the same
    assert merged.json() != first.json()
    assert (Lead.objects.count(), LeadCapture.objects.count()) == (1, 2)
    with clock.travel(to=at(DAY + dt.timedelta(days=8))):
        from dealreg.actions.leads import run_lead_night

        run_lead_night(DAY + dt.timedelta(days=8))
        assert send(client, BODY, **{"Idempotency-Key": "crm-1"}).json() != first.json()  # kept for 7 days


def test_too_much_is_refused(cast, leads, monkeypatch):
    client = key_client(cast)
    assert send(client, {**BODY, "need": "x" * 20_000}).status_code == 413
    edit_lead_rules(by=cast.operations, daily_quota=1)
    assert send(client, BODY).status_code == 201
    over = send(client, {**BODY, "email": "b@b.example"})
    assert (over.status_code, over.json()["code"]) == (429, "quota_reached")
    monkeypatch.setattr("dealreg.api.lead_in.MOST_A_MINUTE", 1)
    with clock.travel(to=at(DAY, hour=11)):
        counts = [send(client, {}).status_code for _ in range(3)]
    assert counts in ([400, 429, 429], [400, 400, 400])  # without a cache nothing is counted


BAD = [
    ("company", ""),
    ("company", "   "),
    ("company", "x" * 201),
    ("company", "a\u0000b"),
    ("company", None),
    ("company", ["a"]),
    ("country", "Atlantis"),
    ("country", "ZZ"),
    ("line", "nothing"),
    ("line", 7.5),
    ("email", "no address"),
    ("email", "kim@nebula.example\nbcc: x@x.example"),
    ("industry", "<script>"),
    ("size_band", "１０"),
    ("need", "x" * 2001),
    ("need", {"a": 1}),
    ("consented_at", None),
    ("consented_at", "NaN"),
    ("consented_at", "1e5"),
    ("consented_at", "2999-01-01T00:00:00Z"),
    ("consented_at", ""),
]


def test_bad_input_is_refused_with_its_field(cast, leads):
    client = key_client(cast)
    for field, value in BAD:
        answer = send(client, {**BODY, field: value})
        assert answer.status_code == 400, (field, value, answer.content)
        assert field in answer.content.decode(), (field, value)
    assert not LeadContact.objects.exists()


def test_what_is_no_lead_at_all_is_refused(cast, leads):
    client = key_client(cast)
    for body in ("[]", "{", '"x"', "null", "[" * 500):
        assert client.post(IN, body, content_type="application/json").status_code == 400, body
    assert client.post(IN, "x", content_type="text/plain").status_code == 415
    assert send(client, BODY, **{"Idempotency-Key": "x" * 201}).status_code == 400


ODD = ["Müller & Söhne", "شركة النور", "=cmd|' /C calc'!A0", "<script>alert(1)</script>"]


def test_odd_names_come_in_as_they_are(cast, leads):
    client = key_client(cast)
    for number, company in enumerate(ODD):
        sent = send(client, {**BODY, "company": company, "email": f"a{number}@a.example"})
        assert sent.status_code == 201, company
        assert LeadContact.objects.filter(company=company).exists()


# --- the public form ------------------------------------------------------------------------------------------------

FORM = {
    "company": "Nebula Rail AG",
    "country": "DE",
    "name": "Kim Vogt",
    "email": "kim@nebula-rail.example",
    "line": "security",
    "need": "A firewall",
    "consents": "on",
    "campaign": "spring",
}


@pytest.fixture
def public(cast, leads):
    Tenant.objects.filter(pk=cast.acme.pk).update(public_pages=True)
    return Client()


def stamped(client, **more):
    page = client.get("/t/acme/get-in-touch/?campaign=spring").content.decode()
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    with clock.travel(to=clock.now() + dt.timedelta(seconds=9)):
        return client.post("/t/acme/get-in-touch/", {**FORM, "stamp": stamp, **more})


def test_a_visitor_asks_and_is_told_the_same_in_any_case(cast, public):
    first, second = stamped(public), stamped(public)
    assert (first.status_code, first["Location"]) == (302, "/t/acme/get-in-touch/sent/")
    assert (second.status_code, second["Location"]) == (first.status_code, first["Location"])
    contact = LeadContact.objects.get()
    assert (contact.source, contact.campaign, contact.consent["how"]) == ("form", "spring", "public form")
    assert [one.is_merged for one in LeadCapture.objects.order_by("at", "created_at")] == [False, True]


def test_a_machine_and_too_many_are_kept_out(cast, public):
    assert stamped(public, homepage="http://x.example").status_code == 302
    assert stamped(public, stamp="forged").status_code == 422
    assert stamped(public, consents="").status_code == 422
    assert stamped(public, need="http://a http://b http://c").status_code == 422
    assert not LeadContact.objects.exists()
    answers = [stamped(public, email=f"k{n}@nebula.example", company=f"N {n}").status_code for n in range(12)]
    assert 429 in answers
    Tenant.objects.filter(pk=cast.acme.pk).update(public_pages=False)
    assert public.get("/t/acme/get-in-touch/").status_code == 302  # as any other address: to the sign-in


# --- the locator ----------------------------------------------------------------------------------------------------


def test_an_inquiry_of_the_locator_becomes_the_partners_lead_once(cast, leads, sign_in):
    entry = LocatorEntry.objects.create(partner=cast.northwind, name="Northwind", country="DE")
    visitor = {"name": "Kim", "company": "", "email": "k@k.example", "message": "Call me", "consents": True}
    receive_inquiry(entry, visitor, network="")
    inquiry = Inquiry.objects.get()
    seller = sign_in(cast.seller)
    assert "Make it a lead" in seller.get(f"/partners/inquiries/{inquiry.pk}/").content.decode()
    address = f"/deals/leads/inquiries/{inquiry.pk}/"
    assert "Call me" in seller.get(address).content.decode()
    form = {"line": "security", "company": "Kim", "country": "DE"}
    assert sign_in(cast.rival_champion).get(address).status_code == 404
    assert seller.post(address, form).status_code == 302
    assert seller.post(address, form).status_code == 409
    lead = Lead.objects.get()
    assert (lead.state, lead.partner_id) == ("accepted", cast.northwind.pk)
    assert LeadContact.objects.get().source == "locator"


def test_whoever_may_not_take_leads_in_cannot(cast, leads, sign_in):
    for member in (cast.finance, cast.auditor, cast.technician, cast.partner_marketing):
        assert sign_in(member).get("/deals/leads/new/").status_code == 403
    with member_scope(cast.seller), pytest.raises(Exception, match="role"):
        capture_lead(GIVEN, by=cast.seller, partner=Partner(pk=cast.rival.pk))
    assert token_client(cast.seller).post(IN, BODY, content_type="application/json").status_code == 403
    as_member(cast.seller, accept_lead, offered(cast))
