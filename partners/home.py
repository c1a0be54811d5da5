"""What waits for a member: the worklists of all apps in one list, and the own company for partner users."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from partners.registries import waiting_for
from prm.kernel import clock
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part


@home_part(10, "partners/home/waiting.html")
def waiting(request: HttpRequest) -> dict[str, Any]:
    """The records that wait for this member, overdue ones first."""
    today, write = clock.today(), formatter()
    items = [
        {
            "list": item.label,
            "text": item.text,
            "url": item.url,
            "due": write.day(item.due) if item.due else "",
            "is_overdue": item.due is not None and item.due < today,
        }
        for item in waiting_for(request.member)  # type: ignore[attr-defined]
    ]
    return {"items": items}
