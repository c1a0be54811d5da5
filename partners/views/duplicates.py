"""Adding a partner, with a look at those it may already be; and the list of partners that may be one company."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from partners.actions import PossibleDuplicate, propose_partner
from partners.forms import NewPartnerForm
from partners.queries import Match, possible_pairs
from partners.queries.duplicates import Pair
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import PER_PAGE, ListPage
from prm.kernel.web.table_exports import table_export
from prm.kernel.words import own

TYPED = ("name", "country", "domain", "type")


@may("partners.add_partner")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Values in the address fill the form: the way back from a comparison, and from a task of operations."""
    found: list[Match] = []

    def act(data: dict[str, Any]) -> Any:
        data["create_anyway"] = data["create_anyway"] and bool(data["reason"].strip())  # without: compare again
        try:
            return propose_partner(by=request.member, **data)  # type: ignore[attr-defined]
        except PossibleDuplicate as double:
            found.extend(double.matches)
            raise

    def page(form: Any) -> HttpResponse:
        shown = {"form": form, "heading": own("Add a partner"), "back": reverse("partners:list"), "button": _("Add")}
        if found:
            shown["matches"] = found
            shown["typed"] = {name: form.cleaned_data[name] for name in TYPED}
            shown["type_label"] = dict(form.fields["type"].choices).get(form.cleaned_data["type"])
            shown["country_label"] = dict(form.fields["country"].choices).get(form.cleaned_data["country"])
            return render(request, "partners/duplicates/found.html", shown)
        return render(request, "partners/form.html", shown)

    def then(added: Any) -> str:
        if added is not None:
            return added.get_absolute_url()
        messages.info(request, _("Nothing was added yet. Channel operations looks at it first."))
        return reverse("home")

    if request.method == "GET":
        return page(NewPartnerForm(initial={name: request.GET.get(name, "") for name in TYPED if name in request.GET}))
    return submit(request, NewPartnerForm(request.POST), act, again=page, then=then)


@may("partners.view_duplicates")
@require_safe
def pairs(request: HttpRequest) -> HttpResponse:
    """Pairs that may be one company, each with the way to merge them."""
    found = possible_pairs()
    heads = (_("The older one"), _("Number"), _("The younger one"), _("Number"), _("Country"), _("What is the same"))
    file = table_export(request, "possible-duplicates", heads, lambda: map(_pair_row, found))
    if file is not None:
        return file
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    shown = ListPage(request, page, (), "", None, list(page.object_list), None, None)
    return render(request, "partners/duplicates/pairs.html", {"list": shown})


def _pair_row(pair: Pair) -> tuple[str, ...]:
    first, second = pair.first, pair.second
    same = ", ".join(
        word for word, is_same in ((_("Name"), pair.by_name), (_("Web domain"), pair.by_domain)) if is_same
    )
    return first.name, first.number, second.name, second.number, second.country_name, same
