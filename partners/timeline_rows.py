"""The timeline of a partner as a page shows it: activities and events in one line of time."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Activity
from partners.profile_fields import FIELDS
from partners.queries import TimelinePage
from partners.registries import event_values, event_words
from prm.kernel.models import Event, Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from prm.kernel.words import own_words

ICONS = {"call": "phone", "visit": "map-pin", "mail": "mail", "meeting": "users", "other": "message"}
LONGEST = 120
_PLACE = re.compile(r"{(\w+)}")
_DAY = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
INTENT_TONES = {"returning": "green", "paused": "yellow", "leaving": "red"}


@dataclass(frozen=True)
class ShownEntry:
    """One line of the timeline. `kind` is empty for what the system recorded."""

    moment: str
    who: str
    text: str
    icon: str
    kind: str = ""
    contact: str = ""
    intent: str = ""
    intent_tone: str = "grey"
    vendor_only: bool = False
    edit_url: str = ""


def present_timeline(page: TimelinePage, member: Membership) -> list[ShownEntry]:
    """Every entry written once; who objected is named to nobody who may not know."""
    names = {pk: str(contact) for pk, contact in page.contacts.items()}
    return [
        _activity(entry, names, member) if isinstance(entry, Activity) else present_event(entry, names)
        for entry in page.entries
    ]


def _activity(entry: Activity, names: dict[Any, str], member: Membership) -> ShownEntry:
    return ShownEntry(
        moment=formatter().moment(entry.at),
        who=str(entry.author.user) if entry.author else _("System"),
        text=entry.text,
        icon=ICONS[entry.kind],
        kind=str(Activity.Kind(entry.kind).label),
        contact=names.get(entry.contact_id, ""),
        intent=str(Activity.Intent(entry.intent).label) if entry.intent else "",
        intent_tone=INTENT_TONES.get(entry.intent, "grey"),
        vendor_only=entry.vendor_only and member.is_vendor,
        edit_url=reverse("partners:activity", args=[entry.pk])
        if permits(member, "partners.edit_activity", entry)
        else "",
    )


def present_event(event: Event, names: dict[Any, str]) -> ShownEntry:
    data = event.data | {"contact": names.get(event.subject_id, _("a person"))}
    if isinstance(data.get("fields"), list):
        data["fields"] = [str(FIELDS[name].label) if name in FIELDS else name for name in data["fields"]]
    by_partner = event.actor is not None and not event.actor.is_vendor
    return ShownEntry(
        moment=formatter().moment(event.at),
        who=str(event.actor.user) if event.actor else _("System"),
        text=told(event.name, data),
        icon="user-circle" if by_partner else "history",
    )


def told(event: str, data: dict[str, Any]) -> str:
    """What an event says, in the words of the app that records it."""
    words = own_words(str(event_words.get(event, event.replace(".", " ").replace("_", " "))))
    written = {name: write(data[name]) for name, write in event_values.get(event, {}).items() if data.get(name)}
    return filled_words(words, {**data, **written})


def filled_words(words: str, data: dict[str, Any]) -> str:
    """Put values of the event into the words; what people typed is a value here, never a pattern.

    An event recorded before its words asked for a value shows "…" there.
    """
    return _PLACE.sub(lambda place: _shown(data.get(place[1])), words)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        value = ", ".join(str(each).replace("_", " ") for each in value)
    text = "" if value is None else str(value)
    if _DAY.fullmatch(text):
        with suppress(ValueError):  # somebody may have typed the thirtieth of February
            return formatter().day(dt.date.fromisoformat(text))
    return (text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…") or "…"
