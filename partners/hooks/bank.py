"""What is lent of bank details: whether they are verified, and what waits for finance."""

from __future__ import annotations

from typing import Any

from partners.models import Partner
from partners.queries.bank import bank_standing, details_to_verify, with_verified_bank
from partners.registries import Worklist, lend_panel, lend_worklist, onboarding_check, tell
from partners.tasks.work import look_at_onboarding
from prm.kernel.events import on
from prm.kernel.isolation.planting import lend_sample
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.web.format import formatter

tell(
    bank_details__entered="changed the bank details",
    bank_details__verified="verified the bank details",
)


@lend_panel(60, "partners/panels/bank.html", "documents", permission="partners.view_document")
def bank_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    """Whether money can be sent: for the vendor's people and the champion."""
    opens = permits(member, "partners.view_bank_details", partner)
    if not member.is_vendor and not (opens and member.has(Role.CHAMPION, Role.DISTRIBUTOR)):
        return None
    is_there, is_verified, payable = bank_standing(partner)
    return {
        "is_there": is_there,
        "is_verified": is_verified,
        "payable_from": formatter().day(payable) if payable else "",
        "opens": opens,
        "enters": permits(member, "partners.enter_bank_details", partner),
    }


lend_worklist(
    Worklist(
        "bank_details_to_verify",
        "Bank details",
        details_to_verify,
        url=lambda details: details.get_absolute_url(),
        text=lambda details: f"Verify the bank details of {details.partner.name}",
    )
)


onboarding_check("bank_verified", with_verified_bank)
on("bank_details.verified")(look_at_onboarding)


@lend_sample("partners.BankDetails")
def entered_only(row: dict[str, Any]) -> dict[str, Any]:
    """Nobody has verified what was planted: two people would be needed."""
    return {"verified_by_id": None, "verified_at": None}
