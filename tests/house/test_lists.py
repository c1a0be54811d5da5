"""Every list page is exported as it stands, keeps views, and hides the columns it says it can hide."""

from __future__ import annotations

import io
import re
from html import unescape

import pytest
from openpyxl import load_workbook

from prm.kernel.isolation.addresses import Address
from prm.kernel.isolation.run import client_of, planted, send
from prm.kernel.models import Tenant
from prm.kernel.web.lists import ListPage
from tests.house import routes

# List pages that are no files, each with the reason.
NOT_EXPORTED: dict[str, str] = {
    "partners:duplicates": "pairs to decide on, each shown side by side",
    "dealreg:pipeline": "a board; the same opportunities stand in dealreg:opportunities, which is exported",
    "recruitment:board": "a board; the same candidates stand in recruitment:list, which is exported",
}


WORDS = {
    "partner": {"one": "Zorb", "many": "Zorbs"},
    "tier": {"one": "Rung", "many": "Rungs"},
    "manager": {"one": "Keeper", "many": "Keepers"},
}
PLAIN = re.compile(r"\b(?:partners?|tiers?|account managers?)\b", re.IGNORECASE)
SAID = re.compile(r'>([^<>]+)<|\s(?:aria-label|placeholder)="([^"]*)"')
# Texts of list pages that say the plain word whatever the vendor calls it, each with the reason.
NOT_OWN: dict[str, str] = {
    "Referral partner": "a kind of partner, named as in the API and in files",
    "Technology partner": "a kind of partner, named as in the API and in files",
    "Partner-led": "a kind of sale, named as in the API and in files",
    "Channel account manager": "a role, named as in the rights",
    "Partner champion": "a role, named as in the rights",
    "Partner sales": "a role, named as in the rights",
    "Partner marketing": "a role, named as in the rights",
    "Partner technical": "a role, named as in the rights",
}


LISTED_ON: list[Address] = []  # the addresses with lists, known once all were opened


@pytest.fixture
def world(db):
    with planted(all_roles=False) as world:
        Tenant.objects.update(words=WORDS)
        yield world


def list_pages(world):
    """Client, path and list of every page with a list, as the channel chief opens it."""
    actor = routes.everybody(world)["A/channel_chief"]
    client = client_of(actor)
    found_on: list[Address] = []
    for address in LISTED_ON or routes.views():
        values = address.filled(world, "A/P1")
        if values is None or "get" not in address.methods or address.is_the_same_for_all or address.viewset:
            continue
        path = actor.prefix + address.path(values)
        page = send(client, "get", path)
        contexts = getattr(page, "context", None) or ()
        for context in contexts if isinstance(contexts, list) else [contexts]:  # a page of one template has but one
            found = [value for layer in context for value in layer.values() if isinstance(value, ListPage)]
            if found and found[0].name:  # the gallery's sample stands under no address
                found_on.append(address)
                yield client, path, found[0], page.content.decode()
                break
    LISTED_ON[:] = found_on


def plain_words(text: str) -> list[str]:
    """What a page says of partners, tiers and account managers in other words than the vendor's; rows are data."""
    ours = re.sub(r"<tbody>.*?</tbody>|<(script|style).*?</\1>", "<i></i>", text, flags=re.DOTALL)
    found = {" ".join(unescape(one or other).split()) for one, other in SAID.findall(ours)}
    return sorted(said for said in found if PLAIN.search(said) and said not in NOT_OWN)


def test_every_list_is_exported_keeps_views_and_speaks_the_vendors_words(world):
    seen, faults = 0, []
    for client, path, listed, text in list_pages(world):
        faults += [f"{listed.name}: says “{said}”" for said in plain_words(text)]
        if listed.name in NOT_EXPORTED:
            continue
        seen += 1
        if listed.rows and ("format=csv" not in text or "format=xlsx" not in text):
            faults.append(f"{listed.name}: offers no export")
        if listed.rows and listed.views is not None and "/views/save/" not in text:
            faults.append(f"{listed.name}: keeps no views")
        csv = send(client, "get", f"{path}?format=csv")
        rows = csv.content.decode("utf-8-sig").splitlines()
        if csv.status_code != 200 or len(rows) < 1 + len(listed.rows):
            faults.append(f"{listed.name}: the CSV has {len(rows)} lines for {len(listed.rows)} rows")
        xlsx = send(client, "get", f"{path}?format=xlsx")
        if not xlsx.content.startswith(b"PK"):
            faults.append(f"{listed.name}: no spreadsheet but {xlsx.status_code}")
        elif len(list(load_workbook(io.BytesIO(xlsx.content)).active.rows)) < 1 + len(listed.rows):
            faults.append(f"{listed.name}: rows are missing in the spreadsheet")
    assert seen >= 4
    assert not faults, "; ".join(faults)


def test_a_column_that_may_be_hidden_is(world):
    seen, faults = 0, []
    for client, path, listed, text in list_pages(world):
        optional = [column.name for column, _ in listed.optional]
        if not optional or not listed.rows:
            continue
        seen += 1
        fewer = send(client, "get", f"{path}?columns={optional[0]}").content.decode()
        hidden = text.count('<th scope="col"') - fewer.count('<th scope="col"')
        if hidden != len(optional) - 1:
            faults.append(f"{listed.name}: hides {hidden} columns, not {len(optional) - 1}")
    assert seen
    assert faults == []


def test_a_plain_word_is_found():
    assert plain_words("<h1>All tiers</h1><tbody><td>Partner One</td></tbody>") == ["All tiers"]
