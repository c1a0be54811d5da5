"""Applying on the public page: what a visitor may see, what is kept, and that nothing is told of what is known."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import set_script_prefix

from partners.actions import edit_program_page, find_application, token_of
from partners.actions.applicants import LinkOver
from partners.actions.visitors import LIMITS
from partners.models import Application, Candidate, Contact, Partner, Task, VendorQuestion
from prm.kernel import clock
from prm.kernel.isolation.run import planted
from prm.kernel.members import furnish_tenant
from prm.kernel.models import Delivery
from prm.kernel.tenancy.context import tenant_scope

PAGE = "/t/acme/become-a-partner/"
GIVEN = {
    "company": "Ostwind Systemhaus GmbH",
    "country": "DE",
    "website": "https://www.ostwind.example/",
    "type": "reseller",
    "name": "Olga Ostwind",
    "email": "olga@ostwind.example",
    "phone": "",
    "message": "We look after 200 companies.",
    "accepts_terms": "on",
}


class Visitor(Client):
    def request(self, **request):
        try:
            return super().request(**request)
        finally:
            set_script_prefix("/")


@pytest.fixture
def page_is_open(cast):
    furnish_tenant(cast.acme)  # the policies are asked only where there are rows
    edit_program_page(
        by=cast.operations, headline="Sell with us", intro="Good.", terms="Our terms.", questions=[], is_open=True
    )


@pytest.fixture
def visitor(page_is_open):
    return Visitor(raise_request_exception=False, headers={"x-forwarded-for": "192.0.2.7"})


def stamp(client, *, seconds=10):
    with clock.travel(to=clock.now() - dt.timedelta(seconds=seconds)):
        found = re.search(r'name="stamp" value="([^"]+)"', client.get(PAGE).content.decode())
    return found[1]


def apply(client, **changes):
    return client.post(PAGE, GIVEN | {"stamp": stamp(client)} | changes)


def letters():
    return Delivery.objects.filter(task="partners.send_application_letter").count()


def confirmed(client, **changes):
    apply(client, **changes)
    application = Application.objects.order_by("-created_at").first()
    answer = client.post(f"{PAGE}confirm/{token_of(application, 'confirm')}/")
    application.refresh_from_db()
    return application, answer


def test_an_application_becomes_a_candidate_once_its_address_is_confirmed(cast, visitor):
    assert apply(visitor).headers["Location"].endswith("/become-a-partner/sent/")
    assert not Partner.objects.filter(name__startswith="Ostwind").exists()
    application = Application.objects.get()
    link = f"{PAGE}confirm/{token_of(application, 'confirm')}/"
    assert visitor.get(link).status_code == 200  # a mail scanner uses nothing up
    assert visitor.post(link).status_code == 302
    partner = Partner.objects.get(name__startswith="Ostwind")
    assert (partner.state, partner.source, partner.domain) == ("engaged", "Application", "ostwind.example")
    assert Candidate.objects.get(partner=partner).entered == {"engaged": clock.today().isoformat()}
    assert Contact.objects.get(partner=partner).consent["source"] == "application"
    task = Task.objects.get(partner=partner, kind="first_call")
    assert task.owner == cast.cam  # looks after most partners of that country
    assert clock.today() < task.due_on <= clock.today() + dt.timedelta(days=4)
    assert visitor.post(link).status_code == 404  # once


def test_without_an_account_manager_in_the_country_the_pool_calls(cast, visitor):
    application, _ = confirmed(visitor, country="JP")
    task = Task.objects.get(partner=application.became, kind="first_call")
    assert (task.owner, task.role) == (None, "channel_operations")


def test_a_holiday_moves_the_call(cast, visitor):
    friday = dt.datetime(2026, 3, 6, 10, tzinfo=dt.UTC)
    cast.acme.holidays = [dt.date(2026, 3, 9)]
    cast.acme.save(update_fields=["holidays"])
    with clock.travel(to=friday):
        application, _ = confirmed(visitor)
    assert Task.objects.get(partner=application.became, kind="first_call").due_on == dt.date(2026, 3, 10)


def test_a_known_company_and_an_unknown_one_get_the_same_answers(cast, visitor):
    known = {"company": "Northwind", "website": "northwind.example", "email": "new@northwind.example"}
    first, second = apply(visitor), apply(visitor, **known)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    pages = []
    for company in ("Ostwind Systemhaus GmbH", "Northwind"):
        application = Application.objects.get(company=company)
        visitor.post(f"{PAGE}confirm/{token_of(application, 'confirm')}/")
        page = visitor.get(f"{PAGE}status/{token_of(application, 'status')}/")
        text = page.content.decode().replace(token_of(application, "status"), "TOKEN")
        text = re.sub(r"[A-Za-z0-9]{64}", "CSRF", text)
        pages.append((page.status_code, text.replace(company, "COMPANY").replace(application.email, "MAIL")))
    assert pages[0] == pages[1]
    known_one = Application.objects.get(company="Northwind")
    assert (known_one.state, known_one.looks_like) == ("confirmed", cast.northwind)
    assert Partner.objects.filter(name="Northwind").count() == 1
    assert not Contact.objects.filter(email="new@northwind.example").exists()


def test_no_more_letters_than_three_a_day_to_one_address_and_no_word_of_it(cast, visitor):
    answers = {apply(visitor, company=f"Company {n}").headers.get("Location") for n in range(LIMITS["address"] + 2)}
    assert len(answers) == 1
    assert letters() == Application.objects.count() == LIMITS["address"]
    with clock.travel(days=1):
        apply(visitor)
    assert letters() == LIMITS["address"] + 1


def test_one_network_sends_ten_an_hour_whether_redis_is_there_or_not(cast, visitor, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    kept = stamp(visitor)
    statuses = [
        visitor.post(PAGE, GIVEN | {"stamp": kept, "email": f"a{n}@ostwind.example"}).status_code
        for n in range(LIMITS["network"] + 1)
    ]
    assert statuses == [302] * LIMITS["network"] + [429]
    assert Application.objects.count() == LIMITS["network"]
    elsewhere = visitor.post(PAGE, GIVEN | {"stamp": kept}, REMOTE_ADDR="198.51.100.9")
    assert elsewhere.status_code == 302


def test_what_fills_in_everything_is_thanked_and_forgotten(cast, visitor):
    answer = apply(visitor, homepage="https://spam.example")
    assert answer.headers["Location"].endswith("/sent/")
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stamp": "forged"}, "open for very long"),
        ({"message": "http://a http://b http://c"}, "At most 2 links"),
        ({"email": "x@mailinator.com"}, "reach you next week"),
        ({"accepts_terms": ""}, "required"),
        ({"country": "XX"}, "valid choice"),
        ({"company": "..."}, "called"),
    ],
)
def test_what_is_wrong_comes_back_with_what_was_typed(cast, visitor, changes, said):
    answer = apply(visitor, **changes)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "Olga Ostwind" in answer.content.decode()
    assert ("autofocus" in answer.content.decode()) == ("stamp" not in changes)
    assert not Application.objects.exists()


def test_a_form_sent_at_once_or_a_day_later_is_asked_for_again(cast, visitor):
    for seconds, said in ((0, "very quick"), (25 * 3600, "very long")):
        answer = visitor.post(PAGE, GIVEN | {"stamp": stamp(visitor, seconds=seconds)})
        assert answer.status_code == 422
        assert said in answer.content.decode()
    assert not Application.objects.exists()


def test_a_stamp_of_another_vendor_does_not_count(cast, visitor):
    with tenant_scope(cast.globex):
        edit_program_page(by=None, headline="Globex", intro="", terms="T", questions=[], is_open=True)
    page = visitor.get("/t/globex/become-a-partner/").content.decode()
    foreign = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    assert visitor.post(PAGE, GIVEN | {"stamp": foreign}).status_code == 422


def test_links_expire_are_bound_to_purpose_and_vendor_and_cannot_be_made_up(cast, visitor):
    apply(visitor)
    application = Application.objects.get()
    token = token_of(application, "confirm")
    assert find_application(token, "confirm") == application
    bad = [token[:-3] + "AAA", "x", "", token_of(application, "status"), "A" * len(token)]
    for wrong in bad:
        with pytest.raises(LinkOver):
            find_application(wrong, "confirm")
    with tenant_scope(cast.globex), pytest.raises(LinkOver):
        find_application(token, "confirm")
    with clock.travel(days=3):
        assert visitor.post(f"{PAGE}confirm/{token}/").status_code == 404
    assert not Partner.objects.filter(name__startswith="Ostwind").exists()
    with pytest.raises(LinkOver):  # there is no page before the address is confirmed
        find_application(token_of(application, "status"), "status")


def test_an_applicant_asks_withdraws_and_reads_no_more_than_its_own(cast, visitor):
    application, answer = confirmed(visitor)
    status = answer.headers["Location"]
    assert visitor.post(f"{status}ask/", {"text": "Who trains us?"}).status_code == 302
    question = VendorQuestion.objects.get()
    assert question.partner == application.became
    VendorQuestion.objects.create(partner=application.became, text="An internal one", asked_on=clock.today())
    page = visitor.get(status).content.decode()
    assert "Who trains us?" in page
    assert "An internal one" not in page
    assert visitor.post(f"{status}accept/").status_code == 409  # nothing was offered
    assert visitor.post(f"{status}withdraw/").status_code == 302
    application.became.refresh_from_db()
    assert application.became.state == "declined"
    assert Candidate.objects.get(partner=application.became).closed_by_partner


def test_a_vendor_without_public_pages_has_no_such_address(cast, visitor, sign_in):
    edit_program_page(by=cast.operations, headline="H", intro="", terms="T", questions=[], is_open=False)
    closed, unknown = visitor.get(PAGE), visitor.get("/t/nobody/become-a-partner/")
    assert closed.status_code == unknown.status_code == 302
    assert "/accounts/login/" in closed.headers["Location"]
    assert sign_in(cast.chief).get("/become-a-partner/").status_code == 404
    assert visitor.get("/t/acme/partners/").status_code == 302  # the door is open at this address alone


def test_a_visitor_reads_what_is_published_and_nothing_else(db):
    with planted(all_roles=False) as world:
        tenant = world.tenants["A"]
        with tenant_scope(tenant):
            edit_program_page(by=None, headline="H", intro="", terms="T", questions=[], is_open=True)
        page = Visitor().get(f"/t/{tenant.slug}/become-a-partner/")
        assert page.status_code == 200
        text = page.content.decode()
        secret = [word for word, whose in world.canaries.items() if whose != "A/all"]
        assert [word for word in world.canaries.values() if word in text and word != world.canaries["A/all"]] == []
        assert secret


def test_the_form_of_a_visitor_needs_its_token(cast, visitor):
    strict = Visitor(enforce_csrf_checks=True)
    assert strict.post(PAGE, GIVEN | {"stamp": stamp(visitor)}).status_code == 403
