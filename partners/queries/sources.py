"""What partners lend as sources of measures: required tasks, and the nightly evaluations of the programme."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, DateField, Max, Q, Value
from django.utils.translation import gettext_lazy as _

from partners.models import Task
from partners.queries.tier_past import latest_evaluations, tier_past
from partners.registries import Readings
from prm.kernel.numbers import divide, ratio
from prm.kernel.periods import add_days
from prm.kernel.roles import Side
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import FEW, remember_few

REQUIRED_TASKS = "required_tasks"
NO_TASK_DUE = _("No required task has been due yet.")
TIER_PROGRESS = "tier_progress"
NOT_EVALUATED = _("The tier has not been evaluated yet; it is every night.")


def read_tasks(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """The share of the required tasks of the partner's side due by each day that were done by then."""
    numbers: dict[UUID, list[Decimal | None]] = {}
    last: dict[UUID, list[dt.date | None]] = {}
    for row in task_counts(partner_ids, days):
        of_days = range(len(days))
        numbers[row["partner_id"]] = [ratio(divide(row[f"done_{n}"], row[f"due_{n}"])) for n in of_days]
        last[row["partner_id"]] = [row[f"last_{n}"] for n in of_days]
    return Readings({REQUIRED_TASKS: numbers}, last)


def task_counts(partner_ids: Sequence[UUID], days: Sequence[dt.date]) -> list[dict[str, Any]]:
    """Per partner that has any: `due_0`, `done_0` and `last_0` of the first day, and so on; one query."""
    zone = ZoneInfo(current_tenant().time_zone)
    counts: dict[str, Any] = {}
    for number, day in enumerate(days):
        due = Q(due_on__lte=day)
        over = dt.datetime.combine(add_days(day, 1), dt.time(0), tzinfo=zone)
        counts[f"due_{number}"] = Count("pk", filter=due)
        counts[f"done_{number}"] = Count("pk", filter=due & Q(done_at__lt=over))
        counts[f"last_{number}"] = Max("due_on", filter=due)
    asked = Task.objects.filter(
        partner_id__in=list(partner_ids), required=True, side=Side.PARTNER, due_on__lte=max(days)
    ).exclude(state=Task.State.CANCELLED)
    counted: Any = asked.values("partner_id").annotate(**counts)
    return remember_few("tasks", partner_ids, tuple(days), lambda: list(counted))


def read_evaluations(partner_ids: Sequence[UUID], days: Sequence[dt.date], names: Sequence[str]) -> Readings:
    """How far up the ladder of tiers each partner was by the latest evaluation (F10) on each day."""
    if len(days) == 1 and len(partner_ids) <= FEW:
        known = tier_past(partner_ids, days[0]).evaluated
        return Readings(
            {TIER_PROGRESS: {pk: [progress] for pk, (_on, progress) in known.items()}},
            {pk: [on] for pk, (on, _progress) in known.items()},
        )
    numbers: dict[UUID, list[Decimal | None]] = defaultdict(lambda: [None] * len(days))
    last: dict[UUID, list[dt.date | None]] = defaultdict(lambda: [None] * len(days))
    found = [
        latest_evaluations(partner_ids, day).values_list(
            Value(day, output_field=DateField()), "partner_id", "as_of", "progress"
        )
        for day in sorted(set(days))
    ]
    for day, partner_id, on, progress in found[0].union(*found[1:], all=True):
        for number, asked in enumerate(days):
            if asked == day:
                numbers[partner_id][number], last[partner_id][number] = progress, on
    return Readings({TIER_PROGRESS: dict(numbers)}, dict(last))
