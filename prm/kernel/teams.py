"""Teams of the vendor's people: a tree by region, each team with its members and a lead."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership, Team
from prm.kernel.policies import require
from prm.kernel.text import clean_text


class TeamBelowItself(Conflict):
    """A team cannot stand below itself."""

    code = "team_below_itself"


class TeamNameTaken(Conflict):
    """There is a team of that name already."""

    code = "team_name_taken"


class NotOfTheVendor(Invalid):
    """Teams are made of the vendor's own people."""

    code = "not_of_the_vendor"


@transaction.atomic
def add_team(name: str, *, by: Membership | None, region: str = "", parent: Team | None = None) -> Team:
    """Add a team, on top of the tree or below another one."""
    require(by, "kernel.add_team")
    team = Team(parent=parent)
    _named(team, name, region)
    team.save()
    return record(team, "team.added", by=by, vendor_only=True, name=team.name)


@transaction.atomic
def edit_team(
    team: Team,
    *,
    by: Membership | None,
    name: str,
    region: str = "",
    parent: Team | None = None,
    seen_version: int | None = None,
) -> Team:
    """Rename a team or hang it elsewhere. All teams are held meanwhile: two moves cannot close a circle together."""
    require(by, "kernel.edit_team", team)
    above = dict(Team.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk", "parent_id"))
    if parent is not None and stands_below(parent.pk, team.pk, above):
        raise TeamBelowItself(field="parent")
    touch(team, seen_version=seen_version)
    team.parent = parent
    _named(team, name, region)
    team.save(update_fields=["name", "region", "parent", "updated_at"])
    return record(team, "team.edited", by=by, vendor_only=True, name=team.name)


@transaction.atomic
def set_team(member: Membership, team: Team | None, *, by: Membership | None, leads: bool = False) -> Membership:
    """Put a person of the vendor into a team (or none). A lead sees the partners of the team and of those below."""
    require(by, "kernel.set_team", member)
    if not member.is_vendor or not member.active:
        raise NotOfTheVendor(field="team")
    touch(member)
    member.team, member.leads_team = team, leads and team is not None
    member.save(update_fields=["team", "leads_team", "updated_at"])
    return record(
        member, "member.team_set", by=by, vendor_only=True, team=team.name if team else "", leads=member.leads_team
    )


def stands_below(team_id: UUID, other_id: UUID, above: dict[UUID, UUID | None]) -> bool:
    """Whether the team is the other one or stands somewhere below it."""
    seen: set[UUID] = set()
    here: UUID | None = team_id
    while here is not None and here not in seen:
        if here == other_id:
            return True
        seen.add(here)
        here = above.get(here)
    return False


def tree_of(teams: list[Team]) -> list[tuple[int, Team]]:
    """The teams in the order of the tree, each with its depth."""
    children: dict[UUID | None, list[Team]] = {}
    for team in sorted(teams, key=lambda t: t.name.casefold()):
        children.setdefault(team.parent_id, []).append(team)
    found: list[tuple[int, Team]] = []

    def walk(parent: UUID | None, depth: int) -> None:
        for team in children.get(parent, ()):
            found.append((depth, team))
            walk(team.pk, depth + 1)

    walk(None, 0)
    return found


def _named(team: Team, name: str, region: str) -> None:
    team.name = clean_text(name, field="name", max_length=120)
    team.region = clean_text(region, field="region", max_length=80)
    if not team.name:
        raise Invalid("A team needs a name.", field="name")
    if Team.objects.filter(name=team.name).exclude(pk=team.pk).exists():
        raise TeamNameTaken(field="name")
