"""What was said and done with a partner, and what the vendor notes for itself."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from partners.models import Activity, Contact, Note, Partner
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text


@transaction.atomic
def log_activity(
    partner: Partner,
    *,
    by: Membership | None,
    kind: str,
    text: str,
    at: dt.datetime | None = None,
    contact: Contact | None = None,
    intent: str = "",
    vendor_only: bool = True,
) -> Activity:
    """Note a call, visit, mail or meeting. The partner reads it only when it is not the vendor's own."""
    require(by, "partners.log_activity", partner)
    activity = Activity(partner=partner, author=by)
    _fill(activity, kind=kind, text=text, at=at or clock.now(), contact=contact, intent=intent, vendor_only=vendor_only)
    activity.save()
    return record(activity, "activity.logged", by=by, vendor_only=True, kind=kind, intent=intent)


@transaction.atomic
def edit_activity(
    activity: Activity, *, by: Membership | None, seen_version: int | None = None, **values: Any
) -> Activity:
    """Correct an entry; its author may."""
    require(by, "partners.edit_activity", activity)
    names = ("kind", "text", "at", "contact", "intent", "vendor_only")
    _fill(activity, **{name: values.get(name, getattr(activity, name)) for name in names})
    touch(activity, seen_version=seen_version)
    activity.save()
    return record(activity, "activity.changed", by=by, vendor_only=True, kind=activity.kind)


def _fill(
    activity: Activity,
    *,
    kind: str,
    text: str,
    at: dt.datetime,
    contact: Contact | None,
    intent: str,
    vendor_only: bool,
) -> None:
    text = clean_text(text, field="text", max_length=2000)
    if not text:
        raise Invalid("Say in a few words what it was about.", field="text")
    if at > clock.now() + dt.timedelta(minutes=1):
        raise Invalid("The time lies in the future.", field="at")
    if intent and not vendor_only:
        raise Invalid("What you make of the partner's intent is for the vendor's eyes only.", field="intent")
    if contact is not None and contact.partner_id != activity.partner_id:
        raise Invalid("This person is no contact of the partner.", field="contact")
    activity.kind, activity.text, activity.at = kind, text, at
    activity.contact, activity.intent, activity.vendor_only = contact, intent, vendor_only
    activity.full_clean(exclude=["partner", "tenant", "contact", "author"], validate_unique=False)


@transaction.atomic
def add_note(partner: Partner, *, by: Membership | None, text: str) -> Note:
    """Keep a private note on a partner: account managers, operations and the chief read it, nobody else."""
    require(by, "partners.add_note", partner)
    note = Note(partner=partner, author=by, at=clock.now(), text=_note_text(text))
    note.save()
    return record(note, "note.added", by=by, vendor_only=True)


@transaction.atomic
def edit_note(note: Note, *, by: Membership | None, text: str, seen_version: int | None = None) -> Note:
    require(by, "partners.edit_note", note)
    note.text = _note_text(text)
    touch(note, seen_version=seen_version)
    note.save(update_fields=["text", "updated_at"])
    return record(note, "note.changed", by=by, vendor_only=True)


def _note_text(text: str) -> str:
    text = clean_text(text, field="text", max_length=4000)
    if not text:
        raise Invalid("A note needs a text.", field="text")
    return text
