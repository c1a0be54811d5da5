"""`record()`: one row that is audit trail, timeline, trigger; written in the action's own transaction."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from prm.kernel import clock
from prm.kernel.models import Event, EventNote, Membership
from prm.kernel.outbox import Deferred, post, registered
from prm.kernel.tenancy.context import current, current_tenant

S = TypeVar("S")
_reactions: dict[str, list[Deferred]] = defaultdict(list)
_announced: dict[str, str] = {}  # event name to what it says, in words
_PLACE = re.compile(r"{\w+}")
TOLD_TOGETHER = 200  # events of one piece of work, when an import brings thousands


def record(
    subject: S,
    event_name: str,
    /,
    *,
    by: Membership | None,
    on_behalf_of: Membership | None = None,
    partner_id: UUID | None = None,
    vendor_only: bool = False,
    note: dict[str, Any] | None = None,
    **data: Any,
) -> S:
    """Write the event `event_name` about `subject` and post whatever reacts to it. Returns the subject.

    `data` may be read by the partner company of the subject, unless `vendor_only`; `note` only by the vendor.
    """
    company = None if vendor_only else partner_id or _company_of(subject)
    event = Event.objects.create(
        partner_id=company,
        name=event_name,
        subject_type=subject._meta.label,  # type: ignore[attr-defined]
        subject_id=subject.pk,  # type: ignore[attr-defined]
        actor=by,
        on_behalf_of=on_behalf_of,
        at=clock.now(),
        data=plain(data),
        request_id=_request_id(),
    )
    if note:
        EventNote.objects.create(event=event, data=plain(note))
    for reaction in _reactions[event_name]:
        # Reactions are the system's: they see the vendor's side even when a partner acted.
        post(reaction, {"event_id": str(event.pk)}, key=f"{reaction.name}:{event.pk}", event=event, as_system=True)
    _tell_outside(event_name, [(event, subject)])
    return subject


def record_many(
    subjects: Iterable[S],
    event_name: str,
    /,
    *,
    by: Membership | None,
    data: Callable[[S], dict[str, Any]] = lambda subject: {},
    vendor_only: bool = False,
) -> None:
    """As `record` for each subject, written together: for imports, where thousands change at once."""
    at, request, subjects = clock.now(), _request_id(), list(subjects)
    events = [
        Event(
            partner_id=None if vendor_only else _company_of(subject),
            name=event_name,
            subject_type=subject._meta.label,  # type: ignore[attr-defined]
            subject_id=subject.pk,  # type: ignore[attr-defined]
            actor=by,
            at=at,
            data=plain(data(subject)),
            request_id=request,
        )
        for subject in subjects
    ]
    Event.objects.bulk_create(events, batch_size=1000)
    for reaction in _reactions[event_name]:
        for event in events:
            post(reaction, {"event_id": str(event.pk)}, key=f"{reaction.name}:{event.pk}", event=event, as_system=True)
    _tell_outside(event_name, list(zip(events, subjects, strict=True)))


def on(name: str) -> Callable[[Deferred], Deferred]:
    """Decorate a `@deferred` function taking `event_id`: it runs after each event of that name is committed."""

    def listen(reaction: Deferred) -> Deferred:
        _reactions[name].append(reaction)
        return reaction

    return listen


def announce(words: Mapping[str, str]) -> None:
    """An app says which events it records, and in which words; a vendor's endpoints choose among them."""
    _announced.update(words)


def announced() -> list[str]:
    return sorted(_announced)


def announced_words() -> dict[str, str]:
    """By event its words, with "…" where each event has a value of its own."""
    return {name: _PLACE.sub("…", str(_announced[name])) for name in announced()}


def _tell_outside(name: str, events: list[tuple[Event, Any]]) -> None:
    """Post what goes to the vendor's endpoints, if one of them wants to hear of it.

    The state is the record's in this transaction. The sequence comes from the database's clock: moves of one record
    wait for each other, so of two of its events the later has the larger one, and it tells nothing of other vendors.
    """
    if not events or name not in current_tenant().webhook_events:
        return
    with connection.cursor() as cursor:
        cursor.execute("select (extract(epoch from clock_timestamp()) * 1000000)::bigint")
        first = cursor.fetchone()[0]
    task = registered()["kernel.tell_endpoints"]
    told = [
        [str(event.pk), str(getattr(subject, "state", "") or ""), first + number]
        for number, (event, subject) in enumerate(events)
    ]
    for start in range(0, len(told), TOLD_TOGETHER):
        together = told[start : start + TOLD_TOGETHER]
        post(task, {"events": json.dumps(together)}, key=f"{task.name}:{together[0][0]}", as_system=True)


def plain(value: Any) -> Any:
    """The JSON form: decimals and ids as text, dates in ISO."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if hasattr(value, "pk"):
        return str(value.pk)
    return value


def _company_of(subject: Any) -> UUID | None:
    if subject._meta.label == "partners.Partner":
        return subject.pk
    return getattr(subject, "partner_id", None)


def _request_id() -> str:
    from prm.kernel.web.headers import request_id

    current()  # an event without a tenant is a bug
    return request_id.get()
