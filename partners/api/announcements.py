"""Announcements in the API: the vendor's, and what a partner's people read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_announcement,
    dismiss_announcement,
    edit_announcement,
    follow_announcement,
    publish_announcement,
    see_announcement,
    withdraw_announcement,
)
from partners.models import Announcement, AnnouncementDelivery, Segment
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet

WORDS = ["title", "text", "link", "link_label", "from_date", "to_date"]


class AnnouncementSerializer(serializers.ModelSerializer):
    class Meta:
        model = Announcement
        fields = ["id", *WORDS, "segment_id", "state", "version", "updated_at"]
        read_only_fields = fields


class AnnouncementInput(serializers.Serializer):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=2000)
    from_date = serializers.DateField()
    to_date = serializers.DateField()
    link = serializers.CharField(max_length=300, required=False, allow_blank=True)
    link_label = serializers.CharField(max_length=40, required=False, allow_blank=True)
    segment_id = serializers.UUIDField(required=False, allow_null=True, help_text="Nothing: all partners.")


class AnnouncementChange(AnnouncementInput):
    version = seen_version()


class AnnouncementsViewSet(ReadRecordsViewSet):
    """What the vendor announces."""

    queryset = Announcement.objects.order_by("-from_date", "pk")
    serializer_class = AnnouncementSerializer
    listing = "partners:announcements"
    permissions = {
        "list": "partners.view_announcement",
        "retrieve": "partners.view_announcement",
        "create": "partners.edit_announcement",
        "update": "partners.edit_announcement",
        "publish": "partners.edit_announcement",
        "withdraw": "partners.edit_announcement",
    }

    @extend_schema(request=AnnouncementInput, responses={201: AnnouncementSerializer})
    def create(self, request: Any) -> Response:
        made = add_announcement(by=self.member, **self._values(request))
        return Response(AnnouncementSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=AnnouncementChange, responses=AnnouncementSerializer)
    def update(self, request: Any, pk: Any = None) -> Response:
        found, values = self.get_object(), self._values(request, AnnouncementChange)
        saved = edit_announcement(found, by=self.member, seen_version=values.pop("version"), **values)
        return Response(AnnouncementSerializer(saved).data)

    @extend_schema(request=None, responses=AnnouncementSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: Any = None) -> Response:
        return Response(AnnouncementSerializer(publish_announcement(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=AnnouncementSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: Any = None) -> Response:
        return Response(AnnouncementSerializer(withdraw_announcement(self.get_object(), by=self.member)).data)

    def _values(self, request: Any, shape: type[AnnouncementInput] = AnnouncementInput) -> dict[str, Any]:
        data = shape(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        segment_id = values.pop("segment_id", None)
        return values | {"segment": find_visible(Segment, self.member, segment_id) if segment_id else None}


class DeliverySerializer(serializers.ModelSerializer):
    class Meta:
        model = AnnouncementDelivery
        fields = ["id", *WORDS]
        read_only_fields = fields


class LinkSerializer(serializers.Serializer):
    link = serializers.CharField()


class AnnouncementDeliveriesViewSet(ReadRecordsViewSet):
    """What was announced to one's own company."""

    queryset = AnnouncementDelivery.objects.filter(withdrawn_at=None).order_by("-from_date", "pk")
    serializer_class = DeliverySerializer
    permissions = {
        "list": "partners.read_announcement",
        "retrieve": "partners.read_announcement",
        "seen": "partners.read_announcement",
        "follow": "partners.read_announcement",
        "dismiss": "partners.read_announcement",
    }

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def seen(self, request: Any, pk: Any = None) -> Response:
        see_announcement(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=LinkSerializer)
    @action(detail=True, methods=["post"])
    def follow(self, request: Any, pk: Any = None) -> Response:
        return Response({"link": follow_announcement(self.get_object(), by=self.member)})

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Any, pk: Any = None) -> Response:
        dismiss_announcement(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


def register(router: Any) -> None:
    router.register("announcements", AnnouncementsViewSet, basename="announcements")
    router.register("announced", AnnouncementDeliveriesViewSet, basename="announced")
