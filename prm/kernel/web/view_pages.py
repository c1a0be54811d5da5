"""The pages of saved views: keep how a list stands, rename it, let the list open with it, drop it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_POST

from prm.kernel.models import SavedView
from prm.kernel.saved_views import change_view, delete_view, save_view
from prm.kernel.web.access import find_visible, for_members
from prm.kernel.web.forms import go, submit
from prm.kernel.web.tenancy import member_of


class ViewForm(forms.Form):
    name = forms.CharField(max_length=60)
    is_default = forms.BooleanField(required=False, label="Open the list with this view")


class NewViewForm(ViewForm):
    list = forms.CharField(max_length=80, widget=forms.HiddenInput)
    query = forms.CharField(max_length=2000, required=False, widget=forms.HiddenInput)


@for_members
def save(request: HttpRequest) -> HttpResponse:
    """Give the list as it stands a name."""
    given = {name: request.GET.get(name, "") for name in ("list", "query")}
    member = member_of(request)

    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/view.html", {"form": form, "back": _back(form)})

    if request.method != "POST":
        return page(NewViewForm(initial=given))
    return submit(
        request,
        NewViewForm(request.POST),
        lambda data: save_view(
            data["name"], by=member, list_name=data["list"], query=data["query"], is_default=data["is_default"]
        ),
        again=page,
        then=lambda view: view.get_absolute_url(),
    )


@for_members
def saved_view(request: HttpRequest, saved_view_id: Any) -> HttpResponse:
    """Rename one of one's own views, or let the list open with it."""
    member = member_of(request)
    view = find_visible(SavedView, member, saved_view_id)

    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/view.html", {"form": form, "view": view, "back": view.get_absolute_url()})

    if request.method != "POST":
        return page(ViewForm(initial={"name": view.name, "is_default": view.is_default}))
    return submit(
        request,
        ViewForm(request.POST),
        lambda data: change_view(view, by=member, **data),
        again=page,
        then=lambda saved: saved.get_absolute_url(),
    )


@for_members
@require_POST
def delete(request: HttpRequest, saved_view_id: Any) -> HttpResponse:
    member = member_of(request)
    view = find_visible(SavedView, member, saved_view_id)
    path = view.path
    delete_view(view, by=member)
    return go(request, f"{path}?view=all")


def _back(form: forms.Form) -> str:
    try:
        return f"{reverse(str(form['list'].value()))}?{form['query'].value() or 'view=all'}"
    except NoReverseMatch:
        return reverse("home")
