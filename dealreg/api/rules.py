"""The rules of registration."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.response import Response

from dealreg.actions import edit_deal_rules
from dealreg.api.shapes import RulesSerializer
from dealreg.models import DealRules
from dealreg.queries.rules import deal_rules
from prm.kernel.web.viewsets import RecordsViewSet


class DealRulesViewSet(RecordsViewSet):
    """Bands, days and the switch of automatic approval."""

    queryset = DealRules.objects.order_by("pk")
    serializer_class = RulesSerializer
    pagination_class = None
    permissions = {"list": "dealreg.view_deal_rules", "edit": "dealreg.edit_deal_rules"}

    @extend_schema(responses=RulesSerializer)
    def list(self, request: Any) -> Response:
        return Response(RulesSerializer(deal_rules()).data)

    @extend_schema(request=RulesSerializer, responses=RulesSerializer)
    @action(detail=False, methods=["post"])
    def edit(self, request: Any) -> Response:
        """Change some of the rules; what is left out stays."""
        given = RulesSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        return Response(RulesSerializer(edit_deal_rules(by=self.member, **given.validated_data)).data)
