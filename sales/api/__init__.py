"""Bookings, performance and targets in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from sales.api import performance, targets


def register(router: Any) -> None:
    router.register("actuals", performance.ActualsViewSet, basename="actuals")
    router.register("performance", performance.PerformanceViewSet, basename="performance")
    router.register("targets", targets.TargetsViewSet, basename="targets")
    router.register("target-proposals", targets.TargetProposalsViewSet, basename="target-proposals")
