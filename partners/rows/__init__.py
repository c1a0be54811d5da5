"""What pages show of partners: every figure and date written once."""

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

__all__ = [
    "STATE_TONES",
    "DocumentRow",
    "PartnerRow",
    "ShownRequirement",
    "VersionRow",
    "present_card",
    "present_changes",
    "present_documents",
    "present_partners",
    "present_requirement",
    "present_versions",
]
