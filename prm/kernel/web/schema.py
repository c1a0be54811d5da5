"""How the API describes itself: the way of signing in, and every shape under a name of its own."""

from __future__ import annotations

from collections import Counter
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_patched_serializer
from rest_framework.serializers import BaseSerializer

from prm.kernel.web.once_api import IN_DESCRIPTION


class MemberAuthenticationScheme(OpenApiAuthenticationExtension):
    """A bearer token, or the browser's session with a CSRF token."""

    target_class = "prm.kernel.web.api.MemberAuthentication"
    name = ["bearer", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "A token made by `manage.py api_token`."},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]


class Schema(AutoSchema):
    """Two shapes of one name in different files are told apart by the file; else one would stand for both."""

    def get_override_parameters(self) -> list[Any]:
        found = super().get_override_parameters()
        asks_key = self.method == "POST" and not getattr(self.view, "keeps_own_keys", True)
        return [*found, IN_DESCRIPTION] if asks_key else found

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        """Of a change all may be left out but the version that was seen."""
        found = super()._map_basic_serializer(serializer, direction)
        if (
            direction == "request"
            and is_patched_serializer(serializer, direction)
            and "version" in found.get("properties", {})
        ):
            found["required"] = ["version"]
        return found

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        name = super().get_serializer_name(serializer, direction)
        if _times_used()[type(serializer).__name__] > 1:
            file = type(serializer).__module__.rpartition(".")[2]
            return file.title().replace("_", "") + name
        return name


def _times_used() -> Counter[str]:
    """How many classes have that name; shapes of inner use do no harm."""
    found: Counter[str] = Counter()
    todo: list[Any] = [BaseSerializer]
    while todo:
        for kind in todo.pop().__subclasses__():
            found[kind.__name__] += 1
            todo.append(kind)
    return found
