"""The locator in the API: profiles of partners and the inquiries they got."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    answer_inquiry,
    edit_locator_profile,
    hide_locator_profile,
    publish_locator_profile,
    reopen_inquiry,
)
from partners.api.standing import ReasonInput
from partners.countries import COUNTRIES
from partners.models import Inquiry, LocatorProfile, Partner
from partners.profile_fields import VERTICALS
from prm.kernel.languages import SPOKEN
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet

Codes = serializers.ListField


class LocatorProfileSerializer(serializers.ModelSerializer):
    class Meta:
        model = LocatorProfile
        fields = [
            "id",
            "partner_id",
            "state",
            "text",
            "website",
            "city",
            "country",
            "product_lines",
            "verticals",
            "languages",
            "waits_since",
            "published_at",
            "hidden_reason",
            "version",
            "updated_at",
        ]
        read_only_fields = fields


class LocatorProfileInput(serializers.Serializer):
    """What a partner says of itself; what is left out stays."""

    text = serializers.CharField(max_length=2000, required=False)
    website = serializers.URLField(max_length=300, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    country = serializers.ChoiceField(choices=sorted(COUNTRIES), required=False)
    product_lines = Codes(child=serializers.CharField(max_length=40), required=False, max_length=100)
    verticals = Codes(child=serializers.ChoiceField(choices=list(VERTICALS)), required=False)
    languages = Codes(child=serializers.ChoiceField(choices=list(SPOKEN)), required=False)
    version = seen_version(allow_null=True)  # null: there is none yet


class PartnerLocatorViewSet(RecordsViewSet):
    """A partner's profile on the locator."""

    queryset = Partner.objects.order_by("sort_name", "pk")
    serializer_class = LocatorProfileSerializer
    permissions = {"edit_locator": "partners.edit_locator_profile"}

    @extend_schema(request=LocatorProfileInput, responses=LocatorProfileSerializer)
    @action(detail=True, methods=["post"], url_path="locator")
    def edit_locator(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        data = LocatorProfileInput(data=request.data)
        data.is_valid(raise_exception=True)
        words = dict(data.validated_data)
        saved = edit_locator_profile(partner, by=self.member, seen_version=words.pop("version", None), **words)
        return Response(LocatorProfileSerializer(saved).data)


class LocatorProfilesViewSet(ReadRecordsViewSet):
    """Profiles as partners wrote them."""

    queryset = LocatorProfile.objects.order_by("pk")
    serializer_class = LocatorProfileSerializer
    listing = "partners:locator_profiles"
    filterset_fields = ["state"]
    permissions = {
        "list": "partners.view_locator_profile",
        "retrieve": "partners.view_locator_profile",
        "publish": "partners.publish_locator_profile",
        "hide": "partners.hide_locator_profile",
    }

    @extend_schema(request=None, responses=LocatorProfileSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: Any = None) -> Response:
        return Response(LocatorProfileSerializer(publish_locator_profile(self.get_object(), by=self.member)).data)

    @extend_schema(request=ReasonInput, responses=LocatorProfileSerializer)
    @action(detail=True, methods=["post"])
    def hide(self, request: Any, pk: Any = None) -> Response:
        profile = self.get_object()
        data = ReasonInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            LocatorProfileSerializer(hide_locator_profile(profile, by=self.member, **data.validated_data)).data
        )


class InquirySerializer(serializers.ModelSerializer):
    class Meta:
        model = Inquiry
        fields = [
            "id",
            "partner_id",
            "state",
            "name",
            "company",
            "email",
            "phone",
            "message",
            "created_at",
            "answered_at",
            "version",
        ]
        read_only_fields = fields


class InquiriesViewSet(ReadRecordsViewSet):
    """What visitors of the locator wrote."""

    queryset = Inquiry.objects.order_by("-created_at", "pk")
    serializer_class = InquirySerializer
    listing = "partners:inquiries"
    filterset_fields = ["state"]
    permissions = {
        "list": "partners.view_inquiry",
        "retrieve": "partners.view_inquiry",
        "answer": "partners.answer_inquiry",
        "reopen": "partners.reopen_inquiry",
    }

    @extend_schema(request=None, responses=InquirySerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Any, pk: Any = None) -> Response:
        return Response(InquirySerializer(answer_inquiry(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=InquirySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        return Response(InquirySerializer(reopen_inquiry(self.get_object(), by=self.member)).data)


def register(router: Any) -> None:
    router.register("partners", PartnerLocatorViewSet, basename="partner-locator")
    router.register("locator-profiles", LocatorProfilesViewSet, basename="locator-profiles")
    router.register("inquiries", InquiriesViewSet, basename="inquiries")
