"""A result in the interface: the figures of the sheet, as numbers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Score(serializers.DecimalField):
    """Points of 100 with one decimal, or null where there is no figure."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=1, allow_null=True, **kwargs)


class SheetLineSerializer(serializers.Serializer):
    """One figure with what stands beside it; `gap` is what is missing to best practice."""

    level = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    category = serializers.CharField()
    score = Score()
    status = serializers.CharField()
    best_practice = Score()
    gap = Score()
    peer_average = Score()
    last = Score()
    change = Score()
    other = Score()
    difference = Score()
    goal = Score()
    goal_due_on = serializers.DateField(allow_null=True)


class PeersSerializer(serializers.Serializer):
    """Whom the averages stand for; `quarter` is 1 for the upper one. Never who they are."""

    count = serializers.IntegerField()
    min_peers = serializers.IntegerField()
    as_of = serializers.DateTimeField(allow_null=True)
    quarter = serializers.IntegerField(source="overall.quarter", default=None, allow_null=True)


class GoalSerializer(serializers.Serializer):
    goal_id = serializers.UUIDField()
    topic = serializers.CharField()
    name = serializers.CharField()
    goal_score = Score()
    score = Score()
    due_on = serializers.DateField()
    set_by = serializers.CharField()
    is_earlier = serializers.BooleanField()
    is_reached = serializers.BooleanField()


class PastResultSerializer(serializers.Serializer):
    assessment_id = serializers.UUIDField()
    submitted_at = serializers.DateTimeField()
    edition = serializers.IntegerField()
    overall = Score()
    status = serializers.CharField()


class ResultSheetSerializer(serializers.Serializer):
    assessment_id = serializers.UUIDField(source="result.assessment_id")
    partner_id = serializers.UUIDField(source="result.partner_id")
    partner = serializers.CharField()
    kind = serializers.CharField(source="result.kind")
    state = serializers.CharField(source="result.state")
    submitted_at = serializers.DateTimeField(source="result.submitted_at")
    submitted_by = serializers.CharField(source="result.submitted_by")
    edition = serializers.IntegerField(source="result.edition")
    review_comment = serializers.CharField()
    overall = SheetLineSerializer()
    categories = SheetLineSerializer(many=True)
    lenses = SheetLineSerializer(many=True)
    topics = SheetLineSerializer(many=True)
    goals = GoalSerializer(many=True)
    peers = PeersSerializer()
    history = PastResultSerializer(many=True)


class GoalInput(serializers.Serializer):
    """The score that a topic is to reach, and until when."""

    topic = serializers.CharField(max_length=80)
    goal_score = serializers.DecimalField(max_digits=4, decimal_places=1)
    due_on = serializers.DateField()


class ReviewInput(serializers.Serializer):
    """The conclusion, with goals for at least one topic, or the word that none are needed."""

    comment = serializers.CharField(max_length=2000)
    goals = GoalInput(many=True, default=list)
    none_needed = serializers.BooleanField(default=False)


class GoalOut(serializers.Serializer):
    id = serializers.UUIDField()
    assessment_id = serializers.UUIDField()
    topic = serializers.CharField(source="topic.code")
    goal_score = Score()
    due_on = serializers.DateField()
