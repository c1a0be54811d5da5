"""Targets in the API: set by the vendor, proposed by one side, confirmed or declined by the other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.money import with_places
from prm.kernel.periods import FiscalYear
from prm.kernel.policies import require
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import find_visible
from prm.kernel.web.viewsets import ReadRecordsViewSet
from sales.actions import confirm_targets, decline_targets, propose_targets, set_targets, withdraw_targets
from sales.models import ProductLine, Target, TargetProposal
from sales.queries import spread


class TargetSerializer(serializers.ModelSerializer):
    amount = serializers.SerializerMethodField()
    line = serializers.CharField(source="line.code", default=None)
    is_confirmed = serializers.SerializerMethodField(help_text="Whether the other side agreed to it.")

    class Meta:
        model = Target
        fields = ["id", "partner_id", "month", "line", "amount", "currency", "source", "is_confirmed"]
        read_only_fields = fields

    def get_amount(self, row: Target) -> str:
        return str(with_places(row.amount, row.currency))

    def get_is_confirmed(self, row: Target) -> bool:
        return row.confirmed_by_id is not None


class MonthInput(serializers.Serializer):
    month = serializers.DateField(help_text="The first day of the month.")
    amount = serializers.CharField(max_length=40, allow_null=True, help_text="Null takes the target away.")


class TargetsInput(serializers.Serializer):
    """Months, or the amount of a fiscal year, which is split into its months so that they add up exactly."""

    partner_id = serializers.UUIDField()
    line = serializers.CharField(max_length=60, required=False, allow_null=True, help_text="Code; none: in total.")
    months = MonthInput(many=True, required=False)
    fiscal_year = serializers.IntegerField(min_value=1991, max_value=2999, required=False)
    total = serializers.CharField(max_length=40, required=False, help_text="Of the fiscal year.")


class ProposalInput(TargetsInput):
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class ProposalSerializer(serializers.ModelSerializer):
    line = serializers.CharField(source="line.code", default=None)

    fiscal_years = serializers.SerializerMethodField(help_text="FY2028: those its months lie in, mostly one.")

    class Meta:
        model = TargetProposal
        fields = [
            "id",
            "partner_id",
            "line",
            "fiscal_years",
            "months",
            "currency",
            "side",
            "state",
            "comment",
            "reason",
            "decided_at",
        ]
        read_only_fields = fields

    def get_fiscal_years(self, row: TargetProposal) -> list[str]:
        return [year.label for year in row.years]


def _amount(text: str | None) -> Decimal | None:
    if text is None:
        return None
    if not text.isascii() or not text.replace(".", "", 1).removeprefix("-").isdigit():
        raise Invalid(f"{text[:40]} is no amount.", field="amount")
    return Decimal(text)


def _asked(request: Any, kind: type[TargetsInput]) -> dict[str, Any]:
    given = kind(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _line(code: str | None) -> ProductLine | None:
    if not code:
        return None
    found = ProductLine.objects.filter(code=code).first()
    if found is None:
        raise Invalid(f"There is no product line {code[:60]}.", field="line")
    return found


def _amounts(data: dict[str, Any], partner: Partner) -> dict[dt.date, Decimal | None]:
    if data.get("months"):
        return {one["month"]: _amount(one["amount"]) for one in data["months"]}
    total = _amount(data.get("total"))
    if total is None or "fiscal_year" not in data:
        raise Invalid("Give months, or a fiscal year with its total.", field="months")
    if total < 0:
        raise Invalid(f"{total} is less than nothing.", field="total")
    year = FiscalYear(data["fiscal_year"], current_tenant().fy_start_month)
    return dict(spread(total, partner, year, as_sold=False))


class TargetsViewSet(ReadRecordsViewSet):
    """Agreed net revenue per partner and month, by product line or in total."""

    queryset = Target.objects.select_related("line").order_by("month", "pk")
    serializer_class = TargetSerializer
    filterset_fields = ["partner", "month"]
    permissions = {"list": "sales.view_target", "retrieve": "sales.view_target", "create": "sales.set_target"}

    @extend_schema(request=TargetsInput, responses=TargetSerializer(many=True))
    def create(self, request: Any) -> Response:
        require(self.member, "sales.set_target")
        data = _asked(request, TargetsInput)
        partner = find_visible(Partner, self.member, data["partner_id"])
        amounts = _amounts(data, partner)
        set_targets(partner, amounts, line=_line(data.get("line")), by=self.member)
        rows = self.queryset.all().filter(partner=partner, month__in=amounts)
        return Response(TargetSerializer(rows, many=True).data, status=status.HTTP_201_CREATED)


class TargetProposalsViewSet(ReadRecordsViewSet):
    """Targets that one side proposes; the other confirms or declines them."""

    queryset = TargetProposal.objects.select_related("line", "partner", "proposed_by").order_by("-created_at", "pk")
    serializer_class = ProposalSerializer
    filterset_fields = ["partner", "state"]
    permissions = {
        "list": "sales.view_target",
        "retrieve": "sales.view_target",
        "create": "sales.propose_targets",
        "confirm": "sales.confirm_targets",
        "decline": "sales.decline_targets",
        "withdraw": "sales.withdraw_targets",
    }

    @extend_schema(request=ProposalInput, responses=ProposalSerializer)
    def create(self, request: Any) -> Response:
        require(self.member, "sales.propose_targets")
        data = _asked(request, ProposalInput)
        partner = find_visible(Partner, self.member, data["partner_id"])
        line = _line(data.get("line"))
        made = propose_targets(partner, _amounts(data, partner), line=line, comment=data["comment"], by=self.member)
        return Response(ProposalSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Any, pk: Any = None) -> Response:
        return self._record(confirm_targets(self.get_object(), by=self.member))

    @extend_schema(request=ReasonInput, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: Any = None) -> Response:
        proposal = self.get_object()
        given = ReasonInput(data=request.data)
        given.is_valid(raise_exception=True)
        return self._record(decline_targets(proposal, reason=given.validated_data["reason"], by=self.member))

    @extend_schema(request=None, responses=ProposalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: Any = None) -> Response:
        return self._record(withdraw_targets(self.get_object(), by=self.member))

    def _record(self, proposal: TargetProposal) -> Response:
        return Response(ProposalSerializer(proposal).data)
