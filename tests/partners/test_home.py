"""The first page of everybody, the directory, and one login for several vendors whose matters never mix."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import translation

from partners.actions import add_contact, add_task, edit_partner
from prm.kernel import clock
from prm.kernel.members import add_member, deactivate_member, edit_own_card
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.web.format import Formatter
from scorecards.actions import start_assessment
from scorecards.models import Assessment

EVERYBODY = {
    "chief": ["Tiers", "Partners behind plan"],
    "cam": ["What waits for you", "Partners behind plan"],
    "finance": ["Tiers", "What changed lately"],
    "operations": ["Records to put in order"],
    "marketing": ["Tiers"],
    "admin": ["Make it yours", "Without a second factor"],
    "auditor": ["Tiers"],
    "champion": ["Your scorecard", "Whom to ask"],
    "seller": ["Your scorecard", "Whom to ask"],
    "partner_marketing": ["Whom to ask"],
    "technician": ["Whom to ask"],
    "distributor": ["Whom to ask"],
}


def home(sign_in, member):
    page = sign_in(member).get("/")
    assert page.status_code == 200
    return page.content.decode().split("<main")[1]


@pytest.fixture
def questions(cast):
    from scorecards.starter import copy_bank

    def copy(tenant):
        with tenant_scope(tenant):
            copy_bank()

    for tenant in (cast.acme, cast.globex):
        copy(tenant)


@pytest.mark.parametrize("who", EVERYBODY)
def test_nobodys_first_page_is_empty(cast, sign_in, who):
    page = home(sign_in, getattr(cast, who))
    for heading in [*EVERYBODY[who], "What waits for you"]:
        assert heading in page


def test_what_changed_is_what_others_did_since_the_last_visit(cast, sign_in):
    add_contact(cast.northwind, name="Olga Old", by=cast.cam)
    assert "added the contact Olga Old" in home(sign_in, cast.champion)  # the first visit: lately
    with clock.travel(days=1):
        assert "added the contact Olga Old" not in home(sign_in, cast.champion)
        add_contact(cast.northwind, name="Nina New", by=cast.cam)
        add_contact(cast.northwind, name="Own Deed", by=cast.champion)
        page = home(sign_in, cast.champion)
    assert "added the contact Nina New" in page
    assert "Own Deed" not in page


def test_what_changed_keeps_to_what_one_may_know(cast, sign_in):
    add_contact(cast.rival, name="Rival Contact", by=cast.other_cam)
    deactivate_member(cast.partner_marketing, by=cast.cam)
    edit_partner(cast.northwind, by=cast.operations, name="Northwind", country="AT")
    for who, sees in (
        (cast.champion, {"Cam", "changed the company record"}),
        (cast.seller, {"changed the company record"}),
        (cast.cam, {"changed the company record"}),
        (cast.other_cam, set()),
    ):
        page = home(sign_in, who)
        assert all(text in page for text in sees)
        assert "Rival Contact" not in page or who is cast.other_cam
    assert "ended the access of Partner_Marketing" in home(sign_in, cast.champion)
    assert "ended the access" not in home(sign_in, cast.seller)


def test_what_waits_is_cut_with_a_way_to_all_of_it(cast, sign_in, monkeypatch):
    monkeypatch.setattr("partners.home.SHOWN", 2)
    for n in range(3):
        add_task(cast.northwind, f"Task {n}", by=cast.cam, owner=cast.champion, due_on=clock.today() + dt.timedelta(n))
        add_task(cast.northwind, f"Ours {n}", by=cast.cam, owner=cast.cam)
    first = home(sign_in, cast.champion)
    assert "All 3 that wait" in first
    assert "Task 1" in first
    assert "Task 2" not in first.split('id="changes"')[0]
    whole = sign_in(cast.champion).get("/partners/waiting/").content.decode()
    assert "Task 2" in whole
    assert f"{cast.northwind.name}: Task" not in whole  # one who works for one company knows which
    assert f"{cast.northwind.name}: Ours 2" in sign_in(cast.cam).get("/partners/waiting/").content.decode()


def test_the_day_is_written_in_the_readers_language_by_the_vendors_order(cast):
    write, day = Formatter(locale="de"), dt.date(2026, 11, 27)
    assert write.weekday(day) == "Friday, 27.11.2026"
    assert Formatter(locale="pt").day(day) == "27 Nov 2026"
    with translation.override("de"):
        assert write.weekday(day) == "Freitag, 27.11.2026"


def test_the_directory_holds_the_vendors_people_who_answer_and_nobody_elses(cast, sign_in):
    edit_own_card(cast.cam, by=cast.cam, title="Your manager", phone="+49 30 555", languages=["de"], asks="plans")
    edit_own_card(cast.operations, by=cast.operations, shows_email=False)
    page = sign_in(cast.champion).get("/partners/directory/").content.decode().split("<main")[1]
    for text in ("Cam", "Your manager", "tel:+4930555", "Deutsch", "plans", "Operations", "Chief"):
        assert text in page
    for text in ("operations@acme.example", "Other_Cam", "Rita", "Finance", "Gus", "Stranger"):
        assert text not in page
    listed = sign_in(cast.champion).get("/api/v1/directory/").json()
    assert listed[0]["name"] == "Cam"
    assert "Other_Cam" in sign_in(cast.rival_champion).get("/partners/directory/").content.decode()


def test_one_changes_only_ones_own_card(cast, sign_in):
    from prm.kernel.errors import NotAllowed

    with pytest.raises(NotAllowed):
        edit_own_card(cast.seller, by=cast.champion, title="x")
    client = sign_in(cast.seller)
    assert client.post("/account/card/", {"phone": "call me"}).status_code == 422
    assert (
        client.post("/account/card/", {"phone": "+49 1", "languages": ["de"], "shows_email": "on"}).status_code == 302
    )
    assert client.post("/account/name/", {"name": ""}).status_code == 422
    assert client.post("/account/name/", {"name": "Sel Ler"}).status_code == 302
    assert "Sel Ler" in client.get("/account/").content.decode()


# --- one login, several vendors -----------------------------------------------------------------------------
@pytest.fixture
def waiting_at_both(cast, questions):
    """A scorecard to finish for Bea at each of the two vendors; the companies have different names."""
    with tenant_scope(cast.globex):
        cast.globex_partner.name = "Nordwind Globex"
        cast.globex_partner.save(update_fields=["name"])
        start_assessment(cast.globex_partner, kind=Assessment.Kind.PARTNER, by=cast.both_at_globex)
    start_assessment(cast.northwind, kind=Assessment.Kind.PARTNER, by=cast.both)
    start_assessment(cast.rival, kind=Assessment.Kind.PARTNER, by=cast.rival_champion)


def test_the_bare_host_lists_what_waits_at_each_vendor(cast, sign_in, waiting_at_both):
    client = sign_in(cast.both)
    client.prefix = ""
    page = client.get("/").content.decode().split("<main")[1]
    acme, globex = page.split('id="vendor-acme"')[1].split('id="vendor-globex"')
    for part, slug, own, other in (
        (acme, "acme", "Northwind", "Nordwind Globex"),
        (globex, "globex", "Nordwind Globex", ">Northwind"),
    ):
        assert f"Scorecard of {own}" in part
        assert f'href="/t/{slug}/scorecards/' in part
        assert "1 waits" in part
        assert other not in part
    assert "Südstern" not in page


def test_nothing_of_one_vendor_stands_in_the_pages_of_the_other(cast, sign_in, waiting_at_both):
    client = sign_in(cast.both)
    client.prefix = ""
    paths = [
        "",
        "partners/",
        "scorecards/",
        "people/",
        "partners/directory/",
        "account/",
        "reviews/",
        "api/v1/partners/",
    ]
    for path in paths:  # two tabs: the answers alternate, each in its own context
        at_acme = client.get(f"/t/acme/{path}", follow=True).content.decode()
        at_globex = client.get(f"/t/globex/{path}", follow=True).content.decode()
        for foreign in ("Nordwind Globex", "gus@", "chief@globex"):
            assert foreign not in at_acme, path
        for foreign in ("champion@northwind", "cam@acme", "Südstern", "chief@acme", "Seller"):
            assert foreign not in at_globex, path
    switcher = client.get("/t/acme/").content.decode().split("<main")[0]
    assert 'href="/t/globex/"' in switcher
    assert "Switch vendor" not in sign_in(cast.champion).get("/").content.decode()


def test_a_membership_that_ended_is_gone_from_list_and_switcher(cast, sign_in, waiting_at_both):
    with tenant_scope(cast.globex):
        deactivate_member(Membership.objects.get(pk=cast.both_at_globex.pk), by=None)
    client = sign_in(cast.both)
    client.prefix = ""
    assert client.get("/").headers["Location"] == "/t/acme/"  # one vendor is left: nothing to choose
    assert "/t/globex/" not in client.get("/t/acme/").content.decode()


def test_who_has_one_vendor_goes_straight_there(cast, sign_in):
    for member, answer in ((cast.cam, (302, "/t/acme/")), (cast.both, (200, None))):
        client = sign_in(member)
        client.prefix = ""
        page = client.get("/")
        assert (page.status_code, page.headers.get("Location")) == answer


@pytest.mark.parametrize("path", ["/nowhere/", "/partners/00000000-0000-4000-8000-000000000000/", "/accounts/nowhere/"])
def test_a_wrong_address_shows_our_own_page_in_development_too(cast, sign_in, settings, path):
    settings.DEBUG = True
    page = sign_in(cast.champion).get(path)
    assert page.status_code == 404
    assert "There is no page at this address" in page.content.decode()
    assert "URLconf" not in page.content.decode()


def test_a_vendor_that_asks_for_a_second_factor_shows_nothing_before(cast, sign_in, waiting_at_both):
    with tenant_scope(cast.globex):
        add_member(cast.cam.user, roles=[Role.FINANCE], by=None)
        cast.globex.needs_second_factor = True
        cast.globex.save(update_fields=["needs_second_factor"])
    client = sign_in(cast.cam)
    client.prefix = ""
    page = client.get("/").content.decode()
    assert "asks for a second factor" in page
    assert "Nordwind Globex" not in page
