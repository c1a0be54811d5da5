"""What follows from a submitted scorecard: the account manager's conclusion, with goals by topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.actions.goals import set_goal
from scorecards.models import Assessment


class NoGoals(Invalid):
    """Set a goal for at least one topic, or say that none are needed."""

    code = "no_goals"


@transaction.atomic
def review_assessment(
    assessment: Assessment,
    *,
    by: Membership | None,
    comment: str,
    goals: Sequence[Mapping[str, Any]] = (),
    none_needed: bool = False,
) -> Assessment:
    """The account manager has gone through a submitted scorecard and says what follows; the partner reads it.

    `goals` (topic, goal_score, due_on) are set for at least one topic, unless none are needed.
    """
    require(by, "scorecards.review_assessment", assessment)
    said = clean_text(comment, field="comment", max_length=2000)
    if not said:
        raise Invalid("Write what you conclude from this scorecard.", field="comment")
    if none_needed and goals:
        raise Invalid("Either goals are set, or none are needed.", field="none_needed")
    for goal in goals:
        set_goal(assessment, goal["topic"], by=by, goal_score=goal["goal_score"], due_on=goal["due_on"])
    if not none_needed and not assessment.goals.exists():
        raise NoGoals(field="none_needed")
    move(assessment, Assessment.State.REVIEWED)
    assessment.review_comment = said
    assessment.save(update_fields=["review_comment", "updated_at"])
    return record(assessment, "assessment.reviewed", by=by, comment=said, vendor_only=assessment.vendor_only)
