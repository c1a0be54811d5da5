"""While a partner is suspended nothing of its registrations is decided; afterwards their clocks go on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dealreg.actions.protecting import prolong
from dealreg.actions.steps import enter
from dealreg.models import UNDECIDED, DealRegistration
from dealreg.queries.freezing import is_frozen
from dealreg.queries.rules import clock_day, review_due
from partners.models import Partner
from prm.kernel.errors import Conflict
from prm.kernel.periods import add_days

State = DealRegistration.State


class Frozen(Conflict):
    """The partner is suspended: its registrations stand still until that is lifted, or the partnership ends."""

    code = "partner_suspended"


def refuse_frozen(deal: DealRegistration) -> None:
    if is_frozen(deal):
        raise Frozen()


def let_deals_go_on(partner: Partner, since: dt.date, until: dt.date) -> int:
    """Decisions have the business days that were left; protection the calendar days, each told in the history."""
    moved = 0
    open_ones = DealRegistration.objects.filter(partner=partner, state__in=[*UNDECIDED, State.APPROVED])
    for deal in open_ones.select_related("partner").order_by("submitted_at", "pk"):
        fields = _on(deal, since, until)
        if not fields:
            continue
        DealRegistration.objects.filter(pk=deal.pk).update(**fields)
        for name, value in fields.items():
            setattr(deal, name, value)
        if "expires_on" in fields:
            prolong(deal, fields["expires_on"])
        days = {name: value for name, value in fields.items() if name != "pauses"}
        enter(deal, "deal.clock_went_on", by=None, since=since, until=until, **days)
        moved += 1
    return moved


def _on(deal: DealRegistration, since: dt.date, until: dt.date) -> dict[str, Any]:
    """What changes of a deal by a suspension. One whose last day was over before it stays as it is."""
    if deal.state == State.APPROVED:
        if deal.expires_on is None or deal.expires_on < since or until == since:
            return {}
        return {"expires_on": add_days(deal.expires_on, (until - since).days)}
    pauses = [*deal.pauses, {"from": since.isoformat(), "to": until.isoformat()}]
    due = review_due(clock_day(deal), [pause for pause in pauses if pause["to"]])
    return {"pauses": pauses, "review_due": max(due, deal.review_due or due)}
