"""Deals in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from dealreg.api.conflicts import ConflictsViewSet
from dealreg.api.contracts import ContractsViewSet, RenewalClaimsViewSet
from dealreg.api.deals import DealsViewSet
from dealreg.api.lead_in import LeadInViewSet
from dealreg.api.leads import (
    EndedDealsViewSet,
    LeadClaimsViewSet,
    LeadRoutesViewSet,
    LeadRulesViewSet,
    LeadsViewSet,
)
from dealreg.api.opportunities import EngagementsViewSet, OpportunitiesViewSet, PapersViewSet
from dealreg.api.rules import DealRulesViewSet


def register(router: Any) -> None:
    router.register("deals", DealsViewSet, basename="deals")
    router.register("deal-conflicts", ConflictsViewSet, basename="deal-conflicts")
    router.register("deal-rules", DealRulesViewSet, basename="deal-rules")
    router.register("deals", EndedDealsViewSet, basename="deals-ended")
    router.register("leads", LeadsViewSet, basename="leads")
    router.register("lead-in", LeadInViewSet, basename="lead-in")
    router.register("lead-rules", LeadRulesViewSet, basename="lead-rules")
    router.register("lead-routes", LeadRoutesViewSet, basename="lead-routes")
    router.register("lead-claims", LeadClaimsViewSet, basename="lead-claims")
    router.register("opportunities", OpportunitiesViewSet, basename="opportunities")
    router.register("opportunity-papers", PapersViewSet, basename="opportunity-papers")
    router.register("contracts", ContractsViewSet, basename="contracts")
    router.register("renewal-claims", RenewalClaimsViewSet, basename="renewal-claims")
    router.register("deal-engagements", EngagementsViewSet, basename="deal-engagements")
