"""The business review in a real browser with a real worker: choose, make, watch, download, open."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import Client
from openpyxl import load_workbook
from playwright.sync_api import expect
from pptx import Presentation

from prm.kernel.models import Event, StoredFile
from prm.kernel.tenancy.context import tenant_scope
from qbr.models import Deck
from tests.browser.pace import BUDGET, Person
from tests.conftest import build_cast
from tests.qbr.scenario import tell_story
from tests.worker import worker

__all__ = ["worker"]
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def people(transactional_db: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path / "media"
    cast = build_cast()
    with tenant_scope(cast.acme):
        cast.quarter = tell_story(cast)
    return cast


@pytest.fixture
def manager_page(page: Any, live_server: Any, people: Any) -> Any:
    client = Client()
    client.force_login(people.cam.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[configured.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.at = f"{live_server.url}/t/acme"
    return page


def play(person: Person, quarter: Any) -> bytes:
    """The whole job: from the list of reviews to the file on the disk; returns what was downloaded."""
    page = person.page
    page.goto(f"{page.at}/reviews/")
    person.decide()
    person.point("#partner-search")
    for letter in "nort":
        person.press(letter)
    expect(page.locator("#partner-options option")).to_have_text(["Northwind"])
    person.decide()
    person.point('button:has-text("Open the review")')
    expect(page.locator("h1")).to_contain_text(f"Northwind: business review {quarter.label}")
    person.decide()
    person.point('button:has-text("Make the deck")')
    expect(page.locator("#progress, #summary").first).to_be_visible()
    link = page.locator('.page-actions a:has-text("PowerPoint")')
    expect(link).to_be_visible(timeout=90_000)  # the page refreshes itself; nobody reloads
    person.decide()
    with page.expect_download() as download:
        person.point('.page-actions a:has-text("PowerPoint")')
    return Path(download.value.path()).read_bytes()


def check(content: bytes, page: Any) -> None:
    deck = Presentation(io.BytesIO(content))
    charts = {s.name: s.chart for slide in deck.slides for s in slide.shapes if s.has_chart}
    months = next(chart for name, chart in charts.items() if name.startswith("Target and actual"))
    blob = months.part.chart_workbook.xlsx_part.blob
    held = [row[1] for row in load_workbook(io.BytesIO(blob)).active.iter_rows(min_row=2, values_only=True)]
    shown = page.locator("#performance").text_content()
    values = [value for value in held if value is not None]
    assert values
    for value in values:
        assert f"{value:,.2f}" in shown
    picture = os.environ.get("PICTURES")
    if picture:
        page.screenshot(path=f"{picture}/review.png", full_page=True)


def test_a_deck_is_made_watched_downloaded_and_opened(manager_page, people, worker):
    person = Person(manager_page)
    check(play(person, people.quarter), manager_page)
    assert person.seconds <= BUDGET
    with tenant_scope(people.acme):
        assert Deck.objects.get().state == Deck.State.READY
        assert sorted(StoredFile.objects.values_list("kind", flat=True)) == ["pdf", "pptx"]
        assert Event.objects.filter(name="deck.ready").count() == 1


@pytest.mark.pace
def test_a_deck_at_human_pace_takes_less_than_five_minutes(manager_page, people, worker):
    import time

    began = time.monotonic()
    check(play(Person(manager_page, human=True), people.quarter), manager_page)
    assert time.monotonic() - began <= BUDGET
