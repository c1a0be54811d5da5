"""Pages cost the same number of queries however much there is to show, and never more than the limit."""

from __future__ import annotations

import re
from collections.abc import Container

from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from prm.kernel.isolation.planting import grow
from prm.kernel.isolation.run import client_of, planted, send
from tests.house import routes

LIST, DETAIL = 10, 12
BROKEN = 1_000_000  # a page that breaks is dearer than any may be
# Asked on every request, before the page's own work: who is it, and in which context.
FRAME = re.compile(
    r"SAVEPOINT|set_config|django_session|COUNT.*kernel_notification.*read_at|"
    r"\"kernel_user\"|LIMIT 1$.*\"kernel_membership\"",
    re.IGNORECASE,
)
# Reading changes nothing, but for the notes of when somebody was last here and who opened a deal.
WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) \"(?!django_session|kernel_membership|dealreg_dealopening)")
# Pages that may ask more, with the reason.
FIGURE = (13, "the whole scorecard of a partner, each of its sources asked once, and the rows behind one figure")
DEARER: dict[str, tuple[int, str]] = {
    "": (30, "the first page puts together what every app lends to it, a question or two each"),
    "partners/waiting/": (20, "all that waits, one question for each list that an app lends, as on the first page"),
    "scorecards/partner/<uuid:partner_id>/performance/figure/": FIGURE,
    "api/v1/^performance-scorecards/(?P<pk>[^/.]+)/figure/$": FIGURE,
}


def costs(world, name: str, *, under: str = "", only: Container[str] | None = None) -> dict[str, int]:
    """Route to the number of queries of its page, for the routes that begin so (or `only` these)."""
    actor = routes.everybody(world)[name]
    client, found = client_of(actor), {}
    for address in routes.views():
        values = address.filled(world, "A/P1")
        if values is None or "get" not in address.methods or address.is_the_same_for_all or address.is_outside:
            continue
        if not address.route.startswith(under) or (only is not None and address.route not in only):
            continue
        connection.queries_log.clear()  # it keeps the last 9,000 and would count nothing beyond
        with CaptureQueriesContext(connection) as asked:
            response = send(client, "get", actor.prefix + address.path(values))
        written = [query["sql"] for query in asked.captured_queries if WRITES.match(query["sql"])]
        assert not written, f"reading {address.route} changes something: {written}"
        if response.status_code >= 500:
            found[address.route] = BROKEN
        elif response.status_code == 200:
            found[address.route] = sum(not FRAME.search(query["sql"]) for query in asked.captured_queries)
    return found


def few_and_many(world, name: str, *, under: str = "") -> tuple[dict[str, int], dict[str, int]]:
    """The costs of pages with few rows and with many.

    A page that is opened for the first time may fill caches of the program: those that then ask otherwise, or too
    much, are opened once more with few rows.
    """
    few = costs(world, name, under=under)
    with transaction.atomic():
        grow(world)
        many = costs(world, name, under=under)
        transaction.set_rollback(True)
    again = {route for route in few if few[route] != many.get(route)} | set(over(few))
    return few | costs(world, name, only=again), many


def over(found: dict[str, int]) -> dict[str, int]:
    """The pages that ask more than they may."""
    return {
        route: count
        for route, count in found.items()
        if count > DEARER.get(route, (DETAIL if "<" in route else LIST, ""))[0]
    }


def test_pages_cost_the_same_with_few_and_with_many_and_never_too_much(db):
    with planted(all_roles=False) as world:
        few, many = few_and_many(world, "A/channel_chief")
    assert len(few) > 10
    assert over(few) == {}
    assert {route: (few[route], many[route]) for route in few if many.get(route) != few[route]} == {}


def test_a_page_that_asks_for_each_row_is_found(db):
    with override_settings(ROOT_URLCONF="tests.house.leaky_urls"), planted(all_roles=False) as world:
        few, many = few_and_many(world, "A/channel_chief", under="leak/")
    assert [route for route in few if many[route] != few[route]] == ["leak/dear/"]


def test_a_page_that_asks_too_much_is_found():
    assert over({"a-list/": LIST, "partners/<uuid:partner_id>/": DETAIL, "dear/": LIST + 1}) == {"dear/": LIST + 1}
