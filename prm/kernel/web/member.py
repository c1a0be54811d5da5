"""Who acts in this request."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from prm.kernel.models import Membership


def member_of(request: HttpRequest) -> Membership:
    """The acting member; outside a tenant there is nothing here."""
    member = request.member  # type: ignore[attr-defined]
    if member is None:
        raise Http404
    return member
