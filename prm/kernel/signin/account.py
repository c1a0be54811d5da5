"""One's own account at this vendor: the name, the card in the directory, and the ways to the pages of the login."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from prm.kernel import clock
from prm.kernel.members import change_own_name, edit_own_card
from prm.kernel.signin.forms import OwnCardForm, OwnNameForm
from prm.kernel.signin.rows import present_people
from prm.kernel.signin.second_factor import has_second_factor
from prm.kernel.web.access import for_members
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of


@for_members
@require_safe
def own_account(request: HttpRequest) -> HttpResponse:
    return _page(request)


@for_members
@require_POST
def own_name(request: HttpRequest) -> HttpResponse:
    user = member_of(request).user
    form = OwnNameForm(request.POST)
    return _save(request, form, "name_form", lambda data: change_own_name(user, data["name"]))


@for_members
@require_POST
def own_card(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    form = OwnCardForm(request.POST)
    return _save(request, form, "card_form", lambda data: edit_own_card(member, by=member, **data))


def _save(request: HttpRequest, form: forms.Form, name: str, act: Any) -> HttpResponse:
    def then(_: Any) -> str:
        messages.success(request, gettext("Saved."))
        return reverse("kernel:account")

    return submit(request, form, act, again=lambda form: _page(request, **{name: form}), then=then)


def _page(request: HttpRequest, **sent: forms.Form) -> HttpResponse:
    member = member_of(request)
    zone = member.tenant.time_zone
    names = ("title", "phone", "asks", "languages", "shows_email")
    context = {
        "person": present_people([member], vendor_name=member.tenant.name)[0],
        "zone": zone.replace("_", " "),
        "here": f"{clock.now().astimezone(ZoneInfo(zone)):%H:%M}",
        "has_second_factor": has_second_factor(member.user_id),
        "name_form": OwnNameForm(initial={"name": member.user.name}),
        "card_form": OwnCardForm(initial={name: getattr(member, name) for name in names}),
    }
    return render(request, "kernel/account.html", context | sent)
