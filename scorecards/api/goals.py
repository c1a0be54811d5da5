"""Goals in the interface."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import remove_goal
from scorecards.api.results import GoalOut
from scorecards.models import Goal


class GoalsViewSet(ReadRecordsViewSet):
    """What topics are to reach. Set with a review or on an assessment (`assessments/{id}/goal/`)."""

    queryset = Goal.objects.select_related("topic").order_by("due_on", "pk")
    serializer_class = GoalOut
    filterset_fields = ["assessment", "partner"]
    permissions = {
        "list": "scorecards.view_assessment",
        "retrieve": "scorecards.view_assessment",
        "remove": "scorecards.remove_goal",
    }

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Any, pk: Any = None) -> Response:
        """The goal is given up."""
        remove_goal(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
