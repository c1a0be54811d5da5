"""The look in a real browser: no rule of accessibility broken, nothing sideways on a phone, and the parts that move."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.conftest import build_cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def people(transactional_db: Any) -> Any:
    return build_cast()


@pytest.fixture
def complaints(page: Any) -> list[str]:
    """What the browser refused: blocked styles and scripts, errors in ours."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def sign_in(page: Any, live_server: Any, member: Any) -> None:
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    page.context.add_cookies([cookie])


def violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {v['help']} | {n['html'][:160]}" for v in found for n in v["nodes"]]


PAGES = ("/gallery/", "/accounts/login/", "/accounts/password/reset/", "/t/acme/", "/t/acme/gallery/")
# Every component stands in the gallery: other pages look dark with --long only.
DARK = [("/gallery/", "dark"), *(pytest.param(path, "dark", marks=pytest.mark.long) for path in PAGES[1:])]


@pytest.mark.parametrize(("path", "theme"), [*((path, "light") for path in PAGES), *DARK])
def test_no_rule_of_accessibility_is_broken(live_server, page, people, complaints, path, theme):
    if path.startswith("/t/"):
        sign_in(page, live_server, people.cam)
    page.emulate_media(color_scheme=theme)
    page.goto(live_server.url + path)
    assert page.locator("html").get_attribute("data-bs-theme") == theme
    assert violations(page) == []
    assert complaints == []


@pytest.mark.parametrize("path", ["/gallery/", "/accounts/login/", "/t/acme/"])
def test_nothing_runs_off_a_phone(live_server, page, people, path):
    if path.startswith("/t/"):
        sign_in(page, live_server, people.cam)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_chosen_theme_is_kept(live_server, page, people):
    page.emulate_media(color_scheme="light")
    page.goto(live_server.url + "/gallery/")
    button = page.locator("[data-theme-button]")
    button.click()  # as the system -> light
    button.click()  # light -> dark
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"
    assert button.get_attribute("aria-label") == "Theme: dark"


def test_a_dialog_opens_and_gives_the_focus_back(live_server, page, people):
    page.goto(live_server.url + "/gallery/")
    opener = page.get_by_role("button", name="Open the dialog")
    opener.click()
    assert page.get_by_role("dialog", name="A dialog").is_visible()
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert opener.evaluate("it => it === document.activeElement")


def test_a_menu_is_worked_by_keyboard(live_server, page, people):
    page.goto(live_server.url + "/gallery/")
    summary = page.locator("details.menu > summary", has_text="Menu")
    summary.press("Enter")
    summary.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Rename"
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert summary.evaluate("it => it === document.activeElement")


def test_the_navigation_of_a_phone_opens_and_closes(live_server, page, people):
    sign_in(page, live_server, people.cam)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url + "/t/acme/")
    burger = page.get_by_role("button", name="Navigation")
    assert not page.get_by_role("navigation", name="Main").is_visible()
    burger.click()
    assert page.get_by_role("navigation", name="Main").is_visible()
    assert burger.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert burger.get_attribute("aria-expanded") == "false"


def test_the_skip_link_is_the_first_stop_and_leads_to_the_content(live_server, page, people):
    page.goto(live_server.url + "/gallery/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize(
    "looks",
    [
        [("#ffee00", "light"), ("#101010", "dark"), ("#fafafa", "light"), ("#e4002b", "dark")],
        pytest.param(
            [("#ffee00", "dark"), ("#101010", "light"), ("#fafafa", "dark"), ("#e4002b", "light")],
            marks=pytest.mark.long,
        ),
    ],
    ids=["four", "the same in the other light"],
)
def test_a_vendors_colour_can_be_read_whatever_it_is(live_server, page, people, complaints, looks):
    for colour, theme in looks:
        people.acme.colours = {"brand": colour}
        people.acme.save(update_fields=["colours"])
        sign_in(page, live_server, people.cam)
        page.emulate_media(color_scheme=theme)
        page.goto(live_server.url + "/t/acme/gallery/")
        assert violations(page) == [], colour
    assert complaints == []
