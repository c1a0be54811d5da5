"""Imports in the API: send a file, say which column is what, check it, bring it in, take it back."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response

from prm.kernel.errors import Invalid
from prm.kernel.imports.mapping import DATE_FORMATS, NUMBER_FORMATS
from prm.kernel.imports.problems import shown
from prm.kernel.imports.registry import importer_of
from prm.kernel.imports.undo import may_undo, refuse_undo, undo_import, weigh, why_not_undo
from prm.kernel.imports.uploads import apply_upload, check_upload, entities_for, send_file
from prm.kernel.models import ImportBatch, ImportChange, ImportUpload
from prm.kernel.policies import require
from prm.kernel.web.inputs import checked
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet


class ImportChangeSerializer(serializers.ModelSerializer):
    class Meta:
        model = ImportChange
        fields = ["record_id", "title", "stays", "later_by_id", "later_at"]
        read_only_fields = fields


class ImportBatchSerializer(serializers.ModelSerializer):
    ends_at = serializers.DateTimeField(read_only=True)
    may_undo = serializers.SerializerMethodField(help_text="Whether you can take it back; `why_not` says why not.")
    why_not = serializers.SerializerMethodField()

    class Meta:
        model = ImportBatch
        fields = ["id", "file_name", "entity", "state", "rows", "created", "updated", "unchanged", "failed", "errors",
                  "by_id", "finished_at", "ends_at", "undone_at", "undone_by_id", "may_undo", "why_not"]  # fmt: skip
        read_only_fields = fields

    def get_may_undo(self, batch: ImportBatch) -> bool:
        return not why_not_undo(batch) and may_undo(batch, self.context["view"].member)

    def get_why_not(self, batch: ImportBatch) -> str:
        return why_not_undo(batch)


class WeighedSerializer(serializers.Serializer):
    removed = serializers.IntegerField(help_text="New records that would go.")
    restored = serializers.IntegerField(help_text="Changed records that would get their former values.")
    staying = ImportChangeSerializer(many=True)


class ImportBatchesViewSet(ReadRecordsViewSet):
    """What came in from files and what was refused."""

    queryset = ImportBatch.objects.order_by("-finished_at", "pk")
    serializer_class = ImportBatchSerializer
    listing = "kernel:imports"
    filterset_fields = ["entity", "state", "by"]
    permissions = {
        "list": "kernel.import_file",
        "retrieve": "kernel.import_file",
        "weigh": "kernel.undo_import",
        "stayed": "kernel.undo_import",
        "undo": "kernel.undo_import",
    }

    @extend_schema(responses=WeighedSerializer)
    @action(detail=True, methods=["get"])
    def weigh(self, request: Any, pk: Any = None) -> Response:
        """What taking it back would do now."""
        batch = self.get_object()
        refuse_undo(batch)
        require(self.member, importer_of(batch.entity).permission)
        return Response(WeighedSerializer(weigh(batch)).data)

    @extend_schema(request=None, responses=ImportBatchSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Any, pk: Any = None) -> Response:
        """Take it back; what was changed since stays, see `stayed`."""
        return Response(self.get_serializer(undo_import(self.get_object(), by=self.member)).data)

    @extend_schema(responses=ImportChangeSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def stayed(self, request: Any, pk: Any = None) -> Response:
        """What stayed when it was taken back, and who had changed it."""
        found = self.get_object().changes.exclude(stays="").order_by("title", "pk")
        return Response(ImportChangeSerializer(found, many=True).data)


class ImportUploadSerializer(serializers.ModelSerializer):
    class Meta:
        model = ImportUpload
        fields = ["id", "file_name", "entity", "state", "mapping", "report", "job_id", "created_at"]
        read_only_fields = fields


class ImportFileInput(serializers.Serializer):
    entity = serializers.CharField(max_length=60)
    file = UploadInput()


class ColumnInput(serializers.Serializer):
    column = serializers.CharField(max_length=200, required=False)
    constant = serializers.CharField(max_length=200, required=False)
    map = serializers.DictField(child=serializers.CharField(max_length=200), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("column" in attrs) == ("constant" in attrs):
            raise serializers.ValidationError("Give either the column or the constant.")
        return attrs


class OptionsInput(serializers.Serializer):
    date_format = serializers.ChoiceField(choices=list(DATE_FORMATS), required=False, default="", allow_blank=True)
    number_format = serializers.ChoiceField(choices=list(NUMBER_FORMATS), required=False, default="", allow_blank=True)
    skip = serializers.BooleanField(required=False, default=False, help_text="Leave faulty rows out.")
    encoding = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    delimiter = serializers.CharField(max_length=4, required=False, default="", allow_blank=True, trim_whitespace=False)
    sheet = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class MappingInput(serializers.Serializer):
    fields = serializers.DictField(child=ColumnInput(), help_text="By field: the column, or one value for all rows.")  # type: ignore[assignment]
    options = OptionsInput(required=False)


class ApplyInput(serializers.Serializer):
    choices = serializers.DictField(
        child=serializers.CharField(max_length=40),
        required=False,
        help_text="By line of a double: `create`, `leave`, or the id of the record that the row updates.",
    )


class ImportUploadsViewSet(ReadRecordsViewSet):
    """Your files on their way: sent, checked, brought in. Checking and bringing in are jobs."""

    queryset = ImportUpload.objects.select_related("file").order_by("-created_at", "pk")
    serializer_class = ImportUploadSerializer
    parser_classes = [JSONParser, MultiPartParser]
    permissions = dict.fromkeys(("list", "retrieve", "create", "check", "apply"), "kernel.import_file")

    @extend_schema(request={"multipart/form-data": ImportFileInput}, responses={201: ImportUploadSerializer})
    def create(self, request: Any) -> Response:
        """Send a file; the answer proposes which column is which."""
        data = checked(ImportFileInput, request)
        if data["entity"] not in entities_for(self.member):
            known = ", ".join(entities_for(self.member))
            raise Invalid(f"You cannot bring in {shown(data['entity'])}; you can bring in {known}.", field="entity")
        file = data["file"]
        upload = send_file(file.content, name=file.name, entity=data["entity"], by=self.member)
        return Response(self.get_serializer(upload).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MappingInput, responses={202: ImportUploadSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Any, pk: Any = None) -> Response:
        """Try the whole file with this mapping; nothing of it comes in. `report` says what would."""
        upload, data = self.get_object(), checked(MappingInput, request)
        known = importer_of(upload.entity).rules
        for name in data["fields"]:
            if name not in known:
                raise Invalid(f"There is no field {shown(name)}.", field="fields")
        said = {name: dict(column) for name, column in data["fields"].items()}
        mapping = {"fields": said, "options": dict(data.get("options", {}))}
        return self._on_its_way(check_upload(upload, mapping, by=self.member))

    @extend_schema(request=ApplyInput, responses={202: ImportUploadSerializer})
    @action(detail=True, methods=["post"])
    def apply(self, request: Any, pk: Any = None) -> Response:
        """Bring the file in as it was checked; rows of `report.doubles` only as `choices` says."""
        upload, data = self.get_object(), checked(ApplyInput, request)
        return self._on_its_way(apply_upload(upload, by=self.member, choices=data.get("choices", {})))

    def _on_its_way(self, upload: ImportUpload) -> Response:
        return Response(self.get_serializer(upload).data, status=status.HTTP_202_ACCEPTED)
