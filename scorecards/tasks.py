"""What happens to scorecards by time alone."""

from __future__ import annotations

from partners.tasks.work import look_at_onboarding
from prm.kernel.events import on
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily
from scorecards.actions.by_time import discard_abandoned as discard
from scorecards.actions.by_time import remind_of_resting


@daily
@deferred("scorecards.discard_abandoned")
def discard_abandoned(on: str) -> None:
    """Set aside scorecards that nobody has touched for ninety days."""
    discard()


@daily
@deferred("scorecards.remind_of_resting")
def remind(on: str) -> None:
    """Tell those who may go on with a scorecard that it has rested for thirty days."""
    remind_of_resting()


on("assessment.submitted")(look_at_onboarding)  # a step of onboarding
