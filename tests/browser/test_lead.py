"""A lead in a real browser on a phone: offered with its details hidden, accepted, worked on, registered."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import expect

from dealreg.models import DealRegistration, Lead
from prm.kernel import clock
from prm.kernel.tenancy.context import tenant_scope
from tests.browser.signed_in import become
from tests.conftest import build_cast
from tests.dealreg.leads import GIVEN, SECRETS, ready, settle
from tests.dealreg.test_capture_lead import key_client
from tests.dealreg.test_capture_lead import send as hand_in

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_a_lead_from_the_interface_to_the_registration(page: Any, live_server: Any) -> None:
    cast = build_cast()
    with tenant_scope(cast.acme):
        ready(cast)
        body = {**GIVEN, "consented_at": f"{clock.today() - dt.timedelta(days=3)}T10:00:00Z"}
        assert hand_in(key_client(cast), body).status_code == 201
        settle(cast)  # it is routed: Northwind serves the region
    page.set_viewport_size({"width": 360, "height": 780})
    become(page, live_server, cast.seller)
    page.goto(f"{live_server.url}/t/acme/")
    page.locator(".waiting-item", has_text="Leads offered to you").get_by_role("link").click()
    seen = page.locator("main")
    expect(seen).to_contain_text("Accept within 1 business day")
    for secret in SECRETS:
        expect(seen).not_to_contain_text(secret)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_role("button", name="Accept").click()
    expect(page.locator("h1")).to_have_text("Nebula Rail AG")
    expect(seen).to_contain_text("kim@nebula-rail.example")
    page.get_by_label("With whom you spoke").fill("Kim Vogt: three depots, this autumn")
    page.get_by_role("button", name="Log the first contact").click()
    page.get_by_label("Budget").fill("60,000")
    page.get_by_role("button", name="Qualify").click()
    page.get_by_role("link", name="Register").click()
    expect(page.get_by_label("Customer", exact=True)).to_have_value("Nebula Rail AG")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label(re.compile("^Amount")).fill("52,000")
    page.get_by_label("Expected order").fill((clock.today("Europe/Berlin") + dt.timedelta(days=40)).isoformat())
    page.get_by_role("button", name="Send").click()
    expect(page.locator("h1")).to_have_text("Nebula Rail AG")
    expect(seen).to_contain_text("Zqzqcampaign spring")
    with tenant_scope(cast.acme):
        deal, lead = DealRegistration.objects.get(), Lead.objects.get()
        assert (deal.state, deal.lead_id, deal.campaign) == ("submitted", lead.pk, "Zqzqcampaign spring")
        assert lead.state == "converted"
