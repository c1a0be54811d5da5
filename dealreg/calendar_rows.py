"""The days of deals that belong into a calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext as _

from dealreg.models import UNDECIDED, DealRegistration
from prm.kernel.calendars import MOST, CalendarEntry
from prm.kernel.models import Membership
from prm.kernel.web.format import formatter

State = DealRegistration.State
CLOSING = (*UNDECIDED, State.APPROVED)


def days_of(deal: DealRegistration, *, with_partner: bool) -> Iterator[CalendarEntry]:
    """What stands in a calendar about one deal: when it is decided, expected to close, and no longer protected."""
    days = {
        "decision": (_("Decision due"), deal.review_due if deal.state in UNDECIDED else None),
        "close": (_("Expected order"), deal.expected_close if deal.state in CLOSING else None),
        "end": (_("Protection ends"), deal.expires_on if deal.state == State.APPROVED else None),
    }
    facts = [f"{_('No.')} {deal.number}"] if deal.state != State.DRAFT else []
    if deal.amount is not None:
        facts.append(formatter().money(deal.amount, deal.currency))
    facts += [deal.partner.name] if with_partner else []
    facts += [deal.next_step] if deal.next_step else []
    for kind, (title, on) in days.items():
        if on is not None:
            yield CalendarEntry(
                uid=f"deal-{kind}-{deal.pk}",
                on=on,
                title=f"{title}: {deal.customer_name}",
                text="\n".join(facts),
                url=deal.get_absolute_url(),
                changed_at=deal.updated_at,
            )


def _days(kind: str, column: str, states: Sequence[str]) -> Callable[..., Iterator[CalendarEntry]]:
    def lent(member: Membership, since: dt.date, until: dt.date) -> Iterator[CalendarEntry]:
        found = DealRegistration.objects.visible_to(member).select_related("partner").filter(state__in=states)
        with_partner = member.is_vendor or len(member.reach or ()) > 1
        for deal in found.filter(**{f"{column}__range": (since, until)}).order_by(column, "pk")[:MOST]:
            days = days_of(deal, with_partner=with_partner)
            yield from (day for day in days if day.uid.startswith(f"deal-{kind}-"))

    return lent


decisions_due = _days("decision", "review_due", UNDECIDED)
closes_expected = _days("close", "expected_close", CLOSING)
protections_ending = _days("end", "expires_on", [State.APPROVED])
