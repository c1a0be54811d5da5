"""Bookings and performance in the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel.money import with_places
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet
from sales.forms import AsOfForm
from sales.models import SalesActual
from sales.queries import performance


class ActualSerializer(serializers.ModelSerializer):
    amount = serializers.SerializerMethodField(help_text="Net revenue; up to two more decimals than the currency has.")
    line = serializers.CharField(source="line.code")

    class Meta:
        model = SalesActual
        fields = ["id", "partner_id", "booked_on", "line", "amount", "currency", "kind", "external_id"]
        read_only_fields = fields

    def get_amount(self, row: SalesActual) -> str:
        return str(with_places(row.amount, row.currency))


class ActualsViewSet(ReadRecordsViewSet):
    """Booked lines of net revenue, newest first."""

    queryset = SalesActual.objects.select_related("line").order_by("-booked_on", "pk")
    serializer_class = ActualSerializer
    filterset_fields = ["booked_on", "currency", "kind", "external_id"]
    permissions = {"list": "sales.view_actual", "retrieve": "sales.view_actual"}


class PeriodSerializer(serializers.Serializer):
    label = serializers.CharField()
    target = serializers.CharField(allow_null=True)
    actual = serializers.CharField()
    performance = serializers.CharField(allow_null=True)
    variance = serializers.CharField(allow_null=True)
    status = serializers.CharField()
    closed_months = serializers.IntegerField()
    why = serializers.CharField()


class MonthSerializer(serializers.Serializer):
    month = serializers.CharField()
    target = serializers.CharField(allow_null=True)
    actual = serializers.CharField()
    is_closed = serializers.BooleanField()


class PerformanceSerializer(serializers.Serializer):
    as_of = serializers.DateField()
    currency = serializers.CharField()
    fiscal_year = serializers.CharField()
    year = PeriodSerializer()
    quarters = PeriodSerializer(many=True)
    months = MonthSerializer(many=True)


class PerformanceViewSet(RecordsViewSet):
    """Performance to plan of a partner (the id is the partner's)."""

    queryset = Partner.objects.order_by("pk")
    serializer_class = PerformanceSerializer
    permissions = {"retrieve": "sales.view_performance"}

    @extend_schema(parameters=[OpenApiParameter("as_of", str, description="YYYY-MM-DD; today when left out.")])
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        day = AsOfForm(request.query_params).day()
        return Response(PerformanceSerializer(performance(self.get_object().pk, day)).data)
