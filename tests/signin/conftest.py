"""What the tests of signing in share: counts start at zero, letters go out, the clock can be set."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache

from prm.kernel.models import Delivery
from prm.kernel.outbox import run_delivery
from tests.clients import MemberClient
from tests.conftest import PASSWORD


@pytest.fixture(autouse=True)
def _no_counts_from_before() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def deliver(cast: Any) -> Any:
    """Do what came into the outbox since the cast stood there, as the worker does: each in its own scope."""
    before = list(Delivery.objects.values_list("pk", flat=True))

    def run() -> list[str]:
        waiting = Delivery.objects.filter(state=Delivery.State.WAITING).exclude(pk__in=before).order_by("created_at")
        return [run_delivery(d.tenant_id, d.pk) for d in waiting]

    return run


class Visitor(MemberClient):
    """A browser that nobody has signed in with yet; addresses are written in full."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("", **kwargs)


def log_in(client: Visitor, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def masked(response: Any, email: str) -> tuple[int, str]:
    """An answer without what must differ: the address that was asked for, and the CSRF token."""
    text = response.content.decode().replace(email, "X")
    return response.status_code, re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken[^a-zA-Z]+)["\w&;:]+', "", text)


def link_in(message: Any) -> str:
    """The path of the invitation's link in a letter."""
    found = re.search(r"https?://[^/\s]+(/invitations/\S+/)", message.body)
    assert found, message.body
    return found[1]


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
