"""The public locator: find a partner nearby, read about it, write to it."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from partners.actions import check_stamp, receive_inquiry, stamp_form
from partners.forms import InquiryForm, LocatorSearchForm
from partners.models import LocatorEntry
from partners.queries import Search, find_partners
from partners.queries.locator import Results
from partners.rows.locator import present_entry, present_found
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.forms import submit
from prm.kernel.web.visitors import for_visitors, visitor_address

PER_PAGE = 20
USUAL_RADIUS = 100


@for_visitors
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """All partners that show themselves, or those that fit what one looks for, in the order of F40."""
    asked = request.GET.copy()
    if asked:
        asked.setdefault("radius", str(USUAL_RADIUS))  # the form shows what was searched within
    form = LocatorSearchForm(asked or None)
    wanted = Search()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        wanted = Search(
            place=data["place"],
            country=data["country"],
            radius_km=data["radius"] or USUAL_RADIUS,
            product_line=data["product_line"],
            vertical=data["vertical"],
            language=data["language"],
        )
    elif form.is_bound:
        # What cannot be read finds nobody: all partners would look like an answer.
        return _unread(request, form)
    results = find_partners(wanted)
    page = Paginator(results.found, PER_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "vendor": current_tenant(),
        "form": form,
        "results": results,
        "total": len(results.found),
        "rows": present_found(page.object_list),
        "page": page,
        "query": query.urlencode(),
        "place": str(results.place) if results.place else "",
    }
    return render(request, "partners/locator/search.html", context)


def _unread(request: HttpRequest, form: LocatorSearchForm) -> HttpResponse:
    nobody = Results([], None, unknown_place="place" in form.errors)
    context = {"vendor": current_tenant(), "form": form, "results": nobody, "rows": [], "is_unread": True}
    return render(request, "partners/locator/search.html", context)


@for_visitors
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, locator_entry_id: Any) -> HttpResponse:
    """One partner, with a form that writes to it."""
    found = LocatorEntry.objects.filter(pk=locator_entry_id, shown=True).first()
    if found is None:
        raise Http404

    def page(form: Any) -> HttpResponse:
        context = {"vendor": current_tenant(), "row": present_entry(found), "form": form}
        return render(request, "partners/locator/entry.html", context)

    if request.method == "GET":
        return page(InquiryForm(initial={"stamp": stamp_form()}))
    if request.POST.get("homepage"):  # no person sees this field
        return redirect("locator:sent")

    def act(data: dict[str, Any]) -> None:
        check_stamp(data["stamp"])
        receive_inquiry(found, data, network=visitor_address(request))

    return submit(request, InquiryForm(request.POST), act, again=page, then=lambda done: "locator:sent")


@for_visitors
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "partners/locator/sent.html", {"vendor": current_tenant()})
