"""The programme in the API: its versions and their tiers."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.actions import (
    add_program_tier,
    draft_program,
    edit_program,
    edit_program_tier,
    import_program,
    publish_program,
    remove_program_tier,
    withdraw_program,
)
from partners.api.tiers import tier_of
from partners.models import BENEFIT_FIELDS, Program, ProgramTier, Tier
from partners.program_rows import differences, unmeasured
from partners.program_shape import COUNTS, NUMBERS, written
from partners.queries import ladder_of, ladder_on, preview
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import seen_version
from prm.kernel.web.viewsets import ReadRecordsViewSet


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
    version = seen_version()


class PublishInput(serializers.Serializer):
    valid_from = serializers.DateField()


def benefit_field(name: str) -> serializers.Field:
    """The shape of one thing that a tier gives, the same to read and to write."""
    if name in NUMBERS:
        return serializers.CharField(max_length=40, required=False, allow_null=name.endswith("_cap"))
    if name in COUNTS:
        return serializers.IntegerField(required=False)
    if name == "account_manager":
        return serializers.ChoiceField(choices=ProgramTier.AccountManager.choices, required=False)
    return serializers.BooleanField(required=False)


class ProgramTierChange(serializers.Serializer):
    """What is not named stays; numbers as text."""

    requirements = serializers.JSONField(required=False)
    version = seen_version()

    def get_fields(self) -> dict[str, serializers.Field]:
        return super().get_fields() | {name: benefit_field(name) for name in BENEFIT_FIELDS}


class ProgramTierInput(ProgramTierChange):
    version = None
    program_id = serializers.UUIDField()
    code = serializers.CharField(max_length=40)
    name = serializers.CharField(max_length=80, required=False, default="")
    kind = serializers.ChoiceField(choices=Tier.Kind.choices, required=False, default="resale")


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
        values |= {name: tier_of(values[name]) for name in ("entry_resale", "entry_referral") if name in values}
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

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def document(self, request: Any, pk: Any = None) -> Response:
        """The whole version in the shape of its YAML file."""
        program = self.get_object()
        return Response(written(ladder_of(program)))

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def compare(self, request: Any, pk: Any = None) -> Response:
        """What differs from the version in force."""
        found = differences(ladder_on(clock.today()), ladder_of(self.get_object()))
        return Response([{"tier": d.tier, "what": d.what, "before": d.before, "after": d.after} for d in found])

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def what_if(self, request: Any, pk: Any = None) -> Response:
        """How it would place all partners today; `unmeasured` is asked of them and has no figures anywhere yet."""
        today, ladder = clock.today(), ladder_of(self.get_object())
        found = preview(ladder, self.member, today)
        counts = [{"tier": t, "hold": h, "qualify_now": n, "would_qualify": w} for t, h, n, w in found.counts]
        movers = [
            {
                "partner_id": str(placing.partner.pk),
                "now": placing.now.code if placing.now else None,
                "then": placing.then.code if placing.then else None,
            }
            for placing in found.movers
        ]
        unknown = unmeasured(ladder_on(today), ladder)
        return Response({"as_of": found.as_of, "counts": counts, "movers": movers, "unmeasured": unknown})


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
        benefits = {name: values[name] for name in BENEFIT_FIELDS if name in values}
        if "requirements" in values or benefits:
            rung = edit_program_tier(rung, by=self.member, requirements=values.get("requirements"), **benefits)
        return Response(ProgramTierSerializer(rung).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ProgramTierChange, responses=ProgramTierSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        rung = self.get_object()
        data = ProgramTierChange(data=request.data, partial=True)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        seen, asks = values.pop("version"), values.pop("requirements", None)
        edit_program_tier(rung, by=self.member, seen_version=seen, requirements=asks, **values)
        return Response(ProgramTierSerializer(rung).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_program_tier(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)


def register(router: Any) -> None:
    router.register("programs", ProgramsViewSet, basename="programs")
    router.register("program-tiers", ProgramTiersViewSet, basename="program-tiers")
