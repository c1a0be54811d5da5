"""The tables of deal registration and of leads."""

from dealreg.models.contracts import Contract, ContractLine, RenewalClaim
from dealreg.models.deals import COMPETING, UNDECIDED, DealLine, DealQuerySet, DealRegistration, DealSharing
from dealreg.models.lead_rules import LeadClaim, LeadRoute, LeadRules
from dealreg.models.leads import HELD, OPEN_LEAD, Lead, LeadCapture, LeadContact, LeadNote, LeadOffer
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
    "HELD",
    "OPEN",
    "OPEN_LEAD",
    "UNDECIDED",
    "Contract",
    "ContractLine",
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
    "Lead",
    "LeadCapture",
    "LeadClaim",
    "LeadContact",
    "LeadNote",
    "LeadOffer",
    "LeadRoute",
    "LeadRules",
    "Opportunity",
    "OpportunityActual",
    "OpportunityCredit",
    "OpportunityDocument",
    "OpportunityLine",
    "RenewalClaim",
    "Request",
]
