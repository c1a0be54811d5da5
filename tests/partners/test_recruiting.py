"""The way of a candidate: each step, what it needs, who may, and what the board says of it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from partners.actions import (
    AgreementMissing,
    FitTooLow,
    NotScreened,
    QuestionsOpen,
    SignerUnknown,
    TooEarly,
    add_contact,
    add_partner,
    answer_vendor_question,
    ask_vendor,
    assign_manager,
    attach_application,
    commit_partner,
    decline_partner,
    edit_recruitment_rules,
    engage_partner,
    join_community,
    log_first_contact,
    qualify_partner,
    recall_document,
    record_document,
    refuse_application,
    reopen_partner,
    send_agreement,
    sign_document,
    take_application,
)
from partners.hooks.recruitment import commit_when_signed, keep_pathway
from partners.models import Application, Candidate, Contact, DocumentVersion, Partner, Task, VendorQuestion
from partners.queries import documents_to_sign, over_limit, pathway
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed, Stale
from prm.kernel.invitations import accept_invitation
from prm.kernel.members import add_member, furnish_tenant, get_or_create_user, set_signing_authority
from prm.kernel.models import Event, Invitation
from prm.kernel.tenancy.context import member_scope
from sales.actions import add_line, book_actuals
from scorecards.actions import answer_question, start_assessment, submit_assessment
from scorecards.models import Assessment, Question
from scorecards.queries import asked_questions
from tests.clients import token_client
from tests.papers import paper, pdf


@pytest.fixture
def engaged(cast):
    partner = add_partner("Ostwind", country="DE", state="engaged", domain="ostwind.example", by=None)
    assign_manager(partner, cast.cam, by=None)
    return partner


@pytest.fixture
def programme(cast):
    furnish_tenant(cast.acme)


def screen(partner, cam, *, good):
    """Fill in the screening with the best answers, or the poorest."""
    screening = start_assessment(partner, kind=Assessment.Kind.SCREENING, by=cam)
    for question in asked_questions(screening):
        options = sorted(question.options.all(), key=lambda option: option.score)
        if question.kind == Question.Kind.TEXT:
            answer_question(screening, question, text="A word.", by=cam)
        else:
            chosen = [options[-1 if good else 0].code]
            answer_question(screening, question, options=chosen, by=cam)
    return submit_assessment(screening, by=cam)


def fresh(partner):
    return Partner.objects.get(pk=partner.pk)


def test_from_a_name_to_a_conversation(cast):
    partner = add_partner("Ostwind", country="DE", by=cast.cam)
    with clock.travel(days=2):
        log_first_contact(partner, by=cast.operations, text="Wrote to them.")
    with clock.travel(days=5):
        engage_partner(partner, by=cast.operations)
    candidate = Candidate.objects.get(partner=partner)
    days = [dt.date.fromisoformat(candidate.entered[s]) for s in ("identified", "contacted", "engaged")]
    assert [(day - days[0]).days for day in days] == [0, 2, 5]
    with pytest.raises(Conflict):
        log_first_contact(partner, by=cast.operations)
    told = Event.objects.filter(name="partner.contacted").values_list("data", flat=True)
    assert "Wrote to them." not in str(list(told))  # the partner may read these


def test_a_screening_asks_fit_and_customers_only(cast, programme, engaged):
    client = token_client(cast.cam)
    mine = lambda: client.get(f"/api/v1/candidates/?partner={engaged.pk}").json()["results"][0]
    assert mine()["fit_score"] is None
    result = screen(engaged, cast.cam, good=True)
    assert Decimal(mine()["fit_score"]) == result.overall
    assert client.get(f"/api/v1/candidates/{mine()['id']}/").json()["fit_score"] == mine()["fit_score"]
    assert set(result.result["categories"]) == {"fit", "customer"}
    assert result.overall > 55
    assert len(asked_questions(result)) == 12


def test_who_fits_is_qualified_by_the_account_manager(cast, programme, engaged):
    with pytest.raises(NotScreened):
        qualify_partner(engaged, by=cast.cam)
    screen(engaged, cast.cam, good=True)
    qualify_partner(engaged, by=cast.cam)
    assert fresh(engaged).state == "qualified"
    assert Candidate.objects.get(partner=engaged).fit_score > 55


def test_below_the_score_the_chief_alone_may_with_a_reason(cast, programme, engaged):
    screen(engaged, cast.cam, good=False)
    for by, reason in ((cast.cam, ""), (cast.cam, "I like them"), (cast.chief, "")):
        with pytest.raises(FitTooLow):
            qualify_partner(engaged, by=by, reason=reason)
    with pytest.raises(NotAllowed):
        qualify_partner(engaged, by=cast.finance, reason="x")
    qualify_partner(engaged, by=cast.chief, reason="The only one in the region")
    candidate = Candidate.objects.get(partner=engaged)
    assert (candidate.override_by, candidate.override_reason) == (cast.chief, "The only one in the region")


def test_the_form_asks_for_what_is_missing_alone_and_says_that_it_needs_it(cast, sign_in, programme, engaged):
    client, address = sign_in(cast.chief), f"/partners/{engaged.pk}/recruiting/qualify/"
    label = client.get(f"/partners/{engaged.pk}/recruiting/").content.decode()
    asked = label.partition('for="qualify_reason"')[2].partition("</label>")[0]
    assert "Why without the fit score" in asked
    assert "optional" not in asked
    refused = client.post(address, {"reason": " "})
    page = refused.content.decode()
    assert (refused.status_code, "The screening is not submitted yet." in page) == (422, True)
    assert "Why the open questions stay unanswered" not in page  # there are none
    ask_vendor(engaged, "Which margin?", by=cast.cam)
    both = client.post(address, {"reason": "Known for years"})
    assert (both.status_code, "Why the open questions stay unanswered" in both.content.decode()) == (422, True)
    assert client.post(address, {"reason": "Known for years", "waive": "Told by phone"}).status_code == 302


def test_the_score_that_is_asked_is_the_vendors_own(cast, programme, engaged):
    screen(engaged, cast.cam, good=False)
    rules = {"min_fit_score": Decimal("1.0"), "reopen_after_days": 90, "age_limits": {"engaged": 30}}
    with pytest.raises(NotAllowed):
        edit_recruitment_rules(by=cast.cam, **rules)
    edit_recruitment_rules(by=cast.operations, **rules)
    qualify_partner(engaged, by=cast.cam)
    assert fresh(engaged).state == "qualified"


def test_open_questions_are_answered_or_left_on_purpose(cast, programme, engaged):
    screen(engaged, cast.cam, good=True)
    first = ask_vendor(engaged, "Who trains us?", by=cast.cam)
    ask_vendor(engaged, "What do you pay?", by=cast.cam)
    answer_vendor_question(first, "We do.", by=cast.cam)
    with pytest.raises(QuestionsOpen):
        qualify_partner(engaged, by=cast.cam)
    qualify_partner(engaged, by=cast.cam, waive="Told on the phone")
    assert set(VendorQuestion.objects.values_list("state", flat=True)) == {"answered", "waived"}


def test_of_two_who_qualify_at_once_one_is_told_so(cast, programme, engaged):
    screen(engaged, cast.cam, good=True)
    mine, theirs = fresh(engaged), fresh(engaged)
    qualify_partner(mine, by=cast.cam)
    with pytest.raises(Stale):
        qualify_partner(theirs, by=cast.chief)
    assert Event.objects.filter(name="partner.qualified", subject_id=engaged.pk).count() == 1


@pytest.fixture
def qualified(cast, programme, engaged):
    qualify_partner(engaged, by=cast.chief, reason="Known for years")
    return engaged


def sign(partner, by, name="Olga Ostwind"):
    return record_document(partner, kind="agreement", title="Agreement", signed_by=name, signed_on=clock.today(), by=by)


def test_an_agreement_signed_by_who_may_wins_the_partner_with_its_entry_tier(cast, qualified):
    with pytest.raises(AgreementMissing):
        commit_partner(qualified, by=cast.operations, vouched=True)
    sign(qualified, cast.operations)
    with pytest.raises(SignerUnknown):
        commit_partner(qualified, by=cast.operations)
    with pytest.raises(SignerUnknown):  # an account manager cannot vouch
        commit_partner(qualified, by=cast.cam, vouched=True)
    commit_partner(qualified, by=cast.operations, vouched=True)
    won = fresh(qualified)
    assert (won.state, won.tier.code, won.life_stage) == ("committed", "silver", "onboard")


def test_a_signature_of_an_authorised_champion_wins_it_by_itself(cast, qualified):
    user = get_or_create_user("olga@ostwind.example", "Olga Ostwind")
    champion = add_member(user, roles=["partner_champion"], partner_id=qualified.pk, by=None)
    event = Event.objects.get(name="document.recorded", subject_id=sign(qualified, cast.operations).pk)
    commit_when_signed.run(event_id=str(event.pk))
    assert fresh(qualified).state == "qualified"  # nobody has said that she may sign
    champion.signing_authority = True
    champion.save(update_fields=["signing_authority"])
    commit_when_signed.run(event_id=str(event.pk))
    assert fresh(qualified).state == "committed"


def documents_of(partner):
    return list(DocumentVersion.objects.select_related("document", "sent_by").filter(partner=partner))


def test_the_agreement_is_put_up_for_signature_and_the_signer_invited(cast, sign_in, qualified):
    olga = add_contact(qualified, by=cast.cam, name="Olga Ostwind", email="olga@ostwind.example")
    address = f"/partners/{qualified.pk}/recruiting/agreement/"
    with pytest.raises(NotAllowed):  # an account manager keeps no papers
        send_agreement(qualified, olga, by=cast.cam, file=paper())
    assert sign_in(cast.cam).post(address, {"signer": olga.pk}).status_code == 302  # none on file: it comes separately
    assert not documents_of(qualified)
    assert not Invitation.objects.filter(email="olga@ostwind.example")

    file = SimpleUploadedFile("agreement.pdf", pdf(), content_type="application/pdf")
    assert sign_in(cast.operations).post(address, {"signer": olga.pk, "file": file}).status_code == 302
    (version,) = documents_of(qualified)
    assert (version.state, version.sent_by) == ("sent", cast.operations)
    invitation = Invitation.objects.get(email="olga@ostwind.example", used_at=None, revoked_at=None)
    assert (invitation.partner_id, invitation.roles) == (qualified.pk, ["partner_champion"])
    recall_document(version.document, by=cast.operations)
    send_agreement(qualified, olga, by=cast.cam)  # but sends the one that is on file
    (again,) = documents_of(qualified)
    assert (again.pk, again.state) == (version.pk, "sent")
    assert Invitation.objects.filter(email="olga@ostwind.example").count() == 1  # one invitation is enough

    champion = accept_invitation(invitation, user=get_or_create_user("olga@ostwind.example", "Olga Ostwind"))
    champion = set_signing_authority(champion, given=True, by=cast.operations)
    with member_scope(champion):
        assert [one.pk for one in documents_to_sign(champion)] == [version.pk]
        signed = sign_document(again, by=champion, name="Olga Ostwind", agreed=True)
    event = Event.objects.get(name="document.signed", subject_id=signed.pk)
    commit_when_signed.run(event_id=str(event.pk))
    assert fresh(qualified).state == "committed"


def test_the_community_takes_who_accepts_its_terms_and_keeps_it_in_the_lists(cast, programme, engaged):
    with pytest.raises(Invalid):
        join_community(engaged, by=cast.cam, accepted_by=" ")
    join_community(engaged, by=cast.cam, accepted_by="Olga Ostwind")
    joined = fresh(engaged)
    assert (joined.state, joined.tier.code) == ("active", "registered")
    candidate = Candidate.objects.get(partner=engaged)
    assert (candidate.stage, candidate.closed) == ("engaged", False)


def test_declined_and_open_again_after_ninety_days(cast, engaged):
    with pytest.raises(Invalid):
        decline_partner(engaged, by=cast.cam, reason="other")
    decline_partner(engaged, by=cast.cam, reason="no_fit")
    with clock.travel(days=89), pytest.raises(TooEarly):
        reopen_partner(fresh(engaged), by=cast.cam)
    with clock.travel(days=90):
        reopen_partner(fresh(engaged), by=cast.cam)
        assert fresh(engaged).state == "contacted"
        candidate = Candidate.objects.get(partner=engaged)
        assert (candidate.stage, candidate.closed, set(candidate.entered)) == ("contacted", False, {"contacted"})
    reasons = Event.objects.filter(name="partner.declined").values_list("data", flat=True)
    assert "no_fit" not in str(list(reasons))


def test_a_champion_declines_for_its_own_company_only(cast, sign_in, qualified):
    user = get_or_create_user("olga@ostwind.example", "Olga Ostwind")
    champion = add_member(user, roles=["partner_champion"], partner_id=qualified.pk, by=None)
    address = f"/partners/{qualified.pk}/recruiting/decline/"
    assert sign_in(cast.champion).post(address, {"reason": "timing"}).status_code == 404
    assert sign_in(champion).post(address, {"reason": "no_fit"}).status_code == 422  # that is the vendor's to say
    assert sign_in(champion).post(address, {"reason": "timing"}).status_code == 302
    assert Candidate.objects.get(partner=qualified).closed_by_partner


# --- applications that operations decide on -------------------------------------------------------------


@pytest.fixture
def twin(cast):
    now = clock.now()
    return Application.objects.create(
        company="Northwind Ltd",
        normalised_name="northwind",
        domain="northwind.example",
        country="DE",
        name="Nora",
        email="nora@northwind.example",
        terms_accepted_at=now,
        expires_at=now,
        confirmed_at=now,
        state=Application.State.CONFIRMED,
        looks_like=cast.northwind,
    )


def test_operations_find_the_partner_it_is(cast, sign_in, twin):
    assert sign_in(cast.cam).post(f"/recruiting/applications/{twin.pk}/attach/").status_code == 404
    assert sign_in(cast.champion).get(f"/recruiting/applications/{twin.pk}/").status_code == 404
    page = sign_in(cast.operations).get(f"/recruiting/applications/{twin.pk}/")
    assert "Northwind" in page.content.decode()
    attach_application(twin, cast.northwind, by=cast.operations)
    assert Contact.objects.filter(partner=cast.northwind, email="nora@northwind.example").exists()
    assert Task.objects.get(kind="first_call").owner == cast.cam
    assert fresh(cast.northwind).state == "active"
    for again in (
        lambda: take_application(twin, by=cast.operations),
        lambda: refuse_application(twin, by=cast.operations, reason="x"),
    ):
        with pytest.raises(Conflict):
            again()


def test_of_two_who_decide_one_makes_the_partner(cast, twin):
    other = Application.objects.get(pk=twin.pk)
    take_application(twin, by=cast.operations)
    with pytest.raises(Stale):
        take_application(other, by=cast.chief)
    assert Partner.objects.filter(name="Northwind Ltd").count() == 1


# --- the board --------------------------------------------------------------------------------------------


def test_the_board_at_nobody_one_and_a_thousand(cast, sign_in):
    client = sign_in(cast.chief)
    assert "Nobody is on the way yet" in client.get("/recruiting/").content.decode()
    add_partner("Ostwind", country="DE", by=None)
    with CaptureQueriesContext(connection) as few:
        assert "Ostwind" in client.get("/recruiting/").content.decode()
    today = clock.today()
    partners = Partner.objects.bulk_create(
        Partner(name=f"P{n:04}", sort_name=f"p{n:04}", normalised_name=f"p{n:04}", country="DE", state="contacted")
        for n in range(999)
    )
    Candidate.objects.bulk_create(
        Candidate(
            partner=partner,
            stage="contacted",
            entered_on=today - dt.timedelta(days=n % 20),
            entered={"contacted": str(today - dt.timedelta(days=n % 20))},
        )
        for n, partner in enumerate(partners)
    )
    with CaptureQueriesContext(connection) as many:
        page = client.get("/recruiting/").content.decode()
    assert len(few) == len(many)
    figures = pathway(Candidate.objects.all(), today)
    assert (figures.current["contacted"], figures.reached["identified"]) == (999, 1000)
    assert figures.over_limit["contacted"] == over_limit(Candidate.objects.all(), today).count() == 249
    assert "987 more" in page
    assert client.get("/recruiting/list/?late=on&format=csv").content.decode("utf-8-sig").count("\n") == 250


def test_exactly_at_the_limit_is_not_over(cast, engaged):
    candidates = Candidate.objects.all()
    assert not over_limit(candidates, clock.today() + dt.timedelta(days=30)).exists()
    assert over_limit(candidates, clock.today() + dt.timedelta(days=31)).exists()


def test_the_first_order_ends_the_way_and_gives_the_ramp(cast, qualified):
    sign(qualified, cast.operations)
    commit_partner(qualified, by=cast.operations, vouched=True)
    line = add_line("security", "Security", by=None)
    with clock.travel(days=60):
        day = clock.today()
        book_actuals(qualified, [{"booked_on": day, "amount": Decimal("100.00"), "line": line}], by=cast.operations)
    with clock.travel(days=70):
        keep_pathway.run(on=clock.today().isoformat())
        figures = pathway(Candidate.objects.all(), clock.today())
    assert figures.reached["first_revenue"] == 1
    assert figures.ramp_from_committed == figures.ramp_from_engaged == Decimal("60.0")


def test_the_page_shows_what_may_be_done_and_why_not_otherwise(cast, sign_in, programme, engaged):
    page = sign_in(cast.cam).get(f"/partners/{engaged.pk}/recruiting/").content.decode()
    assert "The channel chief may qualify without it" in page
    assert f"/partners/{engaged.pk}/recruiting/qualify/" not in page
    assert f"/partners/{engaged.pk}/recruiting/decline/" in page
    chief = sign_in(cast.chief).get(f"/partners/{engaged.pk}/recruiting/").content.decode()
    assert f"/partners/{engaged.pk}/recruiting/qualify/" in chief
    refused = sign_in(cast.chief).post(f"/partners/{engaged.pk}/recruiting/qualify/", {"reason": ""})
    assert refused.status_code == 422
    assert "screening is not submitted" in refused.content.decode()
    overview = sign_in(cast.cam).get(f"/partners/{engaged.pk}/").content.decode()
    assert "Start the screening" in overview
    for stranger in (cast.champion, cast.other_cam):
        assert sign_in(stranger).get(f"/partners/{engaged.pk}/recruiting/").status_code == 404


def test_the_api_takes_the_same_steps(cast, engaged):
    from tests.clients import token_client

    candidate = Candidate.objects.get(partner=engaged)
    client, address = token_client(cast.cam), f"/api/v1/candidates/{candidate.pk}"
    answer = client.post(f"{address}/qualify/", {}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_screened")
    answer = client.post(f"{address}/decline/", {"reason": "terms"}, content_type="application/json")
    assert answer.json()["close_reason"] == "terms"
    assert client.get("/api/v1/candidates/pathway/").json()["reached"]["engaged"] == 1
    assert token_client(cast.champion).get(f"{address}/").status_code == 403


def test_who_signs_is_a_contact_of_the_company(cast, sign_in, qualified):
    add_contact(qualified, name="Olga", email="olga@ostwind.example", by=None)
    foreign = Contact.objects.filter(partner=cast.northwind).first()
    client = sign_in(cast.cam)
    address = f"/partners/{qualified.pk}/recruiting/agreement/"
    assert client.post(address, {"signer": str(foreign.pk)}).status_code == 422
    own = Contact.objects.get(partner=qualified)
    assert client.post(address, {"signer": str(own.pk)}).status_code == 302
    assert Candidate.objects.get(partner=qualified).agreement_sent_on == clock.today()
