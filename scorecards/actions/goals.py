"""Goals by topic, set when a scorecard is reviewed and kept in step afterwards."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.numbers import HUNDRED, ONE, places_of
from prm.kernel.policies import require
from scorecards.models import Assessment, Goal
from scorecards.queries import COUNTED, result_of


class NoResult(Conflict):
    """Goals belong to a submitted scorecard that counts."""

    code = "no_result"


class BadGoal(Invalid):
    """This goal does not fit the topic."""

    code = "bad_goal"


@transaction.atomic
def set_goal(
    assessment: Assessment, topic: str, *, by: Membership | None, goal_score: Decimal, due_on: dt.date
) -> Goal:
    """The score that a topic is to reach, and until when; setting it again changes it. Never below what it has."""
    require(by, "scorecards.set_goal", assessment)
    result = result_of(assessment)
    if result is None or assessment.state not in COUNTED:
        raise NoResult()
    line = result.topic(topic)
    if line is None:
        raise BadGoal("This topic is not part of the scorecard.", field="topic")
    if not goal_score.is_finite() or not ONE <= goal_score <= HUNDRED or places_of(goal_score) > 1:
        raise BadGoal("A goal is a score of 1 to 100 with at most one decimal.", field="goal_score")
    if line.score is not None and goal_score < line.score:
        raise BadGoal(f"The topic has {line.score} already; a goal is not lower.", field="goal_score")
    if due_on < clock.today():
        raise BadGoal("Choose a date from today on.", field="due_on")
    wanted = assessment.bank.topics.get(code=topic)
    values: dict[str, Any] = {"goal_score": goal_score, "due_on": due_on, "set_by": by}
    goal, _ = Goal.objects.update_or_create(
        assessment=assessment,
        topic=wanted,
        defaults=values,
        create_defaults=values | {"partner_id": assessment.partner_id, "vendor_only": assessment.vendor_only},
    )
    return record(
        goal, "goal.set", by=by, vendor_only=goal.vendor_only, topic=wanted.name, goal=goal_score, due_on=due_on
    )


@transaction.atomic
def remove_goal(goal: Goal, *, by: Membership | None) -> Goal:
    """The goal is given up; the timeline keeps that it was there."""
    require(by, "scorecards.remove_goal", goal)
    pk = goal.pk
    if not Goal.objects.filter(pk=pk).delete()[0]:
        raise NoResult("This goal is gone already.")
    goal.pk = pk
    return record(
        goal, "goal.removed", by=by, vendor_only=goal.vendor_only, topic=goal.topic.name, goal=goal.goal_score
    )
