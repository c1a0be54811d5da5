"""Who may do what with partners, their people and their account managers (the field's role matrix)."""

from typing import Any

from partners.models import SEES_ALERTS, Task
from prm.kernel.models import Membership
from prm.kernel.policies import grant
from prm.kernel.roles import ALL_ROLES, VENDOR_ROLES, Role

R = Role

grant("partners.view_partner", *ALL_ROLES)
grant("partners.add_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, R.DISTRIBUTOR)
grant("partners.edit_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.edit_profile", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.DISTRIBUTOR)
grant("partners.assign_manager", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_contact", *ALL_ROLES)
grant(
    "partners.edit_contact",
    R.CHANNEL_CHIEF,
    R.ACCOUNT_MANAGER,
    R.OPERATIONS,
    R.CHAMPION,
    R.PARTNER_SALES,
    R.PARTNER_MARKETING,
    R.DISTRIBUTOR,
)
grant("partners.view_internal", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)

WORKS_ON_TASKS = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING)
EVERYBODYS_TASKS = (
    *WORKS_ON_TASKS,
    R.FINANCE,
    R.CHAMPION,
    R.PARTNER_SALES,
    R.PARTNER_MARKETING,
    R.PARTNER_TECHNICAL,
    R.DISTRIBUTOR,
)


def _gives_tasks_away(member: Membership, task: Task) -> bool:
    """The vendor's people any; a champion or distributor within the company; others hand back none."""
    return member.is_vendor or task.side == member.side


def _may_cancel(member: Membership, task: Task) -> bool:
    return not task.required or member.has(R.CHANNEL_CHIEF, R.OPERATIONS)


grant("partners.view_task", *ALL_ROLES)
grant("partners.add_task", *WORKS_ON_TASKS)
grant("partners.complete_task", *EVERYBODYS_TASKS)
grant("partners.reopen_task", *EVERYBODYS_TASKS)
grant("partners.assign_task", *WORKS_ON_TASKS, R.CHAMPION, R.DISTRIBUTOR, guard=_gives_tasks_away)
grant("partners.cancel_task", *WORKS_ON_TASKS, guard=_may_cancel)
grant("partners.view_alert", *SEES_ALERTS)
grant("partners.see_alert", *WORKS_ON_TASKS)
grant("partners.dismiss_alert", *WORKS_ON_TASKS)
grant("partners.view_document", *VENDOR_ROLES, R.CHAMPION, R.DISTRIBUTOR)
for _verb in ("record_document", "add_document_version", "send_document_for_signature", "recall_document"):
    grant(f"partners.{_verb}", R.CHANNEL_CHIEF, R.OPERATIONS)


def may_sign(member: Membership, subject: Any = None) -> bool:
    """A champion needs the mark of signing authority; a distributor signs for itself and those it sponsors."""
    return member.has(R.DISTRIBUTOR) or (member.has(R.CHAMPION) and member.signing_authority)


grant("partners.sign_document", R.CHAMPION, R.DISTRIBUTOR, guard=may_sign)
grant("partners.decline_document", R.CHAMPION, R.DISTRIBUTOR, guard=may_sign)
grant("partners.import_data", R.OPERATIONS, R.CHANNEL_CHIEF)
grant("partners.suspend_partner", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.lift_suspension", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.terminate_partner", R.CHANNEL_CHIEF)
grant("partners.withdraw_termination", R.CHANNEL_CHIEF)
grant("partners.begin_reactivation", R.CHANNEL_CHIEF, R.OPERATIONS, R.ACCOUNT_MANAGER)
grant("partners.lapse_partner")  # the system's
grant("partners.return_to_active")  # the system's, when a sale is booked
grant("partners.view_locator_profile", *ALL_ROLES)
grant("partners.edit_locator_profile", R.CHAMPION, R.PARTNER_MARKETING, R.DISTRIBUTOR, R.OPERATIONS, R.MARKETING)
grant("partners.publish_locator_profile", R.OPERATIONS, R.MARKETING)
grant("partners.hide_locator_profile", R.OPERATIONS, R.MARKETING)
INQUIRIES = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING)
grant("partners.view_inquiry", *INQUIRIES, R.MARKETING, R.AUDITOR, R.DISTRIBUTOR)
grant("partners.answer_inquiry", *INQUIRIES, R.DISTRIBUTOR)
grant("partners.reopen_inquiry", *INQUIRIES, R.DISTRIBUTOR)
