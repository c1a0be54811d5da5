"""After somebody has joined a partner: the contact that is this person."""

from __future__ import annotations

from uuid import UUID

from partners.actions.people import link_contact
from prm.kernel.events import on
from prm.kernel.models import Event, Membership
from prm.kernel.outbox import deferred


@on("invitation.accepted")
@deferred("partners.link_contact")
def link_new_member(event_id: str) -> None:
    """Who joined a partner stands among its contacts."""
    event = Event.objects.get(pk=UUID(event_id))
    member = Membership.objects.select_related("user").filter(pk=event.actor_id, active=True).first()
    if member is not None:
        link_contact(member)
