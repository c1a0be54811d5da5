"""Route matrix: every address × everybody × objects of everybody, derived from the resolver."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client, override_settings

from prm.kernel import clock
from prm.kernel.isolation.addresses import UNKNOWN, addresses
from prm.kernel.isolation.run import client_of, planted, send
from prm.kernel.roles import PARTNER_ROLES, VENDOR_ROLES
from tests.house import routes

# Who opens every address in each run; all other roles do so with --long.
ALWAYS = [
    "A/channel_chief",
    "A/P1/partner_champion",
    "B's chief at A's door",
    "nobody",
]
# Whose objects they open then, to read and to write: a vendor's people know of all their partners, another vendor is
# another vendor, and what is found for reading is found alike for writing.
OF_WHOM = {
    "A/channel_chief": (("B/P1",), ()),  # its own pages are opened where their questions are counted
    "B's chief at A's door": (("A/P1",), ()),
    "A/P1/partner_champion": ((UNKNOWN, "A/vendor", "A/P1", "A/P2"), (UNKNOWN, "A/P1", "A/P2")),
}
LONG = [
    "a login without membership",
    *(f"A/{role}" for role in sorted(VENDOR_ROLES) if f"A/{role}" not in ALWAYS),
    *(f"A/P1/{role}" for role in sorted(PARTNER_ROLES) if f"A/P1/{role}" not in ALWAYS),
    "A/P2/partner_champion",
    "B/channel_chief",
    "B/P1/partner_champion",
    "B/P2/partner_champion",
]


@pytest.fixture(scope="module")
def planted_once(django_db_setup, django_db_blocker):
    """One world for all tests here that a worker runs: whatever an answer changes is undone at once."""
    with django_db_blocker.unblock(), planted() as world:
        with connection.cursor() as cursor:  # the world stands while other tests take their time
            cursor.execute("set local idle_in_transaction_session_timeout = 0")
        yield world


@pytest.fixture
def world(planted_once, db):
    return planted_once


@pytest.mark.parametrize("name", [*ALWAYS, *(pytest.param(name, marks=pytest.mark.long) for name in LONG)])
def test_everybody_gets_what_is_theirs_and_nothing_else(world, name, request):
    everyone = routes.OWNERS, routes.OWNERS
    owners, writing = everyone if request.config.getoption("--long") else OF_WHOM.get(name, everyone)
    assert routes.matrix(world, routes.everybody(world)[name], owners=owners, writing=writing) == []


def test_every_view_says_who_may_open_it():
    assert routes.without_access(routes.views()) == []
    assert routes.with_unknown_permission(routes.views()) == []


def test_every_object_in_an_address_is_planted(world):
    assert routes.unfillable(routes.views(), world) == []


def test_everybody_in_the_matrix_exists(world):
    assert set(routes.everybody(world)) == {*ALWAYS, *LONG}


def test_an_address_of_two_objects_does_not_mix_owners(world):
    actor = routes.everybody(world)["A/P1/partner_champion"]
    client, faults = client_of(actor), []
    for address in routes.views():
        for label, values in routes.mixed(world, address):
            for method in address.methods:
                response = send(client, method, actor.prefix + address.path(values))
                if response.status_code not in {400, 403, 404, 405, 409, 422}:
                    faults.append(f"{method} {address.route} with {label}: {response.status_code}")
    assert faults == []


def test_bad_input_by_the_chief_is_answered_and_breaks_nothing(world):
    """One page and one address of the interface for each kind of record, on an object that the chief may change."""
    actor = routes.everybody(world)["A/channel_chief"]
    client, faults, kinds = client_of(actor), [], set()
    for method, address, values in routes.one_of_each(world):
        data = routes.known_to(address, method, routes.nonsense())
        response = send(client, method, actor.prefix + address.path(values), data=data)
        kinds.add(response.status_code)
        if response.status_code >= 500:
            faults.append(f"{method} {address.route}: {response.status_code}")
    assert faults == []
    assert kinds >= {400, 403, 422}  # the control: forms, guards and the interface were all reached


@pytest.mark.parametrize("owner", ["A/P2", pytest.param("B/P1", marks=pytest.mark.long)])
def test_a_foreign_id_sent_along_answers_like_an_unknown_one(world, owner):
    """Ids in filters, forms and JSON are no oracle, and reach nothing."""
    with clock.travel(to=clock.now()):  # seconds that pass between two answers are no difference
        assert list(foreign_ids_told(world, owner)) == []


def foreign_ids_told(world, owner):
    actor = routes.everybody(world)["A/P1/partner_champion"]
    client = client_of(actor)
    for address in routes.views():
        own = address.filled(world, "A/P1")
        if own is None or address.is_the_same_for_all:
            continue
        path = actor.prefix + address.path(own)
        for method in address.methods:
            if method == "get" and address.models:
                continue  # a page of one record has no filter
            if method == "delete" or (method == "put" and "patch" in address.methods):
                continue  # nothing is sent along, or the same code
            ids = routes.known_to(address, method, routes.ids_of(world, ""))
            unknown = routes.plain(send(client, method, path, data=ids), {})
            if unknown[0] in {403, 404, 405}:
                continue  # refused before a word of it was read
            ids = routes.known_to(
                address, method, routes.ids_of(world, owner, hidden_from=actor.reader if method == "get" else "")
            )
            foreign = routes.plain(send(client, method, path, data=ids), {})
            if foreign != unknown:
                yield f"{method} {address.route} with ids of {owner}: {unknown[0]} became {foreign[0]}"


def test_unsafe_requests_without_a_token_of_the_form_are_refused(world):
    actor = routes.everybody(world)["A/channel_chief"]
    client = client_of(actor)
    client.handler.enforce_csrf_checks = True
    faults = []
    for address in addresses():
        values = address.filled(world, "A/P1") or address.filled(world, "A/vendor") or {}
        if set(values) != set(address.keywords):
            continue
        prefix = "" if address.route.startswith("accounts/") else actor.prefix
        for method in set(address.methods) - {"get"}:
            response = send(client, method, prefix + address.path(values))
            is_read_only = response.status_code == 405 and address.route.startswith("api/")
            if response.status_code != 403 and not is_read_only:
                faults.append(f"{method} {address.route}: {response.status_code}")
    assert faults == []


def test_with_its_token_the_same_request_is_accepted(world):
    """The negative control: it is the missing token that is refused above."""
    actor = routes.everybody(world)["A/channel_chief"]
    client = Client(enforce_csrf_checks=False)
    client.force_login(actor.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert send(client, "post", "/accounts/logout/").status_code == 302


def test_the_pages_of_signing_in_carry_the_headers_too(world):
    """Of all others the matrix itself says it."""
    faults = []
    for name in ("A/channel_chief", "nobody"):
        client = client_of(routes.everybody(world)[name])
        for address in addresses():
            if address.is_foreign and "get" in address.methods and not address.models:
                response = send(client, "get", address.path(address.filled(world, "A/P1")))
                faults += [f"{address.route}: {fault}" for fault in routes.header_faults(response)]
    assert sorted(set(faults)) == []


@pytest.mark.parametrize(
    ("route", "sentence"),
    [
        ("leak/rivals/", "shows a canary of A/P2"),
        ("leak/unfiltered/", "200, not [404"),
        ("leak/telling/", "answers otherwise than for an unknown id"),
        ("leak/breaking/", "500, not"),
    ],
)
def test_the_matrix_finds_a_leaking_view(world, route, sentence):
    """The negative control: each kind of mistake is named."""
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"):
        leaky = [address for address in routes.views() if address.route.startswith(route)]
        faults = routes.matrix(world, routes.everybody(world)["A/P1/partner_champion"], leaky)
    assert any(sentence in fault for fault in faults), faults


def test_a_view_without_a_decorator_is_found():
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"):
        assert any("leak/undecorated/" in fault for fault in routes.without_access(routes.views()))


def test_a_page_that_may_be_framed_is_found():
    from django.http import HttpResponse

    assert "may be framed" in routes.header_faults(HttpResponse("x"))
