"""What a registration meets, as its page prints it: other registrations, the vendor's own deals, what was bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from dealreg.models import DealConflict, DealEngagement, DealRegistration, Opportunity
from dealreg.queries.claims import ClaimShown
from dealreg.queries.contested import Contest
from dealreg.queries.engaged import Bought
from dealreg.queries.pages import Against
from prm.kernel.web.format import Formatter, formatter

State = DealRegistration.State


@dataclass(frozen=True)
class ShownAgainst:
    """A competing registration beside this one."""

    id: str
    conflict_id: str
    url: str
    number: str
    partner: str
    customer: str
    domain: str
    country: str
    lines: str
    amount: str
    contact: str
    close: str
    need: str
    submitted: str
    state: str
    tone: str
    expires: str
    match: str
    is_first: bool
    similar: bool
    decision: str
    is_pending: bool
    is_transfer: bool
    may_transfer: bool
    reason: str
    hearing: str


CONTESTS = {
    Contest.UNDECIDED: (_lazy("Conflict under review"), "yellow"),
    Contest.DECIDED: (_lazy("Conflict decided"), "grey"),
    Contest.FIRST: (_lazy("Conflict: this one was first"), "grey"),
}


def present_contest(found: Contest | None) -> tuple[str, str]:
    """Word and colour of how its conflict stands."""
    if found is None:
        return "", ""
    word, tone = CONTESTS[found]
    return str(word), tone


def present_joint(names: list[str]) -> list[tuple[str, str]]:
    """With whom a joint deal is shared, as a fact of its page."""
    shown = [name or _("the vendor’s own sales") for name in names]
    return [(_("Joint deal with"), ", ".join(shown))] if shown else []


def contact_of(deal: DealRegistration) -> str:
    return ", ".join(filter(None, [deal.contact_name, deal.contact_email]))


def present_against(one: Against, write: Formatter, tones: Mapping[Any, str]) -> ShownAgainst:
    deal, conflict = one.deal, one.conflict
    pending = conflict is not None and conflict.decision == DealConflict.Decision.PENDING
    transfer = conflict is not None and conflict.decision == DealConflict.Decision.TRANSFER_PROPOSED
    hearing = conflict.hearing if conflict else None
    words = {
        "domain": _("Same web domain"),
        "name": _("Same name and country"),
        "subdomain": _("Related web domain"),
        "other_lines": _("Same customer, other product lines"),
    }
    return ShownAgainst(
        id=str(deal.pk),
        conflict_id=str(conflict.pk) if conflict else "",
        url=deal.get_absolute_url(),
        number=deal.number,
        partner=deal.partner.name,
        customer=deal.customer_name,
        domain=deal.customer_domain,
        country=deal.customer_country,
        lines=", ".join(one.lines),
        amount=write.money(deal.amount, deal.currency) if deal.amount is not None else "",
        contact=contact_of(deal),
        close=write.day(deal.expected_close) if deal.expected_close else "",
        need=deal.need,
        submitted=write.moment(deal.submitted_at),
        state=str(State(deal.state).label),
        tone=tones[State(deal.state)],
        expires=write.day(deal.expires_on) if deal.expires_on else "",
        match=words.get(one.rival.match, ""),
        is_first=one.rival.existing_first,
        similar=one.rival.similar,
        decision=str(conflict.get_decision_display()) if conflict and not pending else "",  # type: ignore[attr-defined]
        is_pending=pending and not one.rival.similar and one.rival.existing_first,
        is_transfer=transfer,
        may_transfer=pending and deal.state == State.APPROVED,
        reason=conflict.reason if conflict else "",
        hearing=f"{hearing.answer or _('not answered yet')}" if hearing else "",
    )


def present_engagement(one: DealEngagement, write: Formatter) -> dict[str, str]:
    """A deal of the vendor's own sales beside the registration."""
    business, pending = one.opportunity, one.decision == DealEngagement.Decision.PENDING
    return {
        "id": str(one.pk),
        "url": business.get_absolute_url(),
        "name": business.name,
        "customer": business.customer_name,
        "partner": business.partner.name if business.partner else "",
        "amount": write.money(business.amount, business.currency),
        "opened": write.day(business.opened_on),
        "state": str(business.get_stage_display() if business.closed_on is None else business.get_state_display()),  # type: ignore[attr-defined]
        "decision": "" if pending else str(one.get_decision_display()),  # type: ignore[attr-defined]
        "reason": one.reason,
    }


def present_business(found: Opportunity | None, write: Formatter) -> dict[str, str] | None:
    if found is None:
        return None
    is_open = found.state == Opportunity.State.OPEN
    return {
        "url": found.get_absolute_url(),
        "amount": write.money(found.amount, found.currency),
        "state": str(found.get_stage_display() if is_open else found.get_state_display()),  # type: ignore[attr-defined]
        "close": write.day(found.expected_close if is_open else found.closed_on),
    }


def present_bought(one: Bought, write: Formatter) -> dict[str, str]:
    """What the customer bought before."""
    return {
        "customer": one.customer,
        "partner": one.partner or _("own sales"),
        "amount": write.money(one.amount, one.currency),
        "day": write.day(one.on),
        "url": one.url,
    }


def present_claims(claims: list[ClaimShown]) -> list[dict[str, Any]]:
    """Leads that stand before a registration; for those who may know of the other partner."""
    write = formatter()
    return [
        {
            "claim_id": str(one.claim.pk) if one.claim else "",
            "url": one.lead.get_absolute_url(),
            "number": one.lead.number,
            "partner": one.lead.partner.name if one.lead.partner else "",
            "company": one.contact.company,
            "line": one.lead.line.name,
            "accepted": write.moment(one.lead.accepted_at) if one.lead.accepted_at else "",
            "is_first": one.is_first,
            "is_pending": one.claim is not None and one.claim.decision == "pending" and one.is_first,
            "decision": str(one.claim.get_decision_display())  # type: ignore[attr-defined]
            if one.claim and one.claim.decision != "pending"
            else "",
            "reason": one.claim.reason if one.claim else "",
        }
        for one in claims
    ]
