"""A deal in a real browser: registered, in conflict, decided, extended, won; and the scorecard moves."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from dealreg.actions import approve_deal
from dealreg.models import DealRegistration, Opportunity
from prm.kernel import clock
from prm.kernel.tenancy.context import tenant_scope
from tests.browser.signed_in import become
from tests.conftest import build_cast
from tests.dealreg.conftest import equip, fresh, send

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def story(page: Any, live_server: Any) -> Any:
    """Südstern is protected at Contoso; `story.become(member)` signs somebody else in."""
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)
        approve_deal(fresh(send(cast, cast.rival_champion)), by=cast.other_cam)

    cast.become, cast.at = (lambda member: become(page, live_server, member)), f"{live_server.url}/t/acme"
    return cast


def test_a_deal_from_the_phone_to_the_scorecard(page: Any, story: Any) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    story.become(story.seller)
    page.goto(f"{story.at}/deals/new/")
    expect(page.locator("#content")).to_contain_text("What you get")
    soon = clock.today("Europe/Berlin") + dt.timedelta(days=40)
    page.get_by_label("Customer", exact=True).fill("Contoso AG")
    page.get_by_label("Its web domain").fill("www.contoso.example")
    page.get_by_label("Security").check()
    page.get_by_label(re.compile("^Amount")).fill("42,000.00")
    page.get_by_label("Expected order").fill(soon.isoformat())
    page.get_by_label("Contact there").fill("Kim Vogt")
    page.get_by_label("E-mail of the contact").fill("kim@contoso.example")
    page.get_by_label("What the customer needs").fill("A firewall for the second plant")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Contoso AG")
    expect(page.locator("#content")).to_contain_text("Submitted")
    expect(page.locator("#content")).not_to_contain_text("onflict")
    address = page.url

    page.set_viewport_size({"width": 1280, "height": 900})
    story.become(story.operations)
    page.goto(f"{story.at}/deals/?desk=mine")
    page.get_by_role("link", name="Contoso AG").click()
    expect(page.locator("#conflicts")).to_contain_text("Südstern")
    page.get_by_text("Decide the conflict").click()
    page.get_by_label(re.compile("separate project")).check()
    page.get_by_label("Reason and evidence").fill("The second plant: other contact, other site")
    page.get_by_role("button", name="Decide", exact=True).click()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#content")).to_contain_text("Protected for 60 more days")

    story.become(story.seller)
    page.goto(address)
    page.get_by_text("Update the next step").first.click()
    page.get_by_label("What happens next").fill("Pilot")
    page.get_by_label("On", exact=True).fill(soon.isoformat())
    page.get_by_role("button", name="Update the next step").click()
    page.get_by_text("Ask for an extension").first.click()
    page.get_by_label("What shows that the deal moves").fill("The pilot is running")
    page.get_by_role("button", name="Ask for an extension").click()
    expect(page.locator("#extensions")).to_contain_text("Asked")

    story.become(story.cam)
    page.goto(address)
    page.get_by_role("button", name="Grant the extension").click()
    expect(page.locator("#content")).to_contain_text("Protected for 90 more days")

    story.become(story.operations)
    page.goto(address)
    page.get_by_text("Order booked").first.click()
    page.get_by_label("Order of").fill(clock.today("Europe/Berlin").isoformat())
    page.get_by_role("button", name="Order booked").click()
    expect(page.locator(".facts").first).to_contain_text("Won")

    story.become(story.cam)
    page.goto(f"{story.at}/scorecards/partner/{story.northwind.pk}/performance/figure/?of=deals:won_deals")
    with tenant_scope(story.acme):
        deal = DealRegistration.objects.get(partner=story.northwind)
        business = Opportunity.objects.get(registration=deal)
    assert deal.state == "won"
    expect(page.locator("#content")).to_contain_text(business.number)
