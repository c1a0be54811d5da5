"""Conflicts between registrations: for those who may know of the other partner."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.actions import decide_conflict, decide_transfer, propose_transfer
from dealreg.api.deals import amount_of
from dealreg.api.shapes import ConflictSerializer, DecisionInput, StatementInput, TransferInput
from dealreg.models import DealConflict
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet


class ConflictsViewSet(ReadRecordsViewSet):
    """Which registrations compete, and how that was decided."""

    queryset = DealConflict.objects.select_related("candidate__partner", "existing__partner", "hearing").order_by(
        "-created_at", "pk"
    )
    serializer_class = ConflictSerializer
    filterset_fields = ["decision", "candidate"]
    permissions = {
        "list": "dealreg.view_conflict",
        "retrieve": "dealreg.view_conflict",
        "decide": "dealreg.decide_conflict",
        "propose_transfer": "dealreg.propose_transfer",
        "decide_transfer": "dealreg.decide_transfer",
    }

    @extend_schema(request=DecisionInput, responses=ConflictSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: Any = None) -> Response:
        conflict = self.get_object()
        data = checked(DecisionInput, request)
        data["credit_share"] = amount_of(data.get("credit_share"), "credit_share")
        return self._shown(decide_conflict(conflict, by=self.member, **data))

    @extend_schema(request=StatementInput, responses=ConflictSerializer)
    @action(detail=True, methods=["post"], url_path="propose-transfer")
    def propose_transfer(self, request: Any, pk: Any = None) -> Response:
        conflict = self.get_object()
        propose_transfer(conflict, by=self.member, **checked(StatementInput, request))
        return self._shown(conflict)

    @extend_schema(request=TransferInput, responses=ConflictSerializer)
    @action(detail=True, methods=["post"], url_path="decide-transfer")
    def decide_transfer(self, request: Any, pk: Any = None) -> Response:
        conflict = self.get_object()
        return self._shown(decide_transfer(conflict, by=self.member, **checked(TransferInput, request)))

    def _shown(self, conflict: DealConflict) -> Response:
        return Response(ConflictSerializer(DealConflict.objects.get(pk=conflict.pk)).data)
