"""The tables of deal registration."""

from dealreg.models.deals import COMPETING, UNDECIDED, DealLine, DealQuerySet, DealRegistration, DealSharing
from dealreg.models.opportunities import (
    OPEN,
    Opportunity,
    OpportunityActual,
    OpportunityCredit,
    OpportunityDocument,
    OpportunityLine,
)
from dealreg.models.proof import DealHistory, DealProtection, DealReceipt, DealRules
from dealreg.models.review import (
    DealChange,
    DealConflict,
    DealEngagement,
    DealExtension,
    DealHearing,
    DealOpening,
    DealQuestion,
    DealReview,
    DealSignature,
    Request,
)

__all__ = [
    "COMPETING",
    "OPEN",
    "UNDECIDED",
    "DealChange",
    "DealConflict",
    "DealEngagement",
    "DealExtension",
    "DealHearing",
    "DealHistory",
    "DealLine",
    "DealOpening",
    "DealProtection",
    "DealQuerySet",
    "DealQuestion",
    "DealReceipt",
    "DealRegistration",
    "DealReview",
    "DealRules",
    "DealSharing",
    "DealSignature",
    "Opportunity",
    "OpportunityActual",
    "OpportunityCredit",
    "OpportunityDocument",
    "OpportunityLine",
    "Request",
]
