"""The session ends while somebody fills in a form: signed in again, what was typed is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from dealreg.models import DealRegistration
from prm.kernel.tenancy.context import tenant_scope
from tests.browser.signed_in import become
from tests.conftest import PASSWORD, build_cast
from tests.dealreg.conftest import equip

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def test_what_was_typed_outlives_the_session_for_the_same_person_only(page: Any, live_server: Any) -> None:
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)

    def type_and_lose(need: str) -> None:
        become(page, live_server, cast.seller)
        page.goto(f"{live_server.url}/t/acme/deals/new/")
        page.get_by_label("Customer", exact=True).fill("Contoso AG")
        page.get_by_label("Security").check()
        page.get_by_label("What the customer needs").fill(need)
        page.context.clear_cookies()
        page.get_by_role("button", name="Keep as a draft").click()
        expect(page.locator("h1")).to_have_text("Sign in")

    def sign_in(email: str) -> None:
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name=re.compile("Sign in")).first.click()
        expect(page.locator("h1")).to_have_text("Register a deal")

    type_and_lose("A firewall,\nin two lines")
    sign_in(cast.seller.user.email)
    expect(page.locator("main")).to_contain_text("It has not been sent yet")
    expect(page.get_by_label("What the customer needs")).to_have_value("A firewall,\nin two lines")
    expect(page.get_by_label("Security")).to_be_checked()
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("h1")).to_have_text("Contoso AG")
    with tenant_scope(cast.acme):
        assert DealRegistration.objects.get().need == "A firewall,\nin two lines"
    page.goto(f"{live_server.url}/t/acme/deals/new/")
    expect(page.get_by_label("Customer", exact=True)).to_have_value("")  # it went through, and is not kept

    type_and_lose("For my eyes only")
    sign_in(cast.champion.user.email)
    expect(page.get_by_label("What the customer needs")).to_have_value("")
