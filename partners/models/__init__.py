"""Partner companies with their people, their account managers and their tier; all else refers to them."""

from partners.models.activity import Activity, Note
from partners.models.announcements import Announcement, AnnouncementDelivery, AnnouncementReceipt
from partners.models.applications import (
    Application,
    ApplicationCount,
)
from partners.models.bank import BankDetails
from partners.models.bulk import BulkEdit, BulkEditRow
from partners.models.company import (
    NUMBER_ALPHABET,
    SEES_ALL_PARTNERS,
    Contact,
    ManagerAssignment,
    Partner,
    PartnerInternal,
    PartnerQuerySet,
    Territory,
    Tier,
    assigned_partner_ids,
    random_number,
)
from partners.models.documents import Document, DocumentVersion
from partners.models.locator import Inquiry, LocatorEntry, LocatorProfile, Place
from partners.models.merges import Merge
from partners.models.onboarding import STEP_ROLES, Onboarding, OnboardingStep
from partners.models.profile import PartnerLocation, PartnerProfile, ProfilePrompt, ProfileQuestion
from partners.models.program import BENEFIT_FIELDS, Program, ProgramTier
from partners.models.recruitment import (
    Candidate,
    ProgramPage,
    RecruitmentRules,
    VendorQuestion,
)
from partners.models.segments import Segment, SegmentMember
from partners.models.standing import Suspension, Termination
from partners.models.tiers import PartnerTier, TierEvaluation, TierNotice, TierProposal
from partners.models.work import SEES_ALERTS, SEES_ALL_TASKS, Alert, Task, falls_to

__all__ = [
    "BENEFIT_FIELDS",
    "NUMBER_ALPHABET",
    "SEES_ALERTS",
    "SEES_ALL_PARTNERS",
    "SEES_ALL_TASKS",
    "STEP_ROLES",
    "Activity",
    "Alert",
    "Announcement",
    "AnnouncementDelivery",
    "AnnouncementReceipt",
    "Application",
    "ApplicationCount",
    "BankDetails",
    "BulkEdit",
    "BulkEditRow",
    "Candidate",
    "Contact",
    "Document",
    "DocumentVersion",
    "Inquiry",
    "LocatorEntry",
    "LocatorProfile",
    "ManagerAssignment",
    "Merge",
    "Note",
    "Onboarding",
    "OnboardingStep",
    "Partner",
    "PartnerInternal",
    "PartnerLocation",
    "PartnerProfile",
    "PartnerQuerySet",
    "PartnerTier",
    "Place",
    "ProfilePrompt",
    "ProfileQuestion",
    "Program",
    "ProgramPage",
    "ProgramTier",
    "RecruitmentRules",
    "Segment",
    "SegmentMember",
    "Suspension",
    "Task",
    "Termination",
    "Territory",
    "Tier",
    "TierEvaluation",
    "TierNotice",
    "TierProposal",
    "VendorQuestion",
    "assigned_partner_ids",
    "falls_to",
    "random_number",
]
