"""Actions that follow from an assessment."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import SEES_ALL_PARTNERS, assigned_partner_ids
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerRecord, TenantForeignKey, TenantManager, TenantQuerySet
from prm.kernel.words import own
from scorecards.models.assessments import Assessment
from scorecards.models.bank import Topic

SEES_OWN_COMPANYS_ACTIONS = (Role.CHAMPION, Role.DISTRIBUTOR)


class ActionItemQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """The vendor's people: of their partners. A champion: the company's. Others at a partner: what they own."""
        if not member.is_vendor:
            own = self.filter(partner_id__in=member.reach or ())
            return own if member.has(*SEES_OWN_COMPANYS_ACTIONS) else own.filter(owner=member)
        if member.has(*SEES_ALL_PARTNERS):
            return self
        return self.filter(partner_id__in=assigned_partner_ids(member))


class ActionItem(PartnerRecord):
    """A dated improvement or commitment with an owner on either side."""

    class State(models.TextChoices):
        RECOMMENDED = "recommended", _("Recommended")
        NOT_STARTED = "not_started", _("Not started")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Kind(models.TextChoices):
        IMPROVEMENT = "improvement", _("Improvement")
        COMMITMENT = "commitment", _("Commitment")
        OTHER = "other", _("Other")

    class Side(models.TextChoices):
        PARTNER = "partner", own("Partner")
        VENDOR = "vendor", _("Vendor")

    MOVES = {
        State.RECOMMENDED: {State.NOT_STARTED, State.DROPPED},
        State.NOT_STARTED: {State.IN_PROGRESS, State.DONE, State.DROPPED},
        State.IN_PROGRESS: {State.NOT_STARTED, State.DONE, State.DROPPED},
        State.DONE: {State.IN_PROGRESS},
        State.DROPPED: set(),
    }

    assessment = TenantForeignKey(Assessment, null=True, blank=True, related_name="action_items")
    topic = TenantForeignKey(Topic, null=True, blank=True, related_name="action_items")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.IMPROVEMENT)
    side = models.CharField(max_length=8, choices=Side, default=Side.PARTNER)
    text = TextField(max_length=1000)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="action_items")
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.RECOMMENDED)
    done_on = models.DateField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(ActionItemQuerySet)()

    class Meta:
        indexes = [models.Index(fields=["tenant", "partner", "state"], name="action_by_partner")]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "topic"],
                condition=models.Q(state="recommended"),
                name="action_recommended_once",
            ),
            models.CheckConstraint(
                name="action_accepted_has_date",
                condition=models.Q(state__in=["recommended", "dropped"]) | models.Q(due_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text
