"""The way of an action: proposed, accepted with an owner and a date, worked on, done; or dropped with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.urls import reverse

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.addresses import inside
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Membership
from prm.kernel.notifications import notify, notify_many
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.actions.assessments import TooLate
from scorecards.models import ActionItem, Topic
from scorecards.queries import OPEN_STATES

REOPEN_WITHIN_DAYS = 30
REMIND_DAYS_BEFORE = 7


class WrongOwner(Invalid):
    """An action belongs to an active member of the partner or of the vendor."""

    code = "wrong_owner"


@transaction.atomic
def add_action_item(
    partner: Partner,
    text: str,
    *,
    by: Membership | None,
    owner: Membership | None,
    due_on: dt.date | None,
    topic: Topic | None = None,
    kind: str = ActionItem.Kind.IMPROVEMENT,
) -> ActionItem:
    """An action of one's own, agreed at once: what is to be done, by whom, until when. Both sides read it."""
    require(by, "scorecards.add_action_item", partner)
    said = clean_text(text, field="text", max_length=1000)
    if not said:
        raise Invalid("Say what is to be done.", field="text")
    if kind not in ActionItem.Kind.values:
        raise Invalid("There is no such kind of action.", field="kind")
    if topic is not None and topic.vendor_only:
        raise Invalid("The partner does not know of this topic, but reads the action.", field="topic")
    item = ActionItem(partner=partner, text=said, topic=topic, kind=kind, state=ActionItem.State.NOT_STARTED)
    _agree(item, owner, due_on)
    item.full_clean(exclude=["tenant", "partner", "assessment", "topic", "owner"], validate_unique=False)
    item.save()
    _tell_owner(item, by)
    return record(item, "action_item.added", by=by, action=item.text, owner=item.owner.user.name, due_on=due_on)  # type: ignore[union-attr]


@transaction.atomic
def accept_action_item(
    item: ActionItem, *, by: Membership | None, owner: Membership | None, due_on: dt.date | None
) -> ActionItem:
    """Turn a proposal into a commitment: somebody owns it, and there is a date."""
    require(by, "scorecards.accept_action_item", item)
    _agree(item, owner, due_on)
    item.full_clean(exclude=["tenant", "partner", "assessment", "topic", "owner"], validate_unique=False)
    # The date first: the database wants one in every state but "recommended".
    ActionItem.objects.filter(pk=item.pk, version=item.version).update(owner=owner, due_on=due_on, side=item.side)
    move(item, ActionItem.State.NOT_STARTED)
    _tell_owner(item, by)
    return record(item, "action_item.accepted", by=by, action=item.text, owner=item.owner.user.name, due_on=due_on)  # type: ignore[union-attr]


@transaction.atomic
def edit_action_item(
    item: ActionItem,
    *,
    by: Membership | None,
    owner: Membership | None,
    due_on: dt.date | None,
    reason: str = "",
    seen_version: int | None = None,
) -> ActionItem:
    """Another owner or another day, and why: an action is re-dated, not left to slip."""
    require(by, "scorecards.edit_action_item", item)
    if item.state not in OPEN_STATES:
        raise Conflict("Only an open action gets another owner or day.")
    why = clean_text(reason, field="reason", max_length=500)
    before, owner_before = item.due_on, item.owner_id
    if not why:
        raise Invalid("Say why the owner or the day changes.", field="reason")
    _agree(item, owner, due_on, keeps=before)
    touch(item, seen_version=seen_version)
    item.save(update_fields=["owner", "due_on", "side", "updated_at"])
    if item.owner_id != owner_before:
        _tell_owner(item, by)
    name = item.owner.user.name if item.owner else ""
    return record(item, "action_item.edited", by=by, action=item.text, owner=name, due_on=due_on, reason=why)


def _agree(item: ActionItem, owner: Membership | None, due_on: dt.date | None, *, keeps: dt.date | None = None) -> None:
    """Who and until when. A day that has passed may be kept, but not chosen."""
    if owner is None or not owner.active or owner.partner_id not in (None, item.partner_id):
        raise WrongOwner(field="owner")
    if due_on is None or (due_on < clock.today() and due_on != keeps):
        raise Invalid("Choose a date from today on.", field="due_on")
    item.owner, item.due_on = owner, due_on
    item.side = ActionItem.Side.VENDOR if owner.is_vendor else ActionItem.Side.PARTNER


def _tell_owner(item: ActionItem, by: Membership | None) -> None:
    """The new owner hears of it; who gave it to himself knows already."""
    if item.owner is not None and item.owner != by:
        key = f"action:{item.pk}:{item.version}:yours"
        notify([item.owner], f"Yours to do: {_named(item)}", about=item, url=plan_address(item), key=key, mail=True)


@transaction.atomic
def drop_action_item(item: ActionItem, *, by: Membership | None, reason: str) -> ActionItem:
    """Decide against an action, and say why."""
    require(by, "scorecards.drop_action_item", item)
    why = clean_text(reason, field="reason", max_length=500)
    if not why:
        raise Invalid("Say why this is dropped.", field="reason")
    move(item, ActionItem.State.DROPPED)
    item.reason = why
    item.save(update_fields=["reason", "updated_at"])
    return record(item, "action_item.dropped", by=by, action=item.text, reason=why)


@transaction.atomic
def start_action_item(item: ActionItem, *, by: Membership | None) -> ActionItem:
    """Work has begun."""
    require(by, "scorecards.start_action_item", item)
    if item.state == ActionItem.State.DONE:
        raise Invalid("This is done. Re-open it to go on with it.")
    move(item, ActionItem.State.IN_PROGRESS)
    return record(item, "action_item.started", by=by, action=item.text)


@transaction.atomic
def complete_action_item(item: ActionItem, *, by: Membership | None) -> ActionItem:
    """It is done; today is kept as the day."""
    require(by, "scorecards.complete_action_item", item)
    move(item, ActionItem.State.DONE)
    item.done_on = clock.today()
    item.save(update_fields=["done_on", "updated_at"])
    return record(item, "action_item.completed", by=by, action=item.text, done_on=item.done_on)


@transaction.atomic
def reopen_action_item(item: ActionItem, *, by: Membership | None, reason: str = "") -> ActionItem:
    """Within thirty days: it turned out not to be done after all."""
    require(by, "scorecards.reopen_action_item", item)
    if item.done_on is not None and (clock.today() - item.done_on).days > REOPEN_WITHIN_DAYS:
        raise TooLate("A done action can be re-opened within thirty days.")
    if item.state != ActionItem.State.DONE:
        raise Invalid("Only a done action can be re-opened.")
    move(item, ActionItem.State.IN_PROGRESS)
    item.done_on = None
    item.save(update_fields=["done_on", "updated_at"])
    why = clean_text(reason, field="reason", max_length=500)
    return record(item, "action_item.reopened", by=by, action=item.text, reason=why)


@transaction.atomic
def remind_of_actions(on: dt.date, *, write: Callable[[dt.date | None], str]) -> int:
    """Owners hear of an open action once as its day comes near, and once when it has passed; anew when it is moved.

    `write` puts a day as the vendor writes it.
    """
    near = on + dt.timedelta(days=REMIND_DAYS_BEFORE)
    open_items = ActionItem.objects.filter(state__in=OPEN_STATES, due_on__lte=near, owner__active=True).select_related(
        "partner", "owner__user"
    )
    told = []
    for item in open_items.order_by("due_on", "pk"):
        is_over = item.due_on is not None and item.due_on < on
        day = write(item.due_on)
        text = f"Overdue since {day}: {_named(item)}" if is_over else f"Due on {day}: {_named(item)}"
        key = f"action:{item.pk}:{'overdue' if is_over else 'due'}:{item.due_on}"
        told.append((item.owner, text, item, plan_address(item), key))
    return notify_many(told, mail=True)  # type: ignore[arg-type]


def plan_address(item: ActionItem) -> str:
    """Where the action stands, inside the tenant."""
    return inside(reverse("scorecards:plan", args=[item.partner_id]))


def _named(item: ActionItem) -> str:
    """The vendor's people look after many partners, a partner's person after one."""
    return f"{item.partner.name}: {item.text}" if item.owner is not None and item.owner.is_vendor else item.text
