"""Bank details in the API: each reader gets what the page shows."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import enter_bank_details, verify_bank_details
from partners.countries import COUNTRIES
from partners.models import BankDetails, Partner
from partners.queries.bank import payable_from
from partners.rows import present_bank_details
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.described import VersionMissing
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


class BankDetailsSerializer(serializers.ModelSerializer):
    """Holder, bank and numbers are empty for those who see the last four characters only."""

    account = serializers.SerializerMethodField()
    payable_from = serializers.SerializerMethodField()

    class Meta:
        model = BankDetails
        fields = ["id", "partner_id", "last_four", "account", "changed_at", "verified_at", "payable_from", "version"]
        read_only_fields = fields

    def get_account(self, details: BankDetails) -> dict[str, str]:
        shown = present_bank_details(details, self.context["request"]._request.member)
        names = ("holder", "bank", "country", "iban", "account", "routing")
        return {
            name: getattr(shown, name).replace(" ", "") if name == "iban" else getattr(shown, name) for name in names
        }

    def get_payable_from(self, details: BankDetails) -> str | None:
        day = payable_from(details)
        return day.isoformat() if day else None


class BankDetailsInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    holder = serializers.CharField(max_length=160)
    bank = serializers.CharField(max_length=160)
    country = serializers.ChoiceField(choices=sorted(COUNTRIES))
    iban = serializers.CharField(max_length=60, required=False, allow_blank=True)
    account = serializers.CharField(max_length=40, required=False, allow_blank=True)
    routing = serializers.CharField(max_length=40, required=False, allow_blank=True)
    version = serializers.IntegerField(required=False, help_text="The version you saw, when you change them.")


class SeenVersion(serializers.Serializer):
    version = seen_version()


class BankDetailsViewSet(ReadRecordsViewSet):
    """Accounts of partners, as far as the reader may see them."""

    queryset = BankDetails.objects.select_related("partner", "entered_by__user", "verified_by__user").order_by(
        "changed_at", "pk"
    )
    serializer_class = BankDetailsSerializer
    permissions = {
        "list": "partners.view_bank_details",
        "retrieve": "partners.view_bank_details",
        "create": "partners.enter_bank_details",
        "verify": "partners.verify_bank_details",
    }

    @extend_schema(request=BankDetailsInput, responses={201: BankDetailsSerializer})
    def create(self, request: Any) -> Response:
        """Enter or change the bank details of a partner."""
        data = BankDetailsInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.enter_bank_details", partner)
        if "version" not in values and BankDetails.objects.filter(partner=partner).exists():
            raise VersionMissing(field="version")
        details = enter_bank_details(partner, by=self.member, seen_version=values.pop("version", None), **values)
        return Response(self.get_serializer(details).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SeenVersion, responses=BankDetailsSerializer)
    @action(detail=True, methods=["post"])
    def verify(self, request: Any, pk: Any = None) -> Response:
        details = self.get_object()
        data = SeenVersion(data=request.data)
        data.is_valid(raise_exception=True)
        verify_bank_details(details, by=self.member, seen_version=data.validated_data.get("version"))
        return Response(self.get_serializer(details).data)


def register(router: Any) -> None:
    router.register("bank-details", BankDetailsViewSet, basename="bank_details")
