"""Leads and contracts that stand before registrations (rules 8 and 5): noted for the vendor; operations decides."""

from __future__ import annotations

from dealreg.models import DealRegistration, LeadClaim, RenewalClaim
from dealreg.queries.claims import lead_claims_on, match_of
from dealreg.queries.conflicts import line_ids_of
from dealreg.queries.contracts import renewals_before


def track_claims(deal: DealRegistration) -> bool:
    """Write down, for the vendor, which leads of other partners stand before a registration by now."""
    found = lead_claims_on(deal, line_ids_of(deal, granted_only=True))
    LeadClaim.objects.bulk_create(
        [LeadClaim(candidate=deal, lead=contact.lead, match=match_of(deal, contact)) for contact in found],
        ignore_conflicts=True,
    )
    return bool(found)


def track_renewals(deal: DealRegistration) -> bool:
    """Write down, for the vendor, which contracts of other partners stand before a registration by now."""
    found = renewals_before(deal)
    RenewalClaim.objects.bulk_create(
        [RenewalClaim(candidate=deal, contract=contract) for contract in found], ignore_conflicts=True
    )
    return bool(found)
