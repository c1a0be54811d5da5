"""What the home page says about sales: the year so far, and for account managers the partners behind their plan."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.money import currency_places
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from sales.queries import behind_plan, total_by_month, total_performance

SHOWN = 8


@home_part(10, "sales/home/year.html", area="top")
def year_so_far(request: HttpRequest) -> dict[str, Any] | None:
    """Target, actual and performance of all partners this member may know of."""
    member = request.member  # type: ignore[attr-defined]
    if not permits(member, "sales.view_performance"):
        return None
    year = total_performance(member, clock.today())
    count = Partner.objects.visible_to(member).aggregate(
        all=Count("pk"), active=Count("pk", filter=Q(state=Partner.State.ACTIVE))
    )
    if not count["all"]:
        return None
    write = formatter()
    return {
        "label": year.label,
        "active": write.count(count["active"]),
        "all": write.count(count["all"]),
        "is_vendor": member.is_vendor,
        "actual": write.money(year.actual),
        "target": write.money(year.target),
        "performance": write.percent(year.performance),
        "status": year.status,
        "why": year.why,
    }


@home_part(30, "sales/home/behind.html", area="side")
def partners_behind(request: HttpRequest) -> dict[str, Any] | None:
    """The partners furthest behind their plan: an account manager's own, for chief and operations all."""
    member = request.member  # type: ignore[attr-defined]
    if not member.has(Role.ACCOUNT_MANAGER, Role.CHANNEL_CHIEF, Role.OPERATIONS):
        return None
    running = Partner.objects.visible_to(member).filter(state=Partner.State.ACTIVE)
    figures, behind = behind_plan(running, clock.today(), SHOWN)
    partners, write = running.in_bulk(list(figures)), formatter()
    rows = [
        {
            "name": partners[pk].name,
            "url": partners[pk].get_absolute_url(),
            "performance": write.percent(f["performance"]),
            "status": f["status"],
            "variance": write.number(f["variance"], currency_places(write.currency)),
        }
        for pk, f in figures.items()
    ]
    counts = {"count": behind.count, "planned": behind.planned, "all": running.count()}
    return {"rows": rows, "currency": write.currency, **counts}


@home_part(50, "sales/home/months.html")
def months_of_the_year(request: HttpRequest) -> dict[str, Any] | None:
    """Target and actual month by month: of all partners for those who answer for the whole, of the own company."""
    member = request.member  # type: ignore[attr-defined]
    if not permits(member, "sales.view_performance") or member.has(Role.ACCOUNT_MANAGER, Role.OPERATIONS):
        return None
    chart = total_by_month(member, clock.today())
    has_figures = any(value for series in chart.series for value in series.values)
    return {"chart": chart} if has_figures else None
