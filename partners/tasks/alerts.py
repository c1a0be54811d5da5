"""What happens at partners by itself, once a day."""

from __future__ import annotations

import datetime as dt

from partners.actions import look_for_alerts
from prm.kernel.outbox import deferred
from prm.kernel.schedule import daily


@daily
@deferred("partners.look_for_alerts")
def find_alerts(on: str) -> None:
    """Conditions at partners that their account managers should know of."""
    look_for_alerts(dt.date.fromisoformat(on))
