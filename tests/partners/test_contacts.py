"""People at partners: who may know of them, what they agreed to, and what happens when they leave or object."""

from __future__ import annotations

import datetime as dt

import pytest

from partners.actions import add_contact, edit_contact, leave_contact, log_activity, record_consent, set_objection
from partners.models import Contact
from prm.kernel import clock
from prm.kernel.models import Membership
from tests.clients import token_client

JSON = {"content_type": "application/json"}


@pytest.fixture
def otto(cast):
    contact = add_contact(
        cast.northwind,
        name="Otto Objektor",
        email="otto@northwind.example",
        phone="+49 30 1",
        function="sales",
        by=None,
    )
    return record_consent(contact, by=cast.cam, mail=True, call=True, source="fair")


def seen_by(cast, sign_in, member, otto):
    """Where the person's name or address stands for this member."""
    client, api = sign_in(member), token_client(member)
    places = {
        "tab": client.get(f"/partners/{cast.northwind.pk}/?tab=people"),
        "search": client.get(f"/partners/{cast.northwind.pk}/?tab=people&q=otto"),
        "list": client.get(f"/partners/{cast.northwind.pk}/contacts/?q=otto"),
        "page": client.get(f"/partners/contacts/{otto.pk}/"),
        "timeline": client.get(f"/partners/{cast.northwind.pk}/?tab=activity"),
        "csv": client.get(f"/partners/{cast.northwind.pk}/contacts/?format=csv"),
        "api list": api.get("/api/v1/contacts/"),
        "api": api.get(f"/api/v1/contacts/{otto.pk}/"),
    }
    return {name for name, answer in places.items() if "objektor" in answer.content.decode().lower()}


def test_one_address_is_one_contact_of_a_partner(cast, sign_in, otto):
    client, address = sign_in(cast.cam), f"/partners/{cast.northwind.pk}/contacts/add/"
    double = {"name": "Otto again", "email": " Otto@Northwind.example", "function": "sales"}
    refused = client.post(address, double)
    page = refused.content.decode()
    assert refused.status_code == 409
    assert f'href="/t/acme/partners/contacts/{otto.pk}/"' in page
    assert 'value="Otto again"' in page
    other = add_contact(cast.northwind, name="Olga", email="olga@northwind.example", by=cast.cam)
    changed = client.post(f"/partners/contacts/{other.pk}/", {**double, "email": otto.email})
    assert (changed.status_code, "Open Otto Objektor" in changed.content.decode()) == (409, True)
    api = token_client(cast.cam)
    sent = {"partner_id": str(cast.northwind.pk), "name": "Otto", "email": otto.email}
    answer = api.post("/api/v1/contacts/", sent, **JSON)
    assert (answer.status_code, answer.json()["code"], answer.json()["contact_id"]) == (
        409,
        "address_taken",
        str(otto.pk),
    )
    set_objection(otto, by=cast.cam, objected=True)
    hidden = client.post(address, double)
    assert (hidden.status_code, "Objektor" in hidden.content.decode()) == (409, False)
    leave_contact(otto, by=cast.operations)
    assert "brought back there" in sign_in(cast.operations).post(address, double).content.decode()
    # The controls: elsewhere it is another contact, and one's own address stays.
    add_contact(cast.rival, name="Otto", email=otto.email, by=None)
    edit_contact(otto, by=cast.operations, email=otto.email, title="Buyer")
    assert Contact.objects.filter(partner=cast.northwind, email=otto.email).count() == 1


def test_who_objects_is_hidden_from_all_but_the_own_company_and_operations(cast, sign_in, otto):
    log_activity(cast.northwind, by=cast.cam, kind="call", text="Talked about prices.", contact=otto)
    everywhere = {"tab", "search", "list", "page", "timeline", "csv", "api list", "api"}
    assert seen_by(cast, sign_in, cast.cam, otto) == everywhere  # the control
    assert otto in Contact.objects.reachable("mail")
    set_objection(otto, by=cast.cam, objected=True)
    for member in (cast.cam, cast.chief):
        assert seen_by(cast, sign_in, member, otto) == set()
    for member in (cast.operations, cast.champion):  # nobody takes the person along in a file
        assert seen_by(cast, sign_in, member, otto) == everywhere - {"csv"}
    assert sign_in(cast.cam).get(f"/partners/contacts/{otto.pk}/").status_code == 404
    assert otto not in Contact.objects.reachable("mail")
    assert otto not in Contact.objects.reachable("call")


def test_a_distributor_is_outside_the_company_it_sponsors(cast):
    contact = add_contact(cast.sponsored, name="Otto", by=None)
    assert contact in Contact.objects.visible_to(cast.distributor)
    set_objection(contact, by=None, objected=True)
    assert contact not in Contact.objects.visible_to(cast.distributor)


def test_withdrawing_the_objection_does_not_bring_consent_back(cast, sign_in, otto):
    address = f"/partners/contacts/{otto.pk}/objection/"
    assert sign_in(cast.champion).post(address, {"objected": "yes"}).status_code == 302
    assert sign_in(cast.operations).post(address, {"objected": "no"}).status_code == 302
    assert otto in Contact.objects.visible_to(cast.cam)
    assert otto not in Contact.objects.reachable("mail")


def test_who_leaves_loses_access_at_once(cast, sign_in):
    contact = Contact.objects.get(partner=cast.northwind, email=cast.seller.user.email)
    seller = sign_in(cast.seller)
    assert seller.get("/").status_code == 200
    answer = sign_in(cast.champion).post(f"/partners/contacts/{contact.pk}/leave/", {"on": clock.today().isoformat()})
    assert answer.status_code == 302
    assert seller.get("/").status_code == 404
    assert "seller@" not in sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/contacts/").content.decode()
    assert "seller@" in sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/contacts/?left=yes").content.decode()


def test_a_seller_cannot_end_the_access_of_others_this_way(cast, sign_in):
    contact = Contact.objects.get(partner=cast.northwind, email=cast.champion.user.email)
    address = f"/partners/contacts/{contact.pk}/leave/"
    assert sign_in(cast.seller).post(address, {"on": clock.today().isoformat()}).status_code == 403
    assert Contact.objects.get(pk=contact.pk).left_on is None
    assert Membership.objects.get(pk=cast.champion.pk).active
    future = {"on": (clock.today() + dt.timedelta(days=2)).isoformat()}
    assert sign_in(cast.champion).post(address, future).status_code == 422


def test_the_last_champion_stays(cast):
    add_contact(cast.rival, name="Rita", email=cast.rival_champion.user.email, by=None)
    contact = Contact.objects.get(partner=cast.rival)
    answer = token_client(cast.operations).post(f"/api/v1/contacts/{contact.pk}/leave/", {}, **JSON)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_champion")
    assert Contact.objects.get(pk=contact.pk).left_on is None


def test_consent_keeps_where_and_when_it_was_said(cast, sign_in):
    form = {"name": "Zoë", "function": "sales", "consent_mail": "on", "consent_source": "form on the website"}
    assert sign_in(cast.cam).post(f"/partners/{cast.northwind.pk}/contacts/add/", form).status_code == 302
    zoe = Contact.objects.get(name="Zoë")
    assert zoe.consent == {
        "mail": True,
        "call": False,
        "source": "form on the website",
        "date": clock.today().isoformat(),
    }
    api = token_client(cast.cam).post(f"/api/v1/contacts/{zoe.pk}/consent/", {"mail": False, "call": False}, **JSON)
    assert api.json()["consent"]["mail"] is False


@pytest.mark.parametrize("extra", [1, 40])
def test_the_tab_and_the_list_cost_the_same_whatever_their_length(cast, sign_in, django_assert_max_num_queries, extra):
    for number in range(extra):
        add_contact(cast.northwind, name=f"Person {number}", email=f"p{number}@northwind.example", by=None)
    client = sign_in(cast.cam)
    for address in ("?tab=people", "contacts/", "?tab=activity", "?tab=profile"):
        client.get(f"/partners/{cast.northwind.pk}/{address}")
        with django_assert_max_num_queries(26):
            assert client.get(f"/partners/{cast.northwind.pk}/{address}").status_code == 200
