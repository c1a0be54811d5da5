"""The board of the pipeline in a real browser: cards go to another stage by hand and by key, and an order is booked."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from dealreg.actions import open_opportunity
from dealreg.models import Opportunity
from prm.kernel import clock
from prm.kernel.tenancy.context import tenant_scope
from tests.browser.signed_in import become
from tests.conftest import build_cast
from tests.dealreg.conftest import equip

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def board(page: Any, live_server: Any) -> Any:
    """Two open opportunities of Northwind, qualified; the order of the smaller one was expected yesterday."""
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)
        close = clock.today() + dt.timedelta(days=30)
        for name, amount in (("Contoso plant", "40000"), ("Fabrikam depot", "1500")):
            given: dict[str, Any] = {"name": name, "customer_name": name.split()[0], "expected_close": close}
            made = open_opportunity(
                by=cast.operations, partner=cast.northwind, lines={cast.security: Decimal(amount)}, **given
            )
        Opportunity.objects.filter(pk=made.pk).update(expected_close=clock.today() - dt.timedelta(days=1))
    cast.become = lambda member: become(page, live_server, member)
    cast.at = f"{live_server.url}/t/acme/deals/pipeline/"
    return cast


def test_a_card_is_moved_by_hand_and_by_key_and_an_order_is_booked(page: Any, board: Any) -> None:
    board.become(board.cam)
    page.goto(board.at)
    column = {name: page.locator(f'[data-stage="{name}"]') for name in ("qualified", "proposed", "committed")}
    plant, depot = (page.locator("[data-card]", has_text=name) for name in ("Contoso plant", "Fabrikam depot"))
    expect(depot).to_contain_text("overdue")
    expect(plant).not_to_contain_text("overdue")
    expect(column["qualified"]).to_contain_text("1 overdue: USD 1.5 k")
    expect(column["qualified"].locator(".board-sum")).to_have_text("USD 40 k USD 16 k weighted, 40 %")
    expect(column["proposed"]).to_contain_text("Nothing here")

    plant.drag_to(column["proposed"])
    expect(column["proposed"].locator(".board-sum")).to_have_text("USD 40 k USD 24 k weighted, 60 %")
    expect(column["qualified"].locator(".board-sum b")).to_have_text("USD 0")

    link = plant.get_by_role("link")
    expect(link).to_be_focused()  # it came back under the finger
    page.keyboard.press("Shift+ArrowRight")
    expect(column["committed"].locator(".board-sum")).to_have_text("USD 40 k USD 32 k weighted, 80 %")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#history")).to_contain_text("Committed")
    expect(page.locator("#verbs")).not_to_contain_text("Order booked")  # operations books it
    address = page.url

    board.become(board.operations)
    page.goto(address)
    page.get_by_text("Order booked").first.click()
    page.get_by_label("Order of").fill(clock.today("Europe/Berlin").isoformat())
    page.get_by_label("Amount of the order").fill("41,000")
    page.get_by_role("button", name="Order booked").click()
    expect(page.locator(".facts").first).to_contain_text("Won")
    page.goto(board.at)
    expect(page.locator(".stat", has_text=re.compile("Win rate"))).to_contain_text("1 won, 0 lost")
    expect(page.locator("[data-card]")).to_have_count(1)
