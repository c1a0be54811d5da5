"""What every page knows: the member, the tenant, the navigation, and how to leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from prm.kernel.notifications import unread_count
from prm.kernel.web.navigation import navigation_for


def page(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    if member is None:
        return {"member": None, "tenant": None, "navigation": []}
    return {
        "member": member,
        "tenant": member.tenant,
        "navigation": navigation_for(request, member),
        "unread": lambda: unread_count(member),  # asked by the bell alone, so parts of pages cost nothing
    }
