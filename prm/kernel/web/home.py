"""The parts of the home page, lent by the apps: each app says what it shows to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class HomePart:
    """A box on the home page: a template and a function that gives its context, or None to leave it out."""

    order: int
    template: str
    context: Callable[[HttpRequest], dict[str, Any] | None]


_parts: list[HomePart] = []


def home_part(order: int, template: str) -> Callable[[Any], Any]:
    def register(context: Callable[[HttpRequest], dict[str, Any] | None]) -> Any:
        _parts.append(HomePart(order, template, context))
        return context

    return register


def home_parts(request: HttpRequest) -> list[dict[str, Any]]:
    shown = []
    for part in sorted(_parts, key=lambda p: p.order):
        context = part.context(request)
        if context is not None:
            shown.append({"template": part.template, **context})
    return shown
