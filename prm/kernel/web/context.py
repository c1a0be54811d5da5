"""What every page knows: the member, the tenant, the navigation, one's other vendors, and how to leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from prm.kernel.models import Tenant
from prm.kernel.notifications import unread_count
from prm.kernel.web import sessions
from prm.kernel.web.banners import banners_for
from prm.kernel.web.navigation import navigation_for

# Pages before signing in, which may show the vendor's name and picture.
AT_THE_DOOR = ("/accounts/login/", "/accounts/password/")


def page(request: HttpRequest) -> dict[str, Any]:
    member = getattr(request, "member", None)
    if member is None:
        return {
            "member": None,
            "tenant": getattr(request, "visited", None) or vendor_at_the_door(request),
            "navigation": [],
            "vendors": [],
        }
    return {
        "member": member,
        "tenant": member.tenant,
        "navigation": navigation_for(request, member),
        "vendors": other_vendors(request, member),
        "unread": lambda: unread_count(member),  # asked by the bell alone, so parts of pages cost nothing
        "banners": lambda: banners_for(request),  # asked by pages with a frame only
    }


def other_vendors(request: HttpRequest, member: Any) -> list[dict[str, str]]:
    """The vendors one may switch to. Under a vendor's own host there is that one alone: each host has its sign-in."""
    if getattr(request, "own_host", ""):
        return []
    others = {m.tenant.slug: m.tenant for m in request.memberships if m.tenant_id != member.tenant_id}  # type: ignore[attr-defined]
    return [
        {"name": tenant.name, "url": f"/t/{slug}/"}
        for slug, tenant in others.items()
        if sessions.reaches(request.session, slug)
    ]


def vendor_at_the_door(request: HttpRequest) -> Tenant | None:
    """Whose sign-in page this is, if visitors may know of that vendor."""
    from prm.kernel.signin.adapters import tenant_asked_for  # the adapter needs the pages first

    own_host = getattr(request, "own_host", "")
    if not own_host and not request.path_info.startswith(AT_THE_DOOR):
        return None
    slug = request.tenant_slug if own_host else tenant_asked_for(request)  # type: ignore[attr-defined]
    found = Tenant.objects.filter(slug=slug, active=True).first() if slug else None
    return found if found and (own_host or found.public_pages) else None
