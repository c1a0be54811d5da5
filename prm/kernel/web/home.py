"""The parts of the home page, lent by the apps: each app says what it shows to whom, and where it stands.

A lender says the area: `top` for a row of figures across the page, `main` for what needs one, `side` for what one
looks up. Areas fill by themselves from top to bottom, so that no part leaves a hole beside another.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.http import HttpRequest

from prm.kernel.models import Membership

Area = Literal["top", "main", "side"]
Context = Callable[[HttpRequest], dict[str, Any] | None]


@dataclass(frozen=True)
class HomePart:
    """A box on the home page: a template and a function that gives its context, or None to leave it out."""

    order: int
    template: str
    context: Context
    area: Area = "main"


@dataclass(frozen=True)
class Waiting:
    """What waits for a member at one vendor: how much there is, and the most urgent of it."""

    count: int
    items: list[dict[str, Any]] = field(default_factory=list)


_parts: list[HomePart] = []
_waiting: list[Callable[[Membership, int], Waiting]] = []


def home_part(order: int, template: str, *, area: Area = "main") -> Callable[[Any], Any]:
    def register(context: Context) -> Any:
        _parts.append(HomePart(order, template, context, area))
        return context

    return register


def home_parts(request: HttpRequest) -> dict[Area, list[dict[str, Any]]]:
    """The parts that have something for this member, by area and in order."""
    shown: dict[Area, list[dict[str, Any]]] = defaultdict(list)
    for part in sorted(_parts, key=lambda p: p.order):
        context = part.context(request)
        if context is not None:
            shown[part.area].append({"template": part.template, **context})
    return {"top": shown["top"], "main": shown["main"], "side": shown["side"]}


def lend_waiting(find: Callable[[Membership, int], Waiting]) -> Callable[[Membership, int], Waiting]:
    """Lend the function that knows what waits for a member; asked inside the member's own scope."""
    _waiting.append(find)
    return find


def waits_for(member: Membership, most: int) -> Waiting:
    """Everything that waits for this member here; its scope must have been entered."""
    found = [find(member, most) for find in _waiting]
    return Waiting(sum(one.count for one in found), [item for one in found for item in one.items][:most])
