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
# Pages that may ask more, with the reason.
DEARER: dict[str, tuple[int, str]] = {
    "": (30, "the first page puts together what every app lends to it, a question or two each"),
}


def costs(world, name: str) -> dict[str, int]:
    """Route to the number of queries of its page."""
    actor = routes.everybody(world)[name]
    client, found = client_of(actor), {}
    for address in routes.views():
        values = address.filled(world, "A/P1")
        if values is None or "get" not in address.methods or address.is_the_same_for_all or address.is_outside:
            continue
        path = actor.prefix + address.path(values)
        send(client, "get", path)  # the first call fills caches of the program
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = send(client, "get", path)
        if response.status_code == 200:
            found[address.route] = sum(not FRAME.search(query["sql"]) for query in asked.captured_queries)
    return found


def test_pages_cost_the_same_with_few_and_with_many(db):
    with planted(all_roles=False) as world:
        few = costs(world, "A/channel_chief")
        grow(world)
        many = costs(world, "A/channel_chief")
    assert len(few) > 10
    assert {route: (few[route], many[route]) for route in few if many.get(route) != few[route]} == {}


def test_pages_stay_within_the_limit(db):
    with planted(all_roles=False) as world:
        found = costs(world, "A/channel_chief")
    over = {
        route: count
        for route, count in found.items()
        if count > DEARER.get(route, (DETAIL if "<" in route else LIST, ""))[0]
    }
    assert over == {}


def test_a_page_that_asks_for_each_row_is_found(db):
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"), planted(all_roles=False) as world:
        few = costs(world, "A/channel_chief")
        grow(world)
        many = costs(world, "A/channel_chief")
    assert [route for route in few if many[route] != few[route]] == ["leak/dear/"]
