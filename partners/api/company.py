"""Partners and contacts in the API: the same rows, permissions and actions as the pages."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import add_contact, add_partner, edit_contact, edit_partner
from partners.countries import COUNTRIES
from partners.models import Contact, Partner
from partners.queries import tier_standing
from prm.kernel import clock
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
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


class PartnerChange(PartnerInput):
    version = serializers.IntegerField(
        required=False, help_text="The version you saw; refused with 409 if it moved on."
    )


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
    next = serializers.CharField()
    progress = serializers.CharField(allow_null=True)
    requirements = TierRequirementSerializer(many=True)


class PartnersViewSet(ReadRecordsViewSet):
    """Partner companies."""

    queryset = Partner.objects.select_related("tier").order_by("sort_name", "pk")
    serializer_class = PartnerSerializer
    filterset_fields = ["state", "type"]
    permissions = {
        "list": "partners.view_partner",
        "retrieve": "partners.view_partner",
        "create": "partners.add_partner",
        "partial_update": "partners.edit_partner",
        "tier": "partners.view_partner",
    }

    @extend_schema(request=PartnerInput, responses={201: PartnerSerializer})
    def create(self, request: Any) -> Response:
        data = PartnerInput(data=request.data)
        data.is_valid(raise_exception=True)
        partner = add_partner(by=self.member, **data.validated_data)
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


class ContactSerializer(serializers.ModelSerializer):
    class Meta:
        model = Contact
        fields = ["id", "partner_id", "name", "email", "phone", "function", "title", "left_on", "updated_at"]
        read_only_fields = fields


class ContactChange(serializers.Serializer):
    name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=60, required=False, allow_blank=True)
    function = serializers.ChoiceField(choices=Contact.Function.choices, required=False)
    title = serializers.CharField(max_length=120, required=False, allow_blank=True)


class ContactInput(ContactChange):
    partner_id = serializers.UUIDField()


class ContactsViewSet(ReadRecordsViewSet):
    """People at partners."""

    queryset = Contact.objects.order_by("sort_name", "pk")
    serializer_class = ContactSerializer
    permissions = {
        "list": "partners.view_contact",
        "retrieve": "partners.view_contact",
        "create": "partners.edit_contact",
        "partial_update": "partners.edit_contact",
    }

    @extend_schema(request=ContactInput, responses={201: ContactSerializer})
    def create(self, request: Any) -> Response:
        data = ContactInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.edit_contact", partner)
        contact = add_contact(partner, by=self.member, **values)
        return Response(ContactSerializer(contact).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ContactChange, responses=ContactSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        contact = self.get_object()
        data = ContactChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        edit_contact(contact, by=self.member, **data.validated_data)
        return Response(ContactSerializer(contact).data)


def register(router: Any) -> None:
    router.register("partners", PartnersViewSet, basename="partners")
    router.register("contacts", ContactsViewSet, basename="contacts")
