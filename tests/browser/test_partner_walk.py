"""One company's whole way in a real browser: it applies, is screened, won, onboarded, promoted, brings its people."""

from __future__ import annotations

import datetime as dt
import os
import re
import time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.core import mail
from django.test import Client
from playwright.sync_api import expect

from partners.actions import edit_program_page, import_program, publish_program, run_night, stamp_form
from partners.models import Partner, PartnerTier, Task
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import tenant_scope
from sales.actions import add_line, book_actuals
from scorecards.models import Assessment
from scorecards.starter import copy_bank
from tests.browser.pace import Person, answer
from tests.conftest import PASSWORD, build_cast
from tests.papers import pdf
from tests.scorecards.filling import fill
from tests.worker import worker

__all__ = ["worker"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

LADDER = """
name: Ladder of two
evaluation: {entry: {resale: silver, months: 12}}
tiers:
  - {id: silver, name: Silver, benefits: {base_discount: "0.10"}}
  - {id: gold, name: Gold, requirements: [{metric: net_revenue_12m, kind: at_least, target: "10000.00"}]}
"""
PATIENCE = 30_000  # milliseconds, on a machine that has much else to do
NAME = "Ostwind Systemhaus GmbH"
OLGA, SVEN = "olga@ostwind.example", "sven@ostwind.example"


@pytest.fixture
def people(transactional_db: Any, settings: Any, tmp_path: Any) -> SimpleNamespace:
    settings.MEDIA_ROOT = tmp_path / "media"
    cast = build_cast()
    with tenant_scope(cast.acme):
        copy_bank()
        publish_program(import_program(LADDER, by=cast.operations), by=cast.chief, valid_from=clock.today())
        edit_program_page(
            by=cast.operations, headline="Sell with us", intro="Good.", terms="Our terms.", questions=[], is_open=True
        )
    return cast


class Walk:
    """The browser of the day: `as_member` and `as_nobody` say who sits in front of it."""

    def __init__(self, page: Any, live_server: Any, cast: SimpleNamespace) -> None:
        self.page, self.site, self.cast = page, live_server.url, cast
        self.pictures = os.environ.get("PICTURES")
        page.set_viewport_size({"width": 1280, "height": 900})

    def as_nobody(self) -> None:
        self.page.context.clear_cookies()

    def as_member(self, member: Membership) -> None:
        self.as_nobody()
        client = Client()
        client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.cookies[configured.SESSION_COOKIE_NAME].value
        self.page.context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": self.site}])

    def go(self, path: str) -> None:
        self.page.goto(f"{self.site}/t/acme{path}")

    def see(self, name: str) -> None:
        """Keep a picture of the page when asked to (`PICTURES` names the folder)."""
        if self.pictures:
            self.page.screenshot(path=f"{self.pictures}/walk-{name}.png", full_page=True)

    def press(self, name: str, within: Any = None) -> None:
        (within or self.page).get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str, within: Any = None) -> None:
        (within or self.page).get_by_role("link", name=name, exact=True).first.click()

    def until(self, is_so: Any) -> None:
        """What the worker does comes in its own time; who reloads the page meanwhile only keeps it from working."""
        limit = time.monotonic() + PATIENCE / 1000
        while not is_so():
            assert time.monotonic() < limit, f"it did not happen: {self.page.url}"
            self.page.wait_for_timeout(50)

    def open_letter(self, to: str, subject: str) -> None:
        """Open the link in the latest such letter, once the worker has sent it."""
        self.until(lambda: letters(to, subject))
        link = urlsplit(re.search(r"https?://\S+", letters(to, subject)[-1].body)[0])
        self.page.goto(f"{self.site}{link.path}")


def letters(to: str, subject: str) -> list[Any]:
    return [letter for letter in mail.outbox if letter.to == [to] and subject in letter.subject]


@pytest.fixture
def walk(page: Any, live_server: Any, people: SimpleNamespace) -> Walk:
    return Walk(page, live_server, people)


def partner_of(walk: Walk) -> Partner:
    with tenant_scope(walk.cast.acme):
        return Partner.objects.select_related("tier").get(name=NAME)


def member_at(walk: Walk, email: str) -> Membership:
    with tenant_scope(walk.cast.acme):
        return Membership.objects.select_related("user", "tenant").get(user__email=email)


# --- the six parts of the way ----------------------------------------------------------------------------


def applies(walk: Walk) -> None:
    page = walk.page
    walk.go("/become-a-partner/")
    walk.see("1-become")
    page.get_by_label("Company").fill(NAME)
    page.get_by_label("Country").select_option("DE")
    page.get_by_label("What do you do?").select_option("reseller")
    page.get_by_label("Website").fill("https://www.ostwind.example/")
    page.get_by_label("Your name").fill("Olga Ostwind")
    page.get_by_label("Your e-mail address at work").fill(OLGA)
    page.get_by_label("I agree to the terms above").check()
    with tenant_scope(walk.cast.acme), clock.travel(to=clock.now() - dt.timedelta(seconds=10)):
        stamp = stamp_form()  # as of a visitor who has taken ten seconds
    page.locator('input[name="stamp"]').evaluate("(field, stamp) => { field.value = stamp }", stamp)
    walk.press("Send the application")
    page.wait_for_url("**/become-a-partner/sent/*")
    walk.see("1-sent")
    walk.open_letter(OLGA, "Confirm your application")
    walk.see("1-confirm")
    page.locator('form button[type="submit"]').click()
    page.wait_for_url("**/become-a-partner/status/**")
    walk.see("1-status")


def is_qualified(walk: Walk) -> None:
    page = walk.page
    walk.as_member(walk.cast.cam)
    walk.go("/recruiting/")
    walk.see("2-board")
    walk.follow(NAME, page.locator(".board-cards"))
    walk.see("2-candidate")
    walk.press("Start the screening")
    page.locator("#scorecard[data-ready]").wait_for()
    walk.see("2-screening")
    person = Person(page)
    while page.locator("[data-finish]").is_hidden():
        answer(person, place=4)
    person.press("s")
    expect(page.locator("#scorecard")).to_have_count(0, timeout=PATIENCE)
    walk.see("2-screened")
    walk.go(f"/partners/{partner_of(walk).pk}/recruiting/")
    walk.see("2-fits")
    step = page.locator("#qualify_partner")
    step.get_by_role("button").click()
    page.locator(".badge", has_text="Qualified").wait_for()


def signs(walk: Walk) -> None:
    page, at = walk.page, f"/partners/{partner_of(walk).pk}/"
    walk.as_member(walk.cast.operations)
    walk.go(f"{at}?tab=people")
    walk.see("3-people")
    walk.follow("Invite to the portal")
    page.get_by_label("E-mail address").fill(OLGA)
    page.get_by_label(re.compile("^Name")).fill("Olga Ostwind")
    page.get_by_role("checkbox", name=re.compile("Champion")).check()
    walk.see("3-invite")
    walk.press("Send the invitation")
    joins(walk, OLGA, picture="3-join")
    walk.see("3-portal")
    walk.as_member(walk.cast.operations)
    walk.go("/people/?q=olga")
    walk.follow("Olga Ostwind")
    walk.press("Give signing authority")
    walk.see("3-person")
    walk.go(f"{at}?tab=documents")
    walk.see("3-documents")
    walk.follow("Add a document")
    page.get_by_label("Kind").select_option("agreement")
    page.get_by_label("Title").fill("Reseller agreement")
    page.get_by_label("File").set_input_files({"name": "agreement.pdf", "mimeType": "application/pdf", "buffer": pdf()})
    walk.press("Save")
    walk.see("3-document")
    walk.press("Send for signature")
    walk.see("3-sent")
    walk.as_member(member_at(walk, OLGA))
    walk.go("/")
    expect(page.locator("#your-tier")).to_have_count(0, timeout=PATIENCE)  # the agreement brings the first one
    walk.see("3-home-of-champion")
    walk.follow("Sign Reseller agreement")
    page.get_by_label("Your full name").fill("Olga Ostwind")
    page.get_by_label(re.compile("I have read the document")).check()
    walk.see("3-sign")
    walk.press("Sign")
    walk.until(lambda: partner_of(walk).state == "committed")
    assert partner_of(walk).tier.code == "silver"


def joins(walk: Walk, email: str, *, picture: str = "") -> None:
    page = walk.page
    walk.as_nobody()
    walk.open_letter(email, "invites you")
    if picture:
        walk.see(picture)
    page.get_by_label("Choose a password").fill(PASSWORD)
    walk.press("Join")
    page.wait_for_url("**/t/acme/")


def is_onboarded(walk: Walk) -> None:
    page, at = walk.page, f"/partners/{partner_of(walk).pk}/"
    walk.as_member(walk.cast.operations)
    walk.go(at)
    walk.see("4-won")
    walk.follow("Start onboarding")
    walk.press("Start onboarding")
    page.wait_for_url(f"**{at}")
    walk.until(lambda: "Agreement signed" not in open_tasks(walk))  # done before it was asked
    walk.see("4-onboarding")
    olga = member_at(walk, OLGA)
    walk.as_member(olga)
    walk.go("/")
    walk.see("4-home-of-champion")
    walk.go(f"{at}profile/")
    page.get_by_label(re.compile("^Employees")).fill("40")
    page.get_by_label(re.compile("^About")).fill("A systems house in Rostock.")
    walk.press("Save")
    invites(walk, SVEN, ("Partner sales", "Partner marketing", "Partner technical"))  # a small company
    walk.go(f"{at}bank/enter/")
    page.get_by_label("Account holder").fill(NAME)
    page.get_by_label("Bank", exact=True).fill("Sparkasse Rostock")
    page.get_by_label("IBAN").fill("DE89 3704 0044 0532 0130 00")
    walk.press("Save")
    walk.go("/scorecards/")
    walk.press("Start")
    page.locator("#scorecard[data-ready]").wait_for()
    with tenant_scope(walk.cast.acme):
        fill(Assessment.objects.get(partner__name=NAME, kind="partner"), by=olga)
    page.reload()
    page.locator("#scorecard[data-ready]").wait_for()
    page.locator("[data-submit]").click()
    expect(page.locator("h1")).to_contain_text("Scorecard of", timeout=PATIENCE)
    joins(walk, SVEN)
    walk.as_member(walk.cast.finance)
    walk.go(f"{at}bank/")
    walk.see("4-bank")
    walk.press("These details are verified")
    walk.as_member(olga)
    walk.go("/")
    by_hand = ("First sales certification", "First technical certification", "Business plan submitted")
    walk.until(lambda: sorted(open_tasks(walk)) == sorted(by_hand))
    page.reload()
    walk.see("4-nearly")
    for title in by_hand:
        walk.press(f"Done: {title}")
        expect(page.get_by_role("button", name=f"Done: {title}", exact=True)).to_have_count(0, timeout=PATIENCE)
    walk.until(lambda: partner_of(walk).state == "active")
    walk.go("/")
    walk.see("4-active")


def invites(walk: Walk, email: str, roles: tuple[str, ...]) -> None:
    page = walk.page
    walk.go("/people/")
    walk.follow("Invite somebody")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label(re.compile("^Name")).fill(email.split("@")[0].title())
    for role in roles:
        page.get_by_role("checkbox", name=re.compile(role)).check()
    walk.press("Send the invitation")
    expect(page.locator("#invitations")).to_contain_text(email, timeout=PATIENCE)


def open_tasks(walk: Walk) -> list[str]:
    with tenant_scope(walk.cast.acme):
        return list(Task.objects.open().filter(partner__name=NAME, required=True).values_list("title", flat=True))


def is_promoted(walk: Walk) -> None:
    """The figures of a month's last night propose it, a person says yes, and it holds from the first."""
    page, partner = walk.page, partner_of(walk)
    with tenant_scope(walk.cast.acme):
        today = clock.today()
        first = (today.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        last = first - dt.timedelta(days=1)
        sold = {"booked_on": today, "amount": Decimal(12000), "line": add_line("all", "All", by=None)}
        book_actuals(partner, [sold], by=None)
    night(walk, last)
    walk.as_member(walk.cast.operations)
    walk.go("/partners/program/proposals/")
    walk.see("5-proposals")
    walk.press(f"Confirm: {NAME}")
    expect(page.get_by_role("button", name=f"Confirm: {NAME}", exact=True)).to_have_count(0, timeout=PATIENCE)
    assert partner_of(walk).tier.code == "silver"
    night(walk, first)
    with tenant_scope(walk.cast.acme):
        held = PartnerTier.objects.filter(partner=partner).order_by("from_date")
        assert list(held.values_list("tier__code", "from_date", "cause")) == [
            ("silver", today, "entry"),
            ("gold", first, "evaluation"),
        ]
    walk.as_member(member_at(walk, OLGA))
    walk.go(f"/partners/{partner.pk}/?tab=programme")
    expect(page.locator("body")).to_contain_text("Gold", timeout=PATIENCE)
    walk.see("5-programme")


def night(walk: Walk, day: dt.date) -> None:
    moment = dt.datetime.combine(day, dt.time(10), tzinfo=ZoneInfo("Europe/Berlin"))
    with tenant_scope(walk.cast.acme), clock.travel(to=moment):
        run_night(day)


def sells(walk: Walk) -> None:
    """The seller whom the champion invited sees the own company, and of a rival not even that it exists."""
    page, partner = walk.page, partner_of(walk)
    walk.as_member(member_at(walk, OLGA))
    invites(walk, "lena@ostwind.example", ("Partner sales",))  # the next one, now that the company is gold
    walk.see("6-invited")
    walk.as_member(member_at(walk, SVEN))
    walk.go("/")
    walk.see("6-home-of-seller")
    walk.go("/partners/")
    page.wait_for_url(f"**/partners/{partner.pk}/")
    expect(page.locator("h1")).to_have_text(NAME, timeout=PATIENCE)
    expect(page.get_by_role("link", name="Documents", exact=True)).to_have_count(
        0, timeout=PATIENCE
    )  # not a seller's to read
    walk.see("6-company")
    for path in ("/", "/partners/", "/people/", "/scorecards/"):
        walk.go(path)
        expect(page.locator("body")).not_to_contain_text(walk.cast.rival.name)
    answered = page.request.get(f"{walk.site}/t/acme/partners/{walk.cast.rival.pk}/")
    assert answered.status == 404


def test_a_company_applies_is_won_is_promoted_and_brings_its_people(walk, worker):
    applies(walk)
    is_qualified(walk)
    signs(walk)
    is_onboarded(walk)
    is_promoted(walk)
    sells(walk)
