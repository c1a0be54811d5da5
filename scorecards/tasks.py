"""What happens to scorecards by time alone."""

from __future__ import annotations

import datetime as dt

from django.db.models.functions import Coalesce

from partners.tasks.work import look_at_onboarding
from prm.kernel import clock
from prm.kernel.events import on
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter
from scorecards.actions import discard_assessment, release_peers, remind_of_actions
from scorecards.models import Assessment

ABANDONED_AFTER = dt.timedelta(days=90)


@daily
@deferred("scorecards.discard_abandoned")
def discard_abandoned(on: str) -> None:
    """Give up scorecards that nobody has touched for ninety days."""
    abandoned = Assessment.objects.annotate(touched_at=Coalesce("last_answer_at", "opened_at")).filter(
        state=Assessment.State.IN_PROGRESS, touched_at__lt=clock.now() - ABANDONED_AFTER
    )
    for assessment in abandoned:
        discard_assessment(assessment, by=None, reason="Ninety days without an answer.")


@daily
@deferred("scorecards.release_peers")
def publish_peers(on: str) -> None:
    """Peer figures anew, where enough has changed that nobody's score can be worked out from the change."""
    release_peers(dt.date.fromisoformat(on))


@daily
@deferred("scorecards.remind_of_actions")
def remind_owners(on: str) -> None:
    """Actions that fall due, and those that have."""
    remind_of_actions(dt.date.fromisoformat(on), write=formatter().day)


on("assessment.submitted")(look_at_onboarding)  # a step of onboarding
