"""The profile of a partner as a page shows it: each value with who said so and when, and what contradicts it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import PartnerProfile
from partners.profile_fields import FIELDS, GROUPS, ProfileField
from partners.statements import Statement, conflicts, in_force, statements
from prm.kernel.periods import add_months
from prm.kernel.web.format import Formatter, formatter

SOURCES = {
    "partner": gettext_lazy("Partner"),
    "vendor": gettext_lazy("Vendor"),
    "import": gettext_lazy("Import"),
    "system": gettext_lazy("System"),
}
STALE_MONTHS = 12


@dataclass(frozen=True)
class ShownStatement:
    """What one source said."""

    value: str
    source: str
    code: str
    who: str
    day: str
    held: bool


@dataclass(frozen=True)
class ShownValue:
    """One value of the profile: in words, by whom, and what other sources say."""

    name: str
    label: str
    value: str
    said: ShownStatement | None
    is_old: bool
    may_confirm: bool
    others: list[ShownStatement] = field(default_factory=list)
    history: list[ShownStatement] = field(default_factory=list)


@dataclass(frozen=True)
class ShownGroup:
    code: str
    label: str
    rows: list[ShownValue]
    missing: list[str]


@dataclass(frozen=True)
class ShownProfile:
    groups: list[ShownGroup]
    known: int
    total: int
    disputed: int

    @property
    def percent(self) -> int:
        return self.known * 100 // self.total if self.total else 0

    @property
    def progress(self) -> str:
        return _("%(known)s of %(total)s known") % {"known": self.known, "total": self.total}


def present_profile(profile: PartnerProfile, today: dt.date) -> ShownProfile:
    """All values in their groups; what nobody said is named as missing."""
    write = formatter()
    groups = []
    for code, label, fields in GROUPS:
        rows = [present_value(each, profile, today, write) for each in fields]
        known = [row for row in rows if row.value and (row.said or not _is_flag(row.name))]
        missing = [row.label for row in rows if row not in known]
        groups.append(ShownGroup(code, str(label), known, missing))
    known_count = sum(len(group.rows) for group in groups)
    disputed = sum(bool(row.others) for group in groups for row in group.rows)
    return ShownProfile(groups, known_count, known_count + sum(len(g.missing) for g in groups), disputed)


def _is_flag(name: str) -> bool:
    return isinstance(getattr(PartnerProfile(), name), bool)


def present_value(each: ProfileField, profile: PartnerProfile, today: dt.date, write: Formatter) -> ShownValue:
    said = statements(profile.sources, each.name)
    now = in_force(said)
    return ShownValue(
        name=each.name,
        label=str(each.label),
        value=each.write(getattr(profile, each.name), write),
        said=_statement(each, now, write) if now else None,
        is_old=each.confirm and now is not None and add_months(now.on, STALE_MONTHS) <= today,
        may_confirm=each.confirm and now is not None and now.on < today,
        others=[_statement(each, other, write) for other in conflicts(said)],
        history=[_statement(each, one, write) for one in reversed(said)] if len(said) > 1 else [],
    )


@dataclass(frozen=True)
class MovedValue:
    """A value that somebody changed while a form was open, and what the form says of it (empty: left as it was)."""

    label: str
    value: str
    who: str
    day: str
    mine: str


def present_moved(profile: PartnerProfile, moved: dict[str, Any]) -> list[MovedValue]:
    """What is in force now of these values; `moved` says what the form wants instead (None: nothing)."""
    write = formatter()
    rows = []
    for name, mine in moved.items():
        each, said = FIELDS[name], in_force(statements(profile.sources, name))
        shown = _statement(each, said, write) if said else None
        rows.append(
            MovedValue(
                label=str(each.label),
                value=each.write(getattr(profile, name), write) or _("nothing"),
                who=(shown.who or shown.source) if shown else "",
                day=shown.day if shown else "",
                mine="" if mine is None else each.write(mine, write) or _("nothing"),
            )
        )
    return rows


def _statement(each: ProfileField, said: Statement, write: Formatter) -> ShownStatement:
    value: Any = said.value
    return ShownStatement(
        value=each.write(value, write) or _("nothing"),
        source=str(SOURCES.get(said.source, said.source)),
        code=said.source,
        who=said.who,
        day=write.day(said.on),
        held=said.held,
    )
