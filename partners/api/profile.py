"""Profiles, places and profile questions in the API: shapes only."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_location,
    answer_profile_question,
    edit_location,
    edit_profile_question,
    remove_location,
    skip_profile_question,
)
from partners.countries import COUNTRIES
from partners.models import Partner, PartnerLocation, PartnerProfile, ProfileQuestion
from partners.profile_fields import FIELDS, ProfileField
from prm.kernel.errors import Invalid
from prm.kernel.events import plain
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


def input_field(spec: ProfileField) -> serializers.Field:
    """The shape of one value of the profile."""
    common: dict[str, Any] = {"required": False}
    length = getattr(PartnerProfile._meta.get_field(spec.name), "max_length", None)
    match spec.kind:
        case "number" | "year":
            return serializers.IntegerField(min_value=0, max_value=10_000_000, allow_null=True, **common)
        case "money":
            return serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, **common)
        case "choice":
            return serializers.ChoiceField(choices=list(spec.choices or {}), allow_blank=True, **common)
        case "codes" | "words" | "countries":
            return serializers.ListField(child=serializers.CharField(max_length=60), max_length=100, **common)
        case "flag":
            return serializers.BooleanField(**common)
    return serializers.CharField(max_length=length, allow_blank=True, **common)


class ProfileChange(serializers.Serializer):
    """Values of a profile; what is not named stays."""

    version = seen_version()

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {name: input_field(spec) for name, spec in FIELDS.items()}


class ProfileSerializer(serializers.Serializer):
    """What is known of a partner, and who said what of each value and when."""

    version = serializers.IntegerField()
    values = serializers.DictField()
    sources = serializers.DictField()


class SettleInput(serializers.Serializer):
    field = serializers.ChoiceField(choices=list(FIELDS))
    source = serializers.ChoiceField(choices=["partner", "vendor", "import", "system"])


def shown_profile(profile: PartnerProfile) -> dict[str, Any]:
    values = {name: plain(getattr(profile, name)) for name in FIELDS}
    return {"version": profile.version, "values": values, "sources": profile.sources}


class LocationSerializer(serializers.ModelSerializer):
    class Meta:
        model = PartnerLocation
        fields = [
            "id",
            "partner_id",
            "address",
            "postal_code",
            "city",
            "state_province",
            "country",
            "is_main",
            "version",
            "updated_at",
        ]
        read_only_fields = fields


class LocationFields(serializers.Serializer):
    address = serializers.CharField(max_length=300, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    city = serializers.CharField(max_length=120, required=False, allow_blank=True)
    state_province = serializers.CharField(max_length=120, required=False, allow_blank=True)
    country = serializers.ChoiceField(choices=sorted(COUNTRIES))
    is_main = serializers.BooleanField(required=False)


class LocationChange(LocationFields):
    version = seen_version()


class LocationInput(LocationFields):
    partner_id = serializers.UUIDField()


class LocationsViewSet(ReadRecordsViewSet):
    """Places of partners."""

    queryset = PartnerLocation.objects.order_by("partner_id", "-is_main", "pk")
    serializer_class = LocationSerializer
    filterset_fields = ["partner"]
    permissions = {
        "list": "partners.view_partner",
        "retrieve": "partners.view_partner",
        "create": "partners.edit_location",
        "partial_update": "partners.edit_location",
        "destroy": "partners.edit_location",
    }

    @extend_schema(request=LocationInput, responses={201: LocationSerializer})
    def create(self, request: Any) -> Response:
        data = LocationInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.edit_location", partner)
        location = add_location(partner, by=self.member, **values)
        return Response(LocationSerializer(location).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=LocationChange, responses=LocationSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        location = self.get_object()
        data = LocationChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_location(location, by=self.member, seen_version=values.pop("version"), **values)
        return Response(LocationSerializer(location).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_location(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProfileQuestionSerializer(serializers.ModelSerializer):
    kind = serializers.SerializerMethodField()
    choices = serializers.SerializerMethodField()

    class Meta:
        model = ProfileQuestion
        fields = ["id", "field", "text", "kind", "choices", "roles", "order", "refresh_months", "active", "version"]
        read_only_fields = fields

    def get_kind(self, question: ProfileQuestion) -> str:
        return FIELDS[question.field].kind if question.field in FIELDS else ""

    def get_choices(self, question: ProfileQuestion) -> list[str]:
        spec = FIELDS.get(question.field)
        return list(spec.choices or {}) if spec else []


class AnswerInput(serializers.Serializer):
    """The answer, in the shape of the value that the question fills."""

    value = serializers.JSONField()
    version = seen_version()  # of the profile; refused where this value has moved on since


class QuestionChange(serializers.Serializer):
    active = serializers.BooleanField(required=False)
    order = serializers.IntegerField(required=False, min_value=1, max_value=9999)
    refresh_months = serializers.IntegerField(required=False, min_value=1, max_value=120)
    version = seen_version()


class ProfileQuestionsViewSet(ReadRecordsViewSet):
    """Questions that fill the profile."""

    queryset = ProfileQuestion.objects.order_by("order", "pk")
    serializer_class = ProfileQuestionSerializer
    permissions = {
        "list": "partners.view_profile_question",
        "retrieve": "partners.view_profile_question",
        "partial_update": "partners.edit_profile_question",
        "answer": "partners.answer_profile_question",
        "skip": "partners.answer_profile_question",
    }

    @extend_schema(request=QuestionChange, responses=ProfileQuestionSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        question = self.get_object()
        data = QuestionChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        edit_profile_question(question, by=self.member, seen_version=values.pop("version"), **values)
        return Response(ProfileQuestionSerializer(question).data)

    @extend_schema(request=AnswerInput, responses=ProfileSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Any, pk: Any = None) -> Response:
        """Answer for the own company."""
        question = self.get_object()
        data = AnswerInput(data=request.data)
        data.is_valid(raise_exception=True)
        spec = FIELDS.get(question.field)
        if spec is None:
            raise Invalid("This question fills nothing.")
        value = input_field(spec).run_validation(data.validated_data["value"])
        seen = data.validated_data.get("version")
        return Response(shown_profile(answer_profile_question(question, value, by=self.member, seen_version=seen)))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def skip(self, request: Any, pk: Any = None) -> Response:
        """Not now."""
        skip_profile_question(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


def register(router: Any) -> None:
    router.register("locations", LocationsViewSet, basename="locations")
    router.register("profile-questions", ProfileQuestionsViewSet, basename="profile-questions")
