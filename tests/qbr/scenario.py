"""A partner with something to review: levels, lines, targets, bookings, two scorecards, actions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

from partners.actions import set_tier
from partners.models import Tier
from partners.starter import copy_program
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter, add_months
from qbr.queries import last_closed_quarter
from sales.actions import add_line, book_actuals, set_targets
from scorecards.actions import accept_action_item
from scorecards.models import ActionItem
from scorecards.starter import copy_bank
from tests.scorecards.filling import submitted


def tell_story(cast: SimpleNamespace) -> FiscalQuarter:
    """Give Northwind a year of business (inside acme's scope); returns the quarter to review."""
    copy_program()
    copy_bank()
    quarter = last_closed_quarter()
    gold = Tier.objects.get(code="gold")
    set_tier(cast.northwind, gold, by=None, cause="entry", on=quarter.start, reason="by the story")
    lines = [add_line(code, name, by=None) for code, name in (("sec", "Security"), ("net", "Networking"))]
    start = quarter.fiscal_year.start
    set_targets(
        cast.northwind,
        {add_months(start, i): Decimal(20000 + 500 * i) for i in range(12)},
        by=None,
        line=lines[0],
    )
    bookings = []
    day = add_months(quarter.start, -3)
    while day <= quarter.end:
        for i, line in enumerate(lines):
            amount = Decimal("18000.25") + Decimal(len(bookings)) * Decimal("431.10") - Decimal(5000) * i
            bookings.append({"booked_on": add_months(day, 0) + dt.timedelta(days=9), "amount": amount, "line": line})
        day = add_months(day, 1)
    book_actuals(cast.northwind, bookings, by=None)
    with clock.travel(days=-150):
        submitted(cast.northwind, by=cast.champion, place=2)
    submitted(cast.northwind, by=cast.champion, place=3)
    proposals = ActionItem.objects.filter(partner=cast.northwind).select_related("topic").order_by("topic__order", "id")
    for number, item in enumerate(proposals[:3]):
        owner = cast.champion if number % 2 else cast.cam
        due = clock.today() + dt.timedelta(days=14 * (number + 1))
        accept_action_item(item, by=cast.cam, owner=owner, due_on=due)
    return quarter
