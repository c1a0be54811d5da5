"""Deciding between a registration and the lead of another partner."""

from __future__ import annotations

from django.db import transaction

from dealreg.actions.deciding import _open, _reject
from dealreg.actions.freezing import refuse_frozen
from dealreg.actions.steps import enter, forget_review, reason_of
from dealreg.models import DealRegistration, LeadClaim
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.models import Membership
from prm.kernel.policies import require

Decision = LeadClaim.Decision


@transaction.atomic
def decide_lead_claim(claim: LeadClaim, *, by: Membership, decision: str, reason: str) -> LeadClaim:
    """The lead comes first, and the registration is rejected; or it may go on, with reason."""
    deal = claim.candidate
    require(by, "dealreg.decide_lead_claim", deal)
    refuse_frozen(deal)
    if decision not in (Decision.LEAD_FIRST, Decision.LET_GO):
        raise Invalid("Choose how it is decided.", field="decision")
    said = reason_of(reason)
    won = LeadClaim.objects.filter(pk=claim.pk, decision=Decision.PENDING, version=claim.version).update(
        decision=decision, decided_by=by, decided_at=clock.now(), reason=said, version=claim.version + 1
    )
    if not won:
        raise Conflict("This was decided meanwhile. Reload to see how.", code="stale")
    claim.refresh_from_db()
    if deal.state == DealRegistration.State.SUBMITTED:
        _open(deal, by)
    forget_review(deal)
    enter(deal, "deal.claim_decided", by=by, inner=True, decision=decision, lead=claim.lead.number, reason=said)
    if decision == Decision.LEAD_FIRST:
        _reject(deal, by, DealRegistration.RejectReason.VENDOR_ENGAGED, "")
    return claim
