"""What holds for every address of the interface, derived from the router: bad ids, unknown fields, unknown filters."""

from __future__ import annotations

import uuid

import pytest
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator

from prm.kernel.isolation.run import client_of, planted, send
from prm.kernel.web.list_api import filters_of, sorts_of
from tests.house import routes


@pytest.fixture(scope="module")
def planted_once(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), planted(all_roles=False) as world:
        yield world


@pytest.fixture
def chief(planted_once, db):
    actor = routes.everybody(planted_once)["A/channel_chief"]
    return client_of(actor), actor.prefix


def of_one_record():
    return [address for address in routes.views() if address.viewset is not None and address.models]


NO_IDS = ("abc", "1", "%00", "x" * 300, "00000000-0000-0000-0000-00000000000g")


def answered_otherwise(client, prefix, found) -> list[str]:
    """Addresses at which what is no id at all is answered otherwise than an id that nobody has."""
    faults = []
    for place, address in enumerate(found):
        for method in address.methods:
            unknown = send(client, method, prefix + address.path({"pk": uuid.uuid4()}))
            bad = send(client, method, prefix + address.path({"pk": NO_IDS[place % len(NO_IDS)]}))
            if unknown.status_code == 200 or routes.plain(bad, {}) != routes.plain(unknown, {}):
                faults.append(f"{method} {address.route}: {unknown.status_code} became {bad.status_code}")
    return faults


def test_what_is_no_id_is_as_unknown_as_an_unknown_id(chief):
    found = of_one_record()
    assert len(found) > 100
    assert answered_otherwise(*chief, found) == []


@pytest.mark.parametrize("text", NO_IDS)
def test_none_of_them_is_an_id(chief, text):
    client, prefix = chief
    assert send(client, "get", f"{prefix}/api/v1/partners/{text}/").status_code == 404


def test_an_address_that_breaks_at_a_bad_id_is_found(chief):
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"):
        leaky = [address for address in of_one_record() if "leak/" in address.route]
        faults = answered_otherwise(*chief, leaky)
    assert [fault.rpartition(": ")[2] for fault in faults] == ["404 became 500"]


def bodies_taken(client, prefix, world, owner="A/P1") -> tuple[int, list[str]]:
    """How many addresses name a field that does not exist, and those that take it or refuse something else."""
    named, faults = 0, []
    for address in routes.views():
        values = address.filled(world, owner)
        if address.viewset is None or values is None:
            continue
        for method in {"post", "put", "patch"} & set(address.methods):
            answer = send(client, method, prefix + address.path(values), data={"no_such_field": 1})
            told = answer.json() if answer.status_code == 400 else {}
            if told.get("code") == "unknown_fields" and told["fields"] == ["no_such_field"]:
                named += 1
            elif answer.status_code not in {403, 404, 405, 409, 415}:
                faults.append(f"{method} {address.route}: {answer.status_code} {answer.content[:200]!r}")
    return named, faults


def test_a_field_that_does_not_exist_is_named(planted_once, chief):
    named, faults = bodies_taken(*chief, planted_once)
    assert faults == []
    assert named > 80


def test_a_body_that_is_not_held_against_its_description_is_found(planted_once, chief, monkeypatch):
    monkeypatch.setattr("prm.kernel.web.described.refuse_undescribed", lambda *args: None)
    monkeypatch.setattr("prm.kernel.web.viewsets.refuse_undescribed", lambda *args: None)
    named, faults = bodies_taken(*chief, planted_once)
    assert (named, len(faults) > 80) == (0, True)


def parameters_taken(client, prefix, world) -> tuple[int, list[str]]:
    named, faults = 0, []
    for address in routes.views():
        values = address.filled(world, "A/P1")
        if address.viewset is None or values is None or "get" not in address.methods:
            continue
        answer = send(client, "get", prefix + address.path(values), data={"no_such_filter": "1"})
        told = answer.json() if answer.status_code == 400 else {}
        if told.get("parameters") == ["no_such_filter"]:
            named += 1
        elif answer.status_code not in {403, 404}:
            faults.append(f"{address.route}: {answer.status_code}")
    return named, faults


def test_a_parameter_that_does_not_exist_is_named(planted_once, chief):
    named, faults = parameters_taken(*chief, planted_once)
    assert faults == []
    assert named > 80


def lists():
    return [a for a in routes.views() if a.viewset is not None and a.view.actions.get("get") == "list"]


def test_each_list_is_sorted_and_narrowed_by_all_it_says(planted_once, chief):
    """Nothing that a list offers breaks it, and what does not fit is refused by name."""
    client, prefix = chief
    asked, faults = 0, []
    for address in lists():
        view = address.viewset()
        sorts = sorts_of(view)
        questions = [{"sort": sign + name} for name in sorts for sign in ("", "-")]
        if view.is_listed or view.listing:
            questions += [{name: value} for name in filters_of(address.viewset).base_filters for value in WORDS]
        for question in questions:
            answer = send(client, "get", prefix + address.path({}), data=question)
            asked += answer.status_code == 200
            if answer.status_code not in {200, 403} and (answer.status_code != 400 or "sort" in question):
                faults.append(f"{address.route} {question}: {answer.status_code} {answer.content[:200]!r}")
        if sorts:
            answer = send(client, "get", prefix + address.path({}), data={"sort": "nothing"})
            if answer.status_code not in {403} and "sort" not in answer.json():
                faults.append(f"{address.route} is sorted by nothing: {answer.status_code}")
    assert faults == []
    assert asked > 200


WORDS = ("x\u0000=cmd", "true", "2026-11-27", str(uuid.uuid4()), "all")


def test_what_a_list_takes_is_in_the_description(planted_once, chief):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    faults = []
    for address in lists():
        view = address.viewset()
        known = {one["name"] for one in schema["paths"][address.path({})]["get"].get("parameters", ())}
        if view.is_listed and not known >= {"page", "page_size", *filters_of(address.viewset).base_filters}:
            faults.append(f"{address.route}: {sorted(known)}")
    assert faults == []
