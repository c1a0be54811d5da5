"""Dates for people's own calendars: apps lend them, a secret address or a file carries them."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from prm.kernel import clock
from prm.kernel.addresses import in_letters, inside
from prm.kernel.errors import Conflict, Unknown
from prm.kernel.events import record
from prm.kernel.models import CalendarFeed, Membership
from prm.kernel.periods import add_days
from prm.kernel.policies import require
from prm.kernel.sites import site_of
from prm.kernel.tenancy.context import current_tenant, member_scope, tenant_scope

PAST, AHEAD = 60, 400  # days of a feed
MOST = 1_000  # entries of one lender: the nearest ones
NOTE_EVERY = dt.timedelta(hours=1)
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class CalendarEntry:
    """A whole day in a calendar. `uid` stays the same as long as the thing does, also when its day moves."""

    uid: str
    on: dt.date
    title: str
    text: str
    url: str  # of its page, inside the tenant
    changed_at: dt.datetime


Lender = Callable[[Membership, dt.date, dt.date], Iterable[CalendarEntry]]
_lenders: list[Lender] = []


class NoFeed(Conflict):
    """There is no calendar address to withdraw."""

    code = "no_feed"


def lend_calendar(lender: Lender) -> Lender:
    """Decorate a function of member, first and last day: the entries that this member may know of, nearest first."""
    _lenders.append(lender)
    return lender


def entries_for(member: Membership) -> list[CalendarEntry]:
    """What stands in this member's calendar, by day."""
    today = clock.today()
    since, until = add_days(today, -PAST), add_days(today, AHEAD)
    found = [entry for lender in _lenders for entry in islice(lender(member, since, until), MOST)]
    return sorted(found, key=lambda entry: (entry.on, entry.uid))


def to_ics(entries: Iterable[CalendarEntry], *, name: str) -> bytes:
    """RFC 5545: escaped, folded, whole days. Call it inside the tenant, whose zone and address stand in it."""
    from icalendar import Calendar, Event

    tenant = current_tenant()
    calendar = Calendar()
    calendar.add("prodid", "-//PRM//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", tenant.time_zone)
    calendar.add("x-published-ttl", "PT4H")
    for entry in entries:
        event = Event()
        event.add("uid", f"{entry.uid}@prm")
        event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
        event.add("dtstart", entry.on)
        event.add("dtend", add_days(entry.on, 1))
        event.add("summary", entry.title)
        if entry.text:
            event.add("description", entry.text)
        event.add("url", in_letters(inside(entry.url)))
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return calendar.to_ical()


@transaction.atomic
def make_calendar_feed(*, by: Membership) -> str:
    """A secret address for the own calendar program; a former one ends. It is shown once."""
    require(by, "kernel.make_calendar_feed", by)
    token = secrets.token_urlsafe(32)
    made = {"tenant_id": by.tenant_id, "token_hash": _hash(token), "created_at": clock.now(), "read_at": None}
    CalendarFeed.objects.update_or_create(membership_id=by.pk, defaults=made)
    record(by, "calendar.made", by=by)
    return f"{site_of(current_tenant())}/calendar/{token}.ics"


@transaction.atomic
def revoke_calendar_feed(*, by: Membership) -> None:
    """The address answers nothing any more."""
    require(by, "kernel.revoke_calendar_feed", by)
    if not CalendarFeed.objects.filter(membership_id=by.pk, tenant_id=by.tenant_id).delete()[0]:
        raise NoFeed()
    record(by, "calendar.revoked", by=by)


def feed_of(member: Membership) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(membership_id=member.pk, tenant_id=member.tenant_id).first()


def read_feed(token: str) -> bytes:
    """The calendar behind an address, as its person sees the vendor today; raises Unknown for everything else."""
    feed = _feed_behind(token)
    if feed is None:
        raise Unknown()
    with tenant_scope(feed.tenant):
        member = (
            Membership.objects.select_related("user", "tenant")
            .filter(pk=feed.membership_id, active=True, user__is_active=True)
            .first()
        )
    if member is None:
        raise Unknown()
    with member_scope(member):
        now = clock.now()
        if feed.read_at is None or now - feed.read_at > NOTE_EVERY:
            CalendarFeed.objects.filter(pk=feed.pk).update(read_at=now)
        return to_ics(entries_for(member), name=f"{feed.tenant.name}: {member.partner or member.user}")


def _feed_behind(token: str) -> CalendarFeed | None:
    if not TOKEN.fullmatch(token):
        return None
    return CalendarFeed.objects.select_related("tenant").filter(token_hash=_hash(token), tenant__active=True).first()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
