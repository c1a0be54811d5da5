"""How the API's schema names the way of signing in."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class MemberAuthenticationScheme(OpenApiAuthenticationExtension):
    """A bearer token, or the browser's session with a CSRF token."""

    target_class = "prm.kernel.web.api.MemberAuthentication"
    name = ["bearer", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {"type": "http", "scheme": "bearer", "description": "A token made by `manage.py api_token`."},
            {"type": "apiKey", "in": "cookie", "name": "sessionid"},
        ]
