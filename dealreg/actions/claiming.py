"""Leads that stand before registrations (rule 8): noted for the vendor, and decided by operations."""

from __future__ import annotations

from dealreg.models import DealRegistration, LeadClaim
from dealreg.queries.claims import lead_claims_on, match_of
from dealreg.queries.conflicts import line_ids_of


def track_claims(deal: DealRegistration) -> bool:
    """Write down, for the vendor, which leads of other partners stand before a registration by now."""
    found = lead_claims_on(deal, line_ids_of(deal, granted_only=True))
    LeadClaim.objects.bulk_create(
        [LeadClaim(candidate=deal, lead=contact.lead, match=match_of(deal, contact)) for contact in found],
        ignore_conflicts=True,
    )
    return bool(found)
