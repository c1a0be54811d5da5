"""Each value of a profile keeps who said it and when; nothing that was said is overwritten silently."""

from __future__ import annotations

import datetime as dt

import pytest

from partners.actions import fill_profile, settle_profile_value, update_profile
from partners.models import PartnerProfile
from partners.profile_fields import FIELDS
from partners.statements import KEPT, conflicts, in_force, statements
from prm.kernel import clock
from prm.kernel.errors import Invalid
from tests.clients import token_client

JSON = {"content_type": "application/json"}


def said(partner, field):
    return statements(PartnerProfile.objects.get(partner=partner).sources, field)


def imported(partner, **values):
    profile = PartnerProfile.objects.get(partner=partner)
    changed = fill_profile(profile, source="import", **values)
    profile.save()
    return changed


def test_a_value_keeps_source_person_and_date(cast):
    with clock.travel(to=dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)):
        update_profile(cast.northwind, by=cast.champion, employees=40)
    (one,) = said(cast.northwind, "employees")
    assert (one.value, one.source, one.who, one.on) == (40, "partner", "Champion", dt.date(2026, 3, 2))
    update_profile(cast.northwind, by=cast.cam, employees=50)
    assert [(s.value, s.source) for s in said(cast.northwind, "employees")] == [(40, "partner"), (50, "vendor")]


def test_an_import_does_not_overwrite_what_people_said(cast, sign_in):
    update_profile(cast.northwind, by=cast.champion, employees=40)
    assert imported(cast.northwind, employees=35, founded=1999) == ["employees", "founded"]
    profile = PartnerProfile.objects.get(partner=cast.northwind)
    assert (profile.employees, profile.founded) == (40, 1999)
    assert [c.value for c in conflicts(said(cast.northwind, "employees"))] == [35]
    assert imported(cast.northwind, employees=35, founded=1999) == []  # the same file again says nothing new
    page = sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/?tab=profile").content.decode()
    assert "Import says <strong>35</strong>" in page
    # The control: where only imports spoke, the next one takes effect.
    imported(cast.northwind, founded=2001)
    assert PartnerProfile.objects.get(partner=cast.northwind).founded == 2001


def test_a_partners_word_stays_in_sight_when_the_vendor_speaks_after_it(cast):
    update_profile(cast.northwind, by=cast.champion, employees=40)
    update_profile(cast.northwind, by=cast.cam, employees=50)
    assert [c.value for c in conflicts(said(cast.northwind, "employees"))] == [40]
    update_profile(cast.northwind, by=cast.champion, employees=50, confirm=True)
    assert conflicts(said(cast.northwind, "employees")) == []


def test_a_dispute_is_settled_by_taking_one_or_keeping_ours(cast, sign_in):
    address = f"/partners/{cast.northwind.pk}/profile/settle/"
    update_profile(cast.northwind, by=cast.champion, employees=40, markets=["DE"])
    imported(cast.northwind, employees=35, markets=["FR", "BE"])
    client = sign_in(cast.champion)
    assert client.post(address, {"field": "employees", "source": "import"}).status_code == 302
    assert client.post(address, {"field": "markets", "source": "partner"}).status_code == 302
    profile = PartnerProfile.objects.get(partner=cast.northwind)
    assert (profile.employees, profile.markets) == (35, ["DE"])
    assert conflicts(said(cast.northwind, "employees")) == conflicts(said(cast.northwind, "markets")) == []
    assert in_force(said(cast.northwind, "employees")).who == "Champion"
    assert client.post(address, {"field": "founded", "source": "import"}).status_code == 409
    assert sign_in(cast.seller).post(address, {"field": "employees", "source": "import"}).status_code == 403


def test_a_confirmed_value_is_as_young_as_its_confirmation(cast):
    with clock.travel(days=-400):
        update_profile(cast.northwind, by=cast.champion, relevant_headcount=7)
    settle_profile_value(cast.northwind, "relevant_headcount", "partner", by=cast.champion)
    (one,) = said(cast.northwind, "relevant_headcount")
    assert (one.value, one.on) == (7, clock.today())


def test_the_history_stays_short_and_keeps_the_value_in_force(cast):
    update_profile(cast.northwind, by=cast.champion, employees=1)
    for number in range(2 * KEPT):
        imported(cast.northwind, employees=100 + number)
    kept = said(cast.northwind, "employees")
    assert len(kept) == KEPT
    assert in_force(kept).value == 1


def test_what_is_left_as_it_is_keeps_who_said_it_and_when(cast, sign_in):
    with clock.travel(days=-30):
        update_profile(cast.northwind, by=cast.champion, functions=["sales", "marketing"], markets=["FR", "BE"])
        update_profile(cast.northwind, by=cast.champion, website="northwind.example", certifications_held=["B", "A"])
    before = PartnerProfile.objects.get(partner=cast.northwind).sources
    client, address = sign_in(cast.cam), f"/partners/{cast.northwind.pk}/profile/"
    form = {"employees": "12", "functions": ["marketing", "sales"], "markets": "BE, FR", "share_costs": "on"}
    form |= {"website": "https://northwind.example", "certifications_held": "A, B", "version": ""}
    assert client.post(address, form).status_code == 302
    profile = PartnerProfile.objects.get(partner=cast.northwind)
    assert profile.functions == ["sales", "marketing"]
    assert {name: said for name, said in profile.sources.items() if name != "employees"} == before
    again = {"markets": ["BE", "FR"], "version": profile.version}
    api = token_client(cast.cam).patch(f"/api/v1/partners/{cast.northwind.pk}/profile/", again, **JSON)
    assert api.status_code == 200
    assert imported(cast.northwind, functions=["marketing", "sales"]) == []
    assert PartnerProfile.objects.get(partner=cast.northwind).sources["markets"] == before["markets"]
    # The control: one answer more is another set.
    assert client.post(address, form | {"functions": ["marketing", "sales", "it"]}).status_code == 302
    assert [each.source for each in said(cast.northwind, "functions")] == ["partner", "vendor"]


def test_boxes_of_an_import_stay_when_somebody_saves_the_form(cast, sign_in):
    imported(cast.northwind, verticals=["retail", "space_travel"])
    client, address = sign_in(cast.cam), f"/partners/{cast.northwind.pk}/profile/"
    page = client.get(address).content.decode()
    assert 'value="space_travel"' in page


def test_a_company_was_not_founded_in_the_future(cast, sign_in):
    this_year = clock.today().year
    client, address = sign_in(cast.champion), f"/partners/{cast.northwind.pk}/profile/"
    for year in (this_year + 1, 2150, 1499, 0):
        refused = client.post(address, {"founded": year, "version": ""})
        assert (refused.status_code, f"Enter a year between 1500 and {this_year}" in refused.content.decode()) == (
            422,
            True,
        )
    api = token_client(cast.champion)
    answer = api.patch(f"/api/v1/partners/{cast.northwind.pk}/profile/", {"founded": 2150, "version": 1}, **JSON)
    assert (answer.status_code, answer.json()["field"]) == (400, "founded")
    with pytest.raises(Invalid):
        imported(cast.northwind, founded=2150)
    assert client.post(address, {"founded": this_year, "share_costs": "on", "version": ""}).status_code == 302


def test_a_refused_stale_save_shows_what_changed_and_keeps_what_was_typed(cast, sign_in):
    update_profile(cast.northwind, by=cast.champion, employees=30, markets=["DE"], product_focus="Backup")
    client, address = sign_in(cast.champion), f"/partners/{cast.northwind.pk}/profile/"
    seen = PartnerProfile.objects.get(partner=cast.northwind).version
    update_profile(cast.northwind, by=cast.cam, employees=50, markets=["FR"], founded=1999)
    form = {"employees": "40", "markets": "DE", "product_focus": "Networks", "share_costs": "on"}
    refused = client.post(address, form | {"version": seen})
    page = " ".join(refused.content.decode().split())
    assert refused.status_code == 409
    moved = page.partition('id="moved"')[2].partition("</table>")[0]
    assert moved.count("taken over") == 2  # markets and founded, which the form had left alone
    assert "50" in moved
    assert "<strong>40</strong>" in moved
    assert moved.count("Cam") == 3
    for kept in ('value="40"', 'value="FR"', 'value="1999"', 'value="Networks"'):
        assert kept in page
    now = PartnerProfile.objects.get(partner=cast.northwind)
    assert (now.employees, now.product_focus) == (50, "Backup")
    again = {"employees": "40", "markets": "FR", "founded": "1999", "product_focus": "Networks", "share_costs": "on"}
    assert client.post(address, again | {"version": now.version}).status_code == 302
    said_now = [(s.value, s.source) for s in said(cast.northwind, "markets")]
    assert said_now == [(["DE"], "partner"), (["FR"], "vendor")]  # what was left alone stays the other's word
    api = token_client(cast.champion).patch(
        f"/api/v1/partners/{cast.northwind.pk}/profile/", {"employees": 1, "version": now.version}, **JSON
    )
    assert (api.status_code, api.json()["changed"]) == (409, ["employees", "product_focus"])


def test_the_same_answers_in_another_order_are_no_dispute(cast):
    update_profile(cast.northwind, by=cast.champion, demand_generation=["webinars", "telemarketing"])
    profile = PartnerProfile.objects.get(partner=cast.northwind)
    (one,) = profile.sources["demand_generation"]
    another = {**one, "value": ["telemarketing", "webinars"], "source": "vendor", "who": "Cam"}
    assert conflicts(statements({"demand_generation": [one, another]}, "demand_generation")) == []
    differs = {**another, "value": ["telemarketing"]}
    assert len(conflicts(statements({"demand_generation": [one, differs]}, "demand_generation"))) == 1


def test_every_value_has_its_field_on_the_form_and_comes_back(cast, sign_in):
    client = sign_in(cast.champion)
    form = {
        "employees": "12",
        "markets": "de, AT",
        "verticals": ["retail", "energy"],
        "complementary_products": "Firewalls, <script>alert(1)</script>",
        "sells_to": "both",
        "share_costs": "on",
        "annual_revenue": "1250000.50",
        "ownership_note": "Ümläut & Söhne",
        "version": PartnerProfile.objects.get(partner=cast.northwind).version,
    }
    address = f"/partners/{cast.northwind.pk}/profile/"
    page = client.get(address).content.decode()
    assert all(f'name="{name}"' in page for name in FIELDS)
    assert client.post(address, form).status_code == 302
    page = client.get(f"/partners/{cast.northwind.pk}/?tab=profile").content.decode()
    for text in (
        "Germany, Austria",
        "Retail, Energy and utilities",
        "Both",
        "USD\u00a01,250,000.50",
        "Ümläut &amp; Söhne",
    ):
        assert text in page
    assert "<script>alert(1)" not in page
    assert client.post(address, form).status_code == 409  # somebody (here oneself) changed it meanwhile
    wrong = client.post(address, form | {"markets": "Atlantis", "version": ""})
    assert wrong.status_code == 422
    assert "Atlantis" in wrong.content.decode()


def test_the_api_reads_changes_and_refuses_like_the_page(cast):
    address = f"/api/v1/partners/{cast.northwind.pk}/profile/"
    client = token_client(cast.champion)
    seen = client.get(address).json()["version"]
    blind = client.patch(address, {"employees": 9}, **JSON)
    assert (blind.status_code, blind.json()["code"]) == (400, "version_missing")
    answer = client.patch(address, {"employees": 9, "verticals": ["retail"], "version": seen}, **JSON)
    assert (answer.status_code, answer.json()["values"]["employees"]) == (200, 9)
    assert answer.json()["sources"]["employees"][0]["source"] == "partner"
    assert client.patch(address, {"employees": 8, "version": seen}, **JSON).status_code == 409
    assert token_client(cast.seller).patch(address, {"employees": 1}, **JSON).status_code == 403
    rivals = f"/api/v1/partners/{cast.rival.pk}/profile/"
    assert client.patch(rivals, {"employees": 1}, **JSON).status_code == 404
    assert client.patch(address, {"sells_to": "aliens", "version": seen}, **JSON).status_code == 400
    settled = client.post(f"{address}settle/", {"field": "employees", "source": "partner"}, **JSON)
    assert settled.status_code == 200
