"""The actions of all partners as a list, and the managers whose partners they are of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from scorecards.models import ActionItem
from scorecards.queries import OPEN_STATES, Completion
from scorecards.rows.plan import ITEM_TONES, PlanStanding, present_completion


@dataclass(frozen=True)
class ActionRow:
    """One line of the list. The `raw_` figures are for exports."""

    pk: UUID
    text: str
    topic: str
    kind: str
    is_special: bool  # no improvement, which most are
    partner: str
    partner_url: str
    plan_url: str
    owner: str
    side: str
    due: str
    raw_due: dt.date | None
    raw_done: dt.date | None
    is_overdue: bool
    state: str
    tone: str
    reason: str
    may_complete: bool


def present_actions(items: Sequence[ActionItem], member: Membership) -> list[ActionRow]:
    write, today = formatter(), clock.today()
    return [
        ActionRow(
            pk=item.pk,
            text=item.text,
            topic=item.topic.name if item.topic else "",
            kind=str(item.get_kind_display()),
            is_special=item.kind != ActionItem.Kind.IMPROVEMENT,
            partner=item.partner.name,
            partner_url=item.partner.get_absolute_url(),
            plan_url=reverse("scorecards:plan", args=[item.partner_id]),
            owner=item.owner.user.name if item.owner else "",
            side=str(item.get_side_display()) if item.owner_id else "",
            due=write.day(item.due_on) if item.due_on else "",
            raw_due=item.due_on,
            raw_done=item.done_on,
            is_overdue=item.state in OPEN_STATES and item.due_on is not None and item.due_on < today,
            state=str(item.get_state_display()),
            tone=ITEM_TONES[ActionItem.State(item.state)],
            reason=item.reason,
            may_complete=item.state in OPEN_STATES and permits(member, "scorecards.complete_action_item", item),
        )
        for item in items
    ]


@dataclass(frozen=True)
class ManagerRow:
    name: str
    standing: PlanStanding


def present_managers(found: Sequence[tuple[str, Completion]]) -> list[ManagerRow]:
    return [ManagerRow(name, present_completion(completion)) for name, completion in found]
