"""Refusals: every way in which the system says no, each with a code, a sentence for people and an HTTP status.

Apps subclass these beside the action that refuses; pages, API, imports and tasks translate them in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class Refused(Exception):
    """Base of all refusals. `code` is stable for machines, the message is for people."""

    status = 400
    code = "refused"
    more: Mapping[str, Any] = MappingProxyType({})  # what the API tells beside the sentence

    def __init__(
        self,
        message: str = "",
        *,
        code: str | None = None,
        field: str | None = None,
        fields: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`fields`: what is wrong at each of several fields, where one answer names them all."""
        super().__init__(message or (self.__doc__ or "").strip().splitlines()[0])
        if code:
            self.code = code
        self.field = field or next(iter(fields), None)
        self.fields = fields or ({field: str(self)} if field else {})


class Invalid(Refused):
    """What was sent cannot be accepted as it is."""

    code = "invalid"


class NotAllowed(Refused):
    """You may see this, but not do that."""

    status = 403
    code = "not_allowed"


class Unknown(Refused):
    """There is nothing here by that name."""

    status = 404
    code = "unknown"


class Conflict(Refused):
    """Somebody else was faster, or the record is in another state by now."""

    status = 409
    code = "conflict"


class IllegalMove(Conflict):
    """This step does not exist from the present state."""

    code = "illegal_move"


class Stale(Conflict):
    """The record has changed since you opened it. Reload to see what is new; nothing was saved."""

    code = "stale"
