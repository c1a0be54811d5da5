"""Actions in the interface."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import (
    WrongOwner,
    accept_action_item,
    complete_action_item,
    drop_action_item,
    reopen_action_item,
    start_action_item,
)
from scorecards.api.assessments import ReasonInput
from scorecards.api.inputs import checked
from scorecards.models import ActionItem
from scorecards.queries import possible_owners


class ActionItemSerializer(serializers.ModelSerializer):
    topic = serializers.CharField(source="topic.code", default=None, read_only=True)

    class Meta:
        model = ActionItem
        fields = [
            "id",
            "partner_id",
            "assessment_id",
            "topic",
            "kind",
            "side",
            "text",
            "owner_id",
            "due_on",
            "state",
            "done_on",
            "reason",
            "version",
        ]
        read_only_fields = fields


class AcceptInput(serializers.Serializer):
    owner_id = serializers.UUIDField()
    due_on = serializers.DateField()


class OptionalReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class ActionItemsViewSet(ReadRecordsViewSet):
    """What is proposed, agreed and done to improve."""

    queryset = ActionItem.objects.select_related("partner", "topic").order_by("due_on", "pk")
    serializer_class = ActionItemSerializer
    filterset_fields = ["state", "partner"]
    permissions = {
        "list": "scorecards.view_action_item",
        "retrieve": "scorecards.view_action_item",
        "accept": "scorecards.accept_action_item",
        "drop": "scorecards.drop_action_item",
        "start": "scorecards.start_action_item",
        "complete": "scorecards.complete_action_item",
        "reopen": "scorecards.reopen_action_item",
    }

    @extend_schema(request=AcceptInput, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: Any = None) -> Response:
        item, data = self.get_object(), checked(AcceptInput, request)
        owner = next((o for o in possible_owners(item.partner) if o.pk == data["owner_id"]), None)
        if owner is None:
            raise WrongOwner(field="owner_id")
        return self._record(accept_action_item(item, by=self.member, owner=owner, due_on=data["due_on"]))

    @extend_schema(request=ReasonInput, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def drop(self, request: Any, pk: Any = None) -> Response:
        return self._record(drop_action_item(self.get_object(), by=self.member, **checked(ReasonInput, request)))

    @extend_schema(request=None, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Any, pk: Any = None) -> Response:
        return self._record(start_action_item(self.get_object(), by=self.member))

    @extend_schema(request=None, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Any, pk: Any = None) -> Response:
        return self._record(complete_action_item(self.get_object(), by=self.member))

    @extend_schema(request=OptionalReasonInput, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        data = checked(OptionalReasonInput, request)
        return self._record(reopen_action_item(self.get_object(), by=self.member, **data))

    def _record(self, item: ActionItem) -> Response:
        return Response(ActionItemSerializer(item).data)
