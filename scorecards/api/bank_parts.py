"""Categories, topics with their questions, and what helps with their actions, in the interface."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from prm.kernel.files import serve
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked, seen_version
from prm.kernel.web.uploads import UploadInput
from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import add_category, add_document, add_topic, edit_category, edit_topic, move_part, remove_part
from scorecards.models import Category, Option, Question, QuestionBank, Resource, Topic
from scorecards.queries import document_of, topic_part


class CategorySerializer(serializers.ModelSerializer):
    class Meta:
        model = Category
        fields = ["id", "bank_id", "code", "order", "name", "weight", "screening", "vendor_only", "version"]
        read_only_fields = fields


class OptionPartSerializer(serializers.ModelSerializer):
    class Meta:
        model = Option
        fields = ["code", "text", "score"]
        read_only_fields = fields


class QuestionPartSerializer(serializers.ModelSerializer):
    options = OptionPartSerializer(many=True)

    class Meta:
        model = Question
        fields = ["code", "text", "help_text", "kind", "scored", "weight", "required", "allow_na", "options"]
        read_only_fields = fields


class ResourceSerializer(serializers.ModelSerializer):
    is_document = serializers.SerializerMethodField()

    class Meta:
        model = Resource
        fields = ["id", "topic_id", "code", "title", "url", "is_document"]
        read_only_fields = fields

    def get_is_document(self, resource: Resource) -> bool:
        return resource.file_id is not None


class TopicLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = Topic
        fields = [
            "id",
            "bank_id",
            "category_id",
            "code",
            "order",
            "name",
            "weight",
            "best_practice",
            "lens",
            "life_stages",
            "for_types",
            "for_tiers",
            "for_stages",
            "action_text",
            "action_owner",
            "action_days",
            "vendor_only",
            "version",
        ]
        read_only_fields = fields


class TopicSerializer(TopicLineSerializer):
    questions = QuestionPartSerializer(many=True)
    resources = ResourceSerializer(many=True)

    class Meta(TopicLineSerializer.Meta):
        fields = [*TopicLineSerializer.Meta.fields, "questions", "resources"]
        read_only_fields = fields


class QuestionFacts(serializers.ModelSerializer):
    class Meta:
        model = Question
        fields = [name for name in QuestionPartSerializer.Meta.fields if name != "options"]
        read_only_fields = fields


NUMBER = {"max_length": 40, "help_text": "A number, as text."}


def _codes() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=60), required=False, max_length=100)


class CategoryChange(serializers.Serializer):
    """What is not named stays."""

    name = serializers.CharField(max_length=160, required=False)
    weight = serializers.CharField(required=False, **NUMBER)
    screening = serializers.BooleanField(required=False)
    vendor_only = serializers.BooleanField(required=False)
    version = seen_version()


class CategoryInput(CategoryChange):
    bank_id = serializers.UUIDField()
    name = serializers.CharField(max_length=160)
    version = None


class TopicFields(serializers.Serializer):
    weight = serializers.CharField(required=False, **NUMBER)
    best_practice = serializers.CharField(required=False, **NUMBER)
    lens = serializers.CharField(max_length=60, required=False, allow_blank=True)
    life_stages = _codes()
    for_types = _codes()
    for_tiers = _codes()
    for_stages = _codes()
    action_text = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    action_owner = serializers.CharField(max_length=40, required=False, allow_blank=True)
    action_days = serializers.IntegerField(required=False)


class TopicChange(TopicFields):
    """What is not named stays; `questions` and `resources`, where given, are the whole list in its order."""

    name = serializers.CharField(max_length=160, required=False)
    questions = serializers.ListField(child=serializers.DictField(), required=False, max_length=100)
    resources = serializers.ListField(child=serializers.DictField(), required=False, max_length=100)
    version = seen_version()


class TopicInput(TopicFields):
    category_id = serializers.UUIDField()
    name = serializers.CharField(max_length=160)


class MoveInput(serializers.Serializer):
    up = serializers.BooleanField()


class DocumentInput(serializers.Serializer):
    title = serializers.CharField(max_length=160, required=False, allow_blank=True, default="")
    file = UploadInput()


class CategoriesViewSet(ReadRecordsViewSet):
    """Categories of the questionnaire."""

    queryset = Category.objects.select_related("bank").order_by("bank_id", "order", "code")
    serializer_class = CategorySerializer
    filterset_fields = ["bank"]
    permissions = {
        "list": "scorecards.view_bank",
        "retrieve": "scorecards.view_bank",
        "create": "scorecards.edit_bank",
        "partial_update": "scorecards.edit_bank",
        "destroy": "scorecards.edit_bank",
        "move": "scorecards.edit_bank",
    }

    @extend_schema(request=CategoryInput, responses={201: CategorySerializer})
    def create(self, request: Any) -> Response:
        data = checked(CategoryInput, request)
        bank = find_visible(QuestionBank, self.member, data.pop("bank_id"))
        made = add_category(bank, by=self.member, **data)
        return Response(CategorySerializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CategoryChange, responses=CategorySerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        category, data = self.get_object(), checked(CategoryChange, request)
        made = edit_category(category, by=self.member, seen_version=data.pop("version"), **data)
        return Response(CategorySerializer(made).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        """Take it out of a draft, with all that is in it."""
        remove_part(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MoveInput, responses=CategorySerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Any, pk: Any = None) -> Response:
        """Let it change places with its neighbour."""
        moved = move_part(self.get_object(), by=self.member, up=checked(MoveInput, request)["up"])
        moved.refresh_from_db()
        return Response(CategorySerializer(moved).data)


class TopicsViewSet(ReadRecordsViewSet):
    """Topics of the questionnaire; one alone comes with its questions, answers and resources."""

    queryset = Topic.objects.select_related("bank", "category__bank").order_by("bank_id", "order", "code")
    serializer_class = TopicLineSerializer
    filterset_fields = ["bank", "category"]
    permissions = {
        "list": "scorecards.view_bank",
        "retrieve": "scorecards.view_bank",
        "create": "scorecards.edit_bank",
        "partial_update": "scorecards.edit_bank",
        "destroy": "scorecards.edit_bank",
        "move": "scorecards.edit_bank",
        "document": "scorecards.edit_bank",
    }

    @extend_schema(responses=TopicSerializer)
    def retrieve(self, request: Any, pk: Any = None) -> Response:
        return Response(_whole(self.get_object()))

    @extend_schema(request=TopicInput, responses={201: TopicSerializer})
    def create(self, request: Any) -> Response:
        data = checked(TopicInput, request)
        category = find_visible(Category.objects.select_related("bank"), self.member, data.pop("category_id"))
        made = add_topic(category, by=self.member, **data)
        return Response(_whole(made), status=status.HTTP_201_CREATED)

    @extend_schema(request=TopicChange, responses=TopicSerializer)
    def partial_update(self, request: Any, pk: Any = None) -> Response:
        """Change a topic; `questions` and `resources`, where given, are the whole list in its order."""
        topic, data = self.get_object(), checked(TopicChange, request)
        made = edit_topic(topic, by=self.member, seen_version=data.pop("version"), **data)
        return Response(_whole(made))

    @extend_schema(responses={204: None})
    def destroy(self, request: Any, pk: Any = None) -> Response:
        remove_part(self.get_object(), by=self.member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=MoveInput, responses=TopicSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Any, pk: Any = None) -> Response:
        moved = move_part(self.get_object(), by=self.member, up=checked(MoveInput, request)["up"])
        moved.refresh_from_db()
        return Response(_whole(moved))

    @extend_schema(request=DocumentInput, responses={201: ResourceSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def document(self, request: Any, pk: Any = None) -> Response:
        """Add a document that helps with the topic's action."""
        topic, data = self.get_object(), checked(DocumentInput, request)
        kept = add_document(topic, by=self.member, title=data["title"], upload=data["file"])
        return Response(ResourceSerializer(kept).data, status=status.HTTP_201_CREATED)


class ResourcesViewSet(ReadRecordsViewSet):
    """What helps with the actions: links and documents."""

    queryset = Resource.objects.order_by("topic_id", "order", "code")
    serializer_class = ResourceSerializer
    filterset_fields = ["topic"]
    permissions = {
        "list": "scorecards.view_resource",
        "retrieve": "scorecards.view_resource",
        "download": "scorecards.view_resource",
    }

    @extend_schema(responses={(200, "application/octet-stream"): bytes})
    @action(detail=True)
    def download(self, request: Any, pk: Any = None) -> HttpResponse:
        """The document of a resource that is one."""
        return serve(document_of(self.get_object()))


def _whole(topic: Topic) -> dict[str, Any]:
    part = topic_part(topic)
    return {
        **TopicLineSerializer(topic).data,
        "questions": [
            {**QuestionFacts(q.question).data, "options": OptionPartSerializer(q.options, many=True).data}
            for q in part.questions
        ],
        "resources": ResourceSerializer(part.resources, many=True).data,
    }


def register(router: Any) -> None:
    router.register("bank-categories", CategoriesViewSet, basename="bank-categories")
    router.register("bank-topics", TopicsViewSet, basename="bank-topics")
    router.register("bank-resources", ResourcesViewSet, basename="bank-resources")
