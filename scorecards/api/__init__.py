"""Scorecards and action items in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from scorecards.api import assessments, bank, bank_parts, evidence, goals, items, kpis, performance


def register(router: Any) -> None:
    router.register("assessments", assessments.AssessmentsViewSet, basename="assessments")
    router.register("evidence", evidence.EvidenceViewSet, basename="evidence")
    router.register("goals", goals.GoalsViewSet, basename="goals")
    router.register("action-items", items.ActionItemsViewSet, basename="action-items")
    bank.register(router)
    bank_parts.register(router)
    router.register("kpis", kpis.KpisViewSet, basename="kpis")
    router.register("kpi-sheets", kpis.KpiSheetsViewSet, basename="kpi-sheets")
    router.register("kpi-target-proposals", kpis.KpiTargetProposalsViewSet, basename="kpi-target-proposals")
    router.register("composite-weights", kpis.CompositeWeightsViewSet, basename="composite-weights")
    router.register("ranking", kpis.RankingViewSet, basename="ranking")
    performance.register(router)
