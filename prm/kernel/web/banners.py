"""What stands above every page: apps lend it, each saying what it shows to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

Context = Callable[[HttpRequest], dict[str, Any] | None]
_banners: list[tuple[str, Context]] = []


def banner(template: str) -> Callable[[Context], Context]:
    """Decorate a function that gives the context of a banner, or None to leave it out."""

    def register(context: Context) -> Context:
        _banners.append((template, context))
        return context

    return register


def banners_for(request: HttpRequest) -> list[dict[str, Any]]:
    found = [(template, context(request)) for template, context in _banners]
    return [{"template": template, **context} for template, context in found if context is not None]
