"""KPIs in the API: the catalogue and its settings, sheets of partners, targets and proposals, weights, the ranking."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner, Tier
from prm.kernel.errors import Invalid
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet
from sales.forms import AsOfForm
from scorecards.actions import (
    add_kpi,
    confirm_kpi_target,
    decline_kpi_target,
    enter_kpi,
    propose_kpi_target,
    set_kpi,
    set_kpi_target,
    set_weights,
    withdraw_kpi_target,
)
from scorecards.api.assessments import ReasonInput
from scorecards.models import KpiDefinition, KpiSetting, KpiTargetProposal, StageWeights
from scorecards.queries import composite_scores, kpi_sheet, ranking

AS_OF = [OpenApiParameter("as_of", str, description="YYYY-MM-DD; today when left out.")]


@extend_schema_field(str)
class Number(serializers.Field):
    """A plain decimal number as text: no exponent, no NaN, no digits of another script."""

    def to_internal_value(self, data: Any) -> Decimal:
        text = data if isinstance(data, str) and len(data) <= 40 else ""
        plain = text.removeprefix("-").replace(".", "", 1)
        if not (plain.isascii() and plain.isdigit()):
            raise serializers.ValidationError("Give a plain decimal number as text, such as 0.95.")
        return Decimal(text)

    def to_representation(self, value: Decimal) -> str:
        return str(value)


class KpiSerializer(serializers.ModelSerializer):
    class Meta:
        model = KpiDefinition
        fields = ["id", "code", "category", "name", "kind", "measure", "formula", "unit", "direction"]
        read_only_fields = fields


class SettingInput(serializers.Serializer):
    valid_from = serializers.DateField()
    in_use = serializers.BooleanField(default=True)
    life_stages = serializers.ListField(child=serializers.CharField(max_length=20), default=list)
    target_kind = serializers.ChoiceField(choices=KpiSetting.TargetKind.choices)
    target = Number(allow_null=True, default=None)
    green = Number()
    yellow = Number()


class KpiInput(SettingInput):
    valid_from = None  # type: ignore[assignment]
    name = serializers.CharField(max_length=120)
    category = serializers.ChoiceField(choices=KpiDefinition.Category.choices)
    kind = serializers.ChoiceField(choices=KpiDefinition.Kind.choices)
    measure = serializers.CharField(max_length=60, default="", allow_blank=True)
    unit = serializers.ChoiceField(choices=KpiDefinition.Unit.choices)
    direction = serializers.ChoiceField(choices=KpiDefinition.Direction.choices)
    formula = serializers.CharField(max_length=300, default="", allow_blank=True)


class PeriodInput(serializers.Serializer):
    month = serializers.DateField(allow_null=True, default=None, help_text="The first day of the month.")
    fiscal_year = serializers.IntegerField(allow_null=True, default=None, min_value=1991, max_value=2999)


class KpiTargetInput(PeriodInput):
    """Of one partner, of a tier (by its code), or of all."""

    partner_id = serializers.UUIDField(allow_null=True, default=None)
    tier = serializers.CharField(max_length=40, allow_null=True, default=None)
    value = Number(allow_null=True, help_text="Null takes the target away.")


class KpiValueInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    month = serializers.DateField()
    value = Number(allow_null=True)


class KpiProposalInput(PeriodInput):
    kpi = serializers.CharField(max_length=60, help_text="Code of the KPI.")
    partner_id = serializers.UUIDField()
    value = Number()
    comment = serializers.CharField(max_length=500, default="", allow_blank=True)


class KpiProposalSerializer(serializers.ModelSerializer):
    kpi = serializers.CharField(source="kpi.code")
    value = serializers.SerializerMethodField()

    class Meta:
        model = KpiTargetProposal
        fields = ["id", "partner_id", "kpi", "month", "fiscal_year", "value", "side", "state", "comment", "reason"]
        read_only_fields = fields

    def get_value(self, row: KpiTargetProposal) -> str:
        return str(row.value)


class FigureSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    unit = serializers.CharField()
    direction = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    target = serializers.CharField(allow_null=True)
    target_scope = serializers.CharField()
    status = serializers.CharField()
    formula = serializers.CharField()
    source = serializers.CharField()
    origin = serializers.CharField()
    last_data = serializers.DateField(allow_null=True)
    why_empty = serializers.CharField()
    in_focus = serializers.BooleanField()


class CategorySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    in_focus = serializers.BooleanField()
    kpis = FigureSerializer(many=True)


class SheetSerializer(serializers.Serializer):
    partner_id = serializers.UUIDField(read_only=True)
    on = serializers.DateField()
    life_stage = serializers.CharField()
    computed_at = serializers.DateTimeField()
    categories = CategorySerializer(many=True)


class KpisViewSet(ReadRecordsViewSet):
    """The KPIs of the vendor, how they are judged, and what is asked."""

    queryset = KpiDefinition.objects.order_by("category", "order", "pk")
    serializer_class = KpiSerializer
    permissions = {
        "list": "scorecards.view_kpis",
        "retrieve": "scorecards.view_kpis",
        "create": "scorecards.add_kpi",
        "judge": "scorecards.set_kpi",
        "target": "scorecards.view_kpis",
        "enter": "scorecards.enter_kpi",
    }

    @extend_schema(request=KpiInput, responses=KpiSerializer)
    def create(self, request: Any) -> Response:
        require(self.member, "scorecards.add_kpi")
        data = checked(KpiInput, request)
        made = add_kpi(data.pop("name"), by=self.member, **data)
        return Response(KpiSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=SettingInput, responses=KpiSerializer)
    @action(detail=True, methods=["post"])
    def judge(self, request: Any, pk: Any = None) -> Response:
        """Set how it is judged, from a day on."""
        kpi = self.get_object()
        set_kpi(kpi, by=self.member, **checked(SettingInput, request))
        return Response(KpiSerializer(kpi).data)

    @extend_schema(request=KpiTargetInput, responses=KpiSerializer)
    @action(detail=True, methods=["post"])
    def target(self, request: Any, pk: Any = None) -> Response:
        kpi, data = self.get_object(), checked(KpiTargetInput, request)
        partner_id, code = data.pop("partner_id"), data.pop("tier")
        partner = find_visible(Partner, self.member, partner_id) if partner_id else None
        tier = Tier.objects.filter(code=code).first() if code else None
        if code and tier is None:
            raise Invalid(f"There is no tier {code[:40]}.", field="tier")
        set_kpi_target(kpi, data.pop("value"), by=self.member, partner=partner, tier=tier, **data)
        return Response(KpiSerializer(kpi).data)

    @extend_schema(request=KpiValueInput, responses=KpiSerializer)
    @action(detail=True, methods=["post"])
    def enter(self, request: Any, pk: Any = None) -> Response:
        require(self.member, "scorecards.enter_kpi")
        kpi = find_visible(KpiDefinition, self.member, pk)
        data = checked(KpiValueInput, request)
        partner = find_visible(Partner, self.member, data["partner_id"])
        enter_kpi(kpi, partner, data["value"], month=data["month"], by=self.member)
        return Response(KpiSerializer(kpi).data)


class KpiSheetsViewSet(RecordsViewSet):
    """The KPIs of a partner on a day (the id is the partner's)."""

    queryset = Partner.objects.order_by("pk")
    serializer_class = SheetSerializer
    permissions = {"retrieve": "scorecards.view_kpis"}

    @extend_schema(parameters=AS_OF)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        day = AsOfForm(request.query_params).day()
        return Response(SheetSerializer(kpi_sheet(self.get_object(), on=day)).data)


class KpiTargetProposalsViewSet(ReadRecordsViewSet):
    """Targets of KPIs that one side proposes; the other confirms or declines them."""

    queryset = KpiTargetProposal.objects.select_related("partner", "kpi", "proposed_by").order_by("-created_at", "pk")
    serializer_class = KpiProposalSerializer
    filterset_fields = ["partner", "state"]
    permissions = {
        "list": "scorecards.view_kpis",
        "retrieve": "scorecards.view_kpis",
        "create": "scorecards.propose_kpi_target",
        "confirm": "scorecards.confirm_kpi_target",
        "decline": "scorecards.decline_kpi_target",
        "withdraw": "scorecards.withdraw_kpi_target",
    }

    @extend_schema(request=KpiProposalInput, responses=KpiProposalSerializer)
    def create(self, request: Any) -> Response:
        require(self.member, "scorecards.propose_kpi_target")
        data = checked(KpiProposalInput, request)
        partner = find_visible(Partner, self.member, data.pop("partner_id"))
        kpi = KpiDefinition.objects.filter(code=data["kpi"]).first()
        if kpi is None:
            raise Invalid(f"There is no KPI {data['kpi'][:60]}.", field="kpi")
        del data["kpi"]
        made = propose_kpi_target(kpi, partner, data.pop("value"), by=self.member, **data)
        return Response(KpiProposalSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=KpiProposalSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Any, pk: Any = None) -> Response:
        return self._record(confirm_kpi_target(self.get_object(), by=self.member))

    @extend_schema(request=ReasonInput, responses=KpiProposalSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: Any = None) -> Response:
        return self._record(decline_kpi_target(self.get_object(), by=self.member, **checked(ReasonInput, request)))

    @extend_schema(request=None, responses=KpiProposalSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Any, pk: Any = None) -> Response:
        return self._record(withdraw_kpi_target(self.get_object(), by=self.member))

    def _record(self, proposal: KpiTargetProposal) -> Response:
        return Response(KpiProposalSerializer(proposal).data)


# --- the vendor's own: weights and ranking ------------------------------------------------------------------


class WeightsSerializer(serializers.ModelSerializer):
    min_share = serializers.SerializerMethodField()

    class Meta:
        model = StageWeights
        fields = ["id", "life_stage", "valid_from", "weights", "min_share"]
        read_only_fields = fields

    def get_min_share(self, row: StageWeights) -> str:
        return str(row.min_share)


class WeightsInput(serializers.Serializer):
    life_stage = serializers.CharField(max_length=20, allow_blank=True, help_text="Empty: all others.")
    valid_from = serializers.DateField()
    weights = serializers.DictField(child=Number())
    min_share = Number(default=Decimal("0.5"))


class CompositeWeightsViewSet(ReadRecordsViewSet):
    """What counts how much in the composite score, by life-stage and day."""

    queryset = StageWeights.objects.order_by("life_stage", "-valid_from")
    serializer_class = WeightsSerializer
    permissions = {
        "list": "scorecards.view_kpi_settings",
        "retrieve": "scorecards.view_kpi_settings",
        "create": "scorecards.set_weights",
    }

    @extend_schema(request=WeightsInput, responses=WeightsSerializer)
    def create(self, request: Any) -> Response:
        require(self.member, "scorecards.set_weights")
        data = checked(WeightsInput, request)
        kept = set_weights(data.pop("life_stage"), by=self.member, **data)
        return Response(WeightsSerializer(kept).data, status=status.HTTP_201_CREATED)


class RankedSerializer(serializers.Serializer):
    partner_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    score = serializers.CharField(read_only=True)
    revenue = serializers.CharField()


class ComponentSerializer(serializers.Serializer):
    name = serializers.CharField()
    weight = serializers.CharField()
    value = serializers.CharField(allow_null=True)
    carried = serializers.BooleanField()
    why = serializers.CharField()


class CompositeSerializer(serializers.Serializer):
    partner_id = serializers.UUIDField(read_only=True)
    on = serializers.DateField()
    life_stage = serializers.CharField()
    score = serializers.CharField(read_only=True)
    weight_covered = serializers.CharField(allow_null=True)
    why = serializers.CharField()
    components = ComponentSerializer(many=True)


class RankingViewSet(RecordsViewSet):
    """Partners by composite score, and the score of one with its parts. For the vendor's people alone."""

    queryset = Partner.objects.order_by("pk")
    serializer_class = CompositeSerializer
    permissions = {"list": "scorecards.view_ranking", "retrieve": "scorecards.view_ranking"}

    @extend_schema(parameters=AS_OF, responses=RankedSerializer(many=True))
    def list(self, request: Any) -> Response:
        require(self.member, "scorecards.view_ranking")
        known = set(self.get_queryset().values_list("pk", flat=True))
        found = [one for one in ranking(on=AsOfForm(request.query_params).day()) if one.partner_id in known]
        page = self.paginate_queryset(found)
        return self.get_paginated_response(RankedSerializer(page, many=True).data)

    @extend_schema(parameters=AS_OF)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        partner, day = self.get_object(), AsOfForm(request.query_params).day()
        return Response(CompositeSerializer(composite_scores([partner.pk], on=day)[partner.pk]).data)
