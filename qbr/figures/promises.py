"""The improvement plan, and the commitments of both sides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from partners.formulas import attainment_status
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Tenant
from prm.kernel.numbers import divide, ratio
from prm.kernel.periods import FiscalQuarter
from qbr.figures.shape import ROWS_KEPT, figure
from scorecards.models import ActionItem
from scorecards.queries import (
    OPEN_STATES,
    completion_of,
)


def action_plan_part(partner: Partner) -> dict[str, Any]:
    """Accepted actions that are open, the most urgent first; how much is done as on the pages of scorecards.

    Commitments of the quarter under review stand on a slide of their own.
    """
    today = clock.today()
    items = list(
        ActionItem.objects.filter(partner=partner)
        .exclude(kind=ActionItem.Kind.COMMITMENT)
        .exclude(state=ActionItem.State.DROPPED)
        .select_related("topic", "owner__user")
        .order_by("due_on", "topic__order", "id")
    )
    running = [item for item in items if item.state in OPEN_STATES]
    found = completion_of(items)
    tiles = [
        figure("Open actions", found.open, "count"),
        figure("Late", found.overdue, "count", status="red" if found.overdue else "green"),
        figure("Proposed, not decided", found.proposed, "count"),
        figure(
            "Completion",
            found.share,
            "ratio",
            status=attainment_status(found.share),
            why="no action has fallen due yet",
        ),
    ]
    return {
        "label": "Improvement plan",
        "why": "no action has been agreed or proposed yet" if found.is_empty else "",
        "tiles": tiles,
        "rows": [_action(item, today) for item in running[:ROWS_KEPT]],
        "open": len(running),
    }


def _action(item: ActionItem, today: dt.date) -> dict[str, Any]:
    late = _is_late(item, today)
    state = str(item.get_state_display())
    colours = {ActionItem.State.DONE: "green", ActionItem.State.IN_PROGRESS: "yellow"}
    return {
        "topic": item.topic.name if item.topic else "",
        "text": item.text,
        "owner": item.owner.user.name if item.owner else "",
        "due": item.due_on,
        "state": f"{state}, late" if late else state,
        "status": "red" if late else colours.get(ActionItem.State(item.state), "grey"),
    }


def _is_late(item: ActionItem, today: dt.date) -> bool:
    return item.due_on is not None and item.due_on < today and item.state != ActionItem.State.DONE


def commitments_part(partner: Partner, tenant: Tenant, quarter: FiscalQuarter) -> dict[str, Any]:
    """What both sides promised: for the quarter under review and, where it is open still, before; and for the next.

    Kept means done by its day. What was promised earlier and is open counts as not kept until it is done.
    """
    today = clock.today()
    promised = (
        ActionItem.objects.filter(partner=partner, kind=ActionItem.Kind.COMMITMENT)
        .exclude(state__in=[ActionItem.State.DROPPED, ActionItem.State.RECOMMENDED])
        .select_related("topic", "owner__user")
        .order_by("side", "due_on", "id")
    )
    items = list(
        promised.filter(due_on__lte=quarter.end).filter(Q(due_on__gte=quarter.start) | Q(state__in=OPEN_STATES))
    )
    coming = list(promised.filter(due_on__gt=quarter.end, state__in=OPEN_STATES))
    kept = sum(item.done_on is not None and item.due_on is not None and item.done_on <= item.due_on for item in items)
    share = ratio(divide(kept, len(items)))
    why = "no commitments of an earlier review fall into this quarter"
    sides = {ActionItem.Side.PARTNER: partner.name, ActionItem.Side.VENDOR: tenant.name}
    rows = lambda some: [{"side": sides[ActionItem.Side(i.side)], **_action(i, today)} for i in some[:ROWS_KEPT]]
    return {
        "label": "Last commitments",
        "why": "" if items else why,
        "kept": figure("Commitments kept", share, "ratio", status=attainment_status(share), why=why),
        "rows": rows(items),
        "next": rows(coming),
    }
