"""What happens to announcements: written, published, withdrawn; seen, followed and put aside by partners' people."""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction

from partners.models import Announcement, AnnouncementDelivery, AnnouncementReceipt, Partner, Segment, SegmentMember
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text

BATCH = 2_000
NOT_ADDRESSED = (Partner.State.TERMINATED, Partner.State.DECLINED)
# Inside the portal, or on the web; never another scheme, nor `//elsewhere`, which browsers read as a host.
_LINK = re.compile(r"(https?://[^\s/@\\]+(/[^\s\\]*)?|/(?![/\\])[^\s\\]*)")


class AlreadyPublished(Conflict):
    """A published announcement stands as it was read. Withdraw it and write a new one."""

    code = "announcement_published"


@transaction.atomic
def add_announcement(
    title: str,
    text: str,
    *,
    by: Membership | None,
    from_date: dt.date,
    to_date: dt.date,
    link: str = "",
    link_label: str = "",
    segment: Segment | None = None,
) -> Announcement:
    """Write a draft; nobody receives it before it is published."""
    require(by, "partners.edit_announcement")
    announcement = Announcement(made_by=by)
    _fill(announcement, title, text, from_date, to_date, link, link_label, segment)
    announcement.save()
    return record(announcement, "announcement.added", by=by, vendor_only=True, title=announcement.title)


@transaction.atomic
def edit_announcement(
    announcement: Announcement,
    *,
    by: Membership | None,
    title: str,
    text: str,
    from_date: dt.date,
    to_date: dt.date,
    link: str = "",
    link_label: str = "",
    segment: Segment | None = None,
    seen_version: int | None = None,
) -> Announcement:
    """Change a draft."""
    require(by, "partners.edit_announcement", announcement)
    if announcement.state != Announcement.State.DRAFT:
        raise AlreadyPublished()
    touch(announcement, seen_version=seen_version)
    _fill(announcement, title, text, from_date, to_date, link, link_label, segment)
    announcement.save()
    return record(announcement, "announcement.edited", by=by, vendor_only=True, title=announcement.title)


@transaction.atomic
def publish_announcement(announcement: Announcement, *, by: Membership | None) -> Announcement:
    """Give each addressed partner its copy. Who enters the segment later receives it the day after."""
    require(by, "partners.edit_announcement", announcement)
    move(announcement, Announcement.State.PUBLISHED)
    count = spread(announcement)
    return record(
        announcement, "announcement.published", by=by, vendor_only=True, title=announcement.title, partners=count
    )


@transaction.atomic
def withdraw_announcement(announcement: Announcement, *, by: Membership | None) -> Announcement:
    """Take it back everywhere; what was counted stays."""
    require(by, "partners.edit_announcement", announcement)
    move(announcement, Announcement.State.WITHDRAWN)
    AnnouncementDelivery.objects.filter(announcement=announcement).update(withdrawn_at=clock.now())
    return record(announcement, "announcement.withdrawn", by=by, vendor_only=True, title=announcement.title)


def spread(announcement: Announcement) -> int:
    """A copy for every addressed partner that has none yet. Returns how many were added."""
    partners = Partner.objects.exclude(state__in=NOT_ADDRESSED)
    if announcement.segment_id:
        inside = SegmentMember.objects.filter(segment_id=announcement.segment_id)
        partners = partners.filter(pk__in=inside.values("partner_id"))
    held = AnnouncementDelivery.objects.filter(announcement=announcement)
    new = [
        AnnouncementDelivery(
            announcement=announcement,
            partner_id=pk,
            title=announcement.title,
            text=announcement.text,
            link=announcement.link,
            link_label=announcement.link_label,
            from_date=announcement.from_date,
            to_date=announcement.to_date,
        )
        for pk in partners.exclude(pk__in=held.values("partner_id")).values_list("pk", flat=True)
    ]
    AnnouncementDelivery.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
    return len(new)


@transaction.atomic
def see_announcement(delivery: AnnouncementDelivery, *, by: Membership) -> AnnouncementReceipt:
    """Note that this person has it before the eyes; the first time counts."""
    require(by, "partners.read_announcement", delivery)
    receipt, _ = AnnouncementReceipt.objects.get_or_create(
        delivery=delivery, member=by, defaults={"partner_id": delivery.partner_id, "seen_at": clock.now()}
    )
    return receipt


@transaction.atomic
def follow_announcement(delivery: AnnouncementDelivery, *, by: Membership) -> str:
    """Note that this person followed the link, and say where it leads."""
    receipt = see_announcement(delivery, by=by)
    if receipt.clicked_at is None:
        receipt.clicked_at = clock.now()
        receipt.save(update_fields=["clicked_at", "updated_at"])
    return delivery.link


@transaction.atomic
def dismiss_announcement(delivery: AnnouncementDelivery, *, by: Membership) -> AnnouncementReceipt:
    """Put it aside for this person; the colleagues still see it."""
    receipt = see_announcement(delivery, by=by)
    if receipt.dismissed_at is None:
        receipt.dismissed_at = clock.now()
        receipt.save(update_fields=["dismissed_at", "updated_at"])
    return receipt


def _fill(
    announcement: Announcement,
    title: str,
    text: str,
    from_date: dt.date,
    to_date: dt.date,
    link: str,
    link_label: str,
    segment: Segment | None,
) -> None:
    announcement.title = clean_text(title, field="title", max_length=120)
    announcement.text = clean_text(text, field="text", max_length=2000)
    announcement.link = clean_text(link, field="link", max_length=300)
    announcement.link_label = clean_text(link_label, field="link_label", max_length=40)
    if announcement.link and not _LINK.fullmatch(announcement.link):
        raise Invalid("A link begins with https://, or with / for a page of the portal.", field="link")
    if announcement.link and not announcement.link_label:
        raise Invalid("Say what the button is called.", field="link_label")
    if to_date < from_date:
        raise Invalid("The last day is before the first.", field="to_date")
    announcement.from_date, announcement.to_date, announcement.segment = from_date, to_date, segment
    announcement.full_clean(exclude=["tenant", "segment", "made_by"], validate_unique=False)
