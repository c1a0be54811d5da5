"""How every verb on a lead takes its step, gives it to a partner or takes it back, and tells of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from dealreg.models import Lead, LeadContact, LeadNote, LeadOffer
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.text import clean_text

State = Lead.State
AWAY: dict[str, Any] = {
    "partner_id": None,
    "owner_id": None,
    "assigned_at": None,
    "accept_due": None,
    "accepted_at": None,
    "contact_due": None,
    "contacted_at": None,
    "qualified_at": None,
    "progress_at": None,
}


def step(lead: Lead, to: str, **fields: Any) -> None:
    """Move a lead and write what must hold there. The fields first: the database wants them in the new state."""
    if fields and to in lead.MOVES.get(lead.state, ()):  # type: ignore[call-overload]
        Lead.objects.filter(pk=lead.pk, version=lead.version, state=lead.state).update(**fields)
    move(lead, to)
    for name, value in fields.items():
        setattr(lead, name, value)


def tell(
    lead: Lead,
    event: str,
    /,
    *,
    by: Membership | None,
    to: UUID | None = None,
    inner: bool = False,
    note: dict[str, Any] | None = None,
    **data: Any,
) -> Lead:
    """Record what happened. What is told to a partner never says who the lead is: an event outlives the offer."""
    record(
        lead,
        event,
        by=by,
        partner_id=to or lead.partner_id,
        vendor_only=inner or (to or lead.partner_id) is None,
        note=note,
        number=lead.number,
        **data,
    )
    return lead


def take_away(lead: Lead, to: str, outcome: str = LeadOffer.Outcome.WITHDRAWN, **answer: Any) -> UUID | None:
    """Take a lead from its partner: it loses the lead, its details, and the offer ends. Returns whose it was.

    In the vendor's scope: the partner could not write what it may not read afterwards.
    """
    former, now = lead.partner_id, clock.now()
    move(lead, to)
    Lead.objects.filter(pk=lead.pk).update(**AWAY)
    for name, value in AWAY.items():
        setattr(lead, name, value)
    LeadContact.objects.filter(lead=lead).update(
        partner=None, **({"open_key": ""} if to in (State.RECYCLED, State.DISQUALIFIED) else {})
    )
    offers = LeadOffer.objects.filter(lead=lead, partner_id=former)
    offers.filter(outcome=LeadOffer.Outcome.OPEN).update(outcome=outcome, answered_at=now, **answer)
    offers.filter(outcome=LeadOffer.Outcome.ACCEPTED, converted_at=None, lost_at=None).update(lost_at=now)
    return former


def write_note(lead: Lead, text: str, *, by: Membership | None, inner: bool = False) -> LeadNote | None:
    """A word on a lead. Before a partner has accepted it, it stays with the vendor."""
    said = clean_text(text or "", field="note", max_length=2000)
    if not said:
        return None
    is_shared = not inner and lead.state not in (State.NEW, State.ASSIGNED, State.RETURNED, State.RECYCLED)
    partner_id = lead.partner_id if is_shared else None
    return LeadNote.objects.create(lead=lead, partner_id=partner_id, by=by, at=clock.now(), text=said)


def needed(text: str, field: str, ask: str, limit: int = 500) -> str:
    """A text that must be given."""
    said = clean_text(text or "", field=field, max_length=limit)
    if not said:
        raise Invalid(ask, field=field)
    return said
