"""Bulk edits in the API: preview first, then run."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions.bulk import LIMIT, VERBS, run_bulk_edit, start_bulk_edit
from partners.models import BulkEdit, BulkEditRow
from prm.kernel.web.viewsets import RecordsViewSet


class BulkEditSerializer(serializers.ModelSerializer):
    class Meta:
        model = BulkEdit
        fields = ["id", "verb", "value", "title", "state", "job_id"]
        read_only_fields = fields


class BulkEditInput(serializers.Serializer):
    verb = serializers.ChoiceField(choices=[(verb.name, verb.label) for verb in VERBS.values()])
    value = serializers.CharField(max_length=300, allow_blank=True)
    partners = serializers.ListField(child=serializers.UUIDField(), max_length=LIMIT, allow_empty=False)


class BulkEditRowSerializer(serializers.ModelSerializer):
    class Meta:
        model = BulkEditRow
        fields = ["partner_id", "outcome", "was", "reason"]
        read_only_fields = fields


class BulkEditsViewSet(mixins.RetrieveModelMixin, RecordsViewSet):
    """One change for many partners."""

    queryset = BulkEdit.objects.order_by("-created_at")
    serializer_class = BulkEditSerializer
    permissions = {
        "retrieve": "partners.view_bulk_edit",
        "create": "partners.start_bulk_edit",
        "run": "partners.run_bulk_edit",
        "rows": "partners.view_bulk_edit",
    }

    @extend_schema(request=BulkEditInput, responses={201: BulkEditSerializer})
    def create(self, request: Any) -> Response:
        """Look at what would change; more than a hundred rows are looked at by a worker."""
        data = BulkEditInput(data=request.data)
        data.is_valid(raise_exception=True)
        found = data.validated_data
        edit = start_bulk_edit(found["verb"], found["value"], found["partners"], by=self.member)
        return Response(BulkEditSerializer(edit).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses={202: BulkEditSerializer})
    @action(detail=True, methods=["post"])
    def run(self, request: Any, pk: Any = None) -> Response:
        """Make the change where the preview said that it can be made."""
        edit = run_bulk_edit(self.get_object(), by=self.member)
        return Response(BulkEditSerializer(edit).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(responses=BulkEditRowSerializer(many=True))
    @action(detail=True)
    def rows(self, request: Any, pk: Any = None) -> Response:
        """What becomes of each partner."""
        rows = BulkEditRow.objects.filter(edit=self.get_object()).order_by("position")
        return self.get_paginated_response(BulkEditRowSerializer(self.paginate_queryset(rows), many=True).data)


def register(router: Any) -> None:
    router.register("bulk-edits", BulkEditsViewSet, basename="bulk-edits")
