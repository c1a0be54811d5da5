"""The action plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from partners.formulas import attainment_status
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter
from scorecards.forms import AcceptForm, EditItemForm
from scorecards.models import ActionItem, Resource
from scorecards.queries import OPEN_STATES, Completion, Result, completion_of, proposed_owner

PROPOSALS_SHOWN = 6  # the others unfold

ITEM_TONES = {
    ActionItem.State.RECOMMENDED: "blue",
    ActionItem.State.NOT_STARTED: "grey",
    ActionItem.State.IN_PROGRESS: "yellow",
    ActionItem.State.DONE: "green",
    ActionItem.State.DROPPED: "grey",
}


@dataclass(frozen=True)
class ItemRow:
    pk: UUID
    text: str
    topic: str
    kind: str  # in words, where it is no improvement
    side: str
    reason: str
    state: str
    tone: str
    owner: str
    due: str
    is_overdue: bool
    form: AcceptForm | None
    edit_form: EditItemForm | None
    is_open: bool  # the edit form came back with errors
    may_start: bool
    may_complete: bool
    may_reopen: bool
    may_drop: bool
    resources: tuple[Resource, ...]  # what helps with it


@dataclass(frozen=True)
class PlanPart:
    """Proposals first (the largest gaps at the top), then what somebody works on, then what is done."""

    partner_id: UUID
    proposed: tuple[ItemRow, ...]
    more: tuple[ItemRow, ...]
    items: tuple[ItemRow, ...]
    dropped: tuple[ItemRow, ...]
    standing: PlanStanding
    may_add: bool

    @property
    def is_empty(self) -> bool:
        return not (self.proposed or self.items)


@dataclass(frozen=True)
class PlanStanding:
    """How much of a plan is done, in words."""

    open: int
    overdue: int
    done: int
    percent: int
    share: str
    status: str

    @property
    def is_nothing(self) -> bool:
        return not (self.open or self.done)

    @property
    def overdue_status(self) -> str:
        return "red" if self.overdue else "green"


def present_completion(found: Completion) -> PlanStanding:
    write = formatter()
    return PlanStanding(
        open=found.open,
        overdue=found.overdue,
        done=found.done,
        percent=int((found.share or 0) * 100),
        share=write.percent(found.share, 0),
        status=attainment_status(found.share) if found.share is not None else "grey",
    )


def present_plan(
    partner_id: UUID,
    items: Sequence[ActionItem],
    owners: Sequence[Membership],
    member: Membership,
    *,
    result: Result | None = None,
    refused: AcceptForm | None = None,
    may_add: bool = False,
) -> PlanPart:
    """`refused` is a form that came back with errors; it stands in its row with what was typed."""
    write, today = formatter(), clock.today()
    choices = [(str(owner.pk), _owner_label(owner)) for owner in owners]
    state = ActionItem.State
    rows = []
    for item in items:
        form, edit_form = None, None
        is_refused = refused is not None and refused.item_id == item.pk
        if item.state in OPEN_STATES and permits(member, "scorecards.edit_action_item", item):
            if is_refused and isinstance(refused, EditItemForm):
                edit_form = refused
            else:
                now = {"owner": str(item.owner_id or ""), "due_on": item.due_on, "version": item.version}
                edit_form = EditItemForm(item_id=item.pk, owners=choices, initial=now)
        if item.state == state.RECOMMENDED and permits(member, "scorecards.accept_action_item", item):
            if is_refused:
                form = refused
            else:
                owner = proposed_owner(item, owners)
                days = item.topic.action_days if item.topic else 60
                form = AcceptForm(
                    item_id=item.pk,
                    owners=choices,
                    initial={"owner": str(owner.pk) if owner else "", "due_on": today + dt.timedelta(days=days)},
                )
        waits = item.state in OPEN_STATES
        rows.append(
            ItemRow(
                pk=item.pk,
                text=item.text,
                topic=item.topic.name if item.topic else "",
                kind="" if item.kind == ActionItem.Kind.IMPROVEMENT else str(item.get_kind_display()),
                side=str(item.get_side_display()),
                reason=item.reason,
                state=item.get_state_display(),
                tone=ITEM_TONES.get(item.state, "grey"),
                owner=item.owner.user.name if item.owner else "",
                due=write.day(item.due_on) if item.due_on else "",
                is_overdue=bool(waits and item.due_on and item.due_on < today),
                form=form,
                edit_form=edit_form,
                is_open=edit_form is refused and refused is not None,
                may_start=item.state == state.NOT_STARTED and permits(member, "scorecards.start_action_item", item),
                may_complete=waits and permits(member, "scorecards.complete_action_item", item),
                may_reopen=item.state == state.DONE and permits(member, "scorecards.reopen_action_item", item),
                may_drop=item.state in (state.RECOMMENDED, *OPEN_STATES)
                and permits(member, "scorecards.drop_action_item", item),
                resources=_resources(item),
            )
        )
    gaps = {line.code: line.gap or Decimal(0) for line in result.topics} if result else {}
    gap_of = {
        item.pk: gaps.get(item.topic.code if item.topic else "", Decimal(0))
        for item in items
        if item.state == state.RECOMMENDED
    }
    proposed = sorted((row for row in rows if row.pk in gap_of), key=lambda row: -gap_of[row.pk])
    dropped = {item.pk for item in items if item.state == state.DROPPED}
    return PlanPart(
        partner_id=partner_id,
        dropped=tuple(row for row in rows if row.pk in dropped),
        standing=present_completion(completion_of(items)),
        may_add=may_add,
        proposed=tuple(proposed[:PROPOSALS_SHOWN]),
        more=tuple(proposed[PROPOSALS_SHOWN:]),
        items=tuple(row for row in rows if row.pk not in gap_of and row.pk not in dropped),
    )


def _resources(item: ActionItem) -> tuple[Resource, ...]:
    """What helps with it, from the edition that proposed it; fetched with the plan."""
    found = item.topic.resources.all() if item.topic else ()
    return tuple(sorted(found, key=lambda resource: (resource.order, resource.code)))


def _owner_label(owner: Membership) -> str:
    return f"{owner.user.name} ({owner.role_names})"
