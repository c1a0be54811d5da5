"""The performance scorecard and the board in the interface: the objects of the pages, as numbers."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.exports import attachment
from prm.kernel.files import CONTENT_TYPES
from prm.kernel.paper import PdfNotPossible
from prm.kernel.web.viewsets import RecordsViewSet
from sales.models import years_of
from scorecards.paper.performance import NoPaper, card_pdf, card_xlsx, file_name
from scorecards.queries import PerformanceCard, behind, card_for, day_asked
from scorecards.queries.board import ON_BOARD, board_partners, board_rows
from scorecards.queries.kpi_targets import Waiting, waiting_of

ON = OpenApiParameter("on", str, description="YYYY-MM-DD, today when left out; a day to come is refused with 400.")


class Exact(serializers.CharField):
    """A decimal as text with all its places, or null where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_null=True, read_only=True, **kwargs)


class FigureSerializer(serializers.Serializer):
    """One figure; `why` says why there is no value, `key` asks for its rows."""

    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)
    value = Exact()
    unit = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True)
    why = serializers.CharField(read_only=True)


class PlanFigureSerializer(serializers.Serializer):
    key = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)
    target = Exact()
    actual = Exact()
    variance = Exact()
    performance = Exact()
    status = serializers.CharField(read_only=True)
    why = serializers.CharField(read_only=True)
    is_closed = serializers.BooleanField(read_only=True)


class CardRequirementSerializer(serializers.Serializer):
    key = serializers.CharField(read_only=True)
    metric = serializers.CharField(source="row.metric", read_only=True)
    label = serializers.CharField(source="row.label", read_only=True)
    kind = serializers.CharField(source="row.kind", read_only=True)
    unit = serializers.CharField(source="row.unit", read_only=True)
    target = Exact(source="row.target")
    actual = Exact(source="row.actual")
    gap = Exact(source="row.gap")
    is_met = serializers.BooleanField(source="row.is_met", read_only=True)
    why = serializers.CharField(source="row.why", read_only=True)


class ProgramPartSerializer(serializers.Serializer):
    held = serializers.CharField(source="standing.held", read_only=True)
    qualifying = serializers.CharField(source="standing.qualifying", read_only=True)
    next = serializers.CharField(source="standing.next", read_only=True)
    progress = Exact(source="standing.progress")
    attainment = FigureSerializer(read_only=True)
    requirements = CardRequirementSerializer(many=True, read_only=True)


class KpiFigureSerializer(serializers.Serializer):
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    category = serializers.CharField(read_only=True)
    kind = serializers.CharField(read_only=True)
    unit = serializers.CharField(read_only=True)
    direction = serializers.CharField(read_only=True)
    value = Exact()
    target = Exact()
    target_scope = serializers.CharField(read_only=True)
    green = Exact()
    yellow = Exact()
    status = serializers.CharField(read_only=True)
    formula = serializers.CharField(read_only=True)
    source = serializers.CharField(read_only=True)
    origin = serializers.CharField(read_only=True)
    last_data = serializers.DateField(read_only=True)
    why_empty = serializers.CharField(read_only=True)
    in_focus = serializers.BooleanField(read_only=True)


class CompositePartSerializer(serializers.Serializer):
    name = serializers.CharField(read_only=True)
    weight = Exact()
    value = Exact()
    carried = serializers.BooleanField(read_only=True)
    why = serializers.CharField(read_only=True)


class CompositeSerializer(serializers.Serializer):
    """F11; null for partners."""

    score = Exact()
    weight_covered = Exact()
    why = serializers.CharField(read_only=True)
    components = CompositePartSerializer(many=True, read_only=True)


class PerformanceCardSerializer(serializers.Serializer):
    partner_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    number = serializers.CharField(read_only=True)
    tier = serializers.CharField(read_only=True)
    life_stage = serializers.CharField(read_only=True)
    on = serializers.DateField(read_only=True)
    is_live = serializers.BooleanField(read_only=True)
    computed_at = serializers.DateTimeField(read_only=True)
    currency = serializers.CharField(read_only=True)
    fiscal_year = serializers.CharField(read_only=True)
    year = PlanFigureSerializer(read_only=True)
    quarters = PlanFigureSerializer(many=True, read_only=True)
    months = PlanFigureSerializer(many=True, read_only=True)
    pipeline = FigureSerializer(many=True, read_only=True)
    program = ProgramPartSerializer(read_only=True)
    certifications = FigureSerializer(many=True, read_only=True)
    tasks = FigureSerializer(many=True, read_only=True)
    deals = FigureSerializer(many=True, read_only=True)
    kpis = KpiFigureSerializer(many=True, source="sheet.kpis", read_only=True)
    composite = CompositeSerializer(allow_null=True, read_only=True)
    percentile = FigureSerializer(
        allow_null=True,
        read_only=True,
        help_text="For the champion: the share of the others that score lower, in tens.",
    )


class WaitingSerializer(serializers.Serializer):
    """A target that the other side proposed and the caller's side has not answered."""

    id = serializers.UUIDField(read_only=True)
    kind = serializers.SerializerMethodField(help_text="kpi or revenue: where it is confirmed or declined.")
    what = serializers.SerializerMethodField()
    period = serializers.SerializerMethodField(help_text="The fiscal year or years, or of a KPI the month: FY2028.")
    value = Exact(source="total")
    unit = serializers.CharField(read_only=True)
    by = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    comment = serializers.CharField(read_only=True)

    def get_kind(self, one: Waiting) -> str:
        return "kpi" if one.kpi else "revenue"

    def get_period(self, one: Waiting) -> str:
        return one.period or ", ".join(year.label for year in years_of(one.months))

    def get_what(self, one: Waiting) -> str:
        return one.kpi or one.line


class LiveCardSerializer(PerformanceCardSerializer):
    waiting = WaitingSerializer(many=True, read_only=True)


class FormulaTextSerializer(serializers.Serializer):
    number = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    text = serializers.CharField(read_only=True)
    inputs = serializers.ListField(child=serializers.CharField(), read_only=True)
    rounding = serializers.CharField(read_only=True)
    judged = serializers.CharField(read_only=True)


class GivenSerializer(serializers.Serializer):
    label = serializers.CharField(read_only=True)
    value = Exact()
    unit = serializers.CharField(read_only=True)


class RowTableSerializer(serializers.Serializer):
    """Rows behind a figure; amounts are text with all their places."""

    title = serializers.CharField(read_only=True)
    columns = serializers.ListField(child=serializers.CharField(), read_only=True)
    rows = serializers.SerializerMethodField()
    total = Exact()
    more = serializers.IntegerField(read_only=True)
    note = serializers.CharField(read_only=True)

    def get_rows(self, table: Any) -> list[dict[str, str | None]]:
        return [{name: _text(row.get(name)) for name in table.columns} for row in table.rows]


def _text(value: Any) -> str | None:
    if isinstance(value, tuple):
        value = value[0]
    if value is None:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class BehindSerializer(serializers.Serializer):
    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)
    value = Exact()
    unit = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True)
    why = serializers.CharField(read_only=True)
    formula = FormulaTextSerializer(read_only=True)
    inputs = GivenSerializer(many=True, read_only=True)
    tables = RowTableSerializer(many=True, read_only=True)
    source = serializers.CharField(read_only=True)
    last_data = serializers.DateField(read_only=True)


class PerformanceScorecardsViewSet(RecordsViewSet):
    """The performance scorecard of a partner (the id is the partner's), of today or of any past day."""

    queryset = Partner.objects.select_related("tier").order_by("pk")
    serializer_class = PerformanceCardSerializer
    permissions = dict.fromkeys(("retrieve", "figure", "pdf", "xlsx"), "scorecards.view_kpis")

    @extend_schema(parameters=[ON], responses=LiveCardSerializer)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        """The scorecard; of today also the proposed targets that wait for the caller."""
        partner = self.get_object()
        card = self._card(partner)
        waiting = waiting_of(partner, self.member) if card.is_live else []
        told = {**PerformanceCardSerializer(card).data, "waiting": WaitingSerializer(waiting, many=True).data}
        return Response(told)

    @extend_schema(
        parameters=[ON, OpenApiParameter("of", str, description="The key of a figure; `year` when left out.")],
        responses=BehindSerializer,
    )
    @action(detail=True)
    def figure(self, request: Any, pk: Any = None) -> Response:
        """One figure: formula, inputs, and the rows it is made of."""
        partner, key = self.get_object(), request.query_params.get("of", "year")
        card = self._card(partner, with_composite=key == "composite")
        found = behind(card, key, partner, self.member)
        if found is None:
            raise Http404
        return Response(BehindSerializer(found).data)

    @extend_schema(parameters=[ON], responses={(200, CONTENT_TYPES["pdf"]): bytes})
    @action(detail=True)
    def pdf(self, request: Any, pk: Any = None) -> HttpResponse:
        """The scorecard on one page."""
        card = self._card(self.get_object())
        try:
            return attachment(card_pdf(card), file_name(card), "pdf")
        except PdfNotPossible as missing:
            raise NoPaper(str(missing)) from missing

    @extend_schema(parameters=[ON], responses={(200, CONTENT_TYPES["xlsx"]): bytes})
    @action(detail=True)
    def xlsx(self, request: Any, pk: Any = None) -> HttpResponse:
        """Every figure as a spreadsheet."""
        card = self._card(self.get_object())
        return attachment(card_xlsx(card), file_name(card), "xlsx")

    def _card(self, partner: Partner, *, with_composite: bool = True) -> PerformanceCard:
        day = day_asked(self.request.query_params.get("on"), today=clock.today())
        return card_for(self.member, partner, on=day, with_composite=with_composite)


# --- the board ---------------------------------------------------------------------------------------------


class TrendedSerializer(serializers.Serializer):
    value = Exact()
    status = serializers.CharField(read_only=True)
    before = Exact()
    change = Exact()


class CategoryCellSerializer(serializers.Serializer):
    code = serializers.CharField(read_only=True)
    points = Exact()
    status = serializers.CharField(read_only=True)
    green = serializers.IntegerField(read_only=True)
    judged = serializers.IntegerField(read_only=True)


class BoardRowSerializer(serializers.Serializer):
    """Where a partner stands; `computed_at` is null while its figures have not been computed yet."""

    partner_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    number = serializers.CharField(read_only=True)
    tier = serializers.CharField(read_only=True)
    life_stage = serializers.CharField(read_only=True)
    manager = serializers.CharField(read_only=True)
    composite = TrendedSerializer(read_only=True)
    why = serializers.CharField(read_only=True)
    status = serializers.CharField(read_only=True)
    kpis = CategoryCellSerializer(read_only=True)
    categories = CategoryCellSerializer(many=True, read_only=True)
    capability = TrendedSerializer(read_only=True)
    plan = TrendedSerializer(read_only=True)
    scored_on = serializers.DateField(read_only=True)
    due_on = serializers.DateField(read_only=True)
    due = serializers.CharField(read_only=True)
    on = serializers.DateField(read_only=True)
    computed_at = serializers.DateTimeField(read_only=True)


class BoardViewSet(RecordsViewSet):
    """The board: every partner one looks after, in red, yellow and green."""

    queryset = Partner.objects.filter(state__in=ON_BOARD).order_by("sort_name", "pk")
    serializer_class = BoardRowSerializer
    listing = "scorecards:board"
    permissions = {"list": "scorecards.view_board"}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return board_partners(self.member).order_by("sort_name", "pk")

    @extend_schema(responses=BoardRowSerializer(many=True))
    def list(self, request: Any) -> Response:
        """By name unless sorted otherwise."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(BoardRowSerializer(board_rows(page or []), many=True).data)


def register(router: Any) -> None:
    router.register("performance-scorecards", PerformanceScorecardsViewSet, basename="performance-scorecards")
    router.register("board", BoardViewSet, basename="board")
