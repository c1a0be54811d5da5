"""The partner list and the partner page, as each role uses them."""

import pytest

from partners.actions import add_partner
from partners.models import Contact, Partner

HOSTILE = [
    "Ümläut & Söhne",
    "شركة الشمال",
    "x" * 200,
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
]


def test_the_list_shows_the_assigned_partners_of_an_account_manager(cast, sign_in):
    page = sign_in(cast.cam).get("/partners/").content.decode()
    assert "Northwind" in page
    assert "Südstern" not in page


def test_search_filter_and_sort_stand_in_the_address(cast, sign_in):
    client = sign_in(cast.chief)
    assert "Südstern" in client.get("/partners/?q=sudstern").content.decode()
    assert "Northwind" not in client.get("/partners/?q=sudstern").content.decode()
    assert "Bigbox" in client.get("/partners/?type=distributor").content.decode()
    page = client.get("/partners/?sort=-name").content.decode()
    assert page.index("Südstern") < page.index("Bigbox")


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("shop", True),
        ("ostwind", True),
        ("OstWind.exa", True),
        ("https://www.shop.ostwind.example/de", True),
        ("wind", False),  # labels are found by their start
        ("ostwind_", False),
        ("%", False),
    ],
)
def test_a_partner_is_found_by_a_label_of_its_domain(cast, sign_in, typed, is_found):
    Partner.objects.filter(pk=cast.rival.pk).update(domain="shop.ostwind.example")
    page = sign_in(cast.chief).get("/partners/", {"q": typed}).content.decode()
    assert ("Südstern" in page) is is_found


def test_fifty_on_a_page(cast, sign_in):
    for number in range(60):
        add_partner(f"Partner {number:03}", country="DE", by=None)
    client = sign_in(cast.chief)
    assert client.get("/partners/").content.decode().count('scope="row"') == 50
    assert client.get("/partners/?page=2").content.decode().count('scope="row"') == 14


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_shown_as_text(cast, sign_in, name):
    partner = add_partner(name, country="DE", by=None)
    client = sign_in(cast.chief)
    for page in (client.get("/partners/"), client.get(f"/partners/{partner.pk}/")):
        assert page.status_code == 200
        assert "<script>alert(1)" not in page.content.decode()


def test_exports_run_nothing(cast, sign_in):
    add_partner("=cmd|' /C calc'!A0", country="DE", by=None)
    text = sign_in(cast.chief).get("/partners/?format=csv").content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert not any(line.startswith("=") for line in text.splitlines())
    assert sign_in(cast.chief).get("/partners/?format=xlsx").content.startswith(b"PK")


def test_a_partner_user_goes_straight_to_the_own_company(cast, sign_in):
    client = sign_in(cast.champion)
    assert client.get("/partners/").headers["Location"].endswith(f"/partners/{cast.northwind.pk}/")
    page = client.get(f"/partners/{cast.northwind.pk}/")
    assert page.status_code == 200
    assert client.get(f"/partners/{cast.rival.pk}/").status_code == 404


def test_adding_a_partner_comes_back_with_what_was_typed(cast, sign_in):
    client = sign_in(cast.operations)
    answer = client.post("/partners/add/", {"name": "Ostwind", "country": "", "type": "reseller"})
    assert answer.status_code == 422
    assert "Ostwind" in answer.content.decode()
    assert not Partner.objects.filter(name="Ostwind").exists()
    answer = client.post(
        "/partners/add/", {"name": "Ostwind", "country": "DE", "type": "reseller", "domain": "www.ostwind.example/x"}
    )
    assert answer.status_code == 302
    assert Partner.objects.get(name="Ostwind").domain == "ostwind.example"


def test_a_stale_edit_is_refused_and_saves_nothing(cast, sign_in):
    client = sign_in(cast.operations)
    address = f"/partners/{cast.northwind.pk}/edit/"
    form = {"name": "Northwind", "country": "DE", "type": "msp", "version": cast.northwind.version}
    assert client.post(address, form).status_code == 302
    answer = client.post(address, form | {"name": "Other name"})
    assert answer.status_code == 409
    assert Partner.objects.get(pk=cast.northwind.pk).name == "Northwind"


def test_a_champion_edits_the_profile_but_not_the_record(cast, sign_in):
    client = sign_in(cast.champion)
    assert client.post(f"/partners/{cast.northwind.pk}/profile/", {"employees": "12"}).status_code == 302
    assert client.get(f"/partners/{cast.northwind.pk}/edit/").status_code == 403


def test_a_contact_is_added_and_changed(cast, sign_in):
    client = sign_in(cast.seller)
    form = {"name": "Zoë", "email": "zoe@northwind.example", "function": "sales"}
    assert client.post(f"/partners/{cast.northwind.pk}/contacts/add/", form).status_code == 302
    zoe = Contact.objects.get(name="Zoë")
    assert client.post(f"/partners/contacts/{zoe.pk}/", form | {"title": "Lead"}).status_code == 302
    assert Contact.objects.get(pk=zoe.pk).title == "Lead"
    assert client.post(f"/partners/{cast.northwind.pk}/contacts/add/", {"function": "sales"}).status_code == 422


def test_control_characters_are_refused_with_a_sentence(cast, sign_in):
    answer = sign_in(cast.operations).post("/partners/add/", {"name": "a\x00b", "country": "DE", "type": "reseller"})
    assert answer.status_code == 422


@pytest.mark.parametrize("extra", [0, 40])
def test_the_list_asks_the_same_number_of_questions_whatever_its_length(
    cast, sign_in, django_assert_max_num_queries, extra
):
    for number in range(extra):
        add_partner(f"Partner {number}", country="DE", by=None)
    client = sign_in(cast.chief)
    client.get("/partners/")
    with django_assert_max_num_queries(24):
        client.get("/partners/")
