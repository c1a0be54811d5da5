"""Who answered what, for the page and for its script: written once, in the vendor's way of writing times."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.numbers import divide
from prm.kernel.policies import permits
from prm.kernel.web.format import Formatter, formatter
from scorecards.queries import Attached, Changes, GivenAnswer


@dataclass(frozen=True)
class FileRow:
    """One file beside its question or topic."""

    id: str
    name: str
    hint: str  # how large, by whom and when
    url: str
    remove_url: str  # empty for those who may not
    topic: str
    question: str


def who_of(given: GivenAnswer, member: Membership, write: Formatter | None = None) -> str:
    write = write or formatter()
    when = short_moment(given.at, write)
    if given.by_id == member.pk:
        return _("Answered by you, %(when)s") % {"when": when}
    return _("Answered by %(name)s, %(when)s") % {"name": given.by, "when": when}


def short_moment(at: Any, write: Formatter) -> str:
    """The time alone where it was today."""
    local = at.astimezone(ZoneInfo(write.time_zone))
    return f"{local:%H:%M}" if local.date() == clock.today() else write.moment(at)


def file_row(attached: Attached, member: Membership, write: Formatter) -> FileRow:
    hint = _("%(size)s, %(name)s, %(when)s") % {
        "size": _size(attached.size, write),
        "name": attached.by,
        "when": short_moment(attached.at, write),
    }
    if not attached.is_clean:
        hint = _("%(hint)s – being checked for harmful content") % {"hint": hint}
    may_remove = permits(member, "scorecards.remove_evidence", attached.record)
    return FileRow(
        id=str(attached.id),
        name=attached.name,
        hint=hint,
        url=attached.url,
        remove_url=reverse("scorecards:remove-evidence", args=[attached.id]) if may_remove else "",
        topic=attached.topic,
        question=attached.question,
    )


def _size(size: int, write: Formatter) -> str:
    return (
        f"{write.number(divide(size, 1_000_000), 1)} MB"
        if size >= 100_000
        else f"{write.number(max(1, size // 1000))} kB"
    )


def answer_data(given: GivenAnswer, member: Membership, write: Formatter) -> dict[str, Any]:
    """An answer as the page's script puts it in place."""
    return {
        "question": given.question,
        "options": list(given.options),
        "is_na": given.is_na,
        "text": given.text,
        "by": given.by,
        "is_own": given.by_id == member.pk,
        "who": who_of(given, member, write),
    }


def present_changes(changes: Changes, member: Membership) -> dict[str, Any]:
    write = formatter()
    found: dict[str, Any] = {
        "turn": changes.turn,
        "changed": [answer_data(a, member, write) for a in changes.answers],
    }
    if changes.evidence is not None:
        found["evidence"] = [asdict(file_row(attached, member, write)) for attached in changes.evidence]
    return found


def script_words() -> dict[str, str]:
    """What the page's script says, in the language of the page."""
    return {
        "own": _("Answered by you"),
        "waits_one": _("1 answer waits to be sent – nothing is lost."),
        "waits_many": _("%(n)s answers wait to be sent – nothing is lost."),
        "offline": _("There is no connection; they are sent as soon as it is back."),
        "signed_out": _("You have been signed out: sign in again in another tab, then they are sent."),
        "someone_else": _("Somebody else is signed in in this browser: they wait until you sign in again."),
        "not_counted": _("Came too late and does not count: %(questions)s."),
        "see": _("See the scorecard"),
        "refused": _("This answer was not accepted."),
        "closed": _("This scorecard can no longer be changed."),
        "tick": _("Tick what applies, or none of these."),
        "overall": _("Overall %(score)s"),
        "later": _("%(name)s answered this later, so that answer counts. Yours is kept in the history."),
        "spared": _("%(name)s had answered this already; that answer stays."),
        "others": _("%(name)s: %(n)s answers while you are here"),
        "others_one": _("%(name)s: 1 answer while you are here"),
        "answered": _("%(name)s answered: %(question)s"),
        "of": _("%(n)s of %(all)s"),
        "sending": _("Sending the file …"),
        "attached": _("The file is attached."),
        "choose": _("Choose a file first."),
        "no_file": _("The file was not sent: there is no connection. Try again when it is back."),
        "signed_out_file": _("The file was not sent: you have been signed out. Sign in again in another tab."),
        "too_large": _("The file is larger than 10 MB."),
    }
