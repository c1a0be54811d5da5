"""Merging partners and taking it back, in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import merge_partners, undo_merge
from partners.models import Merge, Partner
from prm.kernel.web.access import find_visible
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


class MergeSerializer(serializers.ModelSerializer):
    class Meta:
        model = Merge
        fields = ["id", "keep_id", "other_id", "by_id", "at", "ends_at", "choices", "moved", "stayed", "undone_at"]
        read_only_fields = fields

    ends_at = serializers.DateTimeField(read_only=True)


class MergeInput(serializers.Serializer):
    other_id = serializers.UUIDField(help_text="The partner that becomes part of this one.")
    choices = serializers.DictField(
        child=serializers.ChoiceField(choices=["keep", "other"]),
        required=False,
        help_text="By field of the record, or `profile.` and one of the profile: whose value survives.",
    )


class MergingViewSet(RecordsViewSet):
    """Make another partner part of this one."""

    queryset = Partner.objects.order_by("sort_name", "pk")
    serializer_class = MergeSerializer
    permissions = {"merge": "partners.merge_partners"}

    @extend_schema(request=MergeInput, responses={201: MergeSerializer})
    @action(detail=True, methods=["post"])
    def merge(self, request: Any, pk: Any = None) -> Response:
        keep = self.get_object()
        data = MergeInput(data=request.data)
        data.is_valid(raise_exception=True)
        other = find_visible(Partner, self.member, data.validated_data["other_id"])
        merged = merge_partners(keep, other, by=self.member, choices=data.validated_data.get("choices"))
        return Response(MergeSerializer(merged).data, status=status.HTTP_201_CREATED)


class MergesViewSet(ReadRecordsViewSet):
    """What was merged into what; each can be taken back for thirty days."""

    queryset = Merge.objects.order_by("-at", "pk")
    serializer_class = MergeSerializer
    permissions = {
        "list": "partners.view_merge",
        "retrieve": "partners.view_merge",
        "undo": "partners.undo_merge",
    }

    @extend_schema(request=None, responses=MergeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, pk: Any = None) -> Response:
        return Response(MergeSerializer(undo_merge(self.get_object(), by=self.member)).data)


def register(router: Any) -> None:
    router.register("partners", MergingViewSet, basename="partner-merging")
    router.register("merges", MergesViewSet, basename="merge")
