"""The pages of bank details: what one may see of them, entering, verifying."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import enter_bank_details, verify_bank_details
from partners.forms import BankDetailsForm, VerifyForm
from partners.models import BankDetails, Partner
from partners.rows import present_bank_details
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of

DETAILS = BankDetails.objects.select_related("partner", "entered_by__user", "verified_by__user")


@may("partners.view_bank_details", Partner)
@require_safe
def bank(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The account of a partner, as far as the reader may see it."""
    return _page(request, partner)


@sensitive_variables()
@sensitive_post_parameters()
@may("partners.enter_bank_details", Partner)
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Enter or change the account. The old numbers are not filled in: who changes them types them anew."""
    known = DETAILS.visible_to(member_of(request)).filter(partner=partner).first()
    initial = {"version": known.version if known else None, "country": known.country if known else partner.country}
    form = BankDetailsForm(request.POST or None, initial=initial)

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": f"Bank details of {partner.name}", "back": partner.get_absolute_url()}
        return render(request, "partners/form.html", context)

    if request.method == "GET":
        return page(form)

    def act(data: dict[str, Any]) -> BankDetails:
        return enter_bank_details(partner, by=member_of(request), seen_version=data.pop("version"), **data)

    return submit(request, form, act, again=page, then=lambda details: details.get_absolute_url())


@may("partners.verify_bank_details", DETAILS)
@require_POST
def verify(request: HttpRequest, details: BankDetails) -> HttpResponse:
    return submit(
        request,
        VerifyForm(request.POST),
        lambda data: verify_bank_details(details, by=member_of(request), seen_version=data["version"]),
        again=lambda form: _page(request, details.partner, form=form),
        then=lambda verified: verified.get_absolute_url(),
    )


def _page(request: HttpRequest, partner: Partner, *, form: Any = None) -> HttpResponse:
    member = member_of(request)
    details = DETAILS.visible_to(member).filter(partner=partner).first()
    may_verify = (
        details is not None and not details.is_verified and permits(member, "partners.verify_bank_details", details)
    )
    context = {
        "partner": partner,
        "details": details,
        "shown": present_bank_details(details, member) if details else None,
        "form": form or (VerifyForm(initial={"version": details.version}) if details else None),
        "may_verify": may_verify,
        "may_enter": permits(member, "partners.enter_bank_details", partner),
    }
    return render(request, "partners/bank.html", context)
