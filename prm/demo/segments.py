"""Segments, an announcement and saved views of the demo."""

from __future__ import annotations

import datetime as dt
from typing import Any

from partners.actions import add_announcement, add_segment, publish_announcement
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.saved_views import save_view


def _group(*conditions: tuple[str, str, list[str]]) -> dict[str, Any]:
    return {
        "join": "all",
        "conditions": [{"field": name, "op": op, "value": value} for name, op, value in conditions],
    }


def group_and_announce(people: list[Membership]) -> None:
    """Three segments, one of which reads an announcement; the first manager and the chief keep a view each."""
    by_role = {role: member for member in reversed(people) for role in member.roles}
    marketing = by_role.get(Role.MARKETING)  # a small vendor has none: then the system acts
    sellers = add_segment(
        "Active resellers and service providers",
        rule={
            "join": "all",
            "groups": [_group(("state", "in", ["active"]), ("type", "in", ["reseller", "msp"]))],
        },
        by=marketing,
    )
    add_segment(
        "Quiet for two months",
        rule={
            "join": "all",
            "groups": [
                _group(("state", "in", ["active", "onboarding"]), ("activity", "before", ["60"])),
            ],
        },
        by=by_role.get(Role.OPERATIONS),
    )
    add_segment(
        "Behind plan, or weak in capabilities",
        rule={
            "join": "any",
            "groups": [
                _group(("measure:performance_to_plan", "lt", ["80"]), ("state", "in", ["active"])),
                _group(("measure:capability_score", "lt", ["50"])),
            ],
        },
        by=by_role.get(Role.CHANNEL_CHIEF),
    )
    announcement = add_announcement(
        "Spring campaign: double development funds",
        "Register a customer event until the end of the quarter and we pay twice the usual share.\n"
        "The campaign kit holds invitations, slides and a call script.",
        link="/reviews/",
        link_label="See our last review",
        from_date=clock.today() - dt.timedelta(days=3),
        to_date=clock.today() + dt.timedelta(days=45),
        segment=sellers,
        by=marketing,
    )
    publish_announcement(announcement, by=marketing)
    if manager := by_role.get(Role.ACCOUNT_MANAGER):
        save_view(
            "Lapsed and onboarding",
            by=manager,
            list_name="partners:list",
            query="state=lapsed&state=onboarding",
        )
    if chief := by_role.get(Role.CHANNEL_CHIEF):
        save_view(
            "Top tiers, figures only",
            by=chief,
            list_name="partners:list",
            query="sort=-tier&columns=tier&columns=revenue&columns=performance",
        )
