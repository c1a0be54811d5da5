"""Tasks, alerts and onboarding in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_onboarding_step,
    add_task,
    assign_task,
    cancel_task,
    complete_task,
    dismiss_alert,
    edit_onboarding_step,
    reopen_task,
    see_alert,
    start_onboarding,
)
from partners.api.company import PartnerSerializer
from partners.models import STEP_ROLES, Alert, OnboardingStep, Partner, Task
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Side
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


class TaskSerializer(serializers.ModelSerializer):
    class Meta:
        model = Task
        fields = [
            "id", "partner_id", "title", "kind", "side", "role", "owner_id", "due_on", "required", "state", "done_at",
            "reason", "version", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class TaskInput(serializers.Serializer):
    """A new task; an owner decides the side."""

    title = serializers.CharField(max_length=300)
    partner_id = serializers.UUIDField(required=False, allow_null=True)
    owner_id = serializers.UUIDField(required=False, allow_null=True)
    side = serializers.ChoiceField(choices=Side.choices, required=False)
    due_on = serializers.DateField(required=False, allow_null=True)


class OwnerInput(serializers.Serializer):
    owner_id = serializers.UUIDField(allow_null=True)


class WhyInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class TasksViewSet(ReadRecordsViewSet):
    """What is to be done with partners, on either side."""

    queryset = Task.objects.select_related("partner", "owner__user").order_by("due_on", "pk")
    serializer_class = TaskSerializer
    listing = "partners:tasks"
    filterset_fields = ["state", "side", "kind"]
    permissions = {
        "list": "partners.view_task",
        "retrieve": "partners.view_task",
        "create": "partners.add_task",
        "complete": "partners.complete_task",
        "reopen": "partners.reopen_task",
        "cancel": "partners.cancel_task",
        "assign": "partners.assign_task",
    }

    @extend_schema(request=TaskInput, responses={201: TaskSerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "partners.add_task")
        values = self._sent(TaskInput)
        partner_id, owner_id = values.pop("partner_id", None), values.pop("owner_id", None)
        partner = find_visible(Partner, self.member, partner_id) if partner_id else None
        task = add_task(partner, values.pop("title"), owner=self._owner(owner_id), by=self.member, **values)
        return Response(TaskSerializer(task).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def complete(self, request: Any, pk: Any = None) -> Response:
        return Response(TaskSerializer(complete_task(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        return Response(TaskSerializer(reopen_task(self.get_object(), by=self.member)).data)

    @extend_schema(request=WhyInput, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Any, pk: Any = None) -> Response:
        task = self.get_object()
        return Response(TaskSerializer(cancel_task(task, by=self.member, **self._sent(WhyInput))).data)

    @extend_schema(request=OwnerInput, responses=TaskSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Any, pk: Any = None) -> Response:
        task = self.get_object()
        owner = self._owner(self._sent(OwnerInput)["owner_id"])
        return Response(TaskSerializer(assign_task(task, owner, by=self.member)).data)

    def _sent(self, asks: Any) -> dict[str, Any]:
        data = asks(data=self.request.data)
        data.is_valid(raise_exception=True)
        return dict(data.validated_data)

    def _owner(self, owner_id: Any) -> Membership | None:
        return find_visible(Membership.objects.select_related("user"), self.member, owner_id) if owner_id else None


class AlertSerializer(serializers.ModelSerializer):
    class Meta:
        model = Alert
        fields = [
            "id", "partner_id", "kind", "level", "text", "state", "count", "first_at", "last_at", "ended_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class AlertsViewSet(ReadRecordsViewSet):
    """Conditions at partners that want a look."""

    queryset = Alert.objects.by_urgency().order_by("-last_at", "pk")
    serializer_class = AlertSerializer
    listing = "partners:alerts"
    filterset_fields = ["state", "kind", "level"]
    permissions = {
        "list": "partners.view_alert",
        "retrieve": "partners.view_alert",
        "see": "partners.see_alert",
        "dismiss": "partners.dismiss_alert",
    }

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def see(self, request: Any, pk: Any = None) -> Response:
        return Response(AlertSerializer(see_alert(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Any, pk: Any = None) -> Response:
        return Response(AlertSerializer(dismiss_alert(self.get_object(), by=self.member)).data)


class StepSerializer(serializers.ModelSerializer):
    class Meta:
        model = OnboardingStep
        fields = ["id", "code", "text", "role", "due_days", "required", "for_newcomers", "active", "proof", "version"]
        read_only_fields = fields


class StepInput(serializers.Serializer):
    """One step of the blueprint."""

    text = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=STEP_ROLES)
    due_days = serializers.IntegerField(min_value=1, max_value=365)
    required = serializers.BooleanField(required=False)
    for_newcomers = serializers.BooleanField(required=False)
    active = serializers.BooleanField(required=False)


class StepChange(StepInput):
    version = seen_version()


class OnboardingStepsViewSet(ReadRecordsViewSet):
    """The blueprint of onboarding."""

    queryset = OnboardingStep.objects.order_by("due_days", "code")
    serializer_class = StepSerializer
    permissions = {
        "list": "partners.edit_onboarding_step",
        "retrieve": "partners.edit_onboarding_step",
        "create": "partners.edit_onboarding_step",
        "partial_update": "partners.edit_onboarding_step",
    }

    @extend_schema(request=StepInput, responses={201: StepSerializer})
    def create(self, request: Any) -> Response:
        data = StepInput(data=request.data)
        data.is_valid(raise_exception=True)
        step = add_onboarding_step(by=self.member, **data.validated_data)
        return Response(StepSerializer(step).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=StepChange, responses=StepSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        step = self.get_object()
        data = StepChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_onboarding_step(step, by=self.member, seen_version=values.pop("version", None), **values)
        return Response(StepSerializer(step).data)


class OnboardingViewSet(RecordsViewSet):
    """Starting the onboarding of a partner."""

    queryset = Partner.objects.select_related("tier").order_by("sort_name", "pk")
    serializer_class = PartnerSerializer
    permissions = {"start_onboarding": "partners.start_onboarding"}

    @extend_schema(request=None, responses=PartnerSerializer)
    @action(detail=True, methods=["post"], url_path="start-onboarding")
    def start_onboarding(self, request: Any, pk: Any = None) -> Response:
        return Response(PartnerSerializer(start_onboarding(self.get_object(), by=self.member)).data)


def register(router: Any) -> None:
    router.register("tasks", TasksViewSet, basename="tasks")
    router.register("alerts", AlertsViewSet, basename="alerts")
    router.register("onboarding-steps", OnboardingStepsViewSet, basename="onboarding-steps")
    router.register("partners", OnboardingViewSet, basename="partner-onboarding")
