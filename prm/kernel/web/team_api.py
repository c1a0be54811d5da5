"""Teams in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from prm.kernel.models import Membership, Team
from prm.kernel.policies import require
from prm.kernel.teams import add_team, edit_team, set_team
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


class TeamSerializer(serializers.ModelSerializer):
    class Meta:
        model = Team
        fields = ["id", "name", "region", "parent_id", "version", "updated_at"]
        read_only_fields = fields


class TeamInput(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    region = serializers.CharField(max_length=80, required=False, allow_blank=True)
    parent_id = serializers.UUIDField(required=False, allow_null=True)


class TeamChange(TeamInput):
    version = seen_version()


class TeamMemberInput(serializers.Serializer):
    member_id = serializers.UUIDField()
    leads = serializers.BooleanField(required=False, default=False)


class TeamsViewSet(ReadRecordsViewSet):
    """The vendor's teams."""

    queryset = Team.objects.order_by("name", "pk")
    serializer_class = TeamSerializer
    permissions = {
        "list": "kernel.view_team",
        "retrieve": "kernel.view_team",
        "create": "kernel.add_team",
        "partial_update": "kernel.edit_team",
        "members": "kernel.edit_team",
    }

    @extend_schema(request=TeamInput, responses={201: TeamSerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "kernel.add_team")
        data = self._given(TeamInput(data=request.data))
        return Response(TeamSerializer(add_team(by=self.member, **data)).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TeamChange, responses=TeamSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        """What is not named stays."""
        team = self.get_object()
        data = self._given(TeamChange(data=request.data, partial=True))
        as_it_is = {"name": team.name, "region": team.region, "parent": team.parent}
        edited = edit_team(team, by=self.member, seen_version=data.pop("version"), **{**as_it_is, **data})
        return Response(TeamSerializer(edited).data)

    @extend_schema(request=TeamMemberInput, responses=TeamSerializer)
    @action(detail=True, methods=["post"])
    def members(self, request: Any, pk: Any = None) -> Response:
        """Put a person of the vendor into this team."""
        team = self.get_object()
        data = TeamMemberInput(data=request.data)
        data.is_valid(raise_exception=True)
        person = find_visible(Membership, self.member, data.validated_data["member_id"])
        set_team(person, team, by=self.member, leads=data.validated_data["leads"])
        return Response(TeamSerializer(team).data)

    def _given(self, data: TeamInput) -> dict[str, Any]:
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        if "parent_id" in values:
            parent_id = values.pop("parent_id")
            values["parent"] = find_visible(Team, self.member, parent_id) if parent_id else None
        return values
