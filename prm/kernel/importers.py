"""The vendor's own people from files: teams with their tree, and members with their roles."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.imports import values
from prm.kernel.imports.problems import RowProblem, shown
from prm.kernel.imports.registry import Check, Fate, Importer, Prepared, RecordImporter, Values, imports
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Membership, Team
from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES, Role
from prm.kernel.teams import stands_below

PERMISSION = "kernel.import_people"
# Whoever imports members hands out roles, so it is the administrator's, like inviting the vendor's people.
grant(PERMISSION, Role.TENANT_ADMIN)


@imports
class Teams(RecordImporter):
    """Teams; a team may stand under another of the same file, whichever line comes first."""

    entity = "teams"
    permission = PERMISSION
    is_undoable = True
    model = Team
    key = ("external_id",)
    key_field = "external_id"
    references = frozenset({"parent"})
    rules = {
        "external_id": values.text(80, required=True),
        "name": values.text(120, required=True),
        "region": values.text(80),
        "parent": values.text(80),
    }

    def begin(self) -> None:
        super().begin()
        self._known = {team.external_id: team for team in Team.objects.exclude(external_id="")}
        self._parents: dict[str, str] = {}

    def unknown(self, values: Values, in_file: Container[Any]) -> Iterator[tuple[str, str]]:
        parent = values.get("parent", "")
        if parent and parent not in self._known and parent not in in_file:
            yield "parent", f"There is no team {shown(parent)}."

    def existing(self, keys: set[Any]) -> list[Team]:
        return [team for key, team in self._known.items() if key in keys]

    def fill(self, record: Team, values: Values, *, is_new: bool) -> None:
        self._parents[values["external_id"]] = values.get("parent", "")
        for name in self.fields - {"parent"}:
            setattr(record, name, values[name])

    def settle(self, prepared: Sequence[Prepared]) -> list[RowProblem]:
        """Find the parents, now that all teams are known; names are told apart, and the tree has no circle."""
        in_file = {each.payload.external_id: each.payload for each in prepared}
        teams = self._known | in_file
        problems = []
        taken = {team.name: key for key, team in self._known.items() if key not in in_file}
        taken |= {team.name: "" for team in Team.objects.filter(external_id="")}
        for each in prepared:
            team, parent = each.payload, self._parents[each.payload.external_id]
            if taken.setdefault(team.name, team.external_id) != team.external_id:
                problems.append(RowProblem(each.line, "name", f"There is another team named {shown(team.name)}."))
            elif parent and parent not in teams:
                problems.append(RowProblem(each.line, "parent", f"There is no team {shown(parent)}."))
            elif "parent" in self.fields:
                above = teams[parent] if parent else None
                if team.parent_id != (above.pk if above else None):
                    team.parent = above
                    each.fate = Fate.UPDATED if each.fate == Fate.UNCHANGED else each.fate
        above_of = {team.pk: team.parent_id for team in teams.values()}
        return problems or [
            RowProblem(each.line, "parent", "The team stands below itself.")
            for each in prepared
            if each.payload.parent_id and stands_below(each.payload.parent_id, each.payload.pk, above_of)
        ]

    def write(self, batch: Sequence[Prepared]) -> None:
        new = [each.payload for each in batch if each.fate == Fate.CREATED]
        changed = [each.payload for each in batch if each.fate == Fate.UPDATED]
        self.add(Team, new)
        self.replace(Team, changed)


@imports
class Users(Importer):
    """The vendor's members, told apart by their e-mail address. They are invited later: no password is set."""

    entity = "users"
    permission = PERMISSION
    key = ("email",)
    rules = {
        "email": values.email(required=True),
        "name": values.text(120, required=True),
        "roles": values.codes([str(role) for role in VENDOR_ROLES], required=True),
        "title": values.text(120),
        "team": values.text(80),
        "leads_team": values.flag(),
    }

    @classmethod
    def total(cls) -> str:
        return f"{Membership.objects.filter(partner=None).count():,} members"

    def begin(self) -> None:
        self._teams = {team.external_id: team for team in Team.objects.exclude(external_id="")}
        self._standing: dict[str, Membership] = {}

    def checks(self) -> Iterable[Check]:
        return [(("team",), lambda values: self._team(values.get("team", "")))]

    def meet(self, rows: Sequence[Values]) -> None:
        emails = [row["email"] for row in rows]
        members = Membership.objects.filter(partner=None, user__email__in=emails).select_related("user")
        self._standing = {member.user.email: member for member in members}

    def prepare(self, values: Values) -> tuple[Fate, Any]:
        wanted = {name: value for name, value in values.items() if name not in {"email", "name"}}
        wanted["roles"] = sorted(set(values["roles"]))
        if "team" in wanted:
            wanted["team"] = self._team(wanted["team"])
        member = self._standing.get(values["email"])
        if member is None:
            return Fate.CREATED, (values["email"], values["name"], wanted)
        before = {name: getattr(member, name) for name in wanted}
        return (Fate.UNCHANGED if before == wanted else Fate.UPDATED), (member, wanted)

    def write(self, batch: Sequence[Prepared]) -> None:
        for each in batch:
            if each.fate == Fate.CREATED:
                email, name, wanted = each.payload
                add_member(get_or_create_user(email, name), by=self.by, **wanted)
            else:
                self._change(*each.payload)

    def _change(self, member: Membership, wanted: dict[str, Any]) -> None:
        changed = sorted(name for name, value in wanted.items() if getattr(member, name) != value)
        for name in changed:
            setattr(member, name, wanted[name])
        member.version += 1
        member.save(update_fields=[*changed, "version", "updated_at"])
        record(member, "member.changed", by=self.by, fields=changed)

    def _team(self, external_id: str) -> Team | None:
        if external_id and external_id not in self._teams:
            raise Invalid(f"There is no team {shown(external_id)}.", field="team")
        return self._teams.get(external_id)
