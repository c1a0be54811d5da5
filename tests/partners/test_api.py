"""Partners, contacts and bookings over the API: the same rows and rules as the pages."""

from django.core.management import call_command

from partners.actions import add_contact, leave_contact
from partners.models import Contact, Partner
from tests.clients import token_client


def test_a_token_lists_what_its_member_may_know_of(cast):
    answer = token_client(cast.cam).get("/api/v1/partners/")
    assert answer.status_code == 200
    assert {row["name"] for row in answer.json()["results"]} == {"Northwind", "Bigbox Distribution", "Little Corner"}
    assert token_client(cast.champion).get("/api/v1/partners/").json()["count"] == 1


def test_lists_are_narrowed_searched_and_sorted_as_on_their_pages(cast):
    client = token_client(cast.chief)

    def names(query):
        answer = client.get(f"/api/v1/partners/?{query}")
        assert answer.status_code == 200, answer.content
        return [row["name"] for row in answer.json()["results"]]

    everybody = names("")
    assert names("q=north") == ["Northwind"]
    assert names("sort=-name") == everybody[::-1]
    states = {name: Partner.objects.get(name=name).state for name in everybody}
    some = sorted(set(states.values()))[0]
    assert set(names(f"state={some}")) == {name for name, state in states.items() if state == some}
    assert names("state=declined") == []
    for query, name in (("nope=1", "nope"), ("partner=1", "partner"), ("format=csv", "format")):
        refused = client.get(f"/api/v1/partners/?{query}")
        assert (refused.status_code, refused.json()["parameters"]) == (400, [name])
    assert client.get("/api/v1/partners/?state=nowhere").json().keys() == {"state"}


def test_a_list_of_a_partners_records_is_narrowed_to_it_and_hides_nothing_unasked(cast):
    add_contact(cast.northwind, by=cast.champion, name="Here")
    leave_contact(add_contact(cast.northwind, by=cast.champion, name="Gone"), by=cast.champion)
    client = token_client(cast.chief)

    def names(query):
        return {row["name"] for row in client.get(f"/api/v1/contacts/?{query}").json()["results"]}

    assert names(f"partner={cast.northwind.pk}") >= {"Here", "Gone"}
    assert "Gone" in names(f"partner={cast.northwind.pk}&left=yes")
    assert "Here" not in names("left=yes")
    assert not {"Here", "Gone"} & names(f"partner={cast.rival.pk}")
    assert names(f"partner={cast.globex_partner.pk}") == names("partner=00000000-0000-4000-8000-000000000000") == set()
    assert client.get("/api/v1/contacts/?partner=abc").status_code == 400


def test_without_a_token_and_with_a_wrong_one(client, cast):
    assert client.get("/api/v1/partners/").status_code in {401, 403}
    wrong = client.get("/api/v1/partners/", headers={"Authorization": "Bearer prm_wrong"})
    assert wrong.status_code == 401


def test_a_token_does_not_open_another_vendor(cast):
    client = token_client(cast.both)
    assert client.get("/t/globex/api/v1/partners/").status_code == 404
    assert client.get(f"/api/v1/partners/{cast.globex_partner.pk}/").status_code == 404


def test_partner_is_added_and_changed_with_the_version_seen(cast):
    client = token_client(cast.operations)
    answer = client.post("/api/v1/partners/", {"name": "Ostwind", "country": "DE"}, content_type="application/json")
    assert answer.status_code == 201
    address = f"/api/v1/partners/{answer.json()['id']}/"
    changed = client.patch(address, {"name": "Ostwind 2", "version": 1}, content_type="application/json")
    assert changed.status_code == 200
    stale = client.patch(address, {"name": "Ostwind 3", "version": 1}, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    assert Partner.objects.get(pk=answer.json()["id"]).name == "Ostwind 2"


def test_state_tenant_and_tier_cannot_be_written(cast):
    client = token_client(cast.operations)
    address = f"/api/v1/partners/{cast.northwind.pk}/"
    before = Partner.objects.get(pk=cast.northwind.pk)
    body = {
        "state": "terminated",
        "tenant": str(cast.globex.pk),
        "tenant_id": str(cast.globex.pk),
        "number": "AAAAAAAA",
    }
    refused = client.patch(address, body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_fields")
    assert set(refused.json()["fields"]) == set(body)
    after = Partner.objects.get(pk=cast.northwind.pk)
    assert (after.state, after.tenant_id, after.number) == (before.state, before.tenant_id, before.number)


def test_a_contact_for_a_rival_is_not_found(cast):
    client = token_client(cast.champion)
    body = {"partner_id": str(cast.rival.pk), "name": "Spy"}
    assert client.post("/api/v1/contacts/", body, content_type="application/json").status_code == 404
    body["partner_id"] = str(cast.northwind.pk)
    assert client.post("/api/v1/contacts/", body, content_type="application/json").status_code == 201
    assert Contact.objects.filter(name="Spy", partner=cast.northwind).count() == 1


def test_the_schema_describes_every_shape_without_a_doubt(tmp_path):
    """A shape that stands for two, or an answer nobody described, is a warning and fails here."""
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(tmp_path / "schema.yml"))


def test_the_schema_and_its_pages_answer(client, db):
    assert client.get("/api/schema/").status_code == 200
    assert client.get("/api/docs/").status_code == 200


def test_tier_standing_names_each_requirement(cast):
    from partners.starter import copy_program

    copy_program()
    answer = token_client(cast.champion).get(f"/api/v1/partners/{cast.northwind.pk}/tier/").json()
    assert {row["metric"] for row in answer["requirements"]} >= {"net_revenue_12m", "agreement_signed"}
    assert answer["next"] == "Registered"
