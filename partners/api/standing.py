"""What interrupts, ends and revives a partnership, as verbs of a partner."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    begin_reactivation,
    lift_suspension,
    suspend_partner,
    terminate_partner,
    withdraw_termination,
)
from partners.models import Partner, Termination
from prm.kernel.web.viewsets import RecordsViewSet


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class OptionalReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class TerminationInput(ReasonInput):
    ends_on = serializers.DateField()


class StandingSerializer(serializers.ModelSerializer):
    class Meta:
        model = Partner
        fields = ["id", "state", "version", "updated_at"]
        read_only_fields = fields


class TerminationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Termination
        fields = ["id", "partner_id", "state", "given_on", "ends_on", "reason"]
        read_only_fields = fields


class StandingViewSet(RecordsViewSet):
    """Suspend, lift, give notice, withdraw it, begin a reactivation."""

    queryset = Partner.objects.order_by("sort_name", "pk")
    serializer_class = StandingSerializer
    permissions = {
        "suspend": "partners.suspend_partner",
        "lift": "partners.lift_suspension",
        "terminate": "partners.terminate_partner",
        "withdraw": "partners.withdraw_termination",
        "reactivate": "partners.begin_reactivation",
    }

    @extend_schema(request=ReasonInput, responses=StandingSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Any, pk: Any = None) -> Response:
        return self._do(suspend_partner, ReasonInput, StandingSerializer)

    @extend_schema(request=ReasonInput, responses=StandingSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Any, pk: Any = None) -> Response:
        return self._do(lift_suspension, ReasonInput, StandingSerializer)

    @extend_schema(request=TerminationInput, responses=TerminationSerializer)
    @action(detail=True, methods=["post"])
    def terminate(self, request: Any, pk: Any = None) -> Response:
        return self._do(terminate_partner, TerminationInput, TerminationSerializer)

    @extend_schema(request=ReasonInput, responses=TerminationSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: Any = None) -> Response:
        return self._do(withdraw_termination, ReasonInput, TerminationSerializer)

    @extend_schema(request=OptionalReasonInput, responses=StandingSerializer)
    @action(detail=True, methods=["post"])
    def reactivate(self, request: Any, pk: Any = None) -> Response:
        return self._do(begin_reactivation, OptionalReasonInput, StandingSerializer)

    def _do(self, act: Any, asks: Any, answers: Any) -> Response:
        partner = self.get_object()
        data = asks(data=self.request.data)
        data.is_valid(raise_exception=True)
        return Response(answers(act(partner, by=self.member, **data.validated_data)).data)


def register(router: Any) -> None:
    router.register("partners", StandingViewSet, basename="partner-standing")
