"""The measures that tasks and the programme lend: required tasks done, and how far up the ladder of tiers."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from partners.models import Task
from partners.queries import (
    NO_TASK_DUE,
    NOT_EVALUATED,
    REQUIRED_TASKS,
    TIER_PROGRESS,
    read_evaluations,
    read_tasks,
)
from partners.registries import Measure, Period, Source, lend_measure, read_from
from prm.kernel.roles import Side

TASKS = Source("tasks", _("Tasks"), read_tasks)
EVALUATIONS = Source("evaluations", _("Nightly evaluation of the programme"), read_evaluations)


def required_tasks(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    """The tasks behind the share: those required and due by the day."""
    due = Task.objects.filter(partner_id=partner_id, required=True, side=Side.PARTNER, due_on__lte=as_of)
    return list(due.exclude(state=Task.State.CANCELLED).order_by("due_on", "pk").values("title", "due_on", "done_at"))


lend_measure(
    Measure(
        REQUIRED_TASKS,
        "Required tasks",
        "ratio",
        "required tasks of the partner done / due by the day",
        read_from(TASKS, REQUIRED_TASKS, NO_TASK_DUE),
        required_tasks,
        source=TASKS,
        empty=NO_TASK_DUE,
    )
)
lend_measure(
    Measure(
        TIER_PROGRESS,
        "Tier progress",
        "ratio",
        "share of what all levels ask that is attained, at the latest evaluation (F10)",
        read_from(EVALUATIONS, TIER_PROGRESS, NOT_EVALUATED),
        source=EVALUATIONS,
        empty=NOT_EVALUATED,
    )
)
