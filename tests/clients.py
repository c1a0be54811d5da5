"""Test clients that speak to the product as a member does: by session, or by token."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

from django.test import Client
from django.urls import set_script_prefix

from prm.kernel.models import Membership
from prm.kernel.tenancy.context import _current, tenant_scope


class MemberClient(Client):
    """A signed-in client; paths are given as inside the tenant (`/partners/`)."""

    def __init__(self, prefix: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.prefix = prefix

    def request(self, **request: Any) -> Any:
        path = request["PATH_INFO"]
        if self.prefix and not path.startswith(("/t/", "/accounts/", "/static/")):
            request["PATH_INFO"] = self.prefix + path
        try:
            return super().request(**request)
        finally:
            set_script_prefix("/")  # addresses in tests are written without the tenant


def member_client(member: Membership, **kwargs: Any) -> MemberClient:
    client = MemberClient(f"/t/{member.tenant.slug}", raise_request_exception=False, **kwargs)
    client.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def without_tenant(cast: Any, call: Any, *args: Any) -> Any:
    """Call as the worker does, which stands in no tenant; the test stands in acme again afterwards."""
    outside = copy_context()
    outside.run(_current.set, None)
    try:
        return outside.run(call, *args)
    finally:
        with tenant_scope(cast.acme):
            pass  # leaving it tells the database the test's own scope


def token_client(member: Membership) -> MemberClient:
    from prm.kernel.web.tokens import issue_token

    token = issue_token(member, name="test")
    return MemberClient("", raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})
