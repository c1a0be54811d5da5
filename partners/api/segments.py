"""Segments in the API: the same rules and permissions as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import add_segment, delete_segment, edit_segment, recompute_segment
from partners.models import Segment
from partners.queries.segments import members_of
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


class SegmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Segment
        fields = ["id", "name", "kind", "rule", "computed_at", "problem", "version", "updated_at"]
        read_only_fields = fields


class SegmentInput(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    rule = serializers.JSONField(help_text="Groups of conditions; see the page of a segment for fields and operators.")
    kind = serializers.ChoiceField(choices=Segment.Kind.choices, required=False)


class SegmentChange(SegmentInput):
    version = seen_version()


class SegmentPartnerSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    name = serializers.CharField()


class SegmentsViewSet(ReadRecordsViewSet):
    """Groups of partners by saved rules."""

    queryset = Segment.objects.order_by("name", "pk")
    serializer_class = SegmentSerializer
    listing = "partners:segments"
    permissions = {
        "list": "partners.view_segment",
        "retrieve": "partners.view_segment",
        "create": "partners.add_segment",
        "update": "partners.edit_segment",
        "destroy": "partners.edit_segment",
        "recompute": "partners.edit_segment",
        "partners": "partners.view_segment",
    }

    @extend_schema(request=SegmentInput, responses={201: SegmentSerializer})
    def create(self, request: Any) -> Response:
        data = SegmentInput(data=request.data)
        data.is_valid(raise_exception=True)
        segment = add_segment(by=self.member, **data.validated_data)
        return Response(SegmentSerializer(segment).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SegmentChange, responses=SegmentSerializer)
    def update(self, request: Any, pk: Any = None) -> Response:
        segment = self.get_object()
        data = SegmentChange(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_segment(segment, by=self.member, seen_version=values.pop("version", None), **values)
        return Response(SegmentSerializer(segment).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        delete_segment(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def recompute(self, request: Any, pk: Any = None) -> Response:
        """Find the members now instead of tonight."""
        return Response(SegmentSerializer(recompute_segment(self.get_object(), by=self.member)).data)

    @extend_schema(responses=SegmentPartnerSerializer(many=True))
    @action(detail=True)
    def partners(self, request: Any, pk: Any = None) -> Response:
        """The partners in the segment that the caller may know of."""
        page = self.paginate_queryset(members_of(self.get_object(), self.member).order_by("sort_name", "pk"))
        return self.get_paginated_response(SegmentPartnerSerializer(page, many=True).data)


def register(router: Any) -> None:
    router.register("segments", SegmentsViewSet, basename="segments")
