"""What a qualified lead becomes: the draft of a registration, or open business where nothing is to be registered."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from dealreg.actions.carrying import credit_of, refuse_bad_amount, refuse_past, told, write_lines
from dealreg.actions.leads.steps import State, tell
from dealreg.actions.registering import draft_deal
from dealreg.models import DealRegistration, Lead, LeadContact, LeadOffer, Opportunity
from prm.kernel import clock
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant, vendor_scope


@transaction.atomic
def register_lead(lead: Lead, *, by: Membership, **fields: Any) -> DealRegistration:
    """Begin the registration of a qualified lead, filled in from it; the campaign goes along, the lead is converted.

    When that draft was thrown away, another one can be begun.
    """
    require(by, "dealreg.register_lead", lead)
    contact = LeadContact.objects.filter(lead=lead).first()
    if lead.state != State.QUALIFIED and not _draft_is_gone(lead):
        move(lead, State.CONVERTED)  # says why this step does not exist
    assert contact is not None
    assert lead.partner is not None
    deal = draft_deal(lead.partner, by=by, **{**prefill_of(lead, contact), **fields})
    claimed = lead.accepted_at if lead.is_given else None
    DealRegistration.objects.filter(pk=deal.pk).update(lead=lead, campaign=contact.campaign, claimed_at=claimed)
    deal.lead, deal.campaign, deal.claimed_at = lead, contact.campaign, claimed
    if lead.state == State.QUALIFIED:
        _convert(lead)
    tell(lead, "lead.converted", by=by)
    return deal


def _convert(lead: Lead) -> None:
    move(lead, State.CONVERTED)
    LeadContact.objects.filter(lead=lead).update(open_key="")
    LeadOffer.objects.filter(lead=lead, outcome=LeadOffer.Outcome.ACCEPTED).update(converted_at=clock.now())


def _draft_is_gone(lead: Lead) -> bool:
    return lead.state == State.CONVERTED and not DealRegistration.objects.filter(lead=lead).exists()


def prefill_of(lead: Lead, contact: LeadContact) -> dict[str, Any]:
    """What a registration takes from a lead."""
    needs = [contact.need, contact.found_need, contact.found_budget, contact.found_timing]
    return {
        "customer_name": contact.company,
        "customer_domain": contact.domain,
        "customer_country": contact.country,
        "contact_name": contact.name,
        "contact_email": contact.email,
        "need": "\n".join(filter(None, needs))[:2000],
        "source": "vendor_led" if lead.is_given else "partner_led",
        "lines": [lead.line],
    }


@transaction.atomic
def open_from_lead(lead: Lead, *, by: Membership, amount: Decimal, expected_close: dt.date) -> Opportunity:
    """Open business of a qualified lead, without a registration and so without protection; the lead is converted."""
    require(by, "dealreg.open_from_lead", lead)
    contact = LeadContact.objects.filter(lead=lead).first()
    if lead.state != State.QUALIFIED or contact is None:
        move(lead, State.CONVERTED)  # says why this step does not exist
    assert contact is not None
    currency = current_tenant().currency
    refuse_bad_amount(amount, currency)
    refuse_past(expected_close, "expected_close")
    opportunity = Opportunity(
        partner_id=lead.partner_id,
        name=contact.company,
        customer_name=contact.company,
        customer_domain=contact.domain,
        customer_country=contact.country,
        normalised_name=contact.company_key,
        normalised_domain=contact.domain,
        source=Opportunity.Source.VENDOR_LED if lead.is_given else Opportunity.Source.PARTNER_LED,
        stage=Opportunity.Stage.QUALIFIED,
        owner_id=lead.owner_id or by.pk,
        created_by=by,
        lead=lead,
        campaign=contact.campaign,
        currency=currency,
        opened_on=clock.today(),
        expected_close=expected_close,
        worked_at=clock.now(),
    )
    opportunity.save(force_insert=True)
    write_lines(opportunity, {lead.line_id: amount})
    with vendor_scope("whom the business of a lead is credited to: written by the vendor alone"):
        credit_of(opportunity, Decimal(1))
    _convert(lead)
    tell(lead, "lead.opened", by=by)
    return told(opportunity, "opportunity.opened", by=by, amount=opportunity.amount)
