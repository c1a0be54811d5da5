"""The programme in the API: its versions, their tiers, proposals, and the tiers of partners."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_program_tier,
    confirm_tier_proposal,
    confirm_tier_proposals,
    decline_tier_proposal,
    draft_program,
    edit_program,
    edit_program_tier,
    end_tier_override,
    evaluate_tier,
    import_program,
    override_tier,
    publish_program,
    remove_program_tier,
    withdraw_program,
)
from partners.models import BENEFIT_FIELDS, Partner, Program, ProgramTier, Tier, TierProposal
from partners.program_rows import differences
from partners.program_shape import written, written_benefits
from partners.queries import benefits_of, ladder_of, ladder_on, preview, tier_history, tier_outlook
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.web.access import find_visible
from prm.kernel.web.viewsets import ReadRecordsViewSet, RecordsViewSet


class ProgramSerializer(serializers.ModelSerializer):
    class Meta:
        model = Program
        fields = [
            "id",
            "name",
            "state",
            "valid_from",
            "revenue_basis",
            "entry_resale_id",
            "entry_referral_id",
            "entry_months",
            "demotion_notice_days",
            "override_max_months",
            "version",
        ]
        read_only_fields = fields


class ProgramTierSerializer(serializers.ModelSerializer):
    code = serializers.CharField(source="tier.code")
    name = serializers.CharField(source="tier.name")
    level = serializers.IntegerField(source="tier.level")

    class Meta:
        model = ProgramTier
        fields = ["id", "program_id", "code", "name", "level", "requirements", *BENEFIT_FIELDS, "version"]
        read_only_fields = fields


class ProgramInput(serializers.Serializer):
    """A draft: a copy of `source`, or read from `yaml`."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    source = serializers.UUIDField(required=False)
    yaml = serializers.CharField(max_length=100_000, required=False, trim_whitespace=False)


class ProgramChange(serializers.Serializer):
    name = serializers.CharField(max_length=120, required=False)
    entry_resale = serializers.CharField(max_length=40, required=False, allow_null=True, help_text="A tier's code.")
    entry_referral = serializers.CharField(max_length=40, required=False, allow_null=True)
    entry_months = serializers.IntegerField(required=False, min_value=0, max_value=60)
    demotion_notice_days = serializers.IntegerField(required=False, min_value=0, max_value=366)
    override_max_months = serializers.IntegerField(required=False, min_value=1, max_value=60)
    version = serializers.IntegerField(required=False)


class PublishInput(serializers.Serializer):
    valid_from = serializers.DateField()


class ProgramTierChange(serializers.Serializer):
    """What is not named stays; numbers as text."""

    requirements = serializers.JSONField(required=False)
    benefits = serializers.DictField(required=False)
    version = serializers.IntegerField(required=False)


class ProgramTierInput(ProgramTierChange):
    program_id = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=80, required=False, default="")
    kind = serializers.ChoiceField(choices=Tier.Kind.choices, required=False, default="resale")


def _tier(code: str | None) -> Tier | None:
    if code is None:
        return None
    found = Tier.objects.filter(code=code).first()
    if found is None:
        raise Invalid(f"There is no tier {code}.", field="tier")
    return found


class ProgramsViewSet(ReadRecordsViewSet):
    """Versions of the programme."""

    queryset = Program.objects.order_by("-valid_from", "-created_at", "pk")
    serializer_class = ProgramSerializer
    filterset_fields = ["state"]
    permissions = {
        "list": "partners.view_program",
        "retrieve": "partners.view_program",
        "create": "partners.edit_program",
        "partial_update": "partners.edit_program",
        "destroy": "partners.edit_program",
        "publish": "partners.publish_program",
        "document": "partners.view_program",
        "compare": "partners.view_program",
        "what_if": "partners.view_tier_proposal",
    }

    @extend_schema(request=ProgramInput, responses={201: ProgramSerializer})
    def create(self, request: Any) -> Response:
        data = ProgramInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = data.validated_data
        if "yaml" in values:
            made = import_program(values["yaml"], by=self.member, name=values["name"])
        elif "source" in values:
            source = find_visible(Program, self.member, values["source"])
            made = draft_program(source, by=self.member, name=values["name"])
        else:
            raise Invalid("Name a source to copy, or give yaml.", field="source")
        return Response(ProgramSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ProgramChange, responses=ProgramSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        program = self.get_object()
        data = ProgramChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        seen = values.pop("version", None)
        values |= {name: _tier(values[name]) for name in ("entry_resale", "entry_referral") if name in values}
        return Response(ProgramSerializer(edit_program(program, by=self.member, seen_version=seen, **values)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        """Withdraw a draft, or a published version before its first day."""
        withdraw_program(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=PublishInput, responses=ProgramSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: Any = None) -> Response:
        program = self.get_object()
        data = PublishInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(ProgramSerializer(publish_program(program, by=self.member, **data.validated_data)).data)

    @extend_schema(responses=serializers.DictField())
    @action(detail=True)
    def document(self, request: Any, pk: Any = None) -> Response:
        """The whole version in the shape of its YAML file."""
        program = self.get_object()
        return Response(written(ladder_of(program)))

    @extend_schema(responses=serializers.ListField(child=serializers.DictField()))
    @action(detail=True)
    def compare(self, request: Any, pk: Any = None) -> Response:
        """What differs from the version in force."""
        found = differences(ladder_on(clock.today()), ladder_of(self.get_object()))
        return Response([{"tier": d.tier, "what": d.what, "before": d.before, "after": d.after} for d in found])

    @extend_schema(responses=serializers.DictField())
    @action(detail=True)
    def what_if(self, request: Any, pk: Any = None) -> Response:
        """How it would place all partners today."""
        found = preview(ladder_of(self.get_object()), self.member, clock.today())
        counts = [{"tier": t, "hold": h, "qualify_now": n, "would_qualify": w} for t, h, n, w in found.counts]
        movers = [
            {
                "partner_id": str(placing.partner.pk),
                "now": placing.now.code if placing.now else None,
                "then": placing.then.code if placing.then else None,
            }
            for placing in found.movers
        ]
        return Response({"as_of": found.as_of, "counts": counts, "movers": movers})


class ProgramTiersViewSet(ReadRecordsViewSet):
    """Tiers of versions: what each asks and gives."""

    queryset = ProgramTier.objects.select_related("program", "tier").order_by("program_id", "tier__level", "pk")
    serializer_class = ProgramTierSerializer
    filterset_fields = ["program"]
    permissions = {
        "list": "partners.view_program",
        "retrieve": "partners.view_program",
        "create": "partners.edit_program",
        "partial_update": "partners.edit_program",
        "destroy": "partners.edit_program",
    }

    @extend_schema(request=ProgramTierInput, responses={201: ProgramTierSerializer})
    def create(self, request: Any) -> Response:
        data = ProgramTierInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = data.validated_data
        program = find_visible(Program, self.member, values["program_id"])
        known = Tier.objects.filter(code=values["code"]).first()
        rung = add_program_tier(
            program, by=self.member, tier=known, code=values["code"], name=values["name"], kind=values["kind"]
        )
        if "requirements" in values or "benefits" in values:
            benefits = values.get("benefits", {})
            rung = edit_program_tier(rung, by=self.member, requirements=values.get("requirements"), **benefits)
        return Response(ProgramTierSerializer(rung).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ProgramTierChange, responses=ProgramTierSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        rung = self.get_object()
        data = ProgramTierChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        benefits = values.pop("benefits", {})
        seen = values.pop("version", None)
        edit_program_tier(rung, by=self.member, seen_version=seen, requirements=values.get("requirements"), **benefits)
        return Response(ProgramTierSerializer(rung).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_program_tier(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


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

    @extend_schema(request=ProposalsInput, responses=serializers.DictField())
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


class PartnerTiersViewSet(RecordsViewSet):
    """The tier of a partner: what it has, what is next, what is missing, and what it held."""

    queryset = Partner.objects.select_related("tier").order_by("sort_name", "pk")
    permissions = {
        "retrieve": "partners.view_program",
        "override": "partners.override_tier",
        "end_override": "partners.override_tier",
        "evaluate": "partners.evaluate_tier",
    }

    @extend_schema(responses=serializers.DictField())
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response(_written_standing(self.get_object()))

    @extend_schema(request=OverrideInput, responses=serializers.DictField())
    @action(detail=True, methods=["post"])
    def override(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        data = OverrideInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        tier = _tier(values.pop("tier"))
        if tier is None:
            raise Http404
        override_tier(partner, tier, by=self.member, **values)
        return Response(_written_standing(partner))

    @extend_schema(request=None, responses=serializers.DictField())
    @action(detail=True, methods=["post"])
    def end_override(self, request: Any, pk: Any = None) -> Response:
        partner = self.get_object()
        end_tier_override(partner, by=self.member)
        return Response(_written_standing(partner))

    @extend_schema(request=None, responses=serializers.DictField())
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
        "next": outlook.to_reach.code if outlook.to_reach else None,
        "attainment": None if outlook.attainment is None else f"{outlook.attainment:f}",
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
    router.register("programs", ProgramsViewSet, basename="programs")
    router.register("program-tiers", ProgramTiersViewSet, basename="program-tiers")
    router.register("tier-proposals", TierProposalsViewSet, basename="tier-proposals")
    router.register("partner-tiers", PartnerTiersViewSet, basename="partner-tiers")
