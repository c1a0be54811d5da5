"""Actions in the interface."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import (
    WrongOwner,
    accept_action_item,
    add_action_item,
    complete_action_item,
    drop_action_item,
    edit_action_item,
    reopen_action_item,
    start_action_item,
)
from scorecards.api.assessments import ReasonInput
from scorecards.models import ActionItem
from scorecards.queries import possible_owners, topics_in_use


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


class ActionItemInput(serializers.Serializer):
    """An action of one's own. The topic is one of the questionnaire in use, by its code."""

    partner_id = serializers.UUIDField()
    text = serializers.CharField(max_length=1000)
    owner_id = serializers.UUIDField()
    due_on = serializers.DateField()
    kind = serializers.ChoiceField(choices=ActionItem.Kind.choices, default=ActionItem.Kind.IMPROVEMENT)
    topic = serializers.CharField(max_length=80, default="", allow_blank=True)


class EditInput(AcceptInput):
    """Another owner or day; a new day needs the reason."""

    reason = serializers.CharField(max_length=500, default="", allow_blank=True)
    version = seen_version()


class OptionalReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500, default="", allow_blank=True)


class ActionItemsViewSet(ReadRecordsViewSet):
    """What is proposed, agreed and done to improve."""

    queryset = ActionItem.objects.select_related("partner", "topic").order_by("due_on", "pk")
    serializer_class = ActionItemSerializer
    listing = "scorecards:actions"
    filterset_fields = ["state", "partner", "side", "owner", "kind"]
    permissions = {
        "create": "scorecards.add_action_item",
        "edit": "scorecards.edit_action_item",
        "list": "scorecards.view_action_item",
        "retrieve": "scorecards.view_action_item",
        "accept": "scorecards.accept_action_item",
        "drop": "scorecards.drop_action_item",
        "start": "scorecards.start_action_item",
        "complete": "scorecards.complete_action_item",
        "reopen": "scorecards.reopen_action_item",
    }

    @extend_schema(request=ActionItemInput, responses={201: ActionItemSerializer})
    def create(self, request: Any) -> Response:
        """An action that no scorecard proposed, agreed at once."""
        data = checked(ActionItemInput, request)
        partner = find_visible(Partner, self.member, data["partner_id"])
        require(self.member, "scorecards.add_action_item", partner)
        topic = None
        if data["topic"]:
            topic = next((one for one in topics_in_use() if one.code == data["topic"]), None)
            if topic is None:
                raise Invalid("There is no such topic in the questionnaire in use.", field="topic")
        added = add_action_item(
            partner,
            data["text"],
            by=self.member,
            owner=self._owner(partner, data["owner_id"]),
            due_on=data["due_on"],
            topic=topic,
            kind=data["kind"],
        )
        return Response(ActionItemSerializer(added).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AcceptInput, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Any, pk: Any = None) -> Response:
        item, data = self.get_object(), checked(AcceptInput, request)
        owner = self._owner(item.partner, data["owner_id"])
        return self._record(accept_action_item(item, by=self.member, owner=owner, due_on=data["due_on"]))

    @extend_schema(request=EditInput, responses=ActionItemSerializer)
    @action(detail=True, methods=["post"])
    def edit(self, request: Any, pk: Any = None) -> Response:
        """Another owner or another day."""
        item, data = self.get_object(), checked(EditInput, request)
        edited = edit_action_item(
            item,
            by=self.member,
            owner=self._owner(item.partner, data["owner_id"]),
            due_on=data["due_on"],
            reason=data["reason"],
            seen_version=data.get("version"),
        )
        return self._record(edited)

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

    def _owner(self, partner: Partner, pk: UUID) -> Membership:
        owner = next((one for one in possible_owners(partner) if one.pk == pk), None)
        if owner is None:
            raise WrongOwner(field="owner_id")
        return owner

    def _record(self, item: ActionItem) -> Response:
        return Response(ActionItemSerializer(item).data)
