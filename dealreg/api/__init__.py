"""Deals in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from dealreg.api.conflicts import ConflictsViewSet
from dealreg.api.deals import DealsViewSet
from dealreg.api.rules import DealRulesViewSet


def register(router: Any) -> None:
    router.register("deals", DealsViewSet, basename="deals")
    router.register("deal-conflicts", ConflictsViewSet, basename="deal-conflicts")
    router.register("deal-rules", DealRulesViewSet, basename="deal-rules")
