"""What stands behind the figures of registrations, and of whom a reader may know any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from dealreg.models import DealRegistration
from prm.kernel.tenancy.context import current

State = DealRegistration.State
TAKEN_BACK = (State.WITHDRAWN, State.CANCELLED)


def known(partner_ids: Sequence[UUID]) -> list[UUID]:
    """Those of whom the reader may know at all: in a partner's hands a rival has no figure, not even zero."""
    reach = current().partner_ids
    return [pk for pk in partner_ids if reach is None or pk in reach]


def rows_behind(partner_id: UUID, start: dt.date, end: dt.date) -> list[dict[str, Any]]:
    """The deals behind a figure: without the customers, whom not everybody who reads the figure may know."""
    found = DealRegistration.objects.filter(partner_id=partner_id, approved_on__range=(start, end))
    rows = found.exclude(state__in=TAKEN_BACK).order_by("-approved_on", "pk")
    words = dict(State.choices)
    return [
        {**row, "state": str(words[row["state"]])} for row in rows.values("approved_on", "number", "amount", "state")
    ]


def with_submission(partner_ids: Sequence[UUID]) -> set[UUID]:
    """Of these partners those that have sent a registration."""
    sent = DealRegistration.objects.filter(partner_id__in=partner_ids).exclude(state=State.DRAFT)
    return set(sent.values_list("partner_id", flat=True).distinct())
