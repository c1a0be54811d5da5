"""A vendor's settings and hosts in the API: the same actions as the page."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from prm.kernel.domains import choose_main_domain, claim_domain, drop_domain, prove_domain
from prm.kernel.models import Tenant, TenantDomain
from prm.kernel.sites import home_of
from prm.kernel.vendor import (
    LOCALES,
    change_calendar,
    change_logo,
    change_look,
    change_words,
    plan_fiscal_year,
    remove_logo,
)
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


class SettingsSerializer(serializers.ModelSerializer):
    home = serializers.SerializerMethodField()

    class Meta:
        model = Tenant
        fields = [
            "name",
            "slug",
            "colours",
            "words",
            "time_zone",
            "locale",
            "currency",
            "fy_start_month",
            "next_fy_from",
            "holidays",
            "public_pages",
            "home",
        ]
        read_only_fields = fields

    def get_home(self, tenant: Tenant) -> str:
        return home_of(tenant)


class LookInput(serializers.Serializer):
    name = serializers.CharField(max_length=120)
    brand = serializers.CharField(max_length=7)
    accent = serializers.CharField(max_length=7)


class LogoInput(serializers.Serializer):
    file = UploadInput()


class WordsInput(serializers.Serializer):
    words = serializers.DictField(child=serializers.DictField(child=serializers.CharField(allow_blank=True)))


class CalendarInput(serializers.Serializer):
    time_zone = serializers.CharField(max_length=60)
    locale = serializers.ChoiceField(choices=sorted(LOCALES))
    holidays = serializers.ListField(child=serializers.DateField())
    public_pages = serializers.BooleanField()


class FiscalYearInput(serializers.Serializer):
    begins = serializers.DateField(allow_null=True)


class SettingsViewSet(RecordsViewSet):
    """What holds for everybody at this vendor."""

    queryset = TenantDomain.objects.all()
    serializer_class = SettingsSerializer
    pagination_class = None
    filter_backends: list[Any] = []
    permissions = {
        "list": "kernel.view_settings",
        "look": "kernel.edit_settings",
        "logo": "kernel.edit_settings",
        "drop_logo": "kernel.edit_settings",
        "words": "kernel.edit_settings",
        "calendar": "kernel.edit_settings",
        "fiscal_year": "kernel.edit_settings",
    }

    def answer(self, tenant: Tenant) -> Response:
        return Response(SettingsSerializer(tenant).data)

    def said(self, shape: type[serializers.Serializer]) -> dict[str, Any]:
        data = shape(data=self.request.data)
        data.is_valid(raise_exception=True)
        return dict(data.validated_data)

    @extend_schema(responses=SettingsSerializer)
    def list(self, request: Any) -> Response:
        return self.answer(self.member.tenant)

    @extend_schema(request=LookInput, responses=SettingsSerializer)
    @action(detail=False, methods=["post"])
    def look(self, request: Any) -> Response:
        return self.answer(change_look(by=self.member, **self.said(LookInput)))

    @extend_schema(request={"multipart/form-data": LogoInput}, responses=SettingsSerializer)
    @action(detail=False, methods=["post"], parser_classes=[MultiPartParser])
    def logo(self, request: Any) -> Response:
        """A new picture for header, sign-in page and letters."""
        return self.answer(change_logo(self.said(LogoInput)["file"].content, by=self.member))

    @extend_schema(request=None, responses=SettingsSerializer)
    @logo.mapping.delete
    def drop_logo(self, request: Any) -> Response:
        """Back to the plain sign."""
        return self.answer(remove_logo(by=self.member))

    @extend_schema(request=WordsInput, responses=SettingsSerializer)
    @action(detail=False, methods=["post"])
    def words(self, request: Any) -> Response:
        return self.answer(change_words(self.said(WordsInput)["words"], by=self.member))

    @extend_schema(request=CalendarInput, responses=SettingsSerializer)
    @action(detail=False, methods=["post"])
    def calendar(self, request: Any) -> Response:
        return self.answer(change_calendar(by=self.member, **self.said(CalendarInput)))

    @extend_schema(request=FiscalYearInput, responses=SettingsSerializer)
    @action(detail=False, methods=["post"], url_path="fiscal-year")
    def fiscal_year(self, request: Any) -> Response:
        return self.answer(plan_fiscal_year(self.said(FiscalYearInput)["begins"], by=self.member))


class DomainSerializer(serializers.ModelSerializer):
    class Meta:
        model = TenantDomain
        fields = ["id", "host", "proof", "verified_at", "is_main"]
        read_only_fields = fields


class DomainInput(serializers.Serializer):
    host = serializers.CharField(max_length=253)


class DomainsViewSet(ReadRecordsViewSet):
    """The hosts under which the vendor's portal answers or is to answer."""

    queryset = TenantDomain.objects.order_by("host")
    serializer_class = DomainSerializer
    permissions = {
        "list": "kernel.edit_settings",
        "retrieve": "kernel.edit_settings",
        "create": "kernel.edit_settings",
        "prove": "kernel.edit_settings",
        "main": "kernel.edit_settings",
        "destroy": "kernel.edit_settings",
    }

    @extend_schema(request=DomainInput, responses={201: DomainSerializer})
    def create(self, request: Any) -> Response:
        data = DomainInput(data=request.data)
        data.is_valid(raise_exception=True)
        domain = claim_domain(data.validated_data["host"], by=self.member)
        return Response(DomainSerializer(domain).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=DomainSerializer)
    @action(detail=True, methods=["post"])
    def prove(self, request: Any, pk: Any = None) -> Response:
        return Response(DomainSerializer(prove_domain(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=DomainSerializer)
    @action(detail=True, methods=["post"])
    def main(self, request: Any, pk: Any = None) -> Response:
        return Response(DomainSerializer(choose_main_domain(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        drop_domain(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
