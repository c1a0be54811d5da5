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
