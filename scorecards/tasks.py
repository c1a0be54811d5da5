"""What happens to scorecards by time alone."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from partners.tasks.work import look_at_onboarding
from prm.kernel.events import on
from prm.kernel.models import Event
from prm.kernel.outbox import deferred, heartbeat
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter
from scorecards.actions import release_peers, remind_of_actions
from scorecards.actions.by_time import discard_abandoned as discard
from scorecards.actions.by_time import remind_of_resting
from scorecards.actions.standings import renew_standings


@daily
@deferred("scorecards.discard_abandoned")
def discard_abandoned(on: str) -> None:
    """Set aside scorecards that nobody has touched for ninety days."""
    discard()


@daily
@deferred("scorecards.remind_of_resting")
def remind(on: str) -> None:
    """Tell those who may go on with a scorecard that it has rested for thirty days."""
    remind_of_resting(write=formatter().day)


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


@daily
@deferred("scorecards.renew_standings")
def renew_board(on: str) -> None:
    """The board's figures anew for all partners: days pass, months close, scorecards run out."""
    renew_standings(beat=heartbeat)


@on("assessment.submitted")
@on("assessment.reopened")
@on("actuals.booked")
@on("targets.set")
@deferred("scorecards.renew_standing")
def renew_after(event_id: str) -> None:
    """Something happened that moves a partner's figures."""
    event = Event.objects.get(pk=UUID(event_id))
    if event.partner_id is not None:
        renew_standings([event.partner_id])
