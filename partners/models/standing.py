"""How a partnership is interrupted and ended: suspensions, and notices of termination."""

from __future__ import annotations

from django.db import models

from partners.models.company import Partner
from prm.kernel.fields import TextField
from prm.kernel.tenancy.models import PartnerReads


class Suspension(PartnerReads):
    """A time in which the partner's people may read and nothing else; the state before it comes back."""

    stays_on_merge = True

    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    state_before = models.CharField(max_length=20, choices=Partner.State)
    reason = TextField(max_length=500)
    lift_reason = TextField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner"], condition=models.Q(to_date=None), name="suspension_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"suspension of {self.partner_id} from {self.from_date}"


class Termination(PartnerReads):
    """A notice that the partnership ends on a day. Until then it can be withdrawn; then the system ends it."""

    stays_on_merge = True

    class State(models.TextChoices):
        GIVEN = "given", "Notice given"
        WITHDRAWN = "withdrawn", "Withdrawn"
        DONE = "done", "Ended"

    MOVES = {State.GIVEN: {State.WITHDRAWN, State.DONE}, State.WITHDRAWN: set(), State.DONE: set()}

    state = models.CharField(max_length=10, choices=State, default=State.GIVEN)
    given_on = models.DateField()
    ends_on = models.DateField()
    reason = TextField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner"], condition=models.Q(state="given"), name="termination_one_given"
            ),
            models.CheckConstraint(name="termination_dates", condition=models.Q(ends_on__gte=models.F("given_on"))),
        ]

    def __str__(self) -> str:
        return f"termination of {self.partner_id} on {self.ends_on}"
