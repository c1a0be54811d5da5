"""The way of every form: ask, act, answer. Refusals of the action come back on the form; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext

from prm.kernel.errors import Refused


def submit(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    *,
    again: Callable[[forms.Form], HttpResponse],
    then: Callable[[Any], Any],
    said: Callable[[Any], str] | None = None,
) -> HttpResponse:
    """Run `act` with the cleaned data. Success goes to the address `then(result)`, anything else back by `again`.

    Where the page that follows would not show that something was done, `said(result)` stands on it.

    An invalid form answers 422, a refusal with its own status (409 for a stale or illegal move).
    """
    status = 422
    if form.is_valid():
        try:
            with transaction.atomic():
                result = act(form.cleaned_data)
        except Refused as refusal:
            add_refusal(form, refusal)
            status = 422 if refusal.status == 400 else refusal.status
        else:
            if said is not None:
                messages.success(request, said(result))
            return go(request, then(result))
    response = again(form)
    response.status_code = status
    return response


def saved(_result: Any) -> str:
    """What is said after a form whose page looks the same afterwards."""
    return gettext("Saved.")


def add_refusal(form: forms.Form, refusal: Refused) -> None:
    """Say a refusal on the form: each reason at its field, and above it what belongs to none."""
    if not refusal.fields:
        form.add_error(None, str(refusal))
    for field, reason in refusal.fields.items():
        form.add_error(field if field in form.fields else None, reason)


def go(request: HttpRequest, to: Any) -> HttpResponse:
    """Redirect, also when the request came from htmx (which would otherwise swap the new page into a part)."""
    from django.shortcuts import resolve_url

    url = resolve_url(to)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
