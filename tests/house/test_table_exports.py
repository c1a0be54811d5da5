"""Tables that are no lists of records are files too: every page with the menu of exports answers with both kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from partners.actions import add_partner
from prm.kernel.models import Event
from prm.kernel.notifications import notify

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# The page, who opens it, a head and a cell of its file.
PAGES = {
    "sales/all_targets.html": ("/performance/targets/", "operations", "Number", "Northwind"),
    "scorecards/kpis/ranking.html": ("/scorecards/ranking/", "chief", "Composite score", ""),
    "scorecards/kpis/catalogue.html": ("/scorecards/kpis/", "operations", "Formula", ""),
    "partners/duplicates/pairs.html": ("/partners/duplicates/", "operations", "The younger one", "Northwind AG"),
    "partners/questions.html": ("/partners/questions/", "operations", "Again after months", ""),
    "kernel/notifications.html": ("/notifications/", "operations", "Read at", "'=1+1 told"),
}


def test_every_page_with_the_menu_is_tried():
    found = {str(p.relative_to(TEMPLATES)) for p in TEMPLATES.rglob("*.html") if "{% export_menu %}" in p.read_text()}
    assert found == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_the_table_is_a_file(cast, sign_in, name):
    address, who, head, cell = PAGES[name]
    if "duplicates" in name:
        add_partner("Northwind AG", country="DE", by=cast.operations)
    if "notifications" in name:
        notify([cast.operations], "=1+1 told", about=None, url="/", key="x")
    client = sign_in(getattr(cast, who))
    page = client.get(address)
    csv = client.get(f"{address}?format=csv").content.decode("utf-8-sig")
    assert page.status_code == 200
    assert head in csv.splitlines()[0]
    assert cell in csv
    assert client.get(f"{address}?format=xlsx").content.startswith(b"PK")
    if cell:
        assert "format=xlsx" in page.content.decode()
    assert Event.objects.filter(name="list.exported").count() == 2
