"""One question now and then: what was never answered first, then what is old; a skipped one rests."""

from __future__ import annotations

import pytest

from partners.actions import edit_profile_question, skip_profile_question, update_profile
from partners.models import PartnerProfile, ProfilePrompt, ProfileQuestion
from partners.profile_fields import FIELDS
from partners.queries import next_profile_question
from partners.queries.profile import REST_DAYS, SKIPS_ALLOWED
from partners.starter import copy_profile_questions
from partners.statements import in_force, statements
from prm.kernel import clock
from tests.clients import token_client

HTMX = {"headers": {"HX-Request": "true"}}


@pytest.fixture(autouse=True)
def questions(cast):
    assert copy_profile_questions() > 10
    assert copy_profile_questions() == 0
    return {question.field: question for question in ProfileQuestion.objects.all()}


def asked(member, days=0):
    with clock.travel(days=days):
        question = next_profile_question(member, clock.today())
    return question.field if question else None


def test_every_question_fills_a_value_that_exists(questions):
    assert set(questions) <= set(FIELDS)


def test_an_answer_fills_the_profile_as_the_partners_word(cast, sign_in, questions):
    client = sign_in(cast.champion)
    assert "How many of your people work with our products?" in client.get("/").content.decode()
    answer = client.post(f"/partners/questions/{questions['relevant_headcount'].pk}/answer/", {"value": "14"}, **HTMX)
    assert answer.status_code == 200
    assert "Thank you" in answer.content.decode()
    profile = PartnerProfile.objects.get(partner=cast.northwind)
    said = in_force(statements(profile.sources, "relevant_headcount"))
    assert (profile.relevant_headcount, said.source, said.who, said.on) == (14, "partner", "Champion", clock.today())
    assert 'id="question"' not in client.get("/").content.decode()  # one a visit
    assert asked(cast.champion) is None
    assert asked(cast.champion, days=1) == "employees"


def test_a_second_tab_does_not_overwrite_an_answer_unseen(cast, sign_in, questions):
    client, address = sign_in(cast.champion), f"/partners/questions/{questions['relevant_headcount'].pk}/answer/"
    assert 'name="version"' in client.get("/").content.decode()
    seen = PartnerProfile.objects.get(partner=cast.northwind).version
    update_profile(cast.northwind, by=cast.cam, about="Another value is no reason to refuse")
    assert client.post(address, {"value": "14", "version": seen}, **HTMX).status_code == 200
    refused = client.post(address, {"value": "20", "version": seen}, **HTMX)
    said = " ".join(refused.content.decode().split())
    assert refused.status_code == 409
    assert "Meanwhile Champion answered: 14" in said
    assert 'value="20"' in said
    now = PartnerProfile.objects.get(partner=cast.northwind)
    assert now.relevant_headcount == 14
    api = f"/api/v1/profile-questions/{questions['relevant_headcount'].pk}/answer/"
    body = {"value": 21, "version": seen}
    assert token_client(cast.seller).post(api, body, content_type="application/json").status_code == 409
    assert f'name="version" value="{now.version}"' in said
    assert client.post(address, {"value": "20", "version": now.version}, **HTMX).status_code == 200


def test_without_scripts_it_is_a_form_like_any_other(cast, sign_in, questions):
    client = sign_in(cast.champion)
    address = f"/partners/questions/{questions['verticals'].pk}/answer/"
    refused = client.post(address, {})
    assert refused.status_code == 422
    assert "</html>" in refused.content.decode()
    done = client.post(address, {"value": ["retail", "media"]}, follow=True)
    assert "It stands in your profile" in done.content.decode()
    assert PartnerProfile.objects.get(partner=cast.northwind).verticals == ["retail", "media"]


def test_a_seller_answers_though_the_profile_is_not_the_sellers_to_edit(cast, questions):
    api = token_client(cast.seller)
    address = f"/api/v1/profile-questions/{questions['sells_to'].pk}/"
    seen = api.get(f"/api/v1/partners/{cast.northwind.pk}/profile/").json()["version"]
    answered = api.post(f"{address}answer/", {"value": "both", "version": seen}, content_type="application/json")
    assert (answered.status_code, answered.json()["values"]["sells_to"]) == (200, "both")
    for wrong in ({"value": "aliens", "version": seen + 1}, {"value": "both"}):
        assert api.post(f"{address}answer/", wrong, content_type="application/json").status_code == 400
    not_put = questions["annual_revenue_band"]  # to champions only
    assert api.post(f"/api/v1/profile-questions/{not_put.pk}/skip/").status_code == 403
    assert token_client(cast.cam).post(f"{address}skip/").status_code == 403


def test_a_skipped_question_rests_and_after_some_skips_does_not_come_back(cast, questions):
    first = asked(cast.champion)
    ahead = 0
    for number in range(1, SKIPS_ALLOWED + 1):
        with clock.travel(days=ahead):
            skip_profile_question(questions[first], by=cast.champion)
            skip_profile_question(questions[first], by=cast.champion)  # pressed twice
        assert ProfilePrompt.objects.get(member=cast.champion).skips == number
        assert asked(cast.champion, days=ahead) is None  # the visit had its question
        assert asked(cast.champion, days=ahead + REST_DAYS - 1) != first
        ahead += REST_DAYS
        assert (asked(cast.champion, days=ahead) == first) is (number < SKIPS_ALLOWED)
    assert asked(cast.seller) == first  # another person is still asked


def test_answers_that_are_old_are_asked_again_the_oldest_first(cast, questions):
    for question in questions.values():
        edit_profile_question(
            question, by=cast.operations, active=question.field in ("employees", "relevant_headcount")
        )
    with clock.travel(days=-200):
        update_profile(cast.northwind, by=cast.champion, relevant_headcount=5)
    with clock.travel(days=-300):
        update_profile(cast.northwind, by=cast.champion, employees=50)
    assert asked(cast.champion) == "relevant_headcount"  # six months; the other one twelve
    assert asked(cast.champion, days=100) == "employees"
    update_profile(cast.northwind, by=cast.champion, relevant_headcount=6)
    assert asked(cast.champion) is None


def test_the_vendor_switches_and_orders_questions(cast, sign_in, questions):
    client = sign_in(cast.operations)
    assert "Profile questions" in client.get("/partners/").content.decode()
    form = {}
    for question in questions.values():
        form |= {f"{question.pk}-order": question.order, f"{question.pk}-refresh_months": 9}
        form |= {f"{question.pk}-active": "on"} if question.field != "relevant_headcount" else {}
    assert client.post("/partners/questions/", form).status_code == 302
    assert asked(cast.champion) == "employees"
    assert set(ProfileQuestion.objects.values_list("refresh_months", flat=True)) == {9}
    assert client.post("/partners/questions/", form | {f"{question.pk}-order": "soon"}).status_code == 422
    assert sign_in(cast.cam).get("/partners/questions/").status_code == 403
    off = questions["relevant_headcount"]
    assert sign_in(cast.champion).post(f"/partners/questions/{off.pk}/skip/").status_code == 404
