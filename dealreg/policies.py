"""Who may do what with deals. Which deals one may know of is `visible_to`; who decides follows from where it lies."""

from __future__ import annotations

from typing import Any

from dealreg.models import (
    DealConflict,
    DealEngagement,
    DealRegistration,
    DealReview,
    Lead,
    LeadClaim,
    Opportunity,
    OpportunityDocument,
    RenewalClaim,
)
from prm.kernel.models import Membership
from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES, Role

R = Role
REGISTERS = (R.CHAMPION, R.PARTNER_SALES, R.DISTRIBUTOR, R.ACCOUNT_MANAGER, R.OPERATIONS)
PARTNERS_SIDE = (R.CHAMPION, R.PARTNER_SALES, R.DISTRIBUTOR)
DECIDES = (R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHANNEL_CHIEF)
# Who may decide what lies on a desk. Operations stands in for the account manager of a pooled partner.
DESKS: dict[str, frozenset[Role]] = {
    DealReview.Level.MANAGER: frozenset({R.ACCOUNT_MANAGER, R.OPERATIONS}),
    DealReview.Level.OPERATIONS: frozenset({R.OPERATIONS}),
    DealReview.Level.CHIEF: frozenset({R.CHANNEL_CHIEF}),
}


def review_of(deal: DealRegistration) -> DealReview | None:
    """On whose desk a deal lies; read once. None on the partner's side, which does not know."""
    if "_review" not in deal.__dict__:
        deal.__dict__["_review"] = DealReview.objects.filter(deal=deal).first()
    return deal.__dict__["_review"]


def desk_roles(review: DealReview) -> frozenset[Role]:
    """The roles at the desk, with those it was escalated to. A conflict never goes back to the account manager."""
    return DESKS[review.level] | DESKS.get(review.escalated_to, frozenset())


def made_it(member: Membership, deal: DealRegistration) -> bool:
    """Nobody decides what they wrote or sent."""
    return member.pk in {deal.created_by_id, deal.submitted_by_id}


def may_decide(member: Membership, subject: Any) -> bool:
    """Whether the deal lies on this member's desk. On an appeal the first decider may not decide again."""
    deal = deal_of(subject)
    review = review_of(deal)
    if review is None or made_it(member, deal) or not member.has(*desk_roles(review)):
        return False
    return not (review.is_appeal and review.decider_id == member.pk)


def may_decide_later(member: Membership, subject: Any) -> bool:
    """What is asked of a deal after its approval is not decided by those who wrote it."""
    return member.is_vendor and not made_it(member, deal_of(subject))


def deal_of(subject: Any) -> DealRegistration:
    """The deal that is decided about: of a conflict the later one."""
    beside = DealConflict | DealEngagement | LeadClaim | RenewalClaim
    return subject.candidate if isinstance(subject, beside) else subject


def may_write(member: Membership, deal: DealRegistration) -> bool:
    """A seller writes the own deals; the vendor's people those they write on behalf."""
    if member.is_vendor:
        return deal.is_on_behalf
    if member.has(R.CHAMPION, R.DISTRIBUTOR):
        return True
    return deal.owner_id == member.pk


def of_own_side(member: Membership, deal: DealRegistration) -> bool:
    """What a partner asks of its deals: the champion of all, a seller of the own ones."""
    return not member.is_vendor and may_write(member, deal)


def may_register_for(member: Membership, partner: Any) -> bool:
    """A partner's people for their company, a distributor for those it sponsors."""
    if getattr(partner, "_meta", None) is None or partner._meta.label != "partners.Partner":
        return True
    return member.is_vendor or partner.pk in (member.reach or ())


def may_lose(member: Membership, deal: DealRegistration) -> bool:
    return member.is_vendor or may_write(member, deal)


def may_work(member: Membership, subject: Any) -> bool:
    """The champion works on all of the company's business, a seller on the own, the vendor's people on all."""
    opportunity = business_of(subject)
    return member.is_vendor or member.has(R.CHAMPION, R.DISTRIBUTOR) or opportunity.owner_id == member.pk


def business_of(subject: Any) -> Opportunity:
    return subject.opportunity if isinstance(subject, OpportunityDocument) else subject


def may_take_away(member: Membership, paper: Any) -> bool:
    """Who has added a paper, and the partner's champion."""
    return paper.added_by_id == member.pk or (not member.is_vendor and member.has(R.CHAMPION))


def may_close(member: Membership, opportunity: Opportunity) -> bool:
    """Nobody books the order of a registration that they wrote."""
    deal = opportunity.registration
    return member.is_vendor and (deal is None or not made_it(member, deal))


def may_give_up(member: Membership, opportunity: Opportunity) -> bool:
    """A registered business is given up by the partner or its account manager, not by operations."""
    if member.is_vendor and not member.has(R.ACCOUNT_MANAGER):
        return opportunity.registration_id is None
    return may_work(member, opportunity)


READS = (*sorted(VENDOR_ROLES), *PARTNERS_SIDE, R.PARTNER_TECHNICAL)
grant("dealreg.view_deal", *READS)
grant("dealreg.view_conflict", R.CHANNEL_CHIEF, R.OPERATIONS, R.AUDITOR)
grant("dealreg.draft_deal", *REGISTERS, guard=may_register_for)
# Whoever writes drafts one by one may bring many in a file, and send all that are ready at once.
grant("dealreg.import_deals", *REGISTERS)
grant("dealreg.submit_drafts", *REGISTERS)
grant("dealreg.edit_draft", *REGISTERS, guard=may_write)
grant("dealreg.drop_draft", *REGISTERS, guard=may_write)
grant("dealreg.submit_deal", *REGISTERS, guard=may_write)
grant("dealreg.set_deal_sharing", R.CHAMPION)
for _verb in ("open_deal", "ask_about_deal", "approve_deal", "reject_deal"):
    grant(f"dealreg.{_verb}", *DECIDES, guard=may_decide)
grant("dealreg.auto_approve_deal")  # the system's
for _verb in ("answer_question", "appeal_deal", "withdraw_deal", "ask_extension", "change_deal", "answer_hearing"):
    grant(f"dealreg.{_verb}", *PARTNERS_SIDE, guard=of_own_side)
grant("dealreg.update_next_step", *PARTNERS_SIDE, R.ACCOUNT_MANAGER, guard=may_lose)
for _verb in ("grant_extension", "refuse_extension"):
    grant(f"dealreg.{_verb}", R.ACCOUNT_MANAGER, R.OPERATIONS, guard=may_decide_later)
for _verb in ("approve_change", "refuse_change"):
    grant(f"dealreg.{_verb}", *DECIDES, guard=may_decide)
grant("dealreg.reinstate_deal", R.OPERATIONS, guard=may_decide_later)
grant("dealreg.win_deal", R.OPERATIONS, guard=may_decide_later)
grant("dealreg.lose_deal", *PARTNERS_SIDE, R.ACCOUNT_MANAGER, guard=may_lose)
grant("dealreg.cancel_deal", R.OPERATIONS, R.CHANNEL_CHIEF, guard=may_decide_later)
grant("dealreg.decide_conflict", R.OPERATIONS, guard=may_decide)
grant("dealreg.decide_engagement", R.OPERATIONS, guard=may_decide)
grant("dealreg.decide_renewal", R.OPERATIONS, guard=may_decide)
grant("dealreg.propose_transfer", R.OPERATIONS, guard=may_decide)
grant("dealreg.decide_transfer", R.CHANNEL_CHIEF, guard=may_decide_later)
grant("dealreg.expire_deal")  # the system's
grant("dealreg.time_out_deal")  # the system's
grant("dealreg.view_deal_rules", *VENDOR_ROLES)
grant("dealreg.edit_deal_rules", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("dealreg.view_opportunity", *READS)
grant("dealreg.open_opportunity", R.ACCOUNT_MANAGER, R.OPERATIONS)
for _verb in ("edit_opportunity", "set_stage", "set_opportunity_lines", "plan_next_step", "add_paper"):
    grant(f"dealreg.{_verb}", *PARTNERS_SIDE, R.ACCOUNT_MANAGER, R.OPERATIONS, guard=may_work)
grant("dealreg.remove_paper", *PARTNERS_SIDE, R.ACCOUNT_MANAGER, R.OPERATIONS, guard=may_take_away)
grant("dealreg.view_contract", *sorted(VENDOR_ROLES), *PARTNERS_SIDE)
for _verb in ("add_contract", "edit_contract"):
    grant(f"dealreg.{_verb}", R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("dealreg.set_credits", R.OPERATIONS)
grant("dealreg.win_opportunity", R.OPERATIONS, guard=may_close)
grant("dealreg.link_booking", R.OPERATIONS, guard=may_close)
grant("dealreg.lose_opportunity", *PARTNERS_SIDE, R.ACCOUNT_MANAGER, R.OPERATIONS, guard=may_give_up)
grant("dealreg.reopen_opportunity", R.OPERATIONS)


# --- leads ----------------------------------------------------------------------------------------------------------


def works_on(member: Membership, lead: Lead) -> bool:
    """A partner's people work on leads of their company; a seller on the own ones and those nobody has taken yet."""
    if member.is_vendor or lead.partner_id not in (member.reach or ()):
        return False
    return member.has(R.CHAMPION, R.DISTRIBUTOR) or lead.owner_id in (None, member.pk)


def may_note(member: Membership, lead: Lead) -> bool:
    return member.is_vendor or works_on(member, lead)


def leads_the_company(member: Membership, lead: Lead) -> bool:
    return not member.is_vendor and lead.partner_id in (member.reach or ())


def may_capture_for(member: Membership, partner: Any) -> bool:
    """The vendor's people take leads in for whoever fits, a partner's for their own company."""
    return member.is_vendor or partner.pk in (member.reach or ())


GIVES_OUT = (R.MARKETING, R.OPERATIONS, R.ACCOUNT_MANAGER)
SEES_BENCH = (R.MARKETING, R.OPERATIONS, R.CHANNEL_CHIEF, R.TENANT_ADMIN, R.AUDITOR)
grant("dealreg.view_lead", *sorted(VENDOR_ROLES - {R.FINANCE}), *PARTNERS_SIDE, R.PARTNER_MARKETING)
grant("dealreg.capture_lead", *GIVES_OUT, *PARTNERS_SIDE, guard=may_capture_for)
grant("dealreg.receive_lead", R.TENANT_ADMIN, R.OPERATIONS, R.MARKETING)  # the interface, by a key
grant("dealreg.convert_inquiry", *GIVES_OUT, *PARTNERS_SIDE)
grant("dealreg.import_leads", R.MARKETING, R.OPERATIONS)
for _verb in ("assign_lead", "route_lead"):
    grant(f"dealreg.{_verb}", *GIVES_OUT)
for _verb in (
    "accept_lead", "refuse_lead", "contact_lead", "qualify_lead", "register_lead", "open_from_lead", "disqualify_lead",
):  # fmt: skip
    grant(f"dealreg.{_verb}", *PARTNERS_SIDE, guard=works_on)
grant("dealreg.note_lead", *PARTNERS_SIDE, *GIVES_OUT, guard=may_note)
grant("dealreg.hand_lead", R.CHAMPION, R.DISTRIBUTOR, guard=leads_the_company)
grant("dealreg.reopen_lead", R.MARKETING, R.OPERATIONS)
grant("dealreg.return_lead", R.OPERATIONS)
grant("dealreg.time_out_lead")  # the system's
grant("dealreg.recycle_lead")  # the system's
grant("dealreg.view_lead_bench", *SEES_BENCH)
grant("dealreg.view_lead_rules", *SEES_BENCH)
for _verb in ("edit_lead_rules", "add_lead_route", "drop_lead_route"):
    grant(f"dealreg.{_verb}", R.MARKETING, R.OPERATIONS, R.CHANNEL_CHIEF)
grant("dealreg.decide_lead_claim", R.OPERATIONS, guard=may_decide)
grant("dealreg.keep_deal", R.OPERATIONS)
grant("dealreg.end_deal", R.OPERATIONS)
grant("dealreg.transfer_deal", R.OPERATIONS)
