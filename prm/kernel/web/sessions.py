"""How long a session lives: 30 idle minutes for finance and administrators, 8 hours for others.

A vendor's people sign in again after a day, a partner's after a week. And how far a session reaches: who came
in through one vendor's identity provider stays with that vendor.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import SHORT_IDLE_ROLES

SHORT_IDLE, LONG_IDLE = dt.timedelta(minutes=30), dt.timedelta(hours=8)
VENDOR_AGE, PARTNER_AGE = dt.timedelta(hours=24), dt.timedelta(days=7)
NOTE_EVERY = 60  # seconds between two notes of the time last seen, to spare a write per request
ONLY_TENANT = "only_tenant"


def begin(session: Any) -> None:
    """Note the time of signing in."""
    session["since"] = session["seen"] = clock.now().timestamp()


def is_over(session: Any, member: Membership | None) -> bool:
    """Whether the session was idle too long, or is too old, for this member. Notes that it was used.

    Without a member (the pages outside every vendor) the longest limits hold.
    """
    now = clock.now().timestamp()
    since = session.setdefault("since", now)
    seen = session.get("seen", now)
    idle = SHORT_IDLE if member is not None and set(member.roles) & SHORT_IDLE_ROLES else LONG_IDLE
    age = VENDOR_AGE if member is not None and member.is_vendor else PARTNER_AGE
    if now - seen > idle.total_seconds() or now - since > age.total_seconds():
        return True
    if now - seen > NOTE_EVERY or "seen" not in session:
        session["seen"] = now
    return False


def confine(session: Any, slug: str | None) -> None:
    """Let the session reach this vendor only; None lets it reach all."""
    if slug is None:
        session.pop(ONLY_TENANT, None)
    else:
        session[ONLY_TENANT] = slug


def confined_to(session: Any) -> str | None:
    return session.get(ONLY_TENANT)


def reaches(session: Any, slug: str) -> bool:
    return session.get(ONLY_TENANT, slug) == slug
