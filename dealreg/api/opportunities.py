"""Opportunities, their papers, and what registrations meet of the vendor's own sales."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from dealreg.actions import (
    add_paper,
    decide_engagement,
    edit_opportunity,
    link_booking,
    lose_opportunity,
    open_opportunity,
    plan_next_step,
    remove_paper,
    reopen_opportunity,
    set_credits,
    set_opportunity_lines,
    set_stage,
    win_opportunity,
)
from dealreg.api import opportunity_shapes as shapes
from dealreg.api.deals import amount_of, lines_of
from dealreg.api.opportunity_shapes import OpportunitySerializer, PaperSerializer
from dealreg.models import Contract, DealEngagement, Opportunity, OpportunityDocument
from dealreg.queries.opportunity_page import owners_for
from dealreg.queries.pipeline import figures_of
from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.files import serve
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet
from sales.models import ProductLine, SalesActual


def _amounts(given: list[dict[str, str]]) -> dict[ProductLine, Decimal]:
    """Lines by their code, with the amount of each."""
    lines = {line.code: line for line in lines_of([row["code"] for row in given])}
    found: dict[ProductLine, Decimal] = {}
    for row in given:
        amount = amount_of(row["amount"], "lines")
        assert amount is not None
        found[lines[row["code"]]] = amount
    if len(found) < len(given):
        raise Invalid("A product line is named once.", field="lines")
    return found


class OpportunitiesViewSet(ReadRecordsViewSet):
    """Open and closed business. What has no partner is read by the vendor alone."""

    queryset = (
        Opportunity.objects.select_related("partner", "registration", "owner__user")
        .prefetch_related("lines__line", "credits")
        .order_by("expected_close", "pk")
    )
    serializer_class = OpportunitySerializer
    listing = "dealreg:opportunities"
    filterset_fields = ["state", "stage", "source", "partner"]
    permissions = {
        "list": "dealreg.view_opportunity",
        "retrieve": "dealreg.view_opportunity",
        "figures": "dealreg.view_opportunity",
        "create": "dealreg.open_opportunity",
        "partial_update": "dealreg.edit_opportunity",
        "stage": "dealreg.set_stage",
        "lines": "dealreg.set_opportunity_lines",
        "next_step": "dealreg.plan_next_step",
        "credits": "dealreg.set_credits",
        "papers": "dealreg.add_paper",
        "win": "dealreg.win_opportunity",
        "lose": "dealreg.lose_opportunity",
        "reopen": "dealreg.reopen_opportunity",
        "link_booking": "dealreg.link_booking",
    }

    @extend_schema(parameters=[shapes.PeriodInput], responses=shapes.FiguresShape)
    @action(detail=False, methods=["get"])
    def figures(self, request: Any) -> Response:
        """How business that was closed between two days ended (F9)."""
        given = shapes.PeriodInput(data=request.query_params)
        given.is_valid(raise_exception=True)
        start, end = given.validated_data["start"], given.validated_data["end"]
        if start > end:
            raise Invalid("The end comes after the beginning.", field="end")
        found = figures_of(self.get_queryset().prefetch_related(None), start, end).figures
        return Response({"start": start, "end": end, **{name: _plain(value) for name, value in found.items()}})

    @extend_schema(request=shapes.NewOpportunity, responses={201: OpportunitySerializer})
    def create(self, request: Any) -> Response:
        require(self.member, "dealreg.open_opportunity")
        data = checked(shapes.NewOpportunity, request)
        partner_id = data.pop("partner_id", None)
        partner = find_visible(Partner, self.member, partner_id) if partner_id else None
        contract_id = data.pop("contract_id", None)
        if contract_id:
            data["renews"] = find_visible(Contract, self.member, contract_id)
        data["lines"] = _amounts(data["lines"])
        made = open_opportunity(by=self.member, partner=partner, **_rated(data))
        return self.shown(made, status.HTTP_201_CREATED)

    @extend_schema(request=shapes.EditInput, responses=OpportunitySerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        one = self.get_object()
        data = _rated(checked(shapes.EditInput, request))
        if "owner_id" in data:
            wanted = data.pop("owner_id")
            data["owner"] = next((who for who in owners_for(one) if who.pk == wanted), None)
            if wanted is not None and data["owner"] is None:
                raise Invalid("The owner is one of the partner's own people.", field="owner_id")
        edit_opportunity(one, by=self.member, seen_version=data.pop("version", None), **data)
        return self.shown(one)

    @extend_schema(request=shapes.StageInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def stage(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), checked(shapes.StageInput, request)
        return self.shown(set_stage(one, by=self.member, stage=data["stage"], seen_version=data.get("version")))

    @extend_schema(request=shapes.LinesInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def lines(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), checked(shapes.LinesInput, request)
        set_opportunity_lines(
            one,
            by=self.member,
            lines=_amounts(data["lines"]),
            explanation=data["explanation"],
            seen_version=data.get("version"),
        )
        return self.shown(one)

    @extend_schema(request=shapes.StepInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"], url_path="next-step")
    def next_step(self, request: Any, pk: Any = None) -> Response:
        return self.shown(plan_next_step(self.get_object(), by=self.member, **checked(shapes.StepInput, request)))

    @extend_schema(request=shapes.CreditsInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def credits(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), checked(shapes.CreditsInput, request)
        credits = []
        for row in data["credits"]:
            share = amount_of(row["share"], "credits")
            assert share is not None
            credits.append((find_visible(Partner, self.member, row["partner_id"]), share, row["kind"]))
        return self.shown(
            set_credits(one, by=self.member, credits=credits, nobody=data["nobody"], seen_version=data.get("version"))
        )

    @extend_schema(request={"multipart/form-data": shapes.PaperInput}, responses={201: PaperSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def papers(self, request: Any, pk: Any = None) -> Response:
        paper = add_paper(self.get_object(), by=self.member, **checked(shapes.PaperInput, request))
        return Response(PaperSerializer(paper).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=shapes.WinOpportunity, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def win(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), checked(shapes.WinOpportunity, request)
        actual_id = data.pop("actual_id", None)
        data["amount"] = amount_of(data.get("amount"))
        data["actual"] = find_visible(SalesActual, self.member, actual_id) if actual_id else None
        return self.shown(win_opportunity(one, by=self.member, **data))

    @extend_schema(request=shapes.LoseInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def lose(self, request: Any, pk: Any = None) -> Response:
        return self.shown(lose_opportunity(self.get_object(), by=self.member, **checked(shapes.LoseInput, request)))

    @extend_schema(request=shapes.NeededReason, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        return self.shown(
            reopen_opportunity(self.get_object(), by=self.member, **checked(shapes.NeededReason, request))
        )

    @extend_schema(request=shapes.BookingInput, responses=OpportunitySerializer)
    @action(detail=True, methods=["post"], url_path="link-booking")
    def link_booking(self, request: Any, pk: Any = None) -> Response:
        one, data = self.get_object(), checked(shapes.BookingInput, request)
        actual = find_visible(SalesActual, self.member, data["actual_id"])
        return self.shown(link_booking(one, by=self.member, actual=actual))

    def shown(self, one: Opportunity, code: int = status.HTTP_200_OK) -> Response:
        return Response(OpportunitySerializer(self.queryset.all().get(pk=one.pk)).data, status=code)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


def _rated(data: dict[str, Any]) -> dict[str, Any]:
    if "probability" in data:
        data["probability"] = amount_of(data["probability"], "probability")
    return data


class PapersViewSet(ReadRecordsViewSet):
    """The papers of opportunities: proposal, statement of work, proof of concept, business case."""

    queryset = OpportunityDocument.objects.select_related(
        "opportunity__partner", "opportunity__registration", "file"
    ).order_by("-dated_on", "pk")
    serializer_class = PaperSerializer
    filterset_fields = ["opportunity", "kind"]
    permissions = {
        "list": "dealreg.view_opportunity",
        "retrieve": "dealreg.view_opportunity",
        "file": "dealreg.view_opportunity",
        "destroy": "dealreg.remove_paper",
    }

    def get_queryset(self) -> Any:
        """Those of opportunities that one may know of."""
        found = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return found
        return found.filter(opportunity__in=Opportunity.objects.visible_to(self.member))

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True, methods=["get"])
    def file(self, request: Any, pk: Any = None) -> HttpResponse:
        return serve(self.get_object().file)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_paper(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EngagementsViewSet(ReadRecordsViewSet):
    """Registrations that meet the vendor's own sales, and how that was decided."""

    queryset = DealEngagement.objects.select_related("candidate__partner", "opportunity").order_by("-created_at", "pk")
    serializer_class = shapes.EngagementSerializer
    filterset_fields = ["decision", "candidate"]
    permissions = {
        "list": "dealreg.view_conflict",
        "retrieve": "dealreg.view_conflict",
        "decide": "dealreg.decide_engagement",
    }

    @extend_schema(request=shapes.EngagementInput, responses=shapes.EngagementSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Any, pk: Any = None) -> Response:
        engagement, data = self.get_object(), checked(shapes.EngagementInput, request)
        data["credit_share"] = amount_of(data.get("credit_share"), "credit_share")
        made = decide_engagement(engagement, by=self.member, **data)
        return Response(shapes.EngagementSerializer(made).data)
