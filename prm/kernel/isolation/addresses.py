"""Every address of the product, found in the resolver with what its view asks for; nobody keeps a list."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from prm.kernel.isolation.planting import World, models_by_keyword
from prm.kernel.web.access import Access
from prm.kernel.web.tenancy import OWN_PAGES

# Views of others that bring their own rules; their addresses stand outside every tenant.
FOREIGN_MODULES = {
    "allauth": "signing in; served outside every tenant and holding identity only",
}
UNKNOWN = "unknown"
# Words in addresses that stand for no record.
PLAIN = {"kind": "pptx", "format": "csv"}


@dataclass(frozen=True)
class Address:
    """One entry of the resolver."""

    name: str  # with its namespaces
    route: str
    keywords: tuple[str, ...]
    view: Any
    converters: tuple[tuple[str, str], ...] = ()

    @property
    def module(self) -> str:
        return getattr(self.viewset or self.view, "__module__", "")

    @property
    def is_foreign(self) -> bool:
        return self.module.split(".")[0] in FOREIGN_MODULES or self.route.startswith("accounts/social/")

    @property
    def is_outside(self) -> bool:
        """Pages of the login itself: no vendor's door stands before them."""
        return f"/{self.route}".startswith(OWN_PAGES)

    @property
    def is_the_same_for_all(self) -> bool:
        """The description of the API is made from code and costs a second: it is opened as two people only."""
        return self.module.startswith("drf_spectacular")

    @property
    def viewset(self) -> Any:
        return getattr(self.view, "cls", None) if hasattr(self.view, "actions") else None

    @property
    def methods(self) -> tuple[str, ...]:
        if self.viewset is not None:
            return tuple(method for method in self.view.actions if method != "head")
        return ("get", "post")

    def access(self, method: str = "get") -> Access | None:
        """What the view asks for; None when it does not say."""
        if self.viewset is None:
            return getattr(self.view, "access", None)
        try:
            return self.viewset.access_of(self.view.actions[method])
        except (AttributeError, KeyError):
            return None

    def model_of(self, keyword: str) -> Any:
        """The model an address keyword stands for, or None for other values."""
        if self.viewset is not None and keyword in {"pk", self.viewset.lookup_url_kwarg, self.viewset.lookup_field}:
            return self.viewset.queryset.model
        return models_by_keyword().get(keyword)

    @property
    def models(self) -> list[Any]:
        return [model for model in map(self.model_of, self.keywords) if model is not None]

    def path(self, values: dict[str, Any]) -> str:
        """The path inside the tenant; made from the route, because some entries have no name."""
        path = re.sub(
            r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda found: str(values[found[1] or found[2]]), self.route
        )
        return "/" + re.sub(r"[\^$\\]|\\Z", "", path)

    def filled(self, world: World, owner: str) -> dict[str, Any] | None:
        """Values for the keywords from rows of `A/P1`, `B/vendor`...; None when that owner has no such row."""
        values: dict[str, Any] = {}
        for keyword in self.keywords:
            model = self.model_of(keyword)
            if model is None:
                values[keyword] = self.plain_value(keyword)
            elif owner == UNKNOWN:
                values[keyword] = uuid.uuid4()
            else:
                tenant, _, whose = owner.partition("/")
                row = world.pick(model, tenant, "" if whose in {"vendor", "all"} else whose, owner)
                if row is None:
                    return None
                values[keyword] = row.pk
        return values

    def plain_value(self, keyword: str) -> Any:
        kind = dict(self.converters).get(keyword, "")
        return PLAIN.get(keyword) or {"int": 1, "uuid": uuid.uuid4()}.get(kind, "x")


def addresses() -> list[Address]:
    """All entries of the resolver, flattened, in their order."""
    return list(_walk(get_resolver().url_patterns, "", ()))


def _walk(patterns: Any, prefix: str, namespaces: tuple[str, ...]) -> Iterator[Address]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _walk(entry.url_patterns, route, inner)
        elif isinstance(entry, URLPattern):
            name = ":".join([*namespaces, entry.name or ""])
            converters = tuple((name, kind) for kind, name in re.findall(r"<(\w+):(\w+)>", route))
            keywords = tuple(re.findall(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>", route))
            names = tuple(dict.fromkeys(a or b for a, b in keywords))
            if not isinstance(entry.pattern, RoutePattern) and "format" in names:
                continue  # the same view with a suffix
            yield Address(name, route, names, entry.callback, converters)
