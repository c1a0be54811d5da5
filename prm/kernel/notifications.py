"""Telling people: the bell on every page, and mail for those who want it. Each thing is told to a person once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from prm.kernel import clock
from prm.kernel.models import Membership, Notification
from prm.kernel.outbox import later
from prm.kernel.policies import require
from prm.kernel.tenancy.context import vendor_scope
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.text import clean_text

TEXT_LIMIT = 300


def notify(members: Iterable[Membership], text: str, *, about: Any, url: str, key: str, mail: bool = False) -> int:
    """Tell these members, unless they were told under this key before. Returns to how many it was new.

    `url` is an address inside the tenant. With `mail` a letter follows after the commit to those who want mail.
    A partner's action may tell the vendor's people: the rows are written as the vendor.
    """
    said = clean_text(text)
    said = said if len(said) <= TEXT_LIMIT else said[: TEXT_LIMIT - 1] + "…"
    return notify_many([(member, said, about, url, key) for member in members], mail=mail)


@transaction.atomic
def notify_many(wanted: Iterable[tuple[Membership, str, Any, str, str]], *, mail: bool = False) -> int:
    """As `notify` for many different things (member, text, about, url, key), in two queries."""
    now = clock.now()
    rows = {
        (member.pk, key): Notification(
            member=member,
            partner_id=member.partner_id,
            text=text,
            about_type=about._meta.label if about is not None else "",
            about_id=about.pk if about is not None else None,
            url=url,
            key=key,
            at=now,
            by_mail=mail and member.wants_mail,
        )
        for member, text, about, url, key in wanted
        if member.active
    }
    if not rows:
        return 0
    with vendor_scope("telling people: no row leaves"):
        Notification.objects.bulk_create(rows.values(), ignore_conflicts=True)
        made = [row.pk for row in rows.values()]
        new = list(Notification.objects.filter(pk__in=made).values_list("pk", "by_mail"))
        for pk, by_mail in new:
            if by_mail:
                later("kernel.send_notification", by=None, key=f"notification:{pk}", notification_id=pk)
    return len(new)


def unread_count(member: Membership) -> int:
    return next((count for (count,) in _unread(member)), 0)


@prepared
def _unread(member: Membership) -> QuerySet:
    unread = Notification.objects.visible_to(member).unread().order_by()
    return unread.values("member_id").annotate(count=Count("pk")).values_list("count")


def mark_read(notification: Notification, *, by: Membership) -> Notification:
    """Seen: it no longer counts on the bell. Doing it twice changes nothing."""
    require(by, "kernel.read_notification", notification)
    if notification.read_at is None:
        now = clock.now()
        Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=now)
        notification.read_at = now
    return notification


def mark_all_read(*, by: Membership, until: dt.datetime | None = None) -> int:
    """Everything up to `until` (what the page showed) is seen; what came later keeps counting."""
    require(by, "kernel.read_notification")
    now = clock.now()
    return Notification.objects.visible_to(by).unread().filter(at__lte=until or now).update(read_at=now)


@transaction.atomic
def set_mail_wishes(member: Membership, *, by: Membership, mail: bool, digest: bool) -> Membership:
    """Whether this person wants letters: of single things, and of what waits each morning. One's own to decide."""
    require(by, "kernel.set_mail_wishes", member)
    member.wants_mail, member.wants_digest = mail, digest
    member.save(update_fields=["wants_mail", "wants_digest", "updated_at"])
    return member


def claim_digest(member_id: UUID, on: dt.date) -> bool:
    """Take the right to send the digest of that day: of two workers, and of two tries, one gets it."""
    return bool(
        Membership.objects.filter(pk=member_id, active=True, wants_digest=True)
        .exclude(digest_on__gte=on)
        .update(digest_on=on)
    )
