"""Files of evidence in the interface; sent as multipart/form-data."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from prm.kernel.files import serve
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import NotAsked, attach_evidence, remove_evidence
from scorecards.models import Assessment, Evidence, Question, Topic


class EvidenceSerializer(serializers.ModelSerializer):
    topic = serializers.CharField(source="topic.code", read_only=True)
    question = serializers.CharField(source="question.code", default=None, read_only=True)
    file_name = serializers.CharField(source="file.name", read_only=True)
    size = serializers.IntegerField(source="file.size", read_only=True)
    sha256 = serializers.CharField(source="file.sha256", read_only=True)

    class Meta:
        model = Evidence
        fields = [
            "id",
            "assessment_id",
            "partner_id",
            "topic",
            "question",
            "file_name",
            "size",
            "sha256",
            "attached_by_id",
            "attached_at",
        ]
        read_only_fields = fields


class EvidenceInput(serializers.Serializer):
    """A file for a question or, without one, for a whole topic."""

    assessment_id = serializers.UUIDField()
    topic = serializers.CharField(max_length=80)
    question = serializers.CharField(max_length=80, default="", allow_blank=True)
    file = UploadInput()


class EvidenceViewSet(ReadRecordsViewSet):
    """Files that prove what a scorecard says."""

    queryset = Evidence.objects.select_related("assessment", "topic", "question", "file").order_by("attached_at", "pk")
    serializer_class = EvidenceSerializer
    filterset_fields = ["assessment", "partner"]
    parser_classes = [JSONParser, MultiPartParser]
    permissions = {
        "list": "scorecards.view_assessment",
        "retrieve": "scorecards.view_assessment",
        "file": "scorecards.view_assessment",
        "create": "scorecards.attach_evidence",
        "remove": "scorecards.remove_evidence",
    }

    @extend_schema(request={"multipart/form-data": EvidenceInput}, responses={201: EvidenceSerializer})
    def create(self, request: Any) -> Response:
        """Attach a file while the scorecard is in progress."""
        sent = EvidenceInput(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        assessment = find_visible(Assessment, self.member, data["assessment_id"])
        require(self.member, "scorecards.attach_evidence", assessment)
        topic = Topic.objects.filter(bank=assessment.bank_id, code=data["topic"]).first()
        question = Question.objects.filter(bank=assessment.bank_id, code=data["question"]).first()
        if topic is None or (data["question"] and question is None):
            raise NotAsked()
        attached = attach_evidence(assessment, topic, by=self.member, file=data["file"], question=question)
        return Response(EvidenceSerializer(attached).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Any, pk: Any = None) -> Any:
        """The file, as an attachment."""
        return serve(self.get_object().file)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def remove(self, request: Any, pk: Any = None) -> Response:
        """Take a file away while the scorecard is in progress."""
        remove_evidence(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)
