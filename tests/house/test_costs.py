"""Pages cost the same number of queries however much there is to show, and never more than the limit."""

from __future__ import annotations

import re

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from prm.kernel.isolation.planting import grow
from prm.kernel.isolation.run import client_of, planted, send
from tests.house import routes

LIST, DETAIL = 10, 12
# Asked on every request, before the page's own work: who is it, and in which context.
FRAME = re.compile(
    r"SAVEPOINT|set_config|django_session|COUNT.*kernel_notification.*read_at|"
    r"\"kernel_user\"|LIMIT 1$.*\"kernel_membership\"",
    re.IGNORECASE,
)
WARM: set[str] = set()
# Pages that may ask more, with the reason.
FIGURE = (13, "the whole scorecard of a partner, each of its sources asked once, and the rows behind one figure")
DEARER: dict[str, tuple[int, str]] = {
    "": (30, "the first page puts together what every app lends to it, a question or two each"),
    "scorecards/partner/<uuid:partner_id>/performance/figure/": FIGURE,
    "api/v1/^performance-scorecards/(?P<pk>[^/.]+)/figure/$": FIGURE,
}


def costs(world, name: str, under: str = "") -> dict[str, int]:
    """Route to the number of queries of its page, for the routes that begin so."""
    actor = routes.everybody(world)[name]
    client, found = client_of(actor), {}
    for address in routes.views():
        values = address.filled(world, "A/P1")
        if values is None or "get" not in address.methods or address.is_the_same_for_all or address.is_outside:
            continue
        if not address.route.startswith(under):
            continue
        path = actor.prefix + address.path(values)
        if address.route not in WARM:  # the first call fills caches of the program
            WARM.add(address.route)
            send(client, "get", path)
        with CaptureQueriesContext(connection) as asked:
            response = send(client, "get", path)
        if response.status_code == 200:
            found[address.route] = sum(not FRAME.search(query["sql"]) for query in asked.captured_queries)
    return found


def over(found: dict[str, int]) -> dict[str, int]:
    """The pages that ask more than they may."""
    return {
        route: count
        for route, count in found.items()
        if count > DEARER.get(route, (DETAIL if "<" in route else LIST, ""))[0]
    }


def test_pages_cost_the_same_with_few_and_with_many_and_never_too_much(db):
    with planted(all_roles=False) as world:
        few = costs(world, "A/channel_chief")
        grow(world)
        many = costs(world, "A/channel_chief")
    assert len(few) > 10
    assert over(few) == {}
    assert {route: (few[route], many[route]) for route in few if many.get(route) != few[route]} == {}


def test_a_page_that_asks_for_each_row_is_found(db):
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"), planted(all_roles=False) as world:
        few = costs(world, "A/channel_chief", "leak/")
        grow(world)
        many = costs(world, "A/channel_chief", "leak/")
    assert [route for route in few if many[route] != few[route]] == ["leak/dear/"]


def test_a_page_that_asks_too_much_is_found():
    assert over({"a-list/": LIST, "partners/<uuid:partner_id>/": DETAIL, "dear/": LIST + 1}) == {"dear/": LIST + 1}
