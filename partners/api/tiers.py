"""Tiers in the API: proposals to decide, and the tier of each partner."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    confirm_tier_proposal,
    confirm_tier_proposals,
    decline_tier_proposal,
    end_tier_override,
    evaluate_tier,
    override_tier,
)
from partners.models import Partner, Tier, TierProposal
from partners.program_shape import written_benefits
from partners.queries import benefits_of, tier_history, tier_outlook
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


def tier_of(code: str | None) -> Tier | None:
    if code is None:
        return None
    found = Tier.objects.filter(code=code).first()
    if found is None:
        raise Invalid(f"There is no tier {code}.", field="tier")
    return found


PROGRESS = "How far up the ladder of all tiers, by today's figures; 1 at the top."


class TierProposalSerializer(serializers.ModelSerializer):
    from_tier = serializers.CharField(source="from_tier.code", default=None)
    to_tier = serializers.CharField(source="to_tier.code")

    class Meta:
        model = TierProposal
        fields = [
            "id",
            "partner_id",
            "kind",
            "state",
            "from_tier",
            "to_tier",
            "proposed_on",
            "effective_on",
            "reason",
            "decided_at",
            "version",
        ]
        read_only_fields = fields


class DeclineInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class ProposalsInput(serializers.Serializer):
    ids = serializers.ListField(child=serializers.UUIDField(), max_length=500)


class TierProposalsViewSet(ReadRecordsViewSet):
    """Changes of tier that wait for a decision, and those that were decided."""

    queryset = TierProposal.objects.select_related("partner__tier", "from_tier", "to_tier").order_by(
        "-proposed_on", "pk"
    )
    serializer_class = TierProposalSerializer
    listing = "partners:tier_proposals"
    filterset_fields = ["state", "kind"]
    permissions = {
        "list": "partners.view_tier_proposal",
        "retrieve": "partners.view_tier_proposal",
        "confirm": "partners.decide_tier_proposal",
        "decline": "partners.decide_tier_proposal",
        "confirm_several": "partners.decide_tier_proposal",
    }

    @extend_schema(request=None, responses=TierProposalSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Any, pk: Any = None) -> Response:
        return Response(TierProposalSerializer(confirm_tier_proposal(self.get_object(), by=self.member)).data)

    @extend_schema(request=DeclineInput, responses=TierProposalSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: Any = None) -> Response:
        proposal = self.get_object()
        data = DeclineInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            TierProposalSerializer(decline_tier_proposal(proposal, by=self.member, **data.validated_data)).data
        )

    @extend_schema(request=ProposalsInput, responses=OpenApiTypes.OBJECT)
    @action(detail=False, methods=["post"])
    def confirm_several(self, request: Any) -> Response:
        """Confirm several; `left` are those that somebody decided meanwhile."""
        data = ProposalsInput(data=request.data)
        data.is_valid(raise_exception=True)
        chosen = self.get_queryset().filter(pk__in=data.validated_data["ids"])
        done, left = confirm_tier_proposals(chosen, by=self.member)
        return Response({"confirmed": [str(p.pk) for p in done], "left": [str(p.pk) for p in left]})


class OverrideInput(serializers.Serializer):
    tier = serializers.CharField(max_length=40, help_text="A tier's code.")
    until = serializers.DateField()
    reason = serializers.CharField(max_length=500)


class MissingSerializer(serializers.Serializer):
    metric = serializers.CharField()
    kind = serializers.CharField()
    actual = serializers.CharField(allow_null=True)
    target = serializers.CharField(allow_null=True)
    gap = serializers.CharField(allow_null=True)
    why = serializers.CharField()


class HeldSerializer(serializers.Serializer):
    def get_fields(self) -> dict[str, serializers.Field]:
        fields = {name: serializers.CharField() for name in ("tier", "cause", "reason")}
        return fields | {"from": serializers.DateField(), "until": serializers.DateField(allow_null=True)}


class PartnerTierSerializer(serializers.Serializer):
    """The tier a partner holds, and the one above it: what it has to reach next."""

    partner_id = serializers.UUIDField(read_only=True)
    as_of = serializers.DateField()
    held = serializers.CharField(allow_null=True)
    progress = serializers.CharField(allow_null=True, help_text=PROGRESS)
    to_reach = serializers.CharField(allow_null=True, help_text="The tier above the one it holds.")
    to_reach_attainment = serializers.CharField(allow_null=True, help_text="How much of what that tier asks is met.")
    missing = MissingSerializer(many=True)
    benefits = serializers.DictField()
    history = HeldSerializer(many=True)


class PartnerTiersViewSet(RecordsViewSet):
    """The tier of a partner: what it has, what is next, what is missing, and what it held."""

    queryset = Partner.objects.select_related("tier").order_by("sort_name", "pk")
    permissions = {
        "retrieve": "partners.view_program",
        "override": "partners.override_tier",
        "end_override": "partners.override_tier",
        "evaluate": "partners.evaluate_tier",
    }

    @extend_schema(responses=PartnerTierSerializer)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response(_written_standing(self.get_object()))

    @extend_schema(request=OverrideInput, responses=PartnerTierSerializer)
    @action(detail=True, methods=["post"])
    def override(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        data = OverrideInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        tier = tier_of(values.pop("tier"))
        if tier is None:
            raise Http404
        override_tier(partner, tier, by=self.member, **values)
        return Response(_written_standing(partner))

    @extend_schema(request=None, responses=PartnerTierSerializer)
    @action(detail=True, methods=["post"])
    def end_override(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        end_tier_override(partner, by=self.member)
        return Response(_written_standing(partner))

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def evaluate(self, request: Any, pk: Any = None) -> Response:
        found = evaluate_tier(self.get_object(), by=self.member)
        return Response({"as_of": found.as_of, "result": found.result})


def _written_standing(partner: Partner) -> dict[str, Any]:
    today = clock.today()
    outlook = tier_outlook(partner, today)
    history = tier_history(partner)
    return {
        "partner_id": str(partner.pk),
        "as_of": today,
        "held": partner.tier.code if partner.tier else None,
        "progress": None if outlook.progress is None else f"{outlook.progress:f}",
        "to_reach": outlook.to_reach.code if outlook.to_reach else None,
        "to_reach_attainment": None if outlook.attainment is None else f"{outlook.attainment:f}",
        "missing": [
            {
                "metric": row.metric,
                "kind": row.kind,
                "actual": None if row.actual is None else f"{row.actual:f}",
                "target": None if row.target is None else f"{row.target:f}",
                "gap": None if row.gap is None else f"{row.gap:f}",
                "why": row.why,
            }
            for row in outlook.missing
        ],
        "benefits": written_benefits(benefits_of(partner, today)),
        "history": [
            {"tier": row.tier.code, "from": row.from_date, "cause": row.cause, "until": row.until, "reason": row.reason}
            for row in history
        ],
    }


def register(router: Any) -> None:
    router.register("tier-proposals", TierProposalsViewSet, basename="tier-proposals")
    router.register("partner-tiers", PartnerTiersViewSet, basename="partner-tiers")
