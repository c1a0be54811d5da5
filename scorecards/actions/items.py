"""The way of an action: proposed, accepted with an owner and a date, worked on, done; or dropped with a reason."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from scorecards.actions.assessments import TooLate
from scorecards.models import ActionItem

REOPEN_WITHIN_DAYS = 30


class WrongOwner(Invalid):
    """An action belongs to an active member of the partner or of the vendor."""

    code = "wrong_owner"


@transaction.atomic
def accept_action_item(
    item: ActionItem, *, by: Membership | None, owner: Membership | None, due_on: dt.date | None
) -> ActionItem:
    """Turn a proposal into a commitment: somebody owns it, and there is a date."""
    require(by, "scorecards.accept_action_item", item)
    if owner is None or not owner.active or owner.partner_id not in (None, item.partner_id):
        raise WrongOwner(field="owner")
    if due_on is None or due_on < clock.today():
        raise Invalid("Choose a date from today on.", field="due_on")
    item.owner, item.due_on = owner, due_on
    item.side = ActionItem.Side.VENDOR if owner.is_vendor else ActionItem.Side.PARTNER
    item.full_clean(exclude=["tenant", "partner", "assessment", "topic", "owner"], validate_unique=False)
    # The date first: the database wants one in every state but "recommended".
    ActionItem.objects.filter(pk=item.pk, version=item.version).update(owner=owner, due_on=due_on, side=item.side)
    move(item, ActionItem.State.NOT_STARTED)
    return record(item, "action_item.accepted", by=by, action=item.text, owner=owner.user.name, due_on=due_on)


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
