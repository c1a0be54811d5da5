"""The page of one candidate with the steps one may take, and its questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from partners.actions import (
    answer_vendor_question,
    ask_vendor,
    commit_partner,
    decline_partner,
    engage_partner,
    join_community,
    log_first_contact,
    offer_community,
    qualify_partner,
    reopen_partner,
    send_agreement,
    waive_vendor_question,
)
from partners.actions.recruitment import QuestionsOpen, not_fit
from partners.forms.recruitment import (
    AnswerForm,
    CommitForm,
    CommunityForm,
    DeclineForm,
    NoteForm,
    QualifyForm,
    QuestionForm,
    SignerForm,
    WhyForm,
)
from partners.models import Candidate, Contact, Partner, VendorQuestion
from partners.queries import Standing, managers_of, named_signer, standing_in_recruiting, unsigned_agreement
from partners.registries import screening_of
from partners.rows import STATE_TONES
from partners.rows.recruitment import (
    next_step,
    present_standing,
    stage_lines,
    steps_of,
)
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of

WITH_ALL = Partner.objects.select_related("tier", "sponsor", "territory")
QUESTION = VendorQuestion.objects.select_related("partner", "application")
# --- one candidate ---------------------------------------------------------------------------------------


@may("partners.view_candidate", WITH_ALL)
@require_safe
def candidate(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _page(request, partner)


def _signers(partner: Partner, member: Membership) -> QuerySet:
    """Whom an agreement can be sent to: people with an address whom this member may know of."""
    return Contact.objects.visible_to(member).filter(partner=partner).present().exclude(email="").order_by("sort_name")


def _page(request: HttpRequest, partner: Partner, *, tried: str = "", tried_form: Any = None) -> HttpResponse:
    """The candidate's page; `tried_form` is the form of a step that was refused, with what was typed."""
    member, today, write = member_of(request), clock.today(), formatter()
    found = Candidate.objects.filter(partner=partner).first()
    standing = standing_in_recruiting(partner, today)
    steps = steps_of(partner, found, member, standing, today)
    contacts, to_sign = _signers(partner, member), unsigned_agreement(partner.pk)
    blank: dict[str, Callable[[], forms.Form]] = {
        "log_first_contact": lambda: NoteForm(auto_id="contact_%s"),
        "engage_partner": lambda: NoteForm(auto_id="engage_%s"),
        "qualify_partner": lambda: _qualify_form(standing),
        "send_agreement": lambda: SignerForm(partner, member, contacts, to_sign),
        "commit_partner": lambda: CommitForm(auto_id="commit_%s", asks=not standing.has_authority),
        "offer_community": NothingForm,
        "join_community": lambda: CommunityForm(auto_id="join_%s"),
        "decline_partner": lambda: DeclineForm(auto_id="decline_%s"),
        "reopen_partner": lambda: NoteForm(auto_id="reopen_%s"),
    }
    context = {
        "partner": partner,
        "candidate": found,
        "to_sign": to_sign,
        "named": named_signer(partner.pk) if to_sign and to_sign.state == "sent" else None,
        "may_confirm": permits(member, "kernel.set_signing_authority"),
        "sent_on": write.day(found.agreement_sent_on) if found and found.agreement_sent_on else "",
        "closed_on": write.day(found.closed_on) if found and found.closed_on else "",
        "may_upload": permits(member, "partners.record_document", partner),
        "state_tone": STATE_TONES.get(partner.state, "grey"),
        "manager": managers_of([partner.pk]).get(partner.pk),
        "lines": stage_lines(found) if found else [],
        "standing": present_standing(standing),
        "next_step": next_step(found, standing.fit, standing.needed, standing.open_questions) if found else "",
        "steps": [
            {
                "step": step,
                "form": tried_form if step.name == tried else blank[step.name](),
                "url": reverse(f"partners:{step.name}", args=[partner.pk]),
                "was_tried": step.name == tried,
            }
            for step in steps
        ],
        "refused": tried_form if tried and tried not in {step.name for step in steps} else None,
        "questions": list(
            VendorQuestion.objects.filter(partner=partner).select_related("answered_by__user").order_by("-created_at")
        ),
        "may_answer": permits(member, "partners.answer_vendor_question"),
        "ask_form": tried_form if tried == "ask_vendor" else QuestionForm(auto_id="ask_%s"),
        "may_ask": permits(member, "partners.ask_vendor", partner),
        "answer_form": AnswerForm(auto_id="answer_%s"),
        "waive_form": WhyForm(auto_id="waive_%s"),
        "screening": screening_of(member, partner),
    }
    return render(request, "partners/recruitment/candidate.html", context)


def _step(
    request: HttpRequest, partner: Partner, name: str, form: forms.Form, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    """Take one step and come back to the page it was taken on."""
    return submit(
        request,
        form,
        act,
        again=lambda form: _page(request, partner, tried=name, tried_form=form),
        then=lambda done: reverse("partners:candidate", args=[partner.pk]),
    )


@may("partners.log_first_contact", WITH_ALL)
@require_POST
def log_contact(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="contact_%s")
    return _step(
        request, partner, "log_first_contact", form, lambda data: log_first_contact(partner, by=_me(request), **data)
    )


@may("partners.engage_partner", WITH_ALL)
@require_POST
def engage(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="engage_%s")
    return _step(
        request, partner, "engage_partner", form, lambda data: engage_partner(partner, by=_me(request), **data)
    )


def _qualify_form(standing: Standing, data: Any = None) -> QualifyForm:
    """Asks why only for what is not in order."""
    return QualifyForm(
        data,
        auto_id="qualify_%s",
        asks_reason=not standing.is_fit,
        asks_waive=standing.open_questions > 0,
        lacking={"reason": str(not_fit(standing)), "waive": str(QuestionsOpen())},
    )


@may("partners.qualify_partner", WITH_ALL)
@require_POST
def qualify(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = _qualify_form(standing_in_recruiting(partner, clock.today()), request.POST)
    return _step(
        request, partner, "qualify_partner", form, lambda data: qualify_partner(partner, by=_me(request), **data)
    )


@may("partners.send_agreement", WITH_ALL)
@require_POST
def agreement(request: HttpRequest, partner: Partner) -> HttpResponse:
    ready, contacts = unsigned_agreement(partner.pk), _signers(partner, _me(request))
    form = SignerForm(partner, _me(request), contacts, ready, request.POST, request.FILES)
    return _step(
        request,
        partner,
        "send_agreement",
        form,
        lambda data: send_agreement(partner, data["signer"], by=_me(request), file=data.get("file")),
    )


@may("partners.commit_partner", WITH_ALL)
@require_POST
def commit(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = CommitForm(request.POST, auto_id="commit_%s")
    return _step(
        request, partner, "commit_partner", form, lambda data: commit_partner(partner, by=_me(request), **data)
    )


@may("partners.offer_community", WITH_ALL)
@require_POST
def offer(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = NothingForm(request.POST)
    return _step(request, partner, "offer_community", form, lambda data: offer_community(partner, by=_me(request)))


@may("partners.join_community", WITH_ALL)
@require_POST
def join(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = CommunityForm(request.POST, auto_id="join_%s")
    return _step(
        request, partner, "join_community", form, lambda data: join_community(partner, by=_me(request), **data)
    )


@may("partners.decline_partner", WITH_ALL)
def decline(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The vendor's people do it on the candidate's page, a champion on a page of its own."""
    member = _me(request)
    form = DeclineForm(request.POST or None, auto_id="decline_%s")

    def act(data: dict[str, Any]) -> Partner:
        return decline_partner(
            partner, by=member, reason=data["reason"], text=data["text"], by_partner=bool(data["by_partner"])
        )

    if member.is_vendor and request.method == "POST":
        return _step(request, partner, "decline_partner", form, act)
    back = partner.get_absolute_url()

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": f"Decline: {partner.name}", "back": back}
        return render(request, "partners/form.html", context)

    if not member.is_vendor:
        del form.fields["by_partner"]
        form.fields["reason"].choices = [  # type: ignore[attr-defined]
            (value, label)
            for value, label in form.fields["reason"].choices
            if value in _PARTNERS  # type: ignore[attr-defined]
        ]
        own = act
        act = lambda data: own({**data, "by_partner": "yes"})
    if request.method != "POST":
        return page(form)
    return submit(request, form, act, again=page, then=lambda done: back)


_PARTNERS = frozenset({"", "terms", "no_interest", "timing", "other_vendor", "other"})


@may("partners.reopen_partner", WITH_ALL)
@require_POST
def reopen(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = NoteForm(request.POST, auto_id="reopen_%s")
    return _step(
        request, partner, "reopen_partner", form, lambda data: reopen_partner(partner, by=_me(request), **data)
    )


# --- questions of candidates -----------------------------------------------------------------------------


@may("partners.ask_vendor", WITH_ALL)
@require_POST
def ask(request: HttpRequest, partner: Partner) -> HttpResponse:
    """By the candidate's own people on the partner page, or by the account manager for them."""
    member = _me(request)
    form = QuestionForm(request.POST, auto_id="ask_%s")

    def again(form: Any) -> HttpResponse:
        if member.is_vendor:
            return _page(request, partner, tried="ask_vendor", tried_form=form)
        context = {"form": form, "heading": "Ask a question", "back": partner.get_absolute_url()}
        return render(request, "partners/form.html", context)

    back = f"{reverse('partners:candidate', args=[partner.pk])}#questions"
    return submit(
        request,
        form,
        lambda data: ask_vendor(partner, data["text"], by=member),
        again=again,
        then=lambda asked: back if member.is_vendor else partner.get_absolute_url(),
    )


@may("partners.answer_vendor_question", QUESTION)
@require_POST
def answer(request: HttpRequest, question: VendorQuestion) -> HttpResponse:
    form = AnswerForm(request.POST)
    return _on_question(
        request, question, form, "Answer", lambda data: answer_vendor_question(question, data["text"], by=_me(request))
    )


@may("partners.waive_vendor_question", QUESTION)
@require_POST
def waive(request: HttpRequest, question: VendorQuestion) -> HttpResponse:
    form = WhyForm(request.POST)
    return _on_question(
        request,
        question,
        form,
        "Leave unanswered",
        lambda data: waive_vendor_question(question, by=_me(request), reason=data["reason"]),
    )


def _on_question(
    request: HttpRequest, question: VendorQuestion, form: forms.Form, title: str, act: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    if question.partner is not None:
        back = f"{reverse('partners:candidate', args=[question.partner_id])}#questions"
    else:
        back = question.application.get_absolute_url() if question.application else reverse("recruitment:board")

    def again(form: Any) -> HttpResponse:
        context = {"form": form, "heading": f"{title}: {question.text}", "back": back}
        return render(request, "partners/form.html", context)

    return submit(request, form, act, again=again, then=lambda done: back)


def _me(request: HttpRequest) -> Any:
    return member_of(request)
