"""The public locator: found by place and needs in the order of F40, published by operations, written to by visitors."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.test import Client

from partners.actions import edit_locator_profile, publish_locator_profile, set_tier, suspend_partner
from partners.hooks.locator import refresh, tell_of_inquiry
from partners.models import Inquiry, LocatorEntry, LocatorProfile, Place, Tier
from partners.queries import Search, find_partners
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.models import Delivery, Notification, Tenant
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.text import sort_key
from tests.clients import token_client

TOWNS = {"Köln": ("50.93", "6.95"), "Bonn": ("50.73", "7.10"), "Berlin": ("52.52", "13.41")}
FORM = {
    "text": "We plan networks.",
    "city": "Köln",
    "country": "DE",
    "product_lines": ["sec"],
    "verticals": ["healthcare"],
    "languages": ["de"],
}
INQUIRY = {"name": "Robin", "email": "robin@falk.example", "message": "Please call.", "consents": "on"}


@pytest.fixture
def towns(cast):
    from sales.actions import add_line

    Tenant.objects.filter(pk=cast.acme.pk).update(public_pages=True)
    add_line("sec", "Security", by=None)
    for name, (latitude, longitude) in TOWNS.items():
        where = {"latitude": Decimal(latitude), "longitude": Decimal(longitude), "country": "DE"}
        Place.objects.create(external_id=name, name=name, sort_name=sort_key(name), **where)
    copy_program()
    for partner in (cast.northwind, cast.rival, cast.distributor_company):
        set_tier(partner, Tier.objects.get(code="silver"), by=None, cause="entry", on=clock.today())


def shown(cast, partner, **words):
    profile = edit_locator_profile(partner, by=None, **{**FORM, **words})
    return publish_locator_profile(profile, by=cast.operations)


def names(**wanted):
    return [each.entry.name for each in find_partners(Search(**wanted)).found]


def test_a_champion_writes_and_operations_publishes(cast, towns, sign_in):
    champion, operations, visitor = sign_in(cast.champion), sign_in(cast.operations), Client()
    assert champion.post(f"/partners/{cast.northwind.pk}/locator/edit/", FORM).status_code == 302
    profile = LocatorProfile.objects.get()
    assert champion.post(f"/partners/locator/{profile.pk}/publish/").status_code == 403
    assert "Northwind" not in visitor.get("/t/acme/locator/").content.decode()
    assert operations.post(f"/partners/locator/{profile.pk}/publish/").status_code == 302
    assert "Northwind" in visitor.get("/t/acme/locator/").content.decode()
    champion.post(f"/partners/{cast.northwind.pk}/locator/edit/", {**FORM, "text": "Something new."})
    address = f"/t/acme/locator/{LocatorEntry.objects.get().pk}/"
    assert "We plan networks." in visitor.get(address).content.decode()  # until it is published again
    assert operations.post(f"/partners/locator/{profile.pk}/hide/", {"reason": "Wrong text"}).status_code == 302
    assert visitor.get(address).status_code == 404
    assert "Wrong text" in champion.get(f"/partners/{cast.northwind.pk}/locator/").content.decode()


def test_vendors_without_public_pages_show_nothing(cast, towns):
    Tenant.objects.filter(pk=cast.acme.pk).update(public_pages=False)
    assert Client().get("/t/acme/locator/").status_code in {302, 404}


def test_the_order_is_matches_then_tier_then_distance(cast, towns):
    shown(cast, cast.northwind, city="Bonn", verticals=["healthcare"])
    shown(cast, cast.rival, city="Köln", verticals=["retail"])
    shown(cast, cast.distributor_company, city="Berlin")
    assert names(place="köln", radius_km=100, vertical="healthcare", product_line="sec") == ["Northwind", "Südstern"]
    assert names(place="Köln", radius_km=100) == ["Südstern", "Northwind"]  # equal but for the distance
    LocatorEntry.objects.filter(partner=cast.northwind).update(tier_level=3)
    assert names(place="Köln", radius_km=100) == ["Northwind", "Südstern"]
    assert names(place="Köln", radius_km=20) == ["Südstern"]
    assert set(names(place="Köln", radius_km=500)) == {"Northwind", "Südstern", "Bigbox Distribution"}
    assert names(country="FR") == []
    assert find_partners(Search(place="Atlantis")).unknown_place


def test_around_a_town_each_says_how_far_and_what_cannot_be_read_finds_nobody(cast, towns):
    shown(cast, cast.northwind, city="Köln")
    shown(cast, cast.rival, city="Bonn")
    shown(cast, cast.distributor_company, city="Nirgendwo")  # a town that is not known is near none
    visitor = Client()
    around = visitor.get("/t/acme/locator/?place=Köln&radius=100").content.decode()
    assert "2 partners around Köln" in " ".join(around.split())
    assert around.count(" km</p>") == 2
    assert '<option value="100" selected>' in visitor.get("/t/acme/locator/?place=Köln").content.decode()
    assert "Bigbox" in visitor.get("/t/acme/locator/").content.decode()  # the control
    for query, said in (
        (f"place={'x' * 300}", "We do not know this town"),
        ("place=%3Cscript%3E", "We do not know this town"),
        ("place=Nirgendwo", "We do not know this town"),
        ("place=Köln&radius=abc", "This search cannot be read"),
        ("country=ZZ", "This search cannot be read"),
        ("product_line=evil&language=xx", "This search cannot be read"),
    ):
        page = visitor.get(f"/t/acme/locator/?{query}")
        text = page.content.decode()
        assert (page.status_code, said in text, "Northwind" in text) == (200, True, False)


def test_no_score_no_revenue_and_nothing_unpublished_is_on_public_pages(cast, towns, django_assert_max_num_queries):
    shown(cast, cast.northwind)
    edit_locator_profile(cast.rival, by=None, **{**FORM, "text": "zqdraftzq words"})
    LocatorEntry.objects.update(quartile=2)
    with django_assert_max_num_queries(12):
        body = Client().get("/t/acme/locator/").content.decode()
    assert "Northwind" in body
    assert "zqdraftzq" not in body
    assert "quartile" not in body.lower()


def test_who_is_suspended_leaves_at_night_and_another_vendor_sees_nothing(cast, towns):
    shown(cast, cast.northwind)
    suspend_partner(cast.northwind, by=cast.chief, reason="x")
    for _ in range(2):
        refresh.run(clock.today().isoformat())
    assert names() == []
    Tenant.objects.filter(pk=cast.globex.pk).update(public_pages=True)
    shown(cast, cast.rival)
    entry = LocatorEntry.objects.get(shown=True)
    assert Client().get(f"/t/globex/locator/{entry.pk}/").status_code == 404
    with tenant_scope(cast.globex):
        assert not LocatorEntry.objects.exists()


def test_without_a_place_by_the_tier_it_is_not_published(cast, towns, sign_in):
    profile = edit_locator_profile(cast.sponsored, by=None, **FORM)
    assert sign_in(cast.operations).post(f"/partners/locator/{profile.pk}/publish/").status_code == 409
    assert not LocatorEntry.objects.exists()


def test_an_inquiry_reaches_the_partner_and_its_manager(cast, towns, sign_in):
    shown(cast, cast.northwind)
    address = f"/t/acme/locator/{LocatorEntry.objects.get().pk}/"
    visitor = Client()
    stamp = visitor.get(address).context["form"].initial["stamp"]
    assert visitor.post(address, {**INQUIRY, "stamp": stamp}).status_code == 422  # quicker than a person
    assert visitor.post(address, {**INQUIRY, "stamp": stamp, "homepage": "x"}).status_code == 302
    assert not Inquiry.objects.exists()
    with clock.travel(days=0), clock.travel(to=clock.now() + dt.timedelta(seconds=9)):
        assert visitor.post(address, {**INQUIRY, "stamp": stamp, "consents": ""}).status_code == 422
        assert visitor.post(address, {**INQUIRY, "stamp": stamp}).status_code == 302
    inquiry = Inquiry.objects.get()
    assert inquiry.partner_id == cast.northwind.pk
    for delivery in Delivery.objects.filter(task="partners.tell_of_inquiry"):
        tell_of_inquiry.run(**delivery.arguments)
        tell_of_inquiry.run(**delivery.arguments)
    told = set(Notification.objects.values_list("member_id", flat=True))
    assert {cast.champion.pk, cast.seller.pk, cast.cam.pk} <= told
    assert cast.technician.pk not in told
    assert Notification.objects.filter(member=cast.cam).count() == 1
    assert sign_in(cast.technician).get(f"/partners/inquiries/{inquiry.pk}/").status_code in {403, 404}
    assert sign_in(cast.rival_champion).get(f"/partners/inquiries/{inquiry.pk}/").status_code == 404
    seller = sign_in(cast.seller)
    assert "Please call." in seller.get(f"/partners/inquiries/{inquiry.pk}/").content.decode()
    assert seller.post(f"/partners/inquiries/{inquiry.pk}/answer/").status_code == 302
    assert seller.post(f"/partners/inquiries/{inquiry.pk}/answer/").status_code == 409


def test_the_api_does_the_same(cast, towns):
    champion, operations = token_client(cast.champion), token_client(cast.operations)
    json = {"content_type": "application/json"}
    address = f"/api/v1/partners/{cast.northwind.pk}/locator/"
    saved = champion.post(address, {**FORM, "version": None}, **json).json()
    assert saved["state"] == "draft"
    assert champion.post(f"/api/v1/locator-profiles/{saved['id']}/publish/", **json).status_code == 403
    published = operations.post(f"/api/v1/locator-profiles/{saved['id']}/publish/", **json)
    assert published.json()["state"] == "published"
    hidden = operations.post(f"/api/v1/locator-profiles/{saved['id']}/hide/", {"reason": "Old"}, **json)
    assert hidden.json()["hidden_reason"] == "Old"
    assert champion.get("/api/v1/inquiries/").json()["results"] == []


def test_who_reads_the_list_of_profiles_and_who_has_it_in_the_navigation(cast, sign_in):
    edit_locator_profile(cast.northwind, by=cast.champion, text="We build networks.")
    for reader in (cast.chief, cast.cam, cast.finance, cast.operations):
        client = sign_in(reader)
        assert cast.northwind.name in client.get("/partners/locator/").content.decode()
        assert '/partners/locator/"' in client.get("/").content.decode()
    assert cast.northwind.name not in sign_in(cast.other_cam).get("/partners/locator/").content.decode()
    assert '/partners/locator/"' not in sign_in(cast.champion).get("/").content.decode()
