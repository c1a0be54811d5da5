"""Places of a partner: one of them is the main one."""

from partners.models import PartnerLocation
from tests.clients import token_client


def test_the_first_place_is_the_main_one_until_another_is(cast, sign_in):
    client = sign_in(cast.champion)
    address = f"/partners/{cast.northwind.pk}/locations/add/"
    assert client.post(address, {"city": "Bremen", "country": "DE"}).status_code == 302
    assert client.post(address, {"city": "Wien", "country": "AT"}).status_code == 302
    bremen, wien = PartnerLocation.objects.order_by("city")
    assert (bremen.is_main, wien.is_main) == (True, False)
    client.post(f"/partners/locations/{wien.pk}/", {"city": "Wien", "country": "AT", "is_main": "on"})
    assert [place.city for place in PartnerLocation.objects.filter(is_main=True)] == ["Wien"]
    assert client.post(f"/partners/locations/{wien.pk}/remove/").status_code == 409
    assert client.post(f"/partners/locations/{bremen.pk}/remove/").status_code == 302
    assert client.post(f"/partners/locations/{wien.pk}/remove/").status_code == 302


def test_a_country_is_one_of_the_list(cast, sign_in):
    answer = sign_in(cast.champion).post(
        f"/partners/{cast.northwind.pk}/locations/add/", {"city": "Bremen", "country": "XX"}
    )
    assert answer.status_code == 422
    assert "Bremen" in answer.content.decode()
    body = {"partner_id": str(cast.northwind.pk), "country": "XX"}
    api = token_client(cast.cam).post("/api/v1/locations/", body, content_type="application/json")
    assert api.status_code == 400
    assert sign_in(cast.seller).get(f"/partners/{cast.northwind.pk}/locations/add/").status_code == 403
