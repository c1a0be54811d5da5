"""Goals by topic: what was set at this review or the one before, and how far it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from prm.kernel import clock
from scorecards.models import Assessment, Goal
from scorecards.queries.results import Result


@dataclass(frozen=True)
class GoalLine:
    """A goal beside the score that the topic has now."""

    goal_id: UUID
    topic: str
    name: str
    goal_score: Decimal
    score: Decimal | None
    due_on: dt.date
    set_by: str
    is_earlier: bool  # set with the scorecard before, and not set anew

    @property
    def is_reached(self) -> bool:
        return self.score is not None and self.score >= self.goal_score

    @property
    def is_late(self) -> bool:
        return not self.is_reached and self.due_on < clock.today()


def goals_of(assessment: Assessment, result: Result) -> tuple[GoalLine, ...]:
    """The goals that count for this scorecard: its own, and those of the one before that were not set anew."""
    ids = [pk for pk in (assessment.pk, assessment.previous_id) if pk is not None]
    found = Goal.objects.filter(assessment__in=ids).select_related("topic", "set_by__user")
    by_topic: dict[str, Goal] = {}
    for goal in sorted(found, key=lambda goal: goal.assessment_id == assessment.pk):
        by_topic[goal.topic.code] = goal
    lines = [
        GoalLine(
            goal_id=goal.pk,
            topic=code,
            name=goal.topic.name,
            goal_score=goal.goal_score,
            score=line.score if (line := result.topic(code)) else None,
            due_on=goal.due_on,
            set_by=goal.set_by.user.name if goal.set_by else "",
            is_earlier=goal.assessment_id != assessment.pk,
        )
        for code, goal in by_topic.items()
    ]
    return tuple(sorted(lines, key=lambda line: (line.due_on, line.name)))
