"""Partner and account manager answer the same scorecard from two browsers at the same time."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from prm.kernel.tenancy.context import tenant_scope
from scorecards.actions import start_assessment
from scorecards.models import Answer, AnswerRevision
from scorecards.queries import asked_questions
from scorecards.starter import copy_bank
from tests.conftest import build_cast
from tests.scorecards.filling import fill

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def people():
    cast = build_cast()
    with tenant_scope(cast.acme):
        copy_bank()
        cast.scorecard = start_assessment(cast.northwind, by=cast.champion)
        cast.left = tuple(q.code for q in asked_questions(cast.scorecard)[:5])  # for the two of them
        fill(cast.scorecard, by=cast.champion, but=cast.left)
    return cast


@pytest.fixture
def opened(browser, live_server, people):
    """`opened(member)` gives a page with the scorecard in a browser of that person's own."""
    contexts = []

    def open_as(member):
        client = Client()
        client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context = browser.new_context()
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(f"{live_server.url}/t/{member.tenant.slug}/scorecards/{people.scorecard.pk}/")
        page.locator("#scorecard[data-ready]").wait_for()
        return page

    yield open_as
    for context in contexts:
        context.close()


def shown(page):
    return page.locator("[data-question]:visible")


def chosen(page, code):
    return page.locator(f'#q-{code} [aria-checked="true"]')


def test_both_answer_see_each_other_and_lose_nothing(people, opened):
    first, second, third, fourth, _ = people.left
    partner, manager = opened(people.champion), opened(people.cam)

    # Different questions: both answers are kept, each sees the other's with the name.
    partner.keyboard.press("2")
    manager.keyboard.press("ArrowRight")
    expect(shown(manager)).to_have_attribute("data-question", second)
    manager.keyboard.press("4")
    expect(chosen(manager, first)).to_have_attribute("data-key", "2", timeout=10_000)
    expect(manager.locator(f"#q-{first} [data-who]")).to_contain_text("Answered by Champion")
    expect(partner.locator(f"#q-{second} [data-who]")).to_contain_text("Answered by Cam", timeout=10_000)
    expect(chosen(partner, second)).to_have_attribute("data-key", "4")
    expect(partner.locator("[data-others]")).to_contain_text("Cam: 1 answer while you are here")
    expect(partner.locator('[data-count="all"]')).to_have_text("33 of 36")

    # The same question: the last answer counts, and whoever gave the first sees by whom it was replaced.
    expect(shown(partner)).to_have_attribute("data-question", second)
    partner.keyboard.press("1")
    expect(chosen(manager, second)).to_have_attribute("data-key", "1", timeout=10_000)
    expect(manager.locator(f"#q-{second} [data-who]")).to_contain_text("Answered by Champion")

    # Without a connection the partner's answer waits; the manager answers that question meanwhile and stays.
    partner.context.set_offline(True)
    partner.keyboard.press("3")
    expect(partner.locator("[data-waiting]")).to_contain_text("1 answer waits to be sent – nothing is lost.")
    expect(shown(partner)).to_have_attribute("data-question", fourth)
    partner.context.set_offline(False)
    expect(partner.locator("#scorecard")).to_have_attribute("data-queue", "0", timeout=10_000)
    expect(chosen(manager, third)).to_have_attribute("data-key", "3", timeout=10_000)

    # The manager answers the rest and submits; the partner is told at once, with the name and what came too late.
    with tenant_scope(people.acme):
        fill(people.scorecard, by=people.cam, but=people.left[:3])
    expect(manager.locator("#scorecard[data-complete]")).to_be_attached(timeout=10_000)
    partner.context.set_offline(True)
    partner.keyboard.press("5")
    manager.keyboard.press("s")
    expect(manager.locator("h1")).to_contain_text("Scorecard of Northwind", timeout=10_000)
    partner.context.set_offline(False)
    told = partner.locator("[data-waiting]")
    expect(told).to_contain_text("Cam has submitted this scorecard meanwhile", timeout=10_000)
    expect(told).to_contain_text("Came too late and does not count: 4 of 36.")

    with tenant_scope(people.acme):
        kept = {a.question.code: a for a in Answer.objects.select_related("question", "answered_by__user")}
        assert len(kept) == 36
        assert [(kept[c].options, kept[c].answered_by.user.name) for c in (first, second, third)] == [
            (["o2"], "Champion"),
            (["o1"], "Champion"),
            (["o3"], "Champion"),
        ]
        assert AnswerRevision.objects.filter(question__code=second).count() == 2
