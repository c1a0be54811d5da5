"""What operations does with applications, and the vendor's own public page and rules."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from partners.actions import (
    attach_application,
    edit_program_page,
    edit_recruitment_rules,
    refuse_application,
    take_application,
)
from partners.filters_recruitment import ApplicationFilter
from partners.forms.recruitment import AttachForm, ProgramPageForm, RulesForm, WhyForm, write_questions
from partners.models import Application, Partner, VendorQuestion
from partners.queries import STAGES, doubles_of, ladder_on, program_page, rules
from partners.rows.applications import present_applications, present_tiers
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import may
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of

WITH_PARTNERS = Application.objects.select_related("became", "looks_like", "decided_by__user")
COLUMNS = (
    Column("company", "Company", ("company",), lambda row: row.company),
    Column("country", "Country", ("country",), lambda row: row.country),
    Column("name", "Person", ("name",), lambda row: row.name),
    Column("email", "E-mail", ("email",), lambda row: row.email),
    Column("state", "State", ("state", "created_at"), lambda row: row.state),
    Column("received", "Received", ("confirmed_at", "created_at"), lambda row: row.received),
    Column("became", "Partner", (), lambda row: row.became),
)


lend_list("recruitment:applications", COLUMNS, ApplicationFilter)


@may("partners.view_application")
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """What came in by the public page, newest first."""
    member = member_of(request)
    shown = list_page(
        request,
        Application.objects.visible_to(member).select_related("became", "looks_like"),
        COLUMNS,
        default_sort="-received",
        filterset=ApplicationFilter,
        present=present_applications,
        file_name="applications",
    )
    if isinstance(shown, HttpResponse):
        return shown
    context = {
        "list": shown,
        "is_open": member.tenant.public_pages,
        "may_edit_page": permits(member, "partners.edit_program_page"),
    }
    return render(request, "partners/recruitment/applications.html", context)


@may("partners.view_application", WITH_PARTNERS)
@require_safe
def application(request: HttpRequest, application: Application) -> HttpResponse:
    return _page(request, application)


def _page(
    request: HttpRequest, application: Application, *, attach: Any = None, refuse: Any = None, take: Any = None
) -> HttpResponse:
    member = member_of(request)
    is_open = application.state == Application.State.CONFIRMED and permits(member, "partners.take_application")
    doubles = doubles_of(application) if is_open else []
    initial = {"company": application.looks_like_id}
    context = {
        "application": application,
        "row": present_applications([application])[0],
        "doubles": doubles,
        "is_open": is_open,
        "attach_form": attach or AttachForm(initial=initial, auto_id="attach_%s", partners=_choosable(application)),
        "refuse_form": refuse or WhyForm(auto_id="refuse_%s"),
        "take_form": take or NothingForm(),
        "questions": list(VendorQuestion.objects.filter(application=application).order_by("created_at")),
    }
    return render(request, "partners/recruitment/application.html", context)


def _choosable(application: Application) -> Any:
    """The partners it may be; with none found operations looks among all of that country."""
    found = [partner.pk for partner in doubles_of(application)]
    chosen = Partner.objects.filter(pk__in=found) if found else Partner.objects.filter(country=application.country)
    return chosen.order_by("sort_name")


@may("partners.take_application", WITH_PARTNERS)
@require_POST
def take(request: HttpRequest, application: Application) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: take_application(application, by=member_of(request)),
        again=lambda form: _page(request, application, take=form),
        then=lambda done: reverse("partners:candidate", args=[done.became_id]),
    )


@may("partners.attach_application", WITH_PARTNERS)
@require_POST
def attach(request: HttpRequest, application: Application) -> HttpResponse:
    return submit(
        request,
        AttachForm(request.POST, auto_id="attach_%s", partners=_choosable(application)),
        lambda data: attach_application(application, data["company"], by=member_of(request)),
        again=lambda form: _page(request, application, attach=form),
        then=lambda done: done.became.get_absolute_url(),
    )


@may("partners.refuse_application", WITH_PARTNERS)
@require_POST
def refuse(request: HttpRequest, application: Application) -> HttpResponse:
    return submit(
        request,
        WhyForm(request.POST, auto_id="refuse_%s"),
        lambda data: refuse_application(application, by=member_of(request), reason=data["reason"]),
        again=lambda form: _page(request, application, refuse=form),
        then=lambda done: reverse("recruitment:applications"),
    )


# --- the public page and the rules -----------------------------------------------------------------------


@may("partners.edit_program_page")
def page_settings(request: HttpRequest) -> HttpResponse:
    """The public page in the vendor's own words, with what it looks like beside."""
    member, shown = member_of(request), program_page()

    def again(form: Any) -> HttpResponse:
        return _settings(request, page_form=form)

    if request.method != "POST":
        return _settings(request)
    form = ProgramPageForm(request.POST, auto_id="page_%s")

    def act(data: dict[str, Any]) -> Any:
        seen = data.pop("version")
        return edit_program_page(by=member, seen_version=seen if not shown._state.adding else None, **data)

    return submit(request, form, act, again=again, then=lambda done: reverse("recruitment:settings"), said=saved)


@may("partners.edit_recruitment_rules")
@require_POST
def rule_settings(request: HttpRequest) -> HttpResponse:
    kept = rules()
    form = RulesForm(request.POST, auto_id="rules_%s")

    def act(data: dict[str, Any]) -> Any:
        return edit_recruitment_rules(
            by=member_of(request),
            min_fit_score=data["min_fit_score"],
            reopen_after_days=data["reopen_after_days"],
            age_limits=form.age_limits,
            seen_version=data["version"] if not kept._state.adding else None,
        )

    return submit(
        request,
        form,
        act,
        again=lambda form: _settings(request, rules_form=form),
        then=lambda done: reverse("recruitment:settings") + "#rules",
        said=saved,
    )


def _settings(request: HttpRequest, *, page_form: Any = None, rules_form: Any = None) -> HttpResponse:
    member, shown, kept = member_of(request), program_page(), rules()
    page_form = page_form or ProgramPageForm(
        auto_id="page_%s",
        initial={
            "is_open": member.tenant.public_pages,
            "headline": shown.headline,
            "intro": shown.intro,
            "shows_tiers": shown.shows_tiers,
            "questions": write_questions(shown.questions),
            "terms": shown.terms,
            "version": shown.version,
        },
    )
    rules_form = rules_form or RulesForm(
        auto_id="rules_%s",
        initial={
            "min_fit_score": kept.min_fit_score,
            "reopen_after_days": kept.reopen_after_days,
            "version": kept.version,
            **{f"limit_{stage}": kept.age_limits.get(stage) for stage in STAGES[:-1]},
        },
    )
    context = {
        "page_form": page_form,
        "rules_form": rules_form,
        "page": shown,
        "tiers": present_tiers(ladder_on(clock.today())) if shown.shows_tiers else [],
        "is_open": member.tenant.public_pages,
        "address": reverse("become:page"),
    }
    return render(request, "partners/recruitment/settings.html", context)
