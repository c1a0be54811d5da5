"""What recruiting lends: its place in the navigation, a panel, alerts, worklists, letters and the work of the night."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from partners.actions import (
    agreement_allows,
    commit_partner,
    expire_applications,
    link_of,
    note_first_revenue,
    note_stage,
)
from partners.models import Application, Candidate, Document, DocumentVersion, Partner, VendorQuestion
from partners.policies import may_sign
from partners.queries import login_of, over_limit, standing_in_recruiting, unsigned_agreement
from partners.registries import Alert, Worklist, lend_alert, lend_panel, lend_worklist, measured, screening_of, tell
from partners.rows.recruitment import present_standing, stage_lines, steps_of
from prm.kernel import clock
from prm.kernel.addresses import in_letters
from prm.kernel.events import on
from prm.kernel.mail import send_letter
from prm.kernel.models import Event, Membership
from prm.kernel.outbox import deferred
from prm.kernel.periods import FiscalQuarter, add_days, days_between
from prm.kernel.policies import permits
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, current_tenant, reenter
from prm.kernel.web.format import formatter
from prm.kernel.web.navigation import Entry, navigation
from prm.kernel.words import own

FIRST_REVENUE = "days_since_first_revenue"
S = Partner.State

navigation(Entry("Recruiting", "recruitment:board", "user-plus", 25, "partners.view_candidate"))

tell(
    partner__identified="put the company on the list",
    partner__contacted="made contact",
    partner__engaged="noted a conversation",
    partner__qualified="qualified the candidate",
    partner__agreement_sent="sent the agreement to {signer}",
    partner__committed="won the partner",
    partner__community_offered="offered a place in the community",
    partner__declined="ended the talks",
    partner__applied="applied: {name}",
    question__asked="asked: {text}",
    question__answered="answered a question",
)


@lend_panel(12, "partners/panels/candidate.html", permission="partners.view_candidate")
def candidate_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """Where it stands on the way to becoming a partner, and what one may do next."""
    if partner.state not in {S.IDENTIFIED, S.CONTACTED, S.ENGAGED, S.QUALIFIED, S.COMMITTED, S.DECLINED}:
        return None
    candidate = Candidate.objects.filter(partner=partner).first()
    today = clock.today()
    standing = standing_in_recruiting(partner, today, only_next=True)
    return {
        "candidate": candidate,
        "lines": stage_lines(candidate) if candidate else [],
        "standing": present_standing(standing),
        "steps": steps_of(partner, candidate, member, standing, today),
        "screening": screening_of(member, partner) if partner.state == S.ENGAGED else None,
    }


@lend_panel(60, "partners/panels/vendor_questions.html", permission="partners.view_vendor_question")
def questions_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """A candidate's own people read the answers, and ask; the vendor's people do so on the candidate's page."""
    if member.is_vendor:
        return None
    is_candidate = partner.state in {S.ENGAGED, S.QUALIFIED, S.COMMITTED, S.ONBOARDING}
    questions = list(VendorQuestion.objects.filter(partner=partner).order_by("-created_at")[:20])
    if not is_candidate and not questions:
        return None
    return {
        "questions": questions,
        "may_ask": is_candidate and permits(member, "partners.ask_vendor", partner),
        "may_decline": partner.state == S.COMMITTED and permits(member, "partners.decline_partner", partner),
    }


# --- what waits, and what is worth telling ---------------------------------------------------------------


def _to_decide(member: Membership) -> QuerySet[Application]:
    waiting = Application.objects.visible_to(member).filter(state=Application.State.CONFIRMED)
    if not permits(member, "partners.take_application"):
        return waiting.none()
    return waiting.order_by("confirmed_at")


def _to_answer(member: Membership) -> QuerySet[VendorQuestion]:
    waiting = VendorQuestion.objects.visible_to(member).filter(state=VendorQuestion.State.OPEN, partner__isnull=False)
    if not member.is_vendor or not permits(member, "partners.answer_vendor_question"):
        return waiting.none()
    return waiting.select_related("partner").order_by("asked_on", "created_at")


lend_worklist(
    Worklist(
        "applications",
        "Applications",
        _to_decide,
        url=lambda application: application.get_absolute_url(),
        text=lambda application: own("%(company)s may be a partner already") % {"company": application.company},
    )
)
lend_worklist(
    Worklist(
        "candidate_questions",
        "Questions of candidates",
        _to_answer,
        url=lambda question: f"{_page_of(question.partner_id)}#questions",
        text=lambda question: f"{question.partner.name}: {question.text}",
        due=lambda question: add_days(question.asked_on, 5),
    )
)


def _page_of(partner_id: UUID) -> str:
    return Candidate(partner_id=partner_id).get_absolute_url()


def _standing_too_long(day: dt.date) -> QuerySet[Candidate]:
    return over_limit(Candidate.objects.of_companies().select_related("partner"), day)


lend_alert(
    Alert(
        "candidate_over_limit",
        _standing_too_long,
        text=lambda candidate: (
            _("%(name)s stands at “%(stage)s” since %(day)s, longer than it should")
            % {
                "name": candidate.partner.name,
                "stage": str(candidate.get_stage_display()).lower(),
                "day": formatter().day(candidate.entered_on),
            }
        ),
    )
)


# --- what follows ----------------------------------------------------------------------------------------


@deferred("partners.commit_when_signed")
def commit_when_signed(event_id: str) -> None:
    """An agreement came in signed: the candidate is won, if everything else is in order. Otherwise a person looks."""
    event = Event.objects.filter(pk=UUID(event_id)).first()
    signed = Q(pk=event.subject_id) | Q(versions=event.subject_id) if event else Q(pk=None)
    document = Document.objects.select_related("partner").filter(signed).first()
    if document is None or document.kind != Document.Kind.AGREEMENT:
        return
    if agreement_allows(document.partner):
        commit_partner(document.partner, by=None)


@deferred("partners.note_candidate")
def note_candidate(event_id: str) -> None:
    """A partnership begins or ends elsewhere: the candidate's dates follow."""
    event = Event.objects.filter(pk=UUID(event_id)).first()
    partner = Partner.objects.filter(pk=event.subject_id).first() if event else None
    if partner is not None:
        note_stage(partner)


on("partner.active")(note_candidate)
on("partner.terminated")(note_candidate)
on("document.signed")(commit_when_signed)
on("document.recorded")(commit_when_signed)


@daily
@deferred("partners.keep_pathway")
def keep_pathway(on: str) -> None:
    """Candidates that came in by import get their dates; first orders are noted; old applications expire."""
    for partner in Partner.objects.filter(
        state__in=[S.IDENTIFIED, S.CONTACTED, S.ENGAGED, S.QUALIFIED, S.COMMITTED], candidates=None
    ):
        note_stage(partner, on=clock.day_of(partner.created_at))
    _note_first_revenues(dt.date.fromisoformat(on))
    expire_applications()


def _note_first_revenues(on: dt.date) -> None:
    """The first booking after the agreement; who lends the figure is not this app's to know."""
    waiting = list(
        Candidate.objects.filter(stage__in=[Candidate.Stage.COMMITTED, Candidate.Stage.ONBOARDED], closed=False)
    )
    quarter = FiscalQuarter.containing(on, current_tenant().fy_start_month)
    found = measured(FIRST_REVENUE, [candidate.partner_id for candidate in waiting], [quarter], on)
    for candidate in waiting:
        ago = found[candidate.partner_id, quarter].number
        if ago is None:
            continue
        day = add_days(on, -int(Decimal(ago)))
        if days_between(dt.date.fromisoformat(candidate.entered[Candidate.Stage.COMMITTED]), day) >= 0:
            note_first_revenue(candidate, on=day)


# --- letters ---------------------------------------------------------------------------------------------


def _application_letter(template: str, application_id: str, context: Context, *, purpose: str) -> None:
    """Read the recipient just before, and talk to the mail server outside the transaction."""
    with reenter(context):
        application = Application.objects.filter(pk=UUID(application_id)).first()
        if application is None:
            return
        if purpose == "confirm" and (
            application.state != Application.State.SENT or application.expires_at <= clock.now()
        ):
            return
        letter = {
            "application": application,
            "tenant": current_tenant(),
            "link": link_of(application, purpose),
        }
    send_letter(template, to=application.email, letter_id=f"{purpose}.{application.pk}", context=letter)


@deferred("partners.send_application_letter", long=True)
def send_application_letter(application_id: str, *, context: Context) -> None:
    _application_letter("application_confirm", application_id, context, purpose="confirm")


@deferred("partners.send_status_letter", long=True)
def send_status_letter(application_id: str, *, context: Context) -> None:
    _application_letter("application_status", application_id, context, purpose="status")


@deferred("partners.send_answer_letter", long=True)
def send_answer_letter(vendor_question_id: str, *, context: Context) -> None:
    """The applicant who asked is told where the answer stands."""
    with reenter(context):
        question = (
            VendorQuestion.objects.select_related("application")
            .filter(pk=UUID(vendor_question_id), application__isnull=False)
            .first()
        )
        if question is None or question.application is None:
            return
        application = question.application
        letter = {
            "application": application,
            "question": question,
            "tenant": current_tenant(),
            "link": link_of(application, "status"),
        }
    send_letter("application_answer", to=application.email, letter_id=f"answer.{question.pk}", context=letter)


@deferred("partners.send_community_letter", long=True)
def send_community_letter(candidate_id: str, *, context: Context) -> None:
    """Who applied is told of the place in the community that is offered."""
    with reenter(context):
        candidate = Candidate.objects.filter(pk=UUID(candidate_id)).first()
        application = (
            Application.objects.filter(became=candidate.partner_id, is_own_partner=True).first() if candidate else None
        )
        if application is None:
            return
        letter = {
            "application": application,
            "tenant": current_tenant(),
            "link": link_of(application, "status"),
        }
    send_letter("application_community", to=application.email, letter_id=f"community.{application.pk}", context=letter)


@deferred("partners.send_agreement_letter", long=True)
def send_agreement_letter(candidate_id: str, *, context: Context) -> None:
    """Who is to sign is told that the agreement comes, and from whom."""
    with reenter(context):
        candidate = Candidate.objects.select_related("partner", "signer").filter(pk=UUID(candidate_id)).first()
        if candidate is None or candidate.signer is None or candidate.partner.state != S.QUALIFIED:
            return
        version = unsigned_agreement(candidate.partner_id)
        waits = version is not None and version.state == DocumentVersion.State.SENT
        login = login_of(candidate.signer)
        letter = {
            "signer": candidate.signer,
            "company": candidate.partner,
            "tenant": current_tenant(),
            "link": in_letters(f"/partners/documents/{version.document_id}/") if version and waits else "",
            "may_sign": login is not None and may_sign(login),
            "has_login": login is not None,
        }
        to, named = candidate.signer.email, f"{candidate.pk}.{candidate.agreement_sent_on}"
    send_letter("agreement_comes", to=to, letter_id=named, context=letter)
