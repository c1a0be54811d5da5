"""Assessments in the interface."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from partners.models import Partner
from prm.kernel.web.access import find_visible
from prm.kernel.web.inputs import checked
from prm.kernel.web.viewsets import ReadRecordsViewSet
from scorecards.actions import (
    BadAnswer,
    NoResult,
    accept_unchanged,
    answer_question,
    discard_assessment,
    reopen_assessment,
    review_assessment,
    set_goal,
    start_assessment,
    submit_assessment,
)
from scorecards.api.results import ConclusionInput, GoalInput, GoalOut, ResultSheetSerializer
from scorecards.models import Assessment, Question, Topic
from scorecards.queries import answer_sheet, both_views, changes_since, result_sheet, runner_state, running_scores


class AssessmentSerializer(serializers.ModelSerializer):
    edition = serializers.IntegerField(source="bank.edition", read_only=True)

    class Meta:
        model = Assessment
        fields = [
            "id",
            "partner_id",
            "kind",
            "state",
            "edition",
            "opened_at",
            "submitted_at",
            "active_seconds",
            "overall",
            "result",
            "review_comment",
            "version",
        ]
        read_only_fields = fields


class StartInput(serializers.Serializer):
    partner_id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Assessment.Kind.choices, default=Assessment.Kind.PARTNER)


class AnswerInput(serializers.Serializer):
    """One answer. No options for a question of ticks means "none of these"."""

    question = serializers.CharField(max_length=80)
    options = serializers.ListField(child=serializers.CharField(max_length=80), max_length=50, default=list)
    is_na = serializers.BooleanField(default=False)
    text = serializers.CharField(max_length=4000, default="", allow_blank=True, trim_whitespace=False)
    given_at = serializers.DateTimeField(required=False, help_text="When it was given, if it could not be sent then.")


class TopicInput(serializers.Serializer):
    topic = serializers.CharField(max_length=80)
    given_at = serializers.DateTimeField(required=False, help_text="When it was said, if it could not be sent then.")


class GivenAnswerSerializer(serializers.Serializer):
    """An answer that counts, with who gave it and when."""

    question = serializers.CharField()
    options = serializers.ListField(child=serializers.CharField())
    is_na = serializers.BooleanField()
    text = serializers.CharField()
    by_id = serializers.UUIDField(allow_null=True)
    by = serializers.CharField()
    at = serializers.DateTimeField()


class SinceInput(serializers.Serializer):
    since = serializers.IntegerField(min_value=0, max_value=2**31 - 1, default=0)


class ChangesSerializer(serializers.Serializer):
    """Answers newer than the `since` that was asked with; ask again with `turn`."""

    turn = serializers.IntegerField()
    state = serializers.CharField(read_only=True)
    answers = GivenAnswerSerializer(many=True)


class WordsSerializer(serializers.Serializer):
    lines = serializers.ListField(child=serializers.CharField())
    is_na = serializers.BooleanField()
    is_none = serializers.BooleanField()
    by = serializers.CharField()
    at = serializers.DateTimeField(allow_null=True)


class SheetLineSerializer(serializers.Serializer):
    question = serializers.CharField(source="question.code")
    topic = serializers.CharField(source="question.topic.code")
    text = serializers.CharField(source="question.text")
    answer = WordsSerializer()
    earlier = WordsSerializer(many=True)


class PairSerializer(serializers.Serializer):
    """What the partner scores and what the vendor does; the difference is the partner's minus the vendor's."""

    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()
    partner = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True, read_only=True)
    vendor = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True)
    difference = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True)


class ReasonInput(serializers.Serializer):
    reason = serializers.CharField(max_length=500)


class ScoresSerializer(serializers.Serializer):
    """Running scores by code; null where nothing was scored."""

    overall = serializers.DecimalField(max_digits=5, decimal_places=1, allow_null=True)
    overall_status = serializers.CharField()
    categories = serializers.DictField(child=serializers.CharField(allow_null=True))
    topics = serializers.DictField(child=serializers.CharField(allow_null=True))
    answered = serializers.IntegerField()
    questions = serializers.IntegerField()
    open_codes = serializers.ListField(child=serializers.CharField())


class OptionSerializer(serializers.Serializer):
    code = serializers.CharField()
    text = serializers.CharField()
    is_chosen = serializers.BooleanField()
    was_chosen = serializers.BooleanField()


class QuestionSerializer(serializers.Serializer):
    code = serializers.CharField()
    number = serializers.IntegerField()
    text = serializers.CharField()
    kind = serializers.CharField()
    scored = serializers.BooleanField()
    allow_na = serializers.BooleanField()
    is_answered = serializers.BooleanField()
    is_na = serializers.BooleanField()
    answer_text = serializers.CharField()
    options = OptionSerializer(many=True)


class AssessmentsViewSet(ReadRecordsViewSet):
    """Capabilities scorecards."""

    queryset = Assessment.objects.select_related("partner", "bank", "previous").order_by("-opened_at", "pk")
    serializer_class = AssessmentSerializer
    filterset_fields = ["state", "kind", "partner"]
    permissions = {
        "list": "scorecards.view_assessment",
        "retrieve": "scorecards.view_assessment",
        "questions": "scorecards.view_assessment",
        "changes": "scorecards.view_assessment",
        "answers": "scorecards.view_assessment",
        "comparison": "scorecards.view_comparison",
        "result": "scorecards.view_assessment",
        "goal": "scorecards.set_goal",
        "create": "scorecards.start_assessment",
        "answer": "scorecards.answer_question",
        "unchanged": "scorecards.answer_question",
        "submit": "scorecards.submit_assessment",
        "discard": "scorecards.discard_assessment",
        "reopen": "scorecards.reopen_assessment",
        "review": "scorecards.review_assessment",
    }

    @extend_schema(request=StartInput, responses={201: AssessmentSerializer})
    def create(self, request: Any) -> Response:
        """Start the partner's scorecard, or go on with the open one."""
        data = checked(StartInput, request)
        partner = find_visible(Partner, self.member, data["partner_id"])
        begun = start_assessment(partner, kind=data["kind"], by=self.member)
        return Response(AssessmentSerializer(begun).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses=QuestionSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def questions(self, request: Any, pk: Any = None) -> Response:
        """The questions with their options, the present answers and those of last time."""
        return Response(QuestionSerializer(runner_state(self.get_object()).questions, many=True).data)

    @extend_schema(parameters=[SinceInput], responses=ChangesSerializer)
    @action(detail=True, pagination_class=None)
    def changes(self, request: Any, pk: Any = None) -> Response:
        """What anybody has answered since one last looked."""
        assessment = self.get_object()
        asked = SinceInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        found = changes_since(assessment, asked.validated_data["since"])
        told = {"turn": found.turn, "state": assessment.state, "answers": found.answers}
        return Response(ChangesSerializer(told).data)

    @extend_schema(responses=SheetLineSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def answers(self, request: Any, pk: Any = None) -> Response:
        """Every answer in words with its author, and those before it."""
        lines = [line for topic in answer_sheet(self.get_object()) for line in topic.lines]
        return Response(SheetLineSerializer(lines, many=True).data)

    @extend_schema(responses=PairSerializer(many=True))
    @action(detail=True, pagination_class=None)
    def comparison(self, request: Any, pk: Any = None) -> Response:
        """The partner's scores and the vendor's own view by category and topic; empty unless there are both."""
        found = both_views(self.get_object().partner_id)
        topics = [pair for category, topics in found.categories for pair in (category, *topics)]
        return Response(PairSerializer([found.overall, *topics] if found.overall else [], many=True).data)

    @extend_schema(responses=ResultSheetSerializer)
    @action(detail=True, pagination_class=None)
    def result(self, request: Any, pk: Any = None) -> Response:
        """The result as its page shows it: scores by topic, category and lens, gaps, peers, goals, history."""
        sheet = result_sheet(self.get_object(), self.member)
        if sheet is None:
            raise NoResult("There is no result yet. It is made when the scorecard is submitted.")
        return Response(ResultSheetSerializer(sheet).data)

    @extend_schema(request=GoalInput, responses=GoalOut)
    @action(detail=True, methods=["post"])
    def goal(self, request: Any, pk: Any = None) -> Response:
        """Set what a topic is to reach; set again, it is changed."""
        assessment, data = self.get_object(), checked(GoalInput, request)
        return Response(GoalOut(set_goal(assessment, data.pop("topic"), by=self.member, **data)).data)

    @extend_schema(request=AnswerInput, responses=ScoresSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Any, pk: Any = None) -> Response:
        """Answer one question; the reply tells the running scores."""
        assessment, data = self.get_object(), checked(AnswerInput, request)
        question = Question.objects.filter(bank=assessment.bank_id, code=data.pop("question")).first()
        if question is None:
            raise BadAnswer("There is no such question.", field="question")
        answer_question(assessment, question, by=self.member, **data)
        return self._scores(assessment)

    @extend_schema(request=TopicInput, responses=ScoresSerializer)
    @action(detail=True, methods=["post"])
    def unchanged(self, request: Any, pk: Any = None) -> Response:
        """Take over last time's answers of a topic."""
        assessment, data = self.get_object(), checked(TopicInput, request)
        topic = Topic.objects.filter(bank=assessment.bank_id, code=data["topic"]).first()
        if topic is None:
            raise BadAnswer("There is no such topic.", field="topic")
        accept_unchanged(assessment, topic, by=self.member, given_at=data.get("given_at"))
        return self._scores(assessment)

    @extend_schema(request=None, responses=AssessmentSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, pk: Any = None) -> Response:
        return self._record(submit_assessment(self.get_object(), by=self.member))

    @extend_schema(request=ReasonInput, responses=AssessmentSerializer)
    @action(detail=True, methods=["post"])
    def discard(self, request: Any, pk: Any = None) -> Response:
        return self._record(discard_assessment(self.get_object(), by=self.member, **checked(ReasonInput, request)))

    @extend_schema(request=ReasonInput, responses=AssessmentSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Any, pk: Any = None) -> Response:
        return self._record(reopen_assessment(self.get_object(), by=self.member, **checked(ReasonInput, request)))

    @extend_schema(request=ConclusionInput, responses=AssessmentSerializer)
    @action(detail=True, methods=["post"])
    def review(self, request: Any, pk: Any = None) -> Response:
        return self._record(review_assessment(self.get_object(), by=self.member, **checked(ConclusionInput, request)))

    def _scores(self, assessment: Assessment) -> Response:
        return Response(ScoresSerializer(running_scores(assessment, assessment.bank)).data)

    def _record(self, assessment: Assessment) -> Response:
        return Response(AssessmentSerializer(assessment).data)
