"""A small task whose effect can be counted."""

from __future__ import annotations

from django.db.models import F, Value
from django.db.models.functions import Concat

from prm.kernel.models import Team
from prm.kernel.outbox import deferred


@deferred("faults.note")
def note(*, name: str) -> None:
    """Mark the team; a second run would leave a second mark."""
    Team.objects.filter(name=name).update(region=Concat(F("region"), Value("x")))
