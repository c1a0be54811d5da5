"""What the home page says about sales: the year so far, and for account managers the partners behind their plan."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from sales.queries import performance_of, total_performance

SHOWN = 8


@home_part(20, "sales/home/year.html")
def year_so_far(request: HttpRequest) -> dict[str, Any] | None:
    """Target, actual and performance of all partners this member may know of."""
    member = request.member  # type: ignore[attr-defined]
    if not permits(member, "sales.view_performance"):
        return None
    year, count = total_performance(member, clock.today()), Partner.objects.visible_to(member).count()
    if not count:
        return None
    write = formatter()
    return {
        "label": year.label,
        "count": write.count(count),
        "is_vendor": member.is_vendor,
        "actual": write.money(year.actual),
        "target": write.money(year.target),
        "performance": write.percent(year.performance),
        "status": year.status,
        "why": year.why,
    }


@home_part(30, "sales/home/behind.html")
def partners_behind(request: HttpRequest) -> dict[str, Any] | None:
    """For an account manager: the own partners furthest behind their plan, with the reason."""
    member = request.member  # type: ignore[attr-defined]
    if not member.has(Role.ACCOUNT_MANAGER):
        return None
    today = clock.today()
    partners = {p.pk: p for p in Partner.objects.visible_to(member).filter(state="active").order_by("sort_name")[:200]}
    quarter = FiscalQuarter.containing(today, current_tenant().fy_start_month)
    figures = performance_of(list(partners), quarter, today)
    behind = [(pk, f) for pk, f in figures.items() if f["performance"] is not None and f["status"] != "green"]
    behind.sort(key=lambda pair: (pair[1]["performance"], partners[pair[0]].sort_name))
    write = formatter()
    rows = [
        {
            "name": partners[pk].name,
            "url": partners[pk].get_absolute_url(),
            "performance": write.percent(f["performance"]),
            "status": f["status"],
            "variance": write.money(f["variance"]),
        }
        for pk, f in behind[:SHOWN]
    ]
    return {"rows": rows, "count": len(behind), "all": len(partners)}
