"""Who may do what with scorecards and action items (the field's role matrix)."""

from __future__ import annotations

from typing import Any

from prm.kernel.models import Membership
from prm.kernel.policies import grant
from prm.kernel.roles import VENDOR_ROLES
from prm.kernel.roles import Role as R

AT_A_PARTNER = (R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.PARTNER_TECHNICAL)


def for_own_company(member: Membership, subject: Any) -> bool:
    """A partner's people fill in their own company's scorecard, not that of one they sponsor; nor the vendor's view."""
    if member.is_vendor:
        return True
    company = subject.pk if subject._meta.label == "partners.Partner" else subject.partner_id
    return company == member.partner_id and not getattr(subject, "vendor_only", False)


def brought_it_or_leads(member: Membership, evidence: Any) -> bool:
    """A file is taken away by who brought it, by the champion and by the account manager."""
    if not for_own_company(member, evidence):
        return False
    return member.has(R.ACCOUNT_MANAGER, R.CHAMPION) or evidence.attached_by_id == member.pk


def owns_or_leads(member: Membership, item: Any) -> bool:
    """Partner people other than champion and distributor change the action items they own."""
    return member.is_vendor or member.has(R.CHAMPION, R.DISTRIBUTOR) or item.owner_id == member.pk


grant(
    "scorecards.view_assessment",
    R.TENANT_ADMIN,
    R.CHANNEL_CHIEF,
    R.ACCOUNT_MANAGER,
    R.OPERATIONS,
    R.MARKETING,
    R.AUDITOR,
    R.DISTRIBUTOR,
    *AT_A_PARTNER,
)
VENDOR_READS = (R.TENANT_ADMIN, R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, R.FINANCE, R.AUDITOR)
grant("scorecards.view_bank", *VENDOR_READS)  # partners read it in the runner: what applies to them
grant("scorecards.edit_bank", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("scorecards.activate_bank", R.CHANNEL_CHIEF)
grant("scorecards.view_resource", *VENDOR_READS, R.DISTRIBUTOR, *AT_A_PARTNER)
grant("scorecards.start_assessment", R.ACCOUNT_MANAGER, R.CHAMPION, guard=for_own_company)
grant("scorecards.start_vendor_view", R.ACCOUNT_MANAGER)
grant("scorecards.answer_question", R.ACCOUNT_MANAGER, *AT_A_PARTNER, guard=for_own_company)
grant("scorecards.attach_evidence", R.ACCOUNT_MANAGER, *AT_A_PARTNER, guard=for_own_company)
grant("scorecards.remove_evidence", R.ACCOUNT_MANAGER, *AT_A_PARTNER, guard=brought_it_or_leads)
grant("scorecards.view_comparison", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.AUDITOR)
grant("scorecards.submit_assessment", R.ACCOUNT_MANAGER, R.CHAMPION, guard=for_own_company)
grant("scorecards.discard_assessment", R.ACCOUNT_MANAGER, R.CHAMPION, guard=for_own_company)
grant("scorecards.review_assessment", R.ACCOUNT_MANAGER)
grant("scorecards.reopen_assessment", R.ACCOUNT_MANAGER)
grant("scorecards.set_goal", R.ACCOUNT_MANAGER, R.CHAMPION, guard=for_own_company)
grant("scorecards.remove_goal", R.ACCOUNT_MANAGER, R.CHAMPION, guard=for_own_company)
grant(
    "scorecards.view_action_item",
    R.TENANT_ADMIN,
    R.CHANNEL_CHIEF,
    R.ACCOUNT_MANAGER,
    R.OPERATIONS,
    R.MARKETING,
    R.AUDITOR,
    R.DISTRIBUTOR,
    *AT_A_PARTNER,
)
DECIDES_ACTIONS = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.MARKETING, R.CHAMPION, R.DISTRIBUTOR)
grant("scorecards.add_action_item", *DECIDES_ACTIONS)
grant("scorecards.accept_action_item", *DECIDES_ACTIONS)
grant("scorecards.edit_action_item", *DECIDES_ACTIONS)
grant("scorecards.drop_action_item", *DECIDES_ACTIONS)
WORKS_ON_ACTIONS = (*DECIDES_ACTIONS, R.PARTNER_SALES, R.PARTNER_MARKETING, R.PARTNER_TECHNICAL)
grant("scorecards.start_action_item", *WORKS_ON_ACTIONS, guard=owns_or_leads)
grant("scorecards.complete_action_item", *WORKS_ON_ACTIONS, guard=owns_or_leads)
grant("scorecards.reopen_action_item", *WORKS_ON_ACTIONS, guard=owns_or_leads)

# KPIs are read by whom they are about: the partner's people too; only the vendor's weights and ranking are not.
grant("scorecards.view_kpis", *VENDOR_ROLES, R.DISTRIBUTOR, *AT_A_PARTNER)
# A distributor reads the composite score of its own company and of those it sponsors: the number alone.
grant("scorecards.view_composite", R.DISTRIBUTOR)
# Of its composite score a partner is told how many others stand lower, nothing else, and its champion alone.
grant("scorecards.view_own_percentile", R.CHAMPION, guard=for_own_company)
SETS_KPIS = (R.CHANNEL_CHIEF, R.OPERATIONS, R.TENANT_ADMIN)
grant("scorecards.view_kpi_settings", *VENDOR_ROLES)
grant("scorecards.view_ranking", *VENDOR_ROLES)
grant("scorecards.add_kpi", *SETS_KPIS)
grant("scorecards.set_kpi", *SETS_KPIS)
grant("scorecards.set_weights", *SETS_KPIS)
grant("scorecards.set_kpi_target", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("scorecards.enter_kpi", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
# Either side proposes, the other decides; which side that is stands in the action.
AGREES_ON_TARGETS = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION)
for _verb in ("propose", "confirm", "decline", "withdraw"):
    grant(f"scorecards.{_verb}_kpi_target", *AGREES_ON_TARGETS, guard=for_own_company)

# The board compares partners with each other: the vendor's alone.
grant("scorecards.view_board", R.TENANT_ADMIN, R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, R.AUDITOR)
