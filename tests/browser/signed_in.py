"""One browser, several people, one after the other."""

from __future__ import annotations

from typing import Any

from django.conf import settings as configured
from django.test import Client


def become(page: Any, live_server: Any, member: Any) -> None:
    """From here on the browser is this person's."""
    client = Client()
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.cookies[configured.SESSION_COOKIE_NAME].value
    page.context.clear_cookies()
    page.context.add_cookies([{"name": configured.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
