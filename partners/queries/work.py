"""Questions about tasks and alerts: what waits for whom."""

from __future__ import annotations

from django.db.models import BooleanField, F, QuerySet, Value

from partners.models import Task, falls_to
from prm.kernel.models import Membership


def my_tasks(member: Membership) -> QuerySet[Task]:
    """What this member is asked to do, the earliest day first; `names_partner` says whether the company is news."""
    found = Task.objects.visible_to(member).open().filter(falls_to(member)).select_related("partner")
    names_partner = Value(member.is_vendor, BooleanField())
    return found.annotate(names_partner=names_partner).order_by(F("due_on").asc(nulls_last=True), "pk")
