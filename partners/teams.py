"""The tree of teams: who is below whom."""

from __future__ import annotations

from uuid import UUID

from prm.kernel.models import Membership, Team
from prm.kernel.tenancy.remember import remember


def teams_below(team_id: UUID) -> set[UUID]:
    """The team and every team under it; a circle in the data ends the walk."""
    children: dict[UUID | None, list[UUID]] = {}
    for pk, parent_id in remember("teams", lambda: list(Team.objects.values_list("pk", "parent_id"))):
        children.setdefault(parent_id, []).append(pk)
    found: set[UUID] = set()
    waiting = [team_id]
    while waiting:
        team = waiting.pop()
        if team not in found:
            found.add(team)
            waiting += children.get(team, [])
    return found


def members_below(lead: Membership) -> list[UUID]:
    """The memberships in the lead's team and below."""
    if lead.team_id is None:
        return []
    below = teams_below(lead.team_id)
    return list(Membership.objects.filter(team_id__in=below, partner=None).values_list("pk", flat=True))
