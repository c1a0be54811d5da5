"""What pages show of partners: every figure and date written once."""

from partners.rows.bank import ShownBankDetails, present_bank_details
from partners.rows.company import (
    STATE_TONES,
    PartnerRow,
    ShownRequirement,
    present_card,
    present_changes,
    present_partners,
    present_requirement,
)
from partners.rows.documents import DocumentRow, VersionRow, present_documents, present_versions
from partners.rows.work import present_alerts, present_onboarding, present_progress, present_tasks

__all__ = [
    "STATE_TONES",
    "DocumentRow",
    "PartnerRow",
    "ShownBankDetails",
    "ShownRequirement",
    "VersionRow",
    "present_alerts",
    "present_bank_details",
    "present_card",
    "present_changes",
    "present_documents",
    "present_onboarding",
    "present_partners",
    "present_progress",
    "present_requirement",
    "present_tasks",
    "present_versions",
]
