"""A result in the interface: the figures of the sheet, as numbers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class Score(serializers.DecimalField):
    """Points of 100 with one decimal, or null where there is no figure."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=5, decimal_places=1, allow_null=True, read_only=True, **kwargs)


class SheetLineSerializer(serializers.Serializer):
    """One figure with what stands beside it; `gap` is what is missing to best practice."""

    level = serializers.CharField(read_only=True)
    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    category = serializers.CharField(read_only=True)
    score = Score()
    status = serializers.CharField(read_only=True)
    best_practice = Score()
    gap = Score()
    peer_average = Score()
    last = Score()
    change = Score()
    other = Score()
    difference = Score()
    goal = Score()
    goal_due_on = serializers.DateField(read_only=True)


class PeersSerializer(serializers.Serializer):
    """Whom the averages stand for; `quarter` is 1 for the upper one. Never who they are."""

    count = serializers.IntegerField(read_only=True)
    min_peers = serializers.IntegerField(read_only=True)
    as_of = serializers.DateTimeField(read_only=True)
    quarter = serializers.IntegerField(source="overall.quarter", default=None, read_only=True)


class GoalSerializer(serializers.Serializer):
    goal_id = serializers.UUIDField(read_only=True)
    topic = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)
    goal_score = Score()
    score = Score()
    due_on = serializers.DateField(read_only=True)
    set_by = serializers.CharField(read_only=True)
    is_earlier = serializers.BooleanField(read_only=True)
    is_reached = serializers.BooleanField(read_only=True)


class PastResultSerializer(serializers.Serializer):
    assessment_id = serializers.UUIDField(read_only=True)
    submitted_at = serializers.DateTimeField(read_only=True)
    edition = serializers.IntegerField(read_only=True)
    overall = Score()
    status = serializers.CharField(read_only=True)


class ResultSheetSerializer(serializers.Serializer):
    assessment_id = serializers.UUIDField(source="result.assessment_id", read_only=True)
    partner_id = serializers.UUIDField(source="result.partner_id", read_only=True)
    partner = serializers.CharField(read_only=True)
    kind = serializers.CharField(source="result.kind", read_only=True)
    state = serializers.CharField(source="result.state", read_only=True)
    submitted_at = serializers.DateTimeField(source="result.submitted_at", read_only=True)
    submitted_by = serializers.CharField(source="result.submitted_by", read_only=True)
    edition = serializers.IntegerField(source="result.edition", read_only=True)
    review_comment = serializers.CharField(read_only=True)
    overall = SheetLineSerializer(read_only=True)
    categories = SheetLineSerializer(many=True, read_only=True)
    lenses = SheetLineSerializer(many=True, read_only=True)
    topics = SheetLineSerializer(many=True, read_only=True)
    goals = GoalSerializer(many=True, read_only=True)
    peers = PeersSerializer(read_only=True)
    history = PastResultSerializer(many=True, read_only=True)


class GoalInput(serializers.Serializer):
    """The score that a topic is to reach, and until when."""

    topic = serializers.CharField(max_length=80)
    goal_score = serializers.DecimalField(max_digits=4, decimal_places=1)
    due_on = serializers.DateField()


class ConclusionInput(serializers.Serializer):
    """The conclusion, with goals for at least one topic, or the word that none are needed."""

    comment = serializers.CharField(max_length=2000)
    goals = GoalInput(many=True, default=list)
    none_needed = serializers.BooleanField(default=False)


class GoalOut(serializers.Serializer):
    id = serializers.UUIDField(read_only=True)
    assessment_id = serializers.UUIDField(read_only=True)
    topic = serializers.CharField(source="topic.code", read_only=True)
    goal_score = Score()
    due_on = serializers.DateField(read_only=True)
