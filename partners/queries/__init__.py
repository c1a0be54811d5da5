"""Questions about partners: where one stands in the programme, who looks after it, what happened."""

from partners.queries.activity import KINDS, TimelinePage, notes_of, timeline_page
from partners.queries.company import managers_of
from partners.queries.documents import (
    declined_documents,
    documents_to_sign,
    ending_documents,
    signed_documents,
    signers_of,
    with_state,
)
from partners.queries.profile import locations_of, next_profile_question, profile_of
from partners.queries.program import (
    METRIC_LABELS,
    NO_BENEFITS,
    Benefits,
    Ladder,
    RequirementRow,
    Rung,
    TierStanding,
    benefits_of,
    benefits_of_many,
    ladder_of,
    ladder_on,
    tier_standing,
    tier_standings,
    tiers,
    tiers_held,
)
from partners.queries.standing import (
    due_notices,
    is_company_frozen,
    last_full_quarters,
    open_notice,
    open_suspension,
    partners_to_lapse,
)
from partners.queries.work import my_tasks

__all__ = [
    "KINDS",
    "METRIC_LABELS",
    "NO_BENEFITS",
    "Benefits",
    "Ladder",
    "RequirementRow",
    "Rung",
    "TierStanding",
    "TimelinePage",
    "benefits_of",
    "benefits_of_many",
    "declined_documents",
    "documents_to_sign",
    "due_notices",
    "ending_documents",
    "is_company_frozen",
    "ladder_of",
    "ladder_on",
    "last_full_quarters",
    "locations_of",
    "managers_of",
    "my_tasks",
    "next_profile_question",
    "notes_of",
    "open_notice",
    "open_suspension",
    "partners_to_lapse",
    "profile_of",
    "signed_documents",
    "signers_of",
    "tier_standing",
    "tier_standings",
    "tiers",
    "tiers_held",
    "timeline_page",
    "with_state",
]
