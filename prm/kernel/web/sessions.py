"""How long a session lives: 30 idle minutes for finance and administrators, 8 hours for others."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from prm.kernel.models import Membership
from prm.kernel.roles import SHORT_IDLE_ROLES

SHORT_IDLE, LONG_IDLE = dt.timedelta(minutes=30), dt.timedelta(hours=8)
VENDOR_AGE, PARTNER_AGE = dt.timedelta(hours=24), dt.timedelta(days=7)
NOTE_EVERY = 60  # seconds between two notes of the time last seen, to spare a write per request


def is_over(session: Any, member: Membership) -> bool:
    """Whether the session was idle too long, or is too old, for this member. Notes that it was used."""
    now = timezone.now().timestamp()
    since = session.setdefault("since", now)
    seen = session.get("seen", now)
    idle = SHORT_IDLE if set(member.roles) & SHORT_IDLE_ROLES else LONG_IDLE
    age = VENDOR_AGE if member.is_vendor else PARTNER_AGE
    if now - seen > idle.total_seconds() or now - since > age.total_seconds():
        return True
    if now - seen > NOTE_EVERY or "seen" not in session:
        session["seen"] = now
    return False
