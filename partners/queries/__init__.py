"""Questions about partners: where one stands in the programme, who looks after it, what happened."""

from partners.queries.company import (
    METRIC_LABELS,
    RequirementRow,
    TierStanding,
    managers_of,
    signed_documents,
    tier_standing,
    tier_standings,
    tiers,
    timeline,
)

__all__ = [
    "METRIC_LABELS",
    "RequirementRow",
    "TierStanding",
    "managers_of",
    "signed_documents",
    "tier_standing",
    "tier_standings",
    "tiers",
    "timeline",
]
