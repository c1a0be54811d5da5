"""A company that is there already is shown before it is added twice; who may not know of it learns nothing."""

import pytest

from partners.actions import PossibleDuplicate, add_partner, propose_partner
from partners.models import Partner, Task
from partners.queries import look_alikes, possible_pairs
from prm.kernel.errors import Invalid
from prm.kernel.models import Event, EventNote
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope
from tests.clients import token_client

TYPED = {"name": "Northwind GmbH", "country": "DE", "domain": "", "type": "reseller"}


def count():
    return Partner.objects.count()


@pytest.mark.parametrize(
    ("name", "country", "domain", "fields"),
    [
        ("NORTHWIND GmbH", "DE", "", [["name"]]),
        ("Northwind", "FR", "", []),
        ("Other", "FR", "https://www.northwind.example/x", [["domain"]]),
        ("The Northwind", "DE", "northwind.example", [["name", "domain"]]),
        ("Other", "DE", "gmail.com", []),
        ("Mueller Technik", "DE", "", [["spelling"]]),
        ("Muller Technik GmbH", "DE", "", [["name"]]),
        ("Müller Technik", "DE", "", [["name"]]),
        ("Mueller Technik", "AT", "", []),
        ("Moller Technik", "DE", "", []),
    ],
)
def test_what_looks_alike(cast, name, country, domain, fields):
    add_partner("Müller Technik GmbH", country="DE", by=None)
    add_partner("Mailers", country="AT", domain="gmail.com", by=None)
    assert [match.fields for match in look_alikes(name, country, domain)] == fields


def test_a_name_spelt_otherwise_is_possible_from_both_sides(cast, sign_in):
    spelt = add_partner("Mueller Technik", country="DE", by=None)
    assert [match.fields for match in look_alikes("Müller Technik", "DE")] == [["spelling"]]
    shown = sign_in(cast.operations).post("/partners/add/", {**TYPED, "name": "Müller Technik"})
    assert (shown.status_code, "perhaps the same" in shown.content.decode()) == (409, True)
    written = add_partner("Müller Technik", country="DE", by=None)
    (pair,) = possible_pairs()
    assert (pair.first, pair.second, pair.by_name, pair.by_spelling) == (spelt, written, False, True)
    assert "Name, spelt otherwise" in sign_in(cast.operations).get("/partners/duplicates/").content.decode()
    assert [m.fields for m in look_alikes("Oeaeueoeaeueoeaeueoeaeue", "DE")] == []  # many vowels are no many questions


def test_a_known_double_is_shown_and_nothing_is_added(cast, sign_in):
    before, client = count(), sign_in(cast.operations)
    shown = client.post("/partners/add/", TYPED)
    text = shown.content.decode()
    assert shown.status_code == 409
    assert cast.northwind.number in text
    assert "Add it anyway" in text
    assert count() == before
    api = token_client(cast.operations)
    refused = api.post("/api/v1/partners/", TYPED, "application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "possible_duplicate")
    assert [(c["number"], c["matches"]) for c in refused.json()["candidates"]] == [(cast.northwind.number, ["name"])]
    assert count() == before


def test_it_is_added_anyway_with_a_reason(cast, sign_in):
    before = count()
    with pytest.raises(Invalid):
        propose_partner("Northwind", country="DE", by=cast.chief, create_anyway=True)
    again = sign_in(cast.operations).post("/partners/add/", {**TYPED, "create_anyway": "1", "reason": " "})
    assert (again.status_code, count()) == (409, before)
    made = sign_in(cast.operations).post("/partners/add/", {**TYPED, "create_anyway": "1", "reason": "Another town"})
    assert made.status_code == 302
    assert count() == before + 1
    event = Event.objects.filter(name="partner.added").order_by("-created_at").first()
    assert "Another town" not in str(event.data)
    assert EventNote.objects.get(event=event).data == {
        "looks_like": [cast.northwind.number],
        "reason": "Another town",
    }


def test_who_may_not_know_it_learns_nothing(cast, sign_in):
    """The rival's account manager and a distributor: the same answer for whatever partner is meant."""
    Partner.objects.filter(pk=cast.northwind.pk).update(external_id="SECRET-1")
    before = count()
    for member in (cast.other_cam, cast.distributor):
        page = sign_in(member).post("/partners/add/", {**TYPED, "create_anyway": "1", "reason": "x"}, follow=True)
        assert cast.northwind.number not in page.content.decode()
        assert "Channel operations looks at it" in page.content.decode()
        answers = [
            token_client(member).post("/api/v1/partners/", said, "application/json")
            for said in (TYPED, {**TYPED, "name": "Else", "domain": "northwind.example"})
        ]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].content == answers[1].content
    assert count() == before
    tasks = Task.objects.filter(kind="possible_duplicate")
    assert sorted(tasks.values_list("side", "role", "partner")) == [("vendor", Role.OPERATIONS, None)] * 2
    assert cast.northwind.number not in "".join(tasks.values_list("title", flat=True))
    with member_scope(cast.distributor):
        assert Task.objects.filter(kind="possible_duplicate").count() == 0
    for member in (cast.other_cam, cast.cam):
        assert not Task.objects.visible_to(member).filter(kind="possible_duplicate").exists()
    assert Task.objects.visible_to(cast.operations).filter(kind="possible_duplicate").count() == 2
    with pytest.raises(PossibleDuplicate):  # the control: who may know is told
        propose_partner("Northwind", country="DE", by=cast.cam)


def test_what_is_new_is_added_and_seen_by_who_adds_it(cast, sign_in):
    for member, name in ((cast.other_cam, "Brandneu"), (cast.distributor, "Ganz Neu")):
        client = sign_in(member)
        made = client.post("/partners/add/", {**TYPED, "name": name})
        assert made.status_code == 302
        assert (
            client.get("/" + made.url.split("/", 3)[3] if made.url.startswith("/t/") else made.url).status_code == 200
        )
    assert Partner.objects.get(name="Ganz Neu").sponsor == cast.distributor_company


def test_pairs_for_operations(cast, sign_in):
    assert possible_pairs() == []
    twin = add_partner("Nord", country="DE", domain="northwind.example", by=None)
    third = add_partner("Northwind AG", country="DE", domain="northwind.example", by=None)
    found = [(pair.first, pair.second, pair.by_name, pair.by_domain) for pair in possible_pairs()]
    assert found == [(cast.northwind, twin, False, True), (cast.northwind, third, True, True)]
    client = sign_in(cast.operations)
    assert "Possible duplicates" in client.get("/partners/").content.decode()
    assert twin.number in client.get("/partners/duplicates/").content.decode()
    assert sign_in(cast.cam).get("/partners/duplicates/").status_code == 403
    assert "Possible duplicates" not in sign_in(cast.cam).get("/partners/").content.decode()
