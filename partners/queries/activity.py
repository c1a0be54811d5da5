"""What happened with a partner: calls, visits and mails beside what the system recorded, newest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import Activity, Contact, Note, Partner
from partners.queries.merges import with_those_merged
from prm.kernel.models import Event, Membership
from prm.kernel.tenancy.prepared import prepared

PER_PAGE = 25
# What a timeline can be narrowed to: kinds of activities, what the partner did here, what the system recorded.
KINDS: Mapping[str, object] = {
    "": _("Everything"),
    **dict(Activity.Kind.choices),
    "portal": _("Portal actions"),
    "event": _("Vendor and system"),
}


@dataclass(frozen=True)
class TimelinePage:
    """Some entries of a timeline, newest first, with the contacts this member may know of by id."""

    entries: list[Activity | Event]
    contacts: dict[UUID, Contact]
    older: str  # the cursor of the next page; empty at the end


def timeline_page(partner: Partner, member: Membership, *, kind: str = "", before: str = "") -> TimelinePage:
    """One page of what happened, by a cursor: three queries, whatever the page and the length."""
    cut = _cut(before)
    found: list[Activity | Event] = []
    if kind not in ("portal", "event"):
        activities = Activity.objects.visible_to(member).filter(cut, partner=partner).select_related("author__user")
        if kind:
            activities = activities.filter(kind=kind)
        found += activities.order_by("-at", "-created_at", "-id")[: PER_PAGE + 1]
    if kind in ("", "portal", "event"):
        events = Event.objects.filter(cut, partner__in=_told_of(partner, member)).select_related("actor__user")
        if kind:
            by_partner = Q(actor__partner__isnull=False)
            events = events.filter(by_partner) if kind == "portal" else events.exclude(by_partner)
        found += events.order_by("-at", "-created_at", "-id")[: PER_PAGE + 1]
    found.sort(key=lambda entry: (entry.at, entry.created_at, entry.pk), reverse=True)
    entries = found[:PER_PAGE]
    ids = {entry.contact_id if isinstance(entry, Activity) else entry.subject_id for entry in entries}
    contacts = {contact.pk: contact for contact in Contact.objects.visible_to(member).filter(pk__in=ids - {None})}
    last = entries[-1] if len(found) > PER_PAGE else None
    return TimelinePage(entries, contacts, _cursor(last) if last else "")


def _told_of(partner: Partner, member: Membership) -> list[UUID]:
    """Events never move: to the vendor's people those of merged partners are told with their own."""
    return with_those_merged(partner) if member.is_vendor else [partner.pk]


def _cursor(entry: Activity | Event) -> str:
    return f"{entry.at.isoformat()}_{entry.created_at.isoformat()}_{entry.pk}"


def _cut(cursor: str) -> Q:
    """Everything older than the cursor; a cursor that is none begins at the top.

    What happened at the same moment (in one request) stands in the order in which it was written.
    """
    try:
        at, created, pk = cursor.split("_")
        moment, written, last = dt.datetime.fromisoformat(at), dt.datetime.fromisoformat(created), UUID(pk)
    except ValueError:
        return Q()
    if moment.tzinfo is None or written.tzinfo is None:
        return Q()
    same = Q(at=moment, created_at__lt=written) | Q(at=moment, created_at=written, id__lt=last)
    return Q(at__lt=moment) | same


def notes_of(partner: Partner, member: Membership, *, limit: int = 50) -> list[Note]:
    """The vendor's private notes, newest first; the caller asks whether this member may read them."""
    return _notes(member, partner.pk, limit)


@prepared
def _notes(member: Membership, partner_id: UUID, limit: int) -> QuerySet[Note]:
    found = Note.objects.visible_to(member).filter(partner=partner_id).select_related("author__user")
    return found.order_by("-at", "-pk")[:limit]
