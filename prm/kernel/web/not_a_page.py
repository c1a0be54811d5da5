"""Addresses that only take what a button sends: who opens one (reload, sign-in) comes to the page that it is of."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, get_script_prefix, resolve
from django.utils.translation import gettext as _


def is_opened_by_hand(request: HttpRequest, response: HttpResponse) -> bool:
    """A member's browser asks to see an address at which there is only something to do."""
    is_page = not request.path_info.startswith("/api/") and not getattr(request, "htmx", False)
    return response.status_code == 405 and request.method in ("GET", "HEAD") and is_page


def answer_opened(request: HttpRequest) -> HttpResponse:
    """To the object's own page, else to the nearest page above; where there is none it is said.

    Where the view has not looked for the object that the address names, nothing is told of it.
    """
    subject, match = getattr(request, "subject", None), request.resolver_match
    is_unsought = subject is None and match is not None and bool(match.kwargs)
    to = "" if is_unsought else _page_of(subject) or _above(request.path_info)
    if not to or to == request.path:
        return render(request, "not_a_page.html", status=405)
    messages.info(request, _("Nothing was changed: that address belongs to a button. Press it here."))
    return redirect(to)


def _page_of(subject: Any) -> str:
    return subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else ""


def _above(path: str) -> str:
    """The next address above that is one; if it is no page either, it leads further."""
    parts = path.strip("/").split("/")
    while parts := parts[:-1]:
        above = f"/{'/'.join(parts)}/"
        try:
            resolve(above)
        except Resolver404:
            continue
        return get_script_prefix() + above[1:]
    return ""
