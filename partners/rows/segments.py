"""Segments, announcements and bulk edits as their lists show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from partners.models import Announcement, BulkEditRow, Segment, SegmentMember
from partners.queries.announcements import Reach, reach_of
from prm.kernel.models import Membership
from prm.kernel.web.format import formatter
from prm.kernel.words import own

ANNOUNCEMENT_TONES = {"draft": "grey", "published": "green", "withdrawn": "yellow"}
BULK_TONES = {"waiting": "grey", "ready": "blue", "unchanged": "grey", "refused": "red", "changed": "green"}


@dataclass(frozen=True)
class SegmentRow:
    """One line of the list of segments."""

    url: str
    partners_url: str
    name: str
    kind: str
    owner: str
    members: str
    raw_members: int
    computed: str
    raw_computed: dt.datetime | None
    problem: str


def present_segments(segments: list[Segment], member: Membership) -> list[SegmentRow]:
    """The rows of a page of segments; the members counted are those that this member may know of."""
    inside = SegmentMember.objects.visible_to(member).filter(segment__in=[s.pk for s in segments])
    counts = dict(inside.values_list("segment_id").annotate(n=Count("pk")))
    write, kinds = formatter(), dict(Segment.Kind.choices)
    listed = reverse("partners:list")
    return [
        SegmentRow(
            url=segment.get_absolute_url(),
            partners_url=f"{listed}?segment={segment.pk}",
            name=segment.name,
            kind=str(kinds[segment.kind]),
            owner=segment.owner.user.name if segment.owner else "",
            members=write.count(counts.get(segment.pk, 0)),
            raw_members=counts.get(segment.pk, 0),
            computed=write.moment(segment.computed_at),
            raw_computed=segment.computed_at,
            problem=segment.problem,
        )
        for segment in segments
    ]


@dataclass(frozen=True)
class AnnouncementRow:
    """One line of the list of announcements."""

    url: str
    title: str
    state: str
    tone: str
    audience: str
    from_date: str
    raw_from: dt.date
    to_date: str
    raw_to: dt.date
    reach: Reach


def present_announcements(announcements: list[Announcement]) -> list[AnnouncementRow]:
    """The rows of a page of announcements, counted for all of them at once."""
    reach, write = reach_of([one.pk for one in announcements]), formatter()
    states = {value: str(label) for value, label in Announcement.State.choices}
    return [
        AnnouncementRow(
            url=one.get_absolute_url(),
            title=one.title,
            state=states[one.state],
            tone=ANNOUNCEMENT_TONES[one.state],
            audience=one.segment.name if one.segment else own("All partners"),
            from_date=write.day(one.from_date),
            raw_from=one.from_date,
            to_date=write.day(one.to_date),
            raw_to=one.to_date,
            reach=reach[one.pk],
        )
        for one in announcements
    ]


@dataclass(frozen=True)
class ShownBulkRow:
    """One line of the preview or the result of a bulk edit."""

    url: str
    partner: str
    outcome: str
    tone: str
    was: str
    reason: str


def present_bulk_rows(rows: list[BulkEditRow]) -> list[ShownBulkRow]:
    outcomes = {value: str(label) for value, label in BulkEditRow.Outcome.choices}
    return [
        ShownBulkRow(
            url=row.partner.get_absolute_url(),
            partner=row.partner.name,
            outcome=outcomes[row.outcome],
            tone=BULK_TONES[row.outcome],
            was=row.was,
            reason=row.reason,
        )
        for row in rows
    ]
