"""Giving leads out: to the first in the order of F38, or to the partner somebody chose."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from dealreg.actions.leads.steps import State, step, tell
from dealreg.models import Lead, LeadContact, LeadOffer
from dealreg.queries.lead_rules import business_days_after, lead_rules
from dealreg.queries.routing import Candidate, facts_of, had_before, who_gets
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership
from prm.kernel.policies import require

Queue = Lead.Queue
OBSTACLES = {
    "state": "it is not active",
    "accepts_leads": "it does not take leads, or its tier does not include them",
    "line": "it is not certified for the product line",
    "territory": "it does not serve the country",
    "capacity": "it holds as many leads as it can",
    "refused": "it had this lead before",
}


class NotEligibleForLead(Conflict):
    """This partner cannot get the lead."""

    code = "not_eligible"


@transaction.atomic
def route_lead(lead: Lead, *, by: Membership | None) -> Lead:
    """Offer a lead to the best partner, or leave it to operations when none fits, a rule says so, or it came back
    too often. Doing it twice offers it once.
    """
    require(by, "dealreg.route_lead", lead)
    if lead.state not in (State.NEW, State.RETURNED):
        raise Conflict("Only a new or a returned lead is given out.", code="not_waiting")
    rules = lead_rules()
    if by is None and not rules.auto_assign:
        return _queue(lead, Queue.BY_HAND)
    if by is None and lead.state == State.RETURNED and lead.reassignments >= rules.max_reassignments:
        return _queue(lead, Queue.REASSIGNED)
    ranking = who_gets(facts_of(lead, LeadContact.objects.get(lead=lead)), refused=had_before(lead))
    if ranking.to_operations and by is None:
        return _queue(lead, Queue.BY_RULE)
    best = ranking.candidates[0] if ranking.candidates and ranking.candidates[0].place == 1 else None
    if best is None:
        if by is not None:
            raise NotEligibleForLead("No partner fits this lead at present. Look at the test bench to see why.")
        return _queue(lead, Queue.NONE_ELIGIBLE)
    return _offer(lead, best.partner_id, by=by, why=_why(best))


@transaction.atomic
def assign_lead(lead: Lead, *, by: Membership | None, partner: Partner) -> Lead:
    """Offer a lead to a partner that somebody chose; it must be able to take it."""
    require(by, "dealreg.assign_lead", lead)
    if lead.state not in (State.NEW, State.RETURNED):
        raise Conflict("Only a new or a returned lead is given out.", code="not_waiting")
    found = who_gets(facts_of(lead, LeadContact.objects.get(lead=lead)), only=[partner.pk]).candidates
    if not found or found[0].place is None:
        why = ", ".join(OBSTACLES[name] for name in found[0].obstacles) if found else "it is no partner any more"
        raise NotEligibleForLead(f"{partner.name} cannot get this lead: {why}.", field="partner")
    return _offer(lead, partner.pk, by=by, why=_why(found[0]))


def _why(chosen: Candidate) -> dict[str, Any]:
    """For the vendor's eyes: the points, and what they are made of."""
    return {"score": chosen.score, "points": chosen.points, "by_rule": chosen.by_rule}


def _offer(lead: Lead, partner_id: UUID, *, by: Membership | None, why: dict[str, Any]) -> Lead:
    """The lead is the partner's to see, but for its details; its clock runs."""
    now = clock.now()
    due = business_days_after(clock.today(), lead_rules().accept_days)
    again = 1 if by is None and lead.state == State.RETURNED else 0
    step(
        lead,
        State.ASSIGNED,
        partner_id=partner_id,
        owner_id=None,
        assigned_at=now,
        accept_due=due,
        queue="",
        reassignments=lead.reassignments + again,
    )
    LeadOffer.objects.create(lead=lead, partner_id=partner_id, offered_at=now, accept_due=due)
    return tell(lead, "lead.assigned", by=by, note=why, accept_due=due)


def _queue(lead: Lead, why: str) -> Lead:
    """It waits for operations."""
    if lead.queue == why:
        return lead
    touch(lead)
    Lead.objects.filter(pk=lead.pk).update(queue=why)
    lead.queue = why
    return tell(lead, "lead.queued", by=None, inner=True, why=str(Queue(why).label))
