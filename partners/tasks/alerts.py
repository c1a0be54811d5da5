"""What happens at partners by itself: once a day, and after somebody has joined."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from partners.actions import look_for_alerts
from partners.actions.people import link_contact
from prm.kernel.events import on
from prm.kernel.models import Event, Membership
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily


@daily
@deferred("partners.look_for_alerts")
def find_alerts(on: str) -> None:
    """Conditions at partners that their account managers should know of."""
    look_for_alerts(dt.date.fromisoformat(on))


@on("invitation.accepted")
@deferred("partners.link_contact")
def link_new_member(event_id: str) -> None:
    """Who joined a partner stands among its contacts."""
    event = Event.objects.get(pk=UUID(event_id))
    member = Membership.objects.select_related("user").filter(pk=event.actor_id, active=True).first()
    if member is not None:
        link_contact(member)
