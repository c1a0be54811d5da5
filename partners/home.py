"""What waits for a member: the worklists of all apps in one list, and the own company for partner users."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from partners.queries.announcements import announcements_for
from partners.registries import worklists
from prm.kernel import clock
from prm.kernel.web.banners import banner
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part

SHOWN_EACH = 5


@home_part(10, "partners/home/waiting.html")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """The records that wait for this member, overdue ones first."""
    member = request.member  # type: ignore[attr-defined]
    today, write = clock.today(), formatter()
    items = []
    for worklist in worklists.values():
        for record in worklist.query(member)[:SHOWN_EACH]:
            due = worklist.due(record)
            items.append(
                {
                    "list": worklist.label,
                    "text": worklist.text(record),
                    "url": worklist.url(record),
                    "due": write.day(due) if due else "",
                    "is_overdue": due is not None and due < today,
                    "order": due or dt.date.max,
                }
            )
    items.sort(key=lambda item: (item["order"], item["text"]))
    return {"items": items}


@home_part(5, "partners/home/announcements.html")
def announced(request: HttpRequest) -> dict[str, Any] | None:
    """What the vendor tells this partner's people; a company without news has no box."""
    member = request.member  # type: ignore[attr-defined]
    deliveries = [] if member.is_vendor else announcements_for(member)
    return {"deliveries": deliveries} if deliveries else None


@banner("partners/banner.html")
def announced_above(request: HttpRequest) -> dict[str, Any] | None:
    """The newest announcement above every page but the first, where all of them stand."""
    member = request.member  # type: ignore[attr-defined]
    if member.is_vendor or request.path == reverse("home"):
        return None
    deliveries = announcements_for(member)
    return {"delivery": deliveries[0], "more": len(deliveries) - 1} if deliveries else None
