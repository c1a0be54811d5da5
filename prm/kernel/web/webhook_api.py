"""Webhooks in the API: the same endpoints, messages and verbs as on the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from prm.kernel.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet
from prm.kernel.webhooks.endpoints import (
    add_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from prm.kernel.webhooks.messages import replay_message, replay_period, send_test_event


class EndpointSerializer(serializers.ModelSerializer):
    class Meta:
        model = WebhookEndpoint
        fields = [
            "id",
            "url",
            "description",
            "events",
            "active",
            "off_why",
            "off_since",
            "failing_since",
            "delivered_at",
            "former_until",
            "version",
        ]
        read_only_fields = fields


class SecretSerializer(EndpointSerializer):
    """With the secret: in this one answer and nowhere else."""

    secret = serializers.SerializerMethodField()

    class Meta(EndpointSerializer.Meta):
        fields = [*EndpointSerializer.Meta.fields, "secret"]
        read_only_fields = fields

    def get_secret(self, endpoint: WebhookEndpoint) -> str:
        return self.context["secret"]


class EndpointInput(serializers.Serializer):
    url = serializers.CharField(max_length=500)
    description = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    events = serializers.ListField(child=serializers.CharField(max_length=80), max_length=500)


class EndpointChange(EndpointInput):
    version = seen_version()


class PeriodInput(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class WebhooksViewSet(ReadRecordsViewSet):
    """Where the vendor's other programs are told of events."""

    queryset = WebhookEndpoint.objects.order_by("created_at", "pk")
    serializer_class = EndpointSerializer
    permissions = {
        "list": "kernel.view_endpoint",
        "retrieve": "kernel.view_endpoint",
        "create": "kernel.add_endpoint",
        "partial_update": "kernel.edit_endpoint",
        "destroy": "kernel.remove_endpoint",
        "rotate": "kernel.rotate_secret",
        "switch_on": "kernel.enable_endpoint",
        "switch_off": "kernel.disable_endpoint",
        "test": "kernel.send_test_event",
        "replay": "kernel.replay_period",
    }

    def answer(self, endpoint: WebhookEndpoint) -> Response:
        return Response(EndpointSerializer(endpoint).data)

    def with_secret(self, endpoint: WebhookEndpoint, secret: str, code: int) -> Response:
        return Response(SecretSerializer(endpoint, context={"secret": secret}).data, status=code)

    @extend_schema(request=EndpointInput, responses={201: SecretSerializer})
    def create(self, request: Any) -> Response:
        """The answer carries the secret; it is never shown again."""
        made = add_endpoint(by=self.member, **checked(EndpointInput, request))
        return self.with_secret(made.endpoint, made.secret, status.HTTP_201_CREATED)

    @extend_schema(request=EndpointChange, responses=EndpointSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        endpoint, data = self.get_object(), checked(EndpointChange, request)
        seen = data.pop("version", None)
        return self.answer(edit_endpoint(endpoint, by=self.member, seen_version=seen, **data))

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_endpoint(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Any, pk: Any = None) -> Response:
        """A new secret; for a day the former one signs as well."""
        endpoint = self.get_object()
        return self.with_secret(endpoint, rotate_secret(endpoint, by=self.member), status.HTTP_200_OK)

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-on")
    def switch_on(self, request: Any, pk: Any = None) -> Response:
        return self.answer(enable_endpoint(self.get_object(), by=self.member))

    @extend_schema(request=None, responses=EndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-off")
    def switch_off(self, request: Any, pk: Any = None) -> Response:
        return self.answer(disable_endpoint(self.get_object(), by=self.member))

    @extend_schema(request=None, responses={202: EndpointSerializer})
    @action(detail=True, methods=["post"])
    def test(self, request: Any, pk: Any = None) -> Response:
        """Send a made-up event; what was answered stands among the messages."""
        endpoint = self.get_object()
        send_test_event(endpoint, by=self.member)
        return Response(EndpointSerializer(endpoint).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=PeriodInput, responses={202: EndpointSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Any, pk: Any = None) -> Response:
        """All events of a period once more, also those that happened while it was switched off."""
        endpoint = self.get_object()
        replay_period(endpoint, by=self.member, **checked(PeriodInput, request))
        return Response(EndpointSerializer(endpoint).data, status=status.HTTP_202_ACCEPTED)


class AttemptSerializer(serializers.ModelSerializer):
    class Meta:
        model = WebhookAttempt
        fields = ["number", "at", "status", "milliseconds", "answer", "error"]
        read_only_fields = fields


class MessageSerializer(serializers.ModelSerializer):
    attempts = AttemptSerializer(source="tries", many=True, read_only=True)

    class Meta:
        model = WebhookMessage
        fields = ["id", "endpoint_id", "webhook_id", "name", "body", "state", "next_at", "created_at", "attempts"]
        read_only_fields = fields


class WebhookMessagesViewSet(ReadRecordsViewSet):
    """What was sent to the endpoints, with each attempt."""

    queryset = (
        WebhookMessage.objects.select_related("endpoint").prefetch_related("tries").order_by("-created_at", "-pk")
    )
    serializer_class = MessageSerializer
    listing = "kernel:webhook"
    filterset_fields = ["endpoint", "state", "name"]
    permissions = {
        "list": "kernel.view_endpoint",
        "retrieve": "kernel.view_endpoint",
        "replay": "kernel.replay_message",
    }

    @extend_schema(request=None, responses=MessageSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Any, pk: Any = None) -> Response:
        """Once more, with the same id and words."""
        return Response(MessageSerializer(replay_message(self.get_object(), by=self.member)).data)
