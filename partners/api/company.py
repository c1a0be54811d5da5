"""Partners and their profiles in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import edit_partner, propose_partner, set_sponsor, settle_profile_value, update_profile
from partners.api.profile import ProfileChange, ProfileSerializer, SettleInput, shown_profile
from partners.api.tiers import PROGRESS
from partners.countries import COUNTRIES
from partners.models import Partner
from partners.queries import profile_of, tier_standing
from prm.kernel import clock
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


class PartnerSerializer(serializers.ModelSerializer):
    tier = serializers.CharField(source="tier.code", default=None, read_only=True)

    class Meta:
        model = Partner
        fields = [
            "id",
            "number",
            "external_id",
            "name",
            "domain",
            "country",
            "type",
            "state",
            "life_stage",
            "tier",
            "sponsor_id",
            "version",
            "updated_at",
        ]
        read_only_fields = fields


class PartnerInput(serializers.Serializer):
    """What may be said when a partner is added or changed."""

    name = serializers.CharField(max_length=200)
    country = serializers.ChoiceField(choices=sorted(COUNTRIES))
    domain = serializers.CharField(max_length=253, required=False, allow_blank=True)
    type = serializers.ChoiceField(choices=Partner.Type.choices, required=False)


class NewPartnerInput(PartnerInput):
    create_anyway = serializers.BooleanField(
        default=False, help_text="Add it although it looks like a partner you know; needs a reason."
    )
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class LeftToOperationsSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()


class PartnerChange(PartnerInput):
    version = seen_version()


class TierRequirementSerializer(serializers.Serializer):
    tier = serializers.CharField()
    metric = serializers.CharField()
    kind = serializers.CharField()
    target = serializers.CharField(allow_null=True)
    actual = serializers.CharField(allow_null=True)
    is_met = serializers.BooleanField()
    gap = serializers.CharField(allow_null=True)
    why = serializers.CharField()


class TierStandingSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    held = serializers.CharField()
    qualifying = serializers.CharField()
    next = serializers.CharField(help_text="The tier above the one it qualifies for.")
    next_attainment = serializers.CharField(allow_null=True, help_text="How much of what that tier asks is met.")
    progress = serializers.CharField(allow_null=True, help_text=PROGRESS)
    requirements = TierRequirementSerializer(many=True)


class SponsorInput(serializers.Serializer):
    sponsor_id = serializers.UUIDField(allow_null=True)
    version = seen_version()


class PartnersViewSet(ReadRecordsViewSet):
    """Partner companies."""

    queryset = Partner.objects.select_related("tier").order_by("sort_name", "pk")
    serializer_class = PartnerSerializer
    listing = "partners:list"
    filterset_fields = ["state", "type"]
    permissions = {
        "list": "partners.view_partner",
        "retrieve": "partners.view_partner",
        "create": "partners.add_partner",
        "partial_update": "partners.edit_partner",
        "tier": "partners.view_partner",
        "profile": "partners.view_partner",
        "change_profile": "partners.edit_profile",
        "settle_profile": "partners.edit_profile",
        "sponsor": "partners.set_sponsor",
    }

    @extend_schema(request=NewPartnerInput, responses={201: PartnerSerializer, 202: LeftToOperationsSerializer})
    def create(self, request: Any) -> Response:
        """Add a partner. 409 `possible_duplicate` names the ones it may be; 202: operations looks at it first."""
        data = NewPartnerInput(data=request.data)
        data.is_valid(raise_exception=True)
        partner = propose_partner(by=self.member, **data.validated_data)
        if partner is None:
            said = {"code": "left_to_operations", "detail": "Nothing was added yet. Channel operations looks at it."}
            return Response(said, status=status.HTTP_202_ACCEPTED)
        return Response(PartnerSerializer(partner).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=PartnerChange, responses=PartnerSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        data = PartnerChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_partner(partner, by=self.member, seen_version=values.pop("version", None), **values)
        return Response(PartnerSerializer(partner).data)

    @extend_schema(responses=TierStandingSerializer)
    @action(detail=True)
    def tier(self, request: Any, pk: Any = None) -> Response:
        """Where the partner stands in the programme, requirement by requirement."""
        return Response(TierStandingSerializer(tier_standing(self.get_object(), clock.today())).data)

    @extend_schema(responses=ProfileSerializer)
    @action(detail=True)
    def profile(self, request: Any, pk: Any = None) -> Response:
        """What is known of the partner, each value with everything that was said of it."""
        return Response(shown_profile(profile_of(self.get_object())))

    @extend_schema(request=SponsorInput, responses=PartnerSerializer)
    @action(detail=True, methods=["put"])
    def sponsor(self, request: Any, pk: Any = None) -> Response:
        """Put the partner under a distributor, or under none."""
        partner = self.get_object()
        data = SponsorInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = data.validated_data
        sponsor = find_visible(Partner, self.member, values["sponsor_id"]) if values["sponsor_id"] else None
        set_sponsor(partner, sponsor, by=self.member, seen_version=values.get("version"))
        return Response(PartnerSerializer(partner).data)

    @extend_schema(request=ProfileChange, responses=ProfileSerializer)
    @profile.mapping.patch
    def change_profile(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        data = ProfileChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        seen = values.pop("version", None)
        return Response(shown_profile(update_profile(partner, by=self.member, seen_version=seen, **values)))

    @extend_schema(request=SettleInput, responses=ProfileSerializer)
    @action(detail=True, methods=["post"], url_path="profile/settle", url_name="settle-profile")
    def settle_profile(self, request: Any, pk: Any = None) -> Response:
        """Take what a source said of a value as the one in force."""
        partner = self.get_object()
        data = SettleInput(data=request.data)
        data.is_valid(raise_exception=True)
        profile = settle_profile_value(
            partner, data.validated_data["field"], data.validated_data["source"], by=self.member
        )
        return Response(shown_profile(profile))


def register(router: Any) -> None:
    router.register("partners", PartnersViewSet, basename="partners")
