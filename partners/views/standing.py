"""The pages that interrupt, end and revive a partnership: one form each, reached from the partner's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from partners.actions import (
    begin_reactivation,
    lift_suspension,
    suspend_partner,
    terminate_partner,
    withdraw_termination,
)
from partners.forms import OptionalReasonForm, ReasonForm, TerminationForm
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit

Act = Callable[..., Any]


@may("partners.suspend_partner", Partner)
@require_http_methods(["GET", "POST"])
def suspend(request: HttpRequest, partner: Partner) -> HttpResponse:
    lead = "Its people can read and do nothing else; deals, leads, claims and points stand still until it is lifted."
    return _ask(request, partner, suspend_partner, ReasonForm, f"Suspend {partner.name}", lead, "Suspend")


@may("partners.lift_suspension", Partner)
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, partner: Partner) -> HttpResponse:
    lead = "The partner is again what it was before, and its clocks go on."
    return _ask(request, partner, lift_suspension, ReasonForm, f"Lift the suspension of {partner.name}", lead, "Lift")


@may("partners.terminate_partner", Partner)
@require_http_methods(["GET", "POST"])
def terminate(request: HttpRequest, partner: Partner) -> HttpResponse:
    lead = "On the day its people lose access. Its records stay."
    heading = f"Terminate the partnership with {partner.name}"
    return _ask(request, partner, terminate_partner, TerminationForm, heading, lead, "Give notice")


@may("partners.withdraw_termination", Partner)
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, partner: Partner) -> HttpResponse:
    heading = f"Withdraw the notice to {partner.name}"
    return _ask(request, partner, withdraw_termination, ReasonForm, heading, "The partnership goes on.", "Withdraw")


@may("partners.begin_reactivation", Partner)
@require_http_methods(["GET", "POST"])
def reactivate(request: HttpRequest, partner: Partner) -> HttpResponse:
    lead = "With its next net sale the partner is active again."
    heading = f"{partner.name} is coming back"
    return _ask(request, partner, begin_reactivation, OptionalReasonForm, heading, lead, "Begin reactivation")


def _ask(
    request: HttpRequest, partner: Partner, act: Act, form_class: Any, heading: str, lead: str, button: str
) -> HttpResponse:
    def page(form: Any) -> HttpResponse:
        said = {"form": form, "heading": heading, "lead": lead, "button": button, "back": partner.get_absolute_url()}
        return render(request, "partners/form.html", said)

    if request.method == "GET":
        return page(form_class(initial={"ends_on": clock.today()}))
    return submit(
        request,
        form_class(request.POST),
        lambda data: act(partner, by=request.member, **data),  # type: ignore[attr-defined]
        again=page,
        then=lambda done: partner.get_absolute_url(),
    )
