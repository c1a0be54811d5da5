"""Who said what of a partner, and when: the statements behind each value of a profile.

`profile.sources[field]` is a list of statements, oldest first: `value`, `source` (partner, vendor, import or
system), `who` (a name, where there was one), `on`, `held` on those that took effect, and the `version` of the profile
that it made. The last held one is the value in force. Nothing said is thrown away by a later source; what differs
stands beside.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from prm.kernel.events import plain

KEPT = 20
BY_PEOPLE = frozenset({"partner", "vendor"})


@dataclass(frozen=True)
class Statement:
    """One saying of one source about one value."""

    value: Any
    source: str
    who: str
    on: dt.date
    held: bool
    version: int = 0

    @classmethod
    def read(cls, raw: dict[str, Any]) -> Statement:
        return cls(
            raw.get("value"),
            str(raw.get("source", "system")),
            str(raw.get("who", "")),
            dt.date.fromisoformat(raw["on"]),
            bool(raw.get("held", True)),
            int(raw.get("version", 0)),
        )

    def written(self) -> dict[str, Any]:
        return {
            "value": plain(self.value),
            "source": self.source,
            "who": self.who,
            "on": self.on.isoformat(),
            "held": self.held,
            "version": self.version,
        }


def is_same(one: Any, other: Any) -> bool:
    """Whether two values say the same. A list is a set of answers: in which order they stand says nothing."""
    if isinstance(one, list) and isinstance(other, list):
        return set(map(str, one)) == set(map(str, other))
    return bool(one == other)


def statements(sources: dict[str, Any], field: str) -> list[Statement]:
    """All that was said of a value, oldest first. (Profiles of earlier versions hold the last source only.)"""
    raw = sources.get(field) or []
    return [Statement.read(each) for each in (raw if isinstance(raw, list) else [raw])]


def in_force(said: list[Statement]) -> Statement | None:
    return next((each for each in reversed(said) if each.held), None)


def changed_since(sources: dict[str, Any], version: int) -> list[str]:
    """The values whose word in force is newer than that version of the profile."""
    latest = {field: in_force(statements(sources, field)) for field in sources}
    return sorted(field for field, said in latest.items() if said is not None and said.version > version)


def in_force_at(said: list[Statement], version: int) -> Statement | None:
    """What was in force in that version of the profile."""
    return in_force([each for each in said if each.version <= version])


def takes_effect(said: list[Statement], source: str) -> bool:
    """People's words always do; an import's or the system's only where no person has spoken."""
    now = in_force(said)
    return source in BY_PEOPLE or now is None or now.source not in BY_PEOPLE


def conflicts(said: list[Statement]) -> list[Statement]:
    """The latest word of each other source that contradicts the value in force and was not answered since.

    What the partner says of itself counts as unanswered also when the vendor or an import spoke after it.
    """
    now = in_force(said)
    if now is None:
        return []
    position = len(said) - 1 - said[::-1].index(now)
    latest = {each.source: (number, each) for number, each in enumerate(said)}
    return [
        each
        for source, (number, each) in latest.items()
        if source != now.source and not is_same(each.value, now.value) and (number > position or source == "partner")
    ]


def saying(said: list[Statement], new: Statement) -> list[Statement]:
    """The list with one more statement; saying the same again only refreshes its date."""
    last = next((each for each in reversed(said) if each.source == new.source), None)
    if last is not None and is_same(last.value, new.value) and last.held == new.held and not _since(said, last):
        said = [each for each in said if each is not last]
    kept = [*said, new]
    while len(kept) > KEPT:
        kept.remove(next(each for each in kept if each is not in_force(kept)))
    return kept


def _since(said: list[Statement], last: Statement) -> bool:
    """Whether another statement took effect after this one."""
    return any(each.held for each in said[said.index(last) + 1 :])
