"""Questions about partners: where one stands in the programme, who looks after it, what happened."""

from partners.queries.company import managers_of, signed_documents, timeline
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
    "METRIC_LABELS",
    "NO_BENEFITS",
    "Benefits",
    "Ladder",
    "RequirementRow",
    "Rung",
    "TierStanding",
    "benefits_of",
    "benefits_of_many",
    "due_notices",
    "is_company_frozen",
    "ladder_of",
    "ladder_on",
    "last_full_quarters",
    "managers_of",
    "my_tasks",
    "open_notice",
    "open_suspension",
    "partners_to_lapse",
    "signed_documents",
    "tier_standing",
    "tier_standings",
    "tiers",
    "tiers_held",
    "timeline",
]
