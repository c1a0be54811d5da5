"""Rows of deals for the proof of isolation."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dealreg.models import DealRegistration, DealReview, Opportunity
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


@lend_sample("dealreg.OpportunityCredit")
def _half_of_it(row: dict[str, Any]) -> dict[str, Any]:
    return {"share": Decimal("0.5")}


@lend_sample("dealreg.OpportunityLine")
def _its_line(row: dict[str, Any]) -> dict[str, Any]:
    return {"currency": current_tenant().currency}
