"""What happens to scorecards by time alone."""

from __future__ import annotations

import datetime as dt

from partners.tasks.work import look_at_onboarding
from prm.kernel.events import on
from prm.kernel.models import Event
from prm.kernel.outbox import deferred, heartbeat, take_along
from prm.kernel.schedule import daily
from prm.kernel.web.format import formatter
from scorecards.actions import release_peers, remind_of_actions
from scorecards.actions.by_time import discard_abandoned as discard
from scorecards.actions.by_time import remind_of_resting
from scorecards.actions.standings import renew_standings

# Files of these move the figures of the board.
IMPORTS = ("partners", "sales_actuals", "targets", "kpi_actuals", "kpi_targets", "shared_kpi_targets")


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
@on("targets.confirmed")
@on("kpi.entered")
@on("kpi.set")
@on("kpi.target_set")
@on("kpi_target.confirmed")
@on("weights.set")
@on("import.finished")
@deferred("scorecards.renew_standing")
def renew_after(event_id: str) -> None:
    """Something happened that moves figures: of one partner, or of all of them.

    What waits besides is done at once, so that after an import or a hundred bookings one run renews the board.
    """
    ids = [event_id, *(other["event_id"] for other in take_along())]
    events = [event for event in Event.objects.filter(pk__in=ids) if _moves_figures(event)]
    if any(event.partner_id is None for event in events):
        renew_standings(beat=heartbeat)
    else:
        renew_standings({event.partner_id for event in events if event.partner_id})


def _moves_figures(event: Event) -> bool:
    return event.name != "import.finished" or event.data.get("entity") in IMPORTS
