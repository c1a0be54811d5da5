"""Every day partners that entered a segment receive what is announced to it."""

from __future__ import annotations

import datetime as dt

from partners.actions.announcements import spread
from partners.models import Announcement
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily


@daily
@deferred("partners.spread_announcements")
def spread_announcements(*, on: str) -> None:
    published = Announcement.objects.filter(state=Announcement.State.PUBLISHED)
    for announcement in published.filter(to_date__gte=dt.date.fromisoformat(on)):
        spread(announcement)
