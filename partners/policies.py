"""Who may do what with partners, their people and their account managers (the field's role matrix)."""

from __future__ import annotations

from typing import Any

from partners.models import SEES_ALERTS, Task
from prm.kernel.models import Membership
from prm.kernel.policies import grant
from prm.kernel.roles import ALL_ROLES, PARTNER_ROLES, VENDOR_ROLES, Role

R = Role


def for_own_company(member: Membership, subject: Any) -> bool:
    """A partner's people speak for their own company, not for one they sponsor."""
    company = subject.pk if subject._meta.label == "partners.Partner" else subject.partner_id
    return member.is_vendor or company == member.partner_id


grant("partners.view_partner", *ALL_ROLES)
grant("partners.add_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, R.DISTRIBUTOR)
for _verb in ("merge_partners", "undo_merge", "view_merge"):
    grant(f"partners.{_verb}", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_duplicates", R.CHANNEL_CHIEF, R.OPERATIONS)
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
grant("partners.view_onboarding", *SEES_ALERTS)
grant("partners.start_onboarding", R.OPERATIONS, R.CHANNEL_CHIEF)
grant("partners.complete_onboarding")  # the system's alone: when all that is required is done
grant("partners.edit_onboarding_step", R.OPERATIONS, R.CHANNEL_CHIEF)
grant("partners.import_data", R.OPERATIONS, R.CHANNEL_CHIEF)
grant("partners.suspend_partner", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.lift_suspension", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.terminate_partner", R.CHANNEL_CHIEF)
grant("partners.withdraw_termination", R.CHANNEL_CHIEF)
grant("partners.begin_reactivation", R.CHANNEL_CHIEF, R.OPERATIONS, R.ACCOUNT_MANAGER)
grant("partners.lapse_partner")  # the system's
grant("partners.return_to_active")  # the system's, when a sale is booked

PARTNER_SIDE = (R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING, R.PARTNER_TECHNICAL, R.DISTRIBUTOR)


def is_author(member: Membership, activity: Any) -> bool:
    return activity.author_id == member.pk


def is_put_to(member: Membership, question: Any) -> bool:
    """A question is put to the people of a partner, some to certain roles only."""
    return not member.is_vendor and question.active and (not question.roles or member.has(*question.roles))


grant("partners.edit_location", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.DISTRIBUTOR)
grant("partners.view_note", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.add_note", R.ACCOUNT_MANAGER)
grant("partners.edit_note", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER)
grant("partners.view_activity", *sorted(VENDOR_ROLES), R.CHAMPION, R.DISTRIBUTOR)
grant("partners.log_activity", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING)
grant(
    "partners.edit_activity",
    R.CHANNEL_CHIEF,
    R.ACCOUNT_MANAGER,
    R.OPERATIONS,
    R.MARKETING,
    guard=is_author,
)
grant("partners.answer_profile_question", *PARTNER_SIDE, guard=is_put_to)
grant("partners.edit_profile_question", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_profile_question", R.CHANNEL_CHIEF, R.OPERATIONS, *PARTNER_SIDE)
grant("partners.view_program", *ALL_ROLES)
grant("partners.edit_program", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.publish_program", R.CHANNEL_CHIEF)
grant("partners.override_tier", R.CHANNEL_CHIEF)
grant("partners.evaluate_tier", R.CHANNEL_CHIEF, R.OPERATIONS, R.ACCOUNT_MANAGER)
grant("partners.decide_tier_proposal", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_tier_proposal", *VENDOR_ROLES)
# --- recruiting: the account manager leads the way, operations and the chief help; the chief alone overrides -----
LEADS_THE_WAY = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
SEES_RECRUITING = (*LEADS_THE_WAY, R.MARKETING, R.TENANT_ADMIN, R.AUDITOR)
for _step in ("log_first_contact", "engage_partner", "send_agreement", "commit_partner", "reopen_partner"):
    grant(f"partners.{_step}", *LEADS_THE_WAY)
grant("partners.qualify_partner", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER)
grant("partners.override_fit", R.CHANNEL_CHIEF)
grant("partners.vouch_for_signer", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.offer_community", *LEADS_THE_WAY)
grant("partners.join_community", *LEADS_THE_WAY)
grant("partners.decline_partner", *LEADS_THE_WAY, R.CHAMPION, guard=for_own_company)
grant("partners.view_candidate", *SEES_RECRUITING)
grant("partners.view_vendor_question", *SEES_RECRUITING, R.CHAMPION, R.DISTRIBUTOR)
grant("partners.ask_vendor", *LEADS_THE_WAY, R.CHAMPION, guard=for_own_company)
grant("partners.answer_vendor_question", *LEADS_THE_WAY)
grant("partners.waive_vendor_question", *LEADS_THE_WAY)
grant("partners.view_application", *SEES_RECRUITING)
for _verb in ("take_application", "attach_application", "refuse_application"):
    grant(f"partners.{_verb}", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.edit_program_page", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.edit_recruitment_rules", R.CHANNEL_CHIEF, R.OPERATIONS)
grant("partners.view_directory", *ALL_ROLES)


def keeps_segment(member: Membership, segment: Any) -> bool:
    """An account manager changes the own segments, the others all."""
    return segment.owner_id == member.pk or member.has(R.CHANNEL_CHIEF, R.OPERATIONS, R.MARKETING)


grant("partners.view_segment", *VENDOR_ROLES)
grant("partners.add_segment", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING)
grant("partners.edit_segment", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.MARKETING, guard=keeps_segment)

grant("partners.view_announcement", *VENDOR_ROLES)
grant("partners.edit_announcement", R.MARKETING, R.OPERATIONS)
grant("partners.read_announcement", *PARTNER_ROLES)
# Which rows may be changed is asked of each row's own verb.
grant("partners.start_bulk_edit", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.run_bulk_edit", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.view_bulk_edit", R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS)
grant("partners.view_locator_profile", *ALL_ROLES)
grant("partners.edit_locator_profile", R.CHAMPION, R.PARTNER_MARKETING, R.DISTRIBUTOR, R.OPERATIONS, R.MARKETING)
grant("partners.publish_locator_profile", R.OPERATIONS, R.MARKETING)
grant("partners.hide_locator_profile", R.OPERATIONS, R.MARKETING)
INQUIRIES = (R.CHANNEL_CHIEF, R.ACCOUNT_MANAGER, R.OPERATIONS, R.CHAMPION, R.PARTNER_SALES, R.PARTNER_MARKETING)
grant("partners.view_inquiry", *INQUIRIES, R.MARKETING, R.AUDITOR, R.DISTRIBUTOR)
grant("partners.answer_inquiry", *INQUIRIES, R.DISTRIBUTOR)
grant("partners.reopen_inquiry", *INQUIRIES, R.DISTRIBUTOR)


def _is_own_company(member: Membership, partner: Any) -> bool:
    return member.is_vendor or member.partner_id == partner.pk


def _sees_bank_details(member: Membership, subject: Any) -> bool:
    return _is_own_company(member, getattr(subject, "partner", subject))


grant("partners.view_bank_details", R.FINANCE, R.AUDITOR, R.CHAMPION, R.DISTRIBUTOR, guard=_sees_bank_details)
grant("partners.enter_bank_details", R.CHAMPION, R.DISTRIBUTOR, guard=_is_own_company)
grant("partners.verify_bank_details", R.FINANCE)
for _verb in (
    "add_stand_in",
    "end_stand_in",
    "add_secondary_manager",
    "end_secondary_manager",
    "reassign_partners",
    "set_sponsor",
):
    grant(f"partners.{_verb}", R.CHANNEL_CHIEF, R.OPERATIONS)
