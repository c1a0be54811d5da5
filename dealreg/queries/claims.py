"""Leads that stand before a registration (rule 8): given to another partner and accepted by it. The vendor's alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from dealreg.models import HELD, DealLine, DealRegistration, Lead, LeadClaim, LeadContact
from prm.kernel.tenancy.prepared import Text, prepared


@dataclass(frozen=True)
class ClaimShown:
    """A lead beside the registration that is looked at."""

    lead: Lead
    contact: LeadContact
    claim: LeadClaim | None
    is_first: bool  # it was accepted before the registration was sent

    @property
    def is_undecided(self) -> bool:
        return self.is_first and (self.claim is None or self.claim.decision == LeadClaim.Decision.PENDING)


def lead_claims_on(deal: DealRegistration, line_ids: Collection[UUID]) -> list[LeadContact]:
    """The contacts of such leads, in one query; a lead counts until it is recycled, disqualified or registered."""
    texts = map(Text, (deal.normalised_name, deal.customer_country, deal.normalised_domain))
    return _claims(list(line_ids), deal.partner_id, deal.partner.sponsor_id, *texts)


@prepared
def _claims(
    line_ids: list[UUID], partner_id: UUID, sponsor_id: UUID | None, name: Text, country: Text, domain: Text
) -> QuerySet:
    same = Q(company_key=name, country=country)
    if domain:
        same |= Q(domain=domain)
    rows = _claiming().filter(same, lead__line_id__in=line_ids).exclude(lead__partner_id=partner_id)
    rows = rows.exclude(lead__partner__sponsor_id=partner_id)
    if sponsor_id:
        rows = rows.exclude(lead__partner_id=sponsor_id)
    return rows.select_related("lead__partner", "lead__line").order_by("lead__accepted_at", "pk")[:50]


def _claiming() -> QuerySet:
    """Contacts of leads that are claims now."""
    registered = DealRegistration.objects.filter(lead_id=OuterRef("lead_id")).exclude(state="draft")
    return LeadContact.objects.filter(
        Q(lead__state__in=HELD) | Q(lead__state=Lead.State.CONVERTED) & ~Exists(registered),
        lead__is_given=True,
    )


def match_of(deal: DealRegistration, contact: LeadContact) -> str:
    return "domain" if contact.domain and contact.domain == deal.normalised_domain else "name"


def comes_first(deal: DealRegistration, lead: Lead) -> bool:
    sent = deal.claimed_at or deal.submitted_at
    return sent is None or (lead.accepted_at is not None and lead.accepted_at <= sent)


def _lines_of(deal: DealRegistration) -> list[UUID]:
    return list(DealLine.objects.filter(deal=deal, granted=True).values_list("line_id", flat=True))


def claims_shown(deal: DealRegistration, line_ids: Collection[UUID]) -> list[ClaimShown]:
    """What stands beside a registration: the claims of now, and those that were decided."""
    noted = {claim.lead_id: claim for claim in LeadClaim.objects.filter(candidate=deal)}
    found = {contact.lead_id: contact for contact in lead_claims_on(deal, line_ids)} if deal.is_open else {}
    decided = [pk for pk, claim in noted.items() if pk not in found and claim.decision != LeadClaim.Decision.PENDING]
    if decided:
        old = LeadContact.objects.filter(lead_id__in=decided).select_related("lead__partner", "lead__line")
        found |= {contact.lead_id: contact for contact in old}
    return [
        ClaimShown(contact.lead, contact, noted.get(pk), comes_first(deal, contact.lead))
        for pk, contact in found.items()
    ]


def undecided_claims_of(deal: DealRegistration) -> list[LeadClaim]:
    """Claims that came before the registration and that nobody has decided."""
    live = [contact.lead_id for contact in lead_claims_on(deal, _lines_of(deal)) if comes_first(deal, contact.lead)]
    return list(LeadClaim.objects.filter(candidate=deal, lead_id__in=live, decision=LeadClaim.Decision.PENDING))
