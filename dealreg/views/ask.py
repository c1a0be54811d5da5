"""The public form: a visitor asks the vendor, and a partner answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dealreg.actions.leads import receive_public_lead
from dealreg.forms.leads import PublicLeadForm
from partners.actions import check_stamp, stamp_form
from prm.kernel.errors import Refused
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.forms import submit
from prm.kernel.web.visitors import for_visitors, visitor_address


@for_visitors
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form. The answer is the same for everyone who filled it in well."""
    if request.method == "GET":
        campaign = request.GET.get("campaign", "")[:120]
        return _page(request, PublicLeadForm(initial={"stamp": stamp_form(), "campaign": campaign}))
    if request.POST.get("homepage"):  # no person sees this field
        return redirect("ask:sent")

    def act(data: dict[str, Any]) -> None:
        check_stamp(data["stamp"])
        receive_public_lead(data, network=visitor_address(request))

    def again(form: Any) -> HttpResponse:
        # A form that lay too long, or is not ours, gets a new stamp; one that came too quickly keeps its own.
        data = request.POST.copy()
        try:
            check_stamp(data.get("stamp", ""))
        except Refused as refusal:
            if refusal.code != "form_too_quick":
                data["stamp"] = stamp_form()
        shown = PublicLeadForm(data)
        shown._errors = form.errors
        return _page(request, shown)

    return submit(request, PublicLeadForm(request.POST), act, again=again, then=lambda done: "ask:sent")


def _page(request: HttpRequest, form: PublicLeadForm) -> HttpResponse:
    return render(request, "dealreg/leads/ask.html", {"vendor": current_tenant(), "form": form})


@for_visitors
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "dealreg/leads/sent.html", {"vendor": current_tenant()})
