"""Who looks after whom in the API: assignments, stand-ins, handing over many, the sponsor."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_secondary_manager,
    add_stand_in,
    assign_manager,
    end_secondary_manager,
    end_stand_in,
    reassign_partners,
)
from partners.models import ManagerAssignment, Partner
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.viewsets import ReadRecordsViewSet


class ManagerAssignmentSerializer(serializers.ModelSerializer):
    manager = serializers.CharField(source="manager.user.name", read_only=True)

    class Meta:
        model = ManagerAssignment
        fields = ["id", "partner_id", "manager_id", "manager", "kind", "from_date", "to_date", "ended_at"]
        read_only_fields = fields


class AssignmentInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    manager_id = serializers.UUIDField()
    from_date = serializers.DateField(required=False)


class SecondInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    manager_id = serializers.UUIDField()


class StandInInput(AssignmentInput):
    from_date = serializers.DateField()
    to_date = serializers.DateField()


class ReassignInput(serializers.Serializer):
    manager_id = serializers.UUIDField()
    to_id = serializers.UUIDField()
    partner_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=5000)


class Moved(serializers.Serializer):
    partner_ids = serializers.ListField(child=serializers.UUIDField())


class ManagerAssignmentsViewSet(ReadRecordsViewSet):
    """Which account manager looks after which partner, from when to when."""

    queryset = ManagerAssignment.objects.select_related("manager__user").order_by("partner", "-from_date", "pk")
    serializer_class = ManagerAssignmentSerializer
    filterset_fields = ["partner", "manager", "kind"]
    permissions = {
        "list": "partners.view_partner",
        "retrieve": "partners.view_partner",
        "create": "partners.assign_manager",
        "stand_in": "partners.add_stand_in",
        "end": "partners.end_stand_in",
        "secondary": "partners.add_secondary_manager",
        "end_secondary": "partners.end_secondary_manager",
        "reassign": "partners.reassign_partners",
    }

    @extend_schema(request=AssignmentInput, responses={201: ManagerAssignmentSerializer})
    def create(self, request: Any) -> Response:
        """Make somebody the partner's main account manager."""
        partner, manager, days = self._asked(AssignmentInput, "partners.assign_manager")
        assign_manager(partner, manager, by=self.member, **days)
        made = ManagerAssignment.objects.get(partner=partner, kind="main", to_date=None)
        return Response(ManagerAssignmentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=StandInInput, responses={201: ManagerAssignmentSerializer})
    @action(detail=False, methods=["post"], url_path="stand-in")
    def stand_in(self, request: Any) -> Response:
        partner, manager, days = self._asked(StandInInput, "partners.add_stand_in")
        made = add_stand_in(partner, manager, by=self.member, **days)
        return Response(ManagerAssignmentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ManagerAssignmentSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Any, pk: Any = None) -> Response:
        """End a stand-in today."""
        return Response(ManagerAssignmentSerializer(end_stand_in(self.get_object(), by=self.member)).data)

    @extend_schema(request=SecondInput, responses={201: ManagerAssignmentSerializer})
    @action(detail=False, methods=["post"])
    def secondary(self, request: Any) -> Response:
        """Let a second account manager look after the partner beside the main one."""
        partner, manager, _ = self._asked(SecondInput, "partners.add_secondary_manager")
        made = add_secondary_manager(partner, manager, by=self.member)
        return Response(ManagerAssignmentSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ManagerAssignmentSerializer)
    @action(detail=True, methods=["post"], url_path="end-secondary")
    def end_secondary(self, request: Any, pk: Any = None) -> Response:
        """End the work of a second account manager today."""
        return Response(ManagerAssignmentSerializer(end_secondary_manager(self.get_object(), by=self.member)).data)

    @extend_schema(request=ReassignInput, responses=Moved)
    @action(detail=False, methods=["post"])
    def reassign(self, request: Any) -> Response:
        """Hand the partners of one account manager to another."""
        data = ReassignInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = data.validated_data
        manager = find_visible(Membership, self.member, values["manager_id"])
        to = find_visible(Membership, self.member, values["to_id"])
        moved = reassign_partners(manager, to=to, partner_ids=values.get("partner_ids"), by=self.member)
        return Response({"partner_ids": [partner.pk for partner in moved]})

    def _asked(self, shape: Any, permission: str) -> tuple[Partner, Membership, dict[str, Any]]:
        data = shape(data=self.request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, permission, partner)
        return partner, find_visible(Membership, self.member, values.pop("manager_id")), values


def register(router: Any) -> None:
    router.register("manager-assignments", ManagerAssignmentsViewSet, basename="manager_assignments")
