"""Pages that a vendor shows to the world: anybody may open them, and a visitor reads what is published, no more.

A visitor enters the vendor as a partner of a company that does not exist: the database shows published rows alone.
What an action has to look up beyond that, it does in a vendor scope of its own, named in the test of the house rules.
"""

from __future__ import annotations

from functools import wraps
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from prm.kernel.models import Tenant
from prm.kernel.web.access import Access, View

NO_COMPANY = UUID(int=0)  # a partner's scope without any company is refused by the database as a mistake


def for_visitors(view: View) -> View:
    """Open to everyone inside a vendor that shows public pages; elsewhere it is not there."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "visited", None) is None:
            raise Http404
        return view(request, *args, **kwargs)

    answer.access = Access("visitor")  # type: ignore[attr-defined]
    return answer


def visited_tenant(request: HttpRequest, slug: str) -> Tenant | None:
    """The vendor whose public page this address names; None for every other address and for vendors without."""
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return None
    access = getattr(view, "access", None)
    if access is None or access.kind != "visitor":
        return None
    return Tenant.objects.filter(slug=slug, active=True, public_pages=True).first()


def visitor_address(request: HttpRequest) -> str:
    """The network address the visitor comes from, behind as many proxies as the installation trusts."""
    return get_adapter(request).get_client_ip(request)
