"""What a partner wants to reach in a topic, set when a scorecard is reviewed."""

from __future__ import annotations

from typing import Self

from django.db import models

from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField
from prm.kernel.models import Membership
from prm.kernel.tenancy.models import PartnerRecord, TenantForeignKey, TenantManager, TenantQuerySet
from scorecards.models.assessments import Assessment
from scorecards.models.bank import Topic


class GoalQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Whoever may know of the scorecard may know of its goals."""
        return self.filter(assessment__in=Assessment.objects.visible_to(member))


class Goal(PartnerRecord):
    """The score a topic is to reach, and until when. Goals of the vendor's own view are the vendor's alone."""

    partner_sees = "not vendor_only"

    assessment = TenantForeignKey(Assessment, related_name="goals")
    topic = TenantForeignKey(Topic, related_name="goals")
    vendor_only = models.BooleanField(default=False)
    goal_score = NumericField()
    due_on = models.DateField()
    set_by = TenantForeignKey(Membership, null=True, related_name="+")

    objects = TenantManager.from_queryset(GoalQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "assessment", "topic"], name="goal_once"),
            models.CheckConstraint(name="goal_score", condition=models.Q(goal_score__gte=1, goal_score__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}: {self.goal_score}"

    def get_absolute_url(self) -> str:
        return f"{address_of('scorecards:assessment', self.assessment_id)}#goals"
