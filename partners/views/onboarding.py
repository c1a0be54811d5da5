"""The pages of onboarding: the board, starting it, and the blueprint that operations keep."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from partners.actions import add_onboarding_step, edit_onboarding_step, start_onboarding
from partners.forms import StepForm
from partners.models import OnboardingStep, Partner
from partners.rows import present_onboarding
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own

COLUMNS = (
    Column("name", own("Partner"), ("sort_name",), lambda row: row.name),
    Column("manager", own("Account manager"), (), lambda row: row.manager),
    Column("started", _("Days"), ("onboardings__started_on",), lambda row: row.progress.days),
    Column("done", _("Done"), (), lambda row: row.progress.text),
    Column("overdue", _("Overdue"), (), lambda row: row.progress.overdue),
    Column("next", _("Next due"), (), lambda row: row.progress.next_due),
)


@may("partners.view_onboarding")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The partners on their way to being active, the longest under way first."""
    member, today = member_of(request), clock.today()
    found = list_page(
        request,
        Partner.objects.visible_to(member).filter(state=Partner.State.ONBOARDING),
        COLUMNS,
        default_sort="started",
        present=lambda partners: present_onboarding(partners, today),
        file_name="onboarding",
    )
    if isinstance(found, HttpResponse):
        return found
    may_edit = permits(member, "partners.edit_onboarding_step")
    return render(request, "partners/onboarding.html", {"list": found, "may_edit": may_edit})


@may("partners.start_onboarding", Partner)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, partner: Partner) -> HttpResponse:
    def page(form: forms.Form) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Start onboarding of %s") % partner.name,
            "lead": _(
                "Its people receive the dated tasks of the blueprint; when the required ones are done it is active."
            ),
            "back": partner.get_absolute_url(),
            "button": _("Start onboarding"),
        }
        return render(request, "partners/form.html", context)

    if request.method == "GET":
        return page(forms.Form())
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: start_onboarding(partner, by=member_of(request)),
        again=page,
        then=lambda started: started.get_absolute_url(),
    )


@may("partners.edit_onboarding_step")
@require_safe
def steps(request: HttpRequest) -> HttpResponse:
    """The blueprint: what each new partner is asked to do, by whom and within how many days."""
    found = list(OnboardingStep.objects.order_by("-active", "due_days", "code"))
    return render(request, "partners/onboarding_steps.html", {"steps": found})


@may("partners.edit_onboarding_step")
@require_http_methods(["GET", "POST"])
def step_add(request: HttpRequest) -> HttpResponse:
    return _form(
        request,
        StepForm(request.POST or None),
        lambda data: add_onboarding_step(by=member_of(request), **_without_version(data)),
        _("Add a step"),
    )


@may("partners.edit_onboarding_step", OnboardingStep)
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, step: OnboardingStep) -> HttpResponse:
    initial = {name: getattr(step, name) for name in StepForm.base_fields}
    return _form(
        request,
        StepForm(request.POST or None, initial=initial),
        lambda data: edit_onboarding_step(
            step, by=member_of(request), seen_version=data["version"], **_without_version(data)
        ),
        _("Change a step"),
    )


def _form(request: HttpRequest, form: forms.Form, act: Any, heading: Any) -> HttpResponse:
    back = reverse("partners:onboarding_steps")

    def page(form: forms.Form) -> HttpResponse:
        return render(request, "partners/form.html", {"form": form, "heading": heading, "back": back})

    return page(form) if request.method == "GET" else submit(request, form, act, again=page, then=lambda saved: back)


def _without_version(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "version"}
