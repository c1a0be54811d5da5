"""Scorecards and action items in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from scorecards.api import assessments, bank, bank_parts, goals, items


def register(router: Any) -> None:
    router.register("assessments", assessments.AssessmentsViewSet, basename="assessments")
    router.register("goals", goals.GoalsViewSet, basename="goals")
    router.register("action-items", items.ActionItemsViewSet, basename="action-items")
    bank.register(router)
    bank_parts.register(router)
