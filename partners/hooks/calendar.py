"""Tasks in people's calendars."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import Task
from partners.models.work import falls_to
from prm.kernel.calendars import CalendarEntry, lend_calendar
from prm.kernel.models import Membership


@lend_calendar
def tasks_due(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
    """The open tasks that fall to this member, by their day."""
    found = Task.objects.visible_to(member).open().filter(falls_to(member), due_on__range=(since, until))
    for task in found.select_related("partner").order_by("due_on", "pk"):
        yield CalendarEntry(
            uid=f"task-{task.pk}",
            on=task.due_on,
            title=f"{_('Task')}: {task.title}",
            text=task.partner.name if task.partner and member.is_vendor else "",
            url=reverse("partners:task", args=[task.pk]),
            changed_at=task.updated_at,
        )
