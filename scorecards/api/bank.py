"""The questionnaire in the interface: editions, categories, topics with their questions, and what helps."""

from __future__ import annotations

from typing import Any

import yaml
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.exports import attachment
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import (
    activate_bank,
    draft_bank,
    edit_bank,
    import_bank,
    remove_bank,
    retire_bank,
)
from scorecards.api.bank_parts import NUMBER
from scorecards.bank_shape import tables_of
from scorecards.bank_sheets import to_sheets
from scorecards.bank_yaml import to_yaml
from scorecards.models import QuestionBank
from scorecards.queries import CategoryPart, TopicPart, comparability, previewed, with_counts


class BankSerializer(serializers.ModelSerializer):
    class Meta:
        model = QuestionBank
        fields = [
            "id",
            "code",
            "edition",
            "name",
            "state",
            "green_from",
            "yellow_from",
            "min_peers",
            "peer_months",
            "lenses",
            "activated_at",
            "version",
        ]
        read_only_fields = fields


class BankInput(serializers.Serializer):
    """A draft: a copy of `source`, or read from `yaml` in the shape of an export."""

    source = serializers.UUIDField(required=False)
    yaml = serializers.CharField(max_length=2_000_000, required=False, trim_whitespace=False)
    name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")


class BankChange(serializers.Serializer):
    """Of a draft; what is not named stays."""

    name = serializers.CharField(max_length=160, required=False)
    green_from = serializers.CharField(required=False, **NUMBER)
    yellow_from = serializers.CharField(required=False, **NUMBER)
    min_peers = serializers.IntegerField(required=False)
    peer_months = serializers.IntegerField(required=False)
    lenses = serializers.ListField(child=serializers.DictField(), required=False, max_length=100)
    version = seen_version()


class ImportInput(serializers.Serializer):
    file = UploadInput(help_text="YAML or Excel, as an edition is exported.")
    name = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")


class ComparedSerializer(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    scored = serializers.BooleanField()
    fate = serializers.CharField(help_text="comparable, changed, added or dropped")
    reason = serializers.CharField()


class WeighedSerializer(serializers.Serializer):
    level = serializers.CharField(help_text="category, topic or question")
    name = serializers.CharField()
    before = serializers.DecimalField(max_digits=None, decimal_places=None)
    after = serializers.DecimalField(max_digits=None, decimal_places=None)


class ComparabilitySerializer(serializers.Serializer):
    """Two editions: what became of each question, and whose weight in the scores is another."""

    questions = ComparedSerializer(many=True)
    weights = WeighedSerializer(many=True)


class BanksViewSet(ReadRecordsViewSet):
    """Editions of the questionnaire."""

    queryset = with_counts(QuestionBank.objects.order_by("code", "-edition", "pk"))
    serializer_class = BankSerializer
    listing = "scorecards:banks"
    filterset_fields = ["state", "code"]
    permissions = {
        "list": "scorecards.view_bank",
        "retrieve": "scorecards.view_bank",
        "create": "scorecards.edit_bank",
        "import_file": "scorecards.edit_bank",
        "partial_update": "scorecards.edit_bank",
        "destroy": "scorecards.edit_bank",
        "activate": "scorecards.activate_bank",
        "retire": "scorecards.activate_bank",
        "document": "scorecards.view_bank",
        "export": "scorecards.view_bank",
        "compare": "scorecards.view_bank",
        "preview": "scorecards.view_bank",
    }

    @extend_schema(request=BankInput, responses={201: BankSerializer})
    def create(self, request: Any) -> Response:
        """Draft the next edition."""
        data = checked(BankInput, request)
        if "yaml" in data:
            made = import_bank(data["yaml"].encode(), by=self.member, kind="yaml", name=data["name"])
        elif "source" in data:
            source = find_visible(QuestionBank, self.member, data["source"])
            made = draft_bank(source, by=self.member, name=data["name"])
        else:
            raise Invalid("Name a source to copy, or give yaml.", field="source")
        return Response(BankSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ImportInput, responses={201: BankSerializer})
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_file(self, request: Any) -> Response:
        """Draft the next edition from a file; what is wrong is listed, and nothing comes in."""
        data = checked(ImportInput, request)
        content = data["file"].content
        kind = "xlsx" if content.startswith(b"PK") else "yaml"
        made = import_bank(content, by=self.member, kind=kind, name=data["name"])
        return Response(BankSerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=BankChange, responses=BankSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        """Change name, colours, peers or lenses of a draft."""
        bank, data = self.get_object(), checked(BankChange, request)
        made = edit_bank(bank, by=self.member, seen_version=data.pop("version"), **data)
        return Response(BankSerializer(made).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        """Delete a draft."""
        remove_bank(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=BankSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Any, pk: Any = None) -> Response:
        """Put a draft in use; the edition in use until now retires."""
        return Response(BankSerializer(activate_bank(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=BankSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, pk: Any = None) -> Response:
        return Response(BankSerializer(retire_bank(self.get_object(), by=self.member)).data)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def document(self, request: Any, pk: Any = None) -> Response:
        """The whole edition in the shape of its YAML file."""
        return Response(yaml.safe_load(to_yaml(tables_of(self.get_object()))))

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True)
    def export(self, request: Any, pk: Any = None) -> HttpResponse:
        """The whole edition as a workbook that can be imported again."""
        bank = self.get_object()
        return attachment(to_sheets(tables_of(bank)), f"{bank.code}-{bank.edition}", "xlsx")

    @extend_schema(
        parameters=[OpenApiParameter("with", str, description="The older edition's id.", required=True)],
        responses=ComparabilitySerializer,
    )
    @action(detail=True)
    def compare(self, request: Any, pk: Any = None) -> Response:
        """What became of each question and of the weights since another edition."""
        bank = self.get_object()
        other = serializers.UUIDField().run_validation(request.query_params.get("with", ""))
        older = find_visible(QuestionBank, self.member, other)
        return Response(ComparabilitySerializer(comparability(older, bank)).data)

    @extend_schema(
        parameters=[OpenApiParameter(name, str) for name in ("view", "type", "tier", "stage")],
        responses=OpenApiTypes.OBJECT,
    )
    @action(detail=True)
    def preview(self, request: Any, pk: Any = None) -> Response:
        """What a partner (`view=partner`) or its account manager (`view=manager`) would be asked; nothing is saved."""
        asked = request.query_params
        shown, off = previewed(
            self.get_object(),
            vendor=asked.get("view") == "manager",
            type=asked.get("type", Partner.Type.RESELLER),
            tier=asked.get("tier", "none"),
            stage=asked.get("stage", Partner.LifeStage.SELL),
        )
        return Response(
            {"topics": [_asked(part, t) for part in shown for t in part.topics], "off": [t.code for t in off]}
        )


def _asked(part: CategoryPart, topic: TopicPart) -> dict[str, Any]:
    return {
        "category": part.category.code,
        "topic": topic.topic.code,
        "name": topic.topic.name,
        "vendor_only": part.category.vendor_only,
        "questions": [q.question.code for q in topic.questions],
    }


def register(router: Any) -> None:
    router.register("question-banks", BanksViewSet, basename="question-banks")
