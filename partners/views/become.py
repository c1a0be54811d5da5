"""Become a partner: the vendor's programme for everybody to read, the application, and the page that follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from partners.actions import (
    accept_community,
    ask_as_applicant,
    check_stamp,
    confirm_application,
    find_application,
    receive_application,
    stamp_form,
    token_of,
    withdraw_application,
)
from partners.forms.recruitment import ApplicationForm, QuestionForm
from partners.models import Application
from partners.queries import applicant_view, ladder_on, program_page
from partners.rows.applications import present_tiers
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.signin.forms import NothingForm
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit
from prm.kernel.web.visitors import for_visitors, visitor_address


@for_visitors
def page(request: HttpRequest) -> HttpResponse:
    """The programme and the form. The answer to an application is the same for everyone who filled it in well."""
    if request.method != "POST":
        return _page(request, ApplicationForm(initial={"stamp": stamp_form()}))
    form = ApplicationForm(request.POST)
    if request.POST.get("homepage"):  # no person sees this field
        return redirect("become:sent")

    def act(data: dict[str, Any]) -> None:
        check_stamp(data["stamp"])
        receive_application(data, network=visitor_address(request))

    def again(form: Any) -> HttpResponse:
        # A form that lay too long, or is not ours, gets a new stamp; one that came too quickly keeps its own.
        data = request.POST.copy()
        try:
            check_stamp(data.get("stamp", ""))
        except Refused as refusal:
            if refusal.code != "form_too_quick":
                data["stamp"] = stamp_form()
        shown = ApplicationForm(data)
        shown._errors = form.errors
        shown.point_at_first_error()
        return _page(request, shown)

    return submit(request, form, act, again=again, then=lambda done: reverse("become:sent"))


def _page(request: HttpRequest, form: ApplicationForm) -> HttpResponse:
    shown = program_page()
    context = {
        "page": shown,
        "tiers": present_tiers(ladder_on(clock.today())) if shown.shows_tiers else [],
        "form": form,
        "vendor": current_tenant(),
    }
    return render(request, "partners/become/page.html", context)


@for_visitors
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    """Look into your mail: the same words for everybody."""
    return render(request, "partners/become/sent.html", {"vendor": current_tenant()})


@for_visitors
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Behind the link of the letter. Looking at it uses nothing up; pressing the button does, once."""
    try:
        application = find_application(token, "confirm")
    except Refused as refusal:
        return _over(request, refusal)

    def again(form: Any) -> HttpResponse:
        context = {"application": application, "form": form, "vendor": current_tenant()}
        return render(request, "partners/become/confirm.html", context)

    if request.method != "POST":
        return again(NothingForm())
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: confirm_application(application),
        again=again,
        then=lambda done: _status_address(done),
    )


@for_visitors
@require_safe
def status(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands, and what happens next."""
    try:
        application = find_application(token, "status")
    except Refused as refusal:
        return _over(request, refusal)
    return _status(request, application)


@for_visitors
@require_POST
def ask(request: HttpRequest, token: str) -> HttpResponse:
    return _on_status(request, token, QuestionForm(request.POST), lambda a, data: ask_as_applicant(a, data["text"]))


@for_visitors
@require_POST
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    return _on_status(request, token, NothingForm(request.POST), lambda a, data: withdraw_application(a))


@for_visitors
@require_POST
def accept(request: HttpRequest, token: str) -> HttpResponse:
    return _on_status(request, token, NothingForm(request.POST), lambda a, data: accept_community(a))


def _on_status(
    request: HttpRequest, token: str, form: forms.Form, act: Callable[[Application, dict[str, Any]], None]
) -> HttpResponse:
    try:
        application = find_application(token, "status")
    except Refused as refusal:
        return _over(request, refusal)
    return submit(
        request,
        form,
        lambda data: act(application, data),
        again=lambda form: _status(request, application, form=form),
        then=lambda done: _status_address(application),
    )


def _status(request: HttpRequest, application: Application, *, form: Any = None) -> HttpResponse:
    write = formatter()
    context = {
        "application": application,
        "view": applicant_view(application),
        "received": write.day(application.created_at),
        "confirmed": write.day(application.confirmed_at),
        "ask_form": form if isinstance(form, QuestionForm) else QuestionForm(),
        "refused": form if form is not None and not isinstance(form, QuestionForm) else None,
        "token": token_of(application, "status"),
        "vendor": current_tenant(),
    }
    return render(request, "partners/become/status.html", context)


def _status_address(application: Application) -> str:
    return reverse("become:status", args=[token_of(application, "status")])


def _over(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return render(request, "partners/become/over.html", {"refusal": refusal}, status=refusal.status)
