"""Rows of deals for the proof of isolation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dealreg.models import DealRegistration, DealReview, Lead, Opportunity
from prm.kernel import clock
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.periods import add_days
from prm.kernel.tenancy.context import current_tenant

State = DealRegistration.State


@lend_sample("dealreg.DealRegistration")
def _sent_deal(row: dict[str, Any]) -> dict[str, Any]:
    """A registration that was sent, so that its page is a whole one."""
    today = clock.today()
    return {
        "state": State.SUBMITTED,
        "submitted_at": clock.now(),
        "review_due": add_days(today, 2),
        "currency": current_tenant().currency,
        "credit_share": Decimal(1),
        "pauses": [],
        "customer_country": "DE",
    }


@lend_sample("dealreg.DealConflict")
def _two_deals(row: dict[str, Any]) -> dict[str, Any]:
    """Of two different registrations."""
    other = DealRegistration.objects.exclude(pk=row["candidate_id"]).order_by("created_at").first()
    return {"existing_id": other.pk if other else row["existing_id"]}


@lend_sample("dealreg.DealReview")
def _on_a_desk(row: dict[str, Any]) -> dict[str, Any]:
    return {"level": DealReview.Level.MANAGER}


@lend_sample("dealreg.DealProtection")
def _a_protection(row: dict[str, Any]) -> dict[str, Any]:
    today = clock.today()
    return {"active": True, "ended_on": None, "from_on": today, "until_on": add_days(today, 60)}


@lend_sample("dealreg.DealRules")
def _the_rules(row: dict[str, Any]) -> dict[str, Any]:
    return {"min_amount": Decimal(1000), "manager_band": Decimal(100000), "operations_band": Decimal(250000)}


@lend_sample("dealreg.Lead")
def _a_lead(row: dict[str, Any]) -> dict[str, Any]:
    """A company's own is in its hands, the vendor's is new."""
    today, now = clock.today(), clock.now()
    given: dict[str, Any] = {"opened_at": now, "industry": "finance", "queue": "", "owner_id": None}
    if row.get("partner_id") is None:
        return {**given, "state": Lead.State.NEW}
    clocks = {"accept_due": add_days(today, 1), "contact_due": add_days(today, 2)}
    times = {"assigned_at": now, "accepted_at": now, "progress_at": now}
    return {**given, "state": Lead.State.ACCEPTED, **clocks, **times}


@lend_sample("dealreg.LeadContact")
def _a_contact(row: dict[str, Any]) -> dict[str, Any]:
    """Of a lead of the same company: another one's would be taken for its own."""
    lead = Lead.objects.filter(partner_id=row.get("partner_id"), contacts=None).order_by("created_at").first()
    given: dict[str, Any] = {"country": "DE", "source": "form", "consent": {}}
    return given | {"lead_id": lead.pk} if lead else given


@lend_sample("dealreg.LeadOffer")
def _an_offer(row: dict[str, Any]) -> dict[str, Any]:
    now = clock.now()
    given: dict[str, Any] = {"outcome": "accepted", "offered_at": now, "answered_at": now}
    lead = Lead.objects.filter(partner_id=row["partner_id"]).order_by("created_at").first()
    return given | {"lead_id": lead.pk} if lead else given


@lend_sample("dealreg.LeadRules")
def _lead_rules(row: dict[str, Any]) -> dict[str, Any]:
    points = ("region_points", "vertical_points", "composite_weight", "load_points")
    return dict.fromkeys(points, Decimal(5)) | {"tier_points": {"gold": "15"}}


@lend_sample("dealreg.LeadRoute")
def _a_way(row: dict[str, Any]) -> dict[str, Any]:
    return {"country": "DE", "source": "form"}


@lend_sample("dealreg.Opportunity")
def _open_business(row: dict[str, Any]) -> dict[str, Any]:
    """Open business without a registration: each of those has one at most."""
    today = clock.today()
    return {
        "state": Opportunity.State.OPEN,
        "registration_id": None,
        "probability": None,
        "credit": Decimal(1),
        "closed_on": None,
        "currency": current_tenant().currency,
        "expected_close": add_days(today, 30),
        "opened_on": today,
        "worked_at": clock.now(),
        "customer_country": "DE",
    }


@lend_sample("dealreg.Contract")
def _a_contract(row: dict[str, Any]) -> dict[str, Any]:
    """One that ends soon and came by hand."""
    return {
        "opportunity_id": None,
        "ends_on": add_days(clock.today(), 60),
        "renewed_on": None,
        "customer_country": "DE",
        "source": "hand",
    }


@lend_sample("dealreg.ContractLine")
def _its_contract_line(row: dict[str, Any]) -> dict[str, Any]:
    return {"currency": current_tenant().currency, "amount": None}


@lend_sample("dealreg.RenewalClaim")
def _a_renewal_claim(row: dict[str, Any]) -> dict[str, Any]:
    return {"decision": "pending", "paper_id": None}


@lend_sample("dealreg.OpportunityCredit")
def _half_of_it(row: dict[str, Any]) -> dict[str, Any]:
    return {"share": Decimal("0.5")}


@lend_sample("dealreg.OpportunityLine")
def _its_line(row: dict[str, Any]) -> dict[str, Any]:
    return {"currency": current_tenant().currency}
