"""What holds for every address of the interface, derived from the router: bad ids, unknown fields, unknown filters."""

from __future__ import annotations

import json
import uuid

import pytest
from django.test import override_settings

from prm.kernel.isolation.run import client_of, planted, send
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
