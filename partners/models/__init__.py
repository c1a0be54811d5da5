"""Partner companies with their people, their account managers and their tier; all else refers to them."""

from partners.models.company import (
    NUMBER_ALPHABET,
    SEES_ALL_PARTNERS,
    Contact,
    ManagerAssignment,
    Partner,
    PartnerInternal,
    PartnerLocation,
    PartnerProfile,
    PartnerQuerySet,
    PartnerTier,
    Territory,
    Tier,
    assigned_partner_ids,
    random_number,
)
from partners.models.documents import Document, DocumentVersion
from partners.models.onboarding import STEP_ROLES, Onboarding, OnboardingStep
from partners.models.program import BENEFIT_FIELDS, Program, ProgramTier
from partners.models.standing import Suspension, Termination
from partners.models.work import SEES_ALERTS, SEES_ALL_TASKS, Alert, Task, falls_to

__all__ = [
    "BENEFIT_FIELDS",
    "NUMBER_ALPHABET",
    "SEES_ALERTS",
    "SEES_ALL_PARTNERS",
    "SEES_ALL_TASKS",
    "STEP_ROLES",
    "Alert",
    "Contact",
    "Document",
    "DocumentVersion",
    "ManagerAssignment",
    "Onboarding",
    "OnboardingStep",
    "Partner",
    "PartnerInternal",
    "PartnerLocation",
    "PartnerProfile",
    "PartnerQuerySet",
    "PartnerTier",
    "Program",
    "ProgramTier",
    "Suspension",
    "Task",
    "Termination",
    "Territory",
    "Tier",
    "assigned_partner_ids",
    "falls_to",
    "random_number",
]
