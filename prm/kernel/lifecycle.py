"""The only code that assigns a state."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from prm.kernel.errors import IllegalMove, Stale


def move(record: Any, to: str, *, field: str = "state") -> None:
    """Move `record` to state `to`: a conditional update on state and version, so that of two only one succeeds.

    Raises IllegalMove when MOVES has no such step, Stale when the record has moved on since it was read.
    """
    model = type(record)
    at = getattr(record, field)
    if to not in model.MOVES.get(at, ()):
        names = dict(model._meta.get_field(field).choices)
        stands = f"This is {str(names.get(at, at)).lower()}"
        more = "already" if to == at else f"and cannot become {str(names.get(to, to)).lower()}"
        raise IllegalMove(f"{stands} {more}.")
    moved = model.objects.filter(pk=record.pk, version=record.version, **{field: at}).update(
        **{field: to, "version": models.F("version") + 1, "updated_at": timezone.now()}
    )
    if not moved:
        raise Stale()
    setattr(record, field, to)
    record.version += 1


def touch(record: Any, *, seen_version: int | None = None) -> None:
    """Claim the right to change a record's content: counts its version up, or raises Stale.

    `seen_version` is the version the person saw on the form; None means the one just read.
    """
    seen = record.version if seen_version is None else seen_version
    if (
        not type(record)
        .objects.filter(pk=record.pk, version=seen)
        .update(version=models.F("version") + 1, updated_at=timezone.now())
    ):
        raise Stale()
    record.version = seen + 1
