"""The partner page: its tabs are addresses, hold what one may see, and compute nothing of each other."""

import pytest

from partners import registries
from partners.registries import Panel


def test_each_tab_is_an_address_and_marked_as_the_one_that_is_shown(cast, sign_in):
    client = sign_in(cast.cam)
    for tab in registries.tabs_for(cast.cam, cast.northwind):
        page = client.get(f"/partners/{cast.northwind.pk}/?tab={tab}").content.decode()
        assert page.count('class="tab"') == len(registries.tabs_for(cast.cam, cast.northwind))
        assert page.count('class="tab" href') == page.count('class="tab"')
        chosen = page.split('class="tabs"')[1].split('aria-current="page">')[1]
        assert chosen.startswith(str(registries.TABS[tab]))


def test_an_unknown_tab_is_not_found(cast, sign_in):
    assert sign_in(cast.cam).get(f"/partners/{cast.northwind.pk}/?tab=secrets").status_code == 404


@pytest.fixture
def lent(monkeypatch):
    """A panel on a tab that is otherwise empty, for those who may see what the vendor keeps to itself."""
    asked = []

    def context(member, partner):
        asked.append(member)
        return {"figures": None}

    panel = Panel(10, "kit/logo.html", context, "documents", "partners.view_internal")
    monkeypatch.setattr(registries, "panels", [p for p in registries.panels if p.tab != "documents"] + [panel])
    return asked


def test_a_tab_stands_there_only_for_those_who_may_see_one_of_its_panels(cast, sign_in, lent):
    address = f"/partners/{cast.northwind.pk}/?tab=documents"
    assert "documents" in registries.tabs_for(cast.cam, cast.northwind)
    assert "documents" not in registries.tabs_for(cast.champion, cast.northwind)
    assert sign_in(cast.cam).get(address).status_code == 200
    assert sign_in(cast.champion).get(address).status_code == 404
    assert lent == [cast.cam]


def test_panels_of_other_tabs_are_not_computed(cast, sign_in, lent):
    client = sign_in(cast.cam)
    client.get(f"/partners/{cast.northwind.pk}/")
    assert lent == []
    client.get(f"/partners/{cast.northwind.pk}/?tab=documents")
    assert lent != []


def test_the_head_names_one_primary_action(cast, sign_in):
    for member in (cast.cam, cast.champion, cast.auditor):
        page = sign_in(member).get(f"/partners/{cast.northwind.pk}/?tab=people").content.decode()
        head = page.split('class="page-actions"')[1].split("</div>\n    </div>")[0].split('class="tabs"')[0]
        assert head.count("btn-primary") == (0 if member is cast.auditor else 1)
