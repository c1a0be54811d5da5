"""Documents in the API: the same rows, permissions and actions as the pages; files as multipart/form-data."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from partners.actions import (
    add_document_version,
    decline_document,
    recall_document,
    record_document,
    send_document_for_signature,
    sign_document,
)
from partners.models import Document, DocumentVersion, Partner
from partners.queries import with_state
from prm.kernel.files import serve
from prm.kernel.policies import require
from prm.kernel.web.access import find_visible
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet


class DocumentSerializer(serializers.ModelSerializer):
    class Meta:
        model = Document
        fields = ["id", "partner_id", "kind", "title", "signed_by", "signed_on", "valid_to", "version", "updated_at"]
        read_only_fields = fields


class DocumentVersionSerializer(serializers.ModelSerializer):
    file_name = serializers.CharField(source="file.name", read_only=True)
    sha256 = serializers.CharField(source="file.sha256", read_only=True)
    signed_login = serializers.EmailField(source="signed_by.user.email", read_only=True, default=None)
    size = serializers.IntegerField(source="file.size", read_only=True)

    class Meta:
        model = DocumentVersion
        fields = [
            "id",
            "document_id",
            "partner_id",
            "number",
            "state",
            "file_name",
            "size",
            "sha256",
            "sent_at",
            "signed_name",
            "signed_login",
            "signed_at",
            "signed_sha256",
            "decline_reason",
            "valid_to",
        ]
        read_only_fields = fields


class DocumentVersionInput(serializers.Serializer):
    file = UploadInput()
    signed_by = serializers.CharField(max_length=160, required=False, allow_blank=True)
    signed_on = serializers.DateField(required=False, allow_null=True)
    valid_to = serializers.DateField(required=False, allow_null=True)


class DocumentInput(DocumentVersionInput):
    partner_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Document.Kind.choices)
    title = serializers.CharField(max_length=160)
    file = UploadInput(required=False)


class SignatureInput(serializers.Serializer):
    name = serializers.CharField(max_length=160)
    agreed = serializers.BooleanField()


class DeclineInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class DocumentsViewSet(ReadRecordsViewSet):
    """Agreements, terms and certificates of partners."""

    queryset = with_state(Document.objects.order_by("partner", "-created_at", "pk"))
    serializer_class = DocumentSerializer
    listing = "partners:documents"
    filterset_fields = ["partner", "kind"]
    parser_classes = [JSONParser, MultiPartParser]
    permissions = {
        "list": "partners.view_document",
        "retrieve": "partners.view_document",
        "create": "partners.record_document",
        "add_version": "partners.add_document_version",
        "send": "partners.send_document_for_signature",
        "recall": "partners.recall_document",
    }

    @extend_schema(request={"multipart/form-data": DocumentInput}, responses={201: DocumentSerializer})
    def create(self, request: Any) -> Response:
        data = DocumentInput(data=request.data)
        data.is_valid(raise_exception=True)
        values = dict(data.validated_data)
        partner = find_visible(Partner, self.member, values.pop("partner_id"))
        require(self.member, "partners.record_document", partner)
        document = record_document(partner, by=self.member, **values)
        return Response(DocumentSerializer(document).data, status=status.HTTP_201_CREATED)

    @extend_schema(request={"multipart/form-data": DocumentVersionInput}, responses={201: DocumentVersionSerializer})
    @action(detail=True, methods=["post"], url_path="versions")
    def add_version(self, request: Any, pk: Any = None) -> Response:
        document = self.get_object()
        data = DocumentVersionInput(data=request.data)
        data.is_valid(raise_exception=True)
        version = add_document_version(document, by=self.member, **data.validated_data)
        return Response(DocumentVersionSerializer(version).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=DocumentVersionSerializer)
    @action(detail=True, methods=["post"])
    def send(self, request: Any, pk: Any = None) -> Response:
        """Ask the partner to sign the latest version."""
        return Response(DocumentVersionSerializer(send_document_for_signature(self.get_object(), by=self.member)).data)

    @extend_schema(request=None, responses=DocumentVersionSerializer)
    @action(detail=True, methods=["post"])
    def recall(self, request: Any, pk: Any = None) -> Response:
        """Take back what was sent for signature."""
        return Response(DocumentVersionSerializer(recall_document(self.get_object(), by=self.member)).data)


class DocumentVersionsViewSet(ReadRecordsViewSet):
    """Versions of documents with their files and signatures."""

    queryset = DocumentVersion.objects.select_related("file", "document", "signed_by__user").order_by(
        "document", "-number"
    )
    serializer_class = DocumentVersionSerializer
    filterset_fields = ["document", "state"]
    permissions = {
        "list": "partners.view_document",
        "retrieve": "partners.view_document",
        "file": "partners.view_document",
        "sign": "partners.sign_document",
        "decline": "partners.decline_document",
    }

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @action(detail=True)
    def file(self, request: Any, pk: Any = None) -> Any:
        """The file, as an attachment."""
        return serve(self.get_object().file)

    @extend_schema(request=SignatureInput, responses=DocumentVersionSerializer)
    @action(detail=True, methods=["post"])
    def sign(self, request: Any, pk: Any = None) -> Response:
        version = self.get_object()
        data = SignatureInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(DocumentVersionSerializer(sign_document(version, by=self.member, **data.validated_data)).data)

    @extend_schema(request=DeclineInput, responses=DocumentVersionSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Any, pk: Any = None) -> Response:
        version = self.get_object()
        data = DeclineInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            DocumentVersionSerializer(decline_document(version, by=self.member, **data.validated_data)).data
        )


def register(router: Any) -> None:
    router.register("documents", DocumentsViewSet, basename="documents")
    router.register("document-versions", DocumentVersionsViewSet, basename="document_versions")
