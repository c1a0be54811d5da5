"""Work with partners: tasks with an owner and a date on either side, and alerts that the vendor's people are told."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _

from partners.models.company import Partner, assigned_partner_ids
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role, Side
from prm.kernel.tenancy.models import PartnerMaybe, TenantForeignKey, TenantManager, TenantQuerySet, VendorRecord

SEES_ALL_TASKS = (Role.TENANT_ADMIN, Role.CHANNEL_CHIEF, Role.OPERATIONS, Role.MARKETING, Role.AUDITOR)
SEES_OWN_COMPANYS_TASKS = (Role.CHAMPION, Role.DISTRIBUTOR)
SEES_ALERTS = (
    Role.TENANT_ADMIN,
    Role.CHANNEL_CHIEF,
    Role.ACCOUNT_MANAGER,
    Role.OPERATIONS,
    Role.MARKETING,
    Role.AUDITOR,
)


class TaskQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """All, those of the assigned partners, or one's own; a champion the company's on the partner's side."""
        if not member.is_vendor:
            own = self.filter(partner_id__in=member.reach or (), side=Side.PARTNER)
            return own if member.has(*SEES_OWN_COMPANYS_TASKS) else own.filter(falls_to(member))
        if member.has(*SEES_ALL_TASKS):
            return self
        mine = falls_to(member) | models.Q(added_by=member)
        if member.has(Role.ACCOUNT_MANAGER):
            assigned = assigned_partner_ids(member)
            mine = models.Q(owner=member) | models.Q(added_by=member) | models.Q(partner_id__in=assigned)
            mine |= models.Q(partner=None) & falls_to(member)
        return self.filter(mine)

    def open(self) -> Self:
        return self.filter(state=Task.State.OPEN)


def falls_to(member: Membership) -> models.Q:
    """Tasks that this member is asked to do: the own ones, and those of an own role that nobody owns yet."""
    nobodys = models.Q(owner=None, side=member.side, role__in=list(member.roles))
    if not member.is_vendor:
        nobodys &= models.Q(partner_id=member.partner_id)
    return models.Q(owner=member) | nobodys


class Task(PartnerMaybe):
    """Something to do by a day, for the vendor's people or for a partner's; the vendor's own never reach a partner."""

    partner_sees = "side = 'partner'"

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    MOVES = {
        State.OPEN: {State.DONE, State.CANCELLED},
        State.DONE: {State.OPEN},
        State.CANCELLED: {State.OPEN},
    }

    title = TextField(max_length=300)
    kind = models.CharField(max_length=40)
    side = models.CharField(max_length=8, choices=Side, default=Side.VENDOR)
    role = models.CharField(max_length=40, blank=True)  # whose work it is while nobody owns it
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="tasks")
    due_on = models.DateField(null=True, blank=True)
    required = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    key = models.CharField(max_length=160, blank=True)  # what it stands for; once per tenant
    proof = models.CharField(max_length=40, blank=True)  # the check that says it is done, where one is lent
    url = models.CharField(max_length=300, blank=True)  # where it is done, inside the tenant
    added_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(TaskQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], condition=~models.Q(key=""), name="task_key"),
            models.CheckConstraint(
                name="task_without_partner_is_the_vendors",
                condition=models.Q(partner__isnull=False) | models.Q(side=Side.VENDOR),
            ),
            models.CheckConstraint(
                name="task_done_has_a_time", condition=~models.Q(state="done") | models.Q(done_at__isnull=False)
            ),
            models.CheckConstraint(
                name="task_cancelled_has_a_reason", condition=~models.Q(state="cancelled") | ~models.Q(reason="")
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "partner", "state", "due_on"], name="task_by_partner"),
            models.Index(fields=["tenant", "owner", "state", "due_on"], name="task_by_owner"),
            models.Index(fields=["tenant", "due_on"], condition=models.Q(state="open"), name="task_open_by_day"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return address_of("partners:task", self.pk)


class AlertQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """The vendor's people: of the partners they look after. Money people and partners know of none."""
        if not member.is_vendor or not member.has(*SEES_ALERTS):
            return self.none()
        return super().visible_to(member)

    def live(self) -> Self:
        """Those whose condition has not ended, as far as is known."""
        return self.exclude(state=Alert.State.DONE)

    def shown(self) -> Self:
        """Those that want a look."""
        return self.filter(state__in=[Alert.State.OPEN, Alert.State.SEEN])

    def by_urgency(self) -> Self:
        """With what lists are sorted by: `urgency`, the gravest first, and `age`, the latest found first."""
        grades = [models.When(level=level, then=grade) for grade, level in enumerate(reversed(Alert.Level.values))]
        since = Extract("last_at", "epoch")
        return self.annotate(
            urgency=models.Case(*grades, default=len(grades), output_field=models.IntegerField()),
            age=models.ExpressionWrapper(-1 * since, output_field=models.FloatField()),
        )


class Alert(VendorRecord):
    """A condition at a partner that its account manager is told of. Live once per partner and kind."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SEEN = "seen", _("Seen")
        DISMISSED = "dismissed", _("Dismissed")
        DONE = "done", _("Ended")

    class Level(models.TextChoices):
        INFO = "info", _("For information")
        WARNING = "warning", _("Warning")
        CRITICAL = "critical", _("Critical")

    MOVES = {
        State.OPEN: {State.SEEN, State.DISMISSED, State.DONE},
        State.SEEN: {State.OPEN, State.DISMISSED, State.DONE},
        State.DISMISSED: {State.OPEN, State.DONE},
        State.DONE: set(),
    }

    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="alerts")
    kind = models.CharField(max_length=60)
    level = models.CharField(max_length=10, choices=Level, default=Level.WARNING)
    text = TextField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    count = models.PositiveIntegerField(default=1)  # how often it was told
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()  # when the condition was last found
    quiet_since = models.DateTimeField()  # told or dismissed; it is told again some days after
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(AlertQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "kind"],
                condition=~models.Q(state="done"),
                nulls_distinct=False,
                name="alert_live_once",
            ),
            models.CheckConstraint(
                name="alert_ended_has_a_time", condition=~models.Q(state="done") | models.Q(ended_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "last_at"], name="alert_by_state")]

    def __str__(self) -> str:
        return self.text
