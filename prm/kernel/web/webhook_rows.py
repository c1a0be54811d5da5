"""Endpoints, messages and attempts as their pages show them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from prm.kernel.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from prm.kernel.web.format import formatter

TONES = {"waiting": "blue", "delivered": "green", "failed": "red"}


@dataclass(frozen=True)
class EndpointRow:
    id: UUID
    name: str
    url: str
    page: str
    events: int
    state: str
    tone: str
    delivered: str


@dataclass(frozen=True)
class MessageRow:
    id: UUID
    name: str
    webhook_id: str
    page: str
    state: str
    tone: str
    attempts: int
    at: str
    next: str


@dataclass(frozen=True)
class AttemptRow:
    number: int
    at: str
    status: str
    tone: str
    took: str
    answer: str
    error: str


def state_of(endpoint: WebhookEndpoint) -> tuple[str, str]:
    """In a word, with its tone."""
    if not endpoint.active:
        return _("Off"), "grey"
    if endpoint.failing_since:
        return _("Failing"), "red"
    return _("On"), "green"


def present_endpoints(endpoints: list[WebhookEndpoint]) -> list[EndpointRow]:
    write = formatter()
    return [
        EndpointRow(
            id=one.pk,
            name=str(one),
            url=one.url,
            page=one.get_absolute_url(),
            events=len(one.events),
            state=state_of(one)[0],
            tone=state_of(one)[1],
            delivered=write.moment(one.delivered_at) if one.delivered_at else _("never"),
        )
        for one in endpoints
    ]


def present_messages(messages: list[WebhookMessage]) -> list[MessageRow]:
    write = formatter()
    return [
        MessageRow(
            id=one.pk,
            name=one.name,
            webhook_id=one.webhook_id,
            page=one.get_absolute_url(),
            state=str(one.get_state_display()),
            tone=TONES[one.state],
            attempts=one.attempts,
            at=write.moment(one.created_at),
            next=write.moment(one.next_at) if one.next_at and one.state == "waiting" else "",
        )
        for one in messages
    ]


def present_attempts(attempts: list[WebhookAttempt]) -> list[AttemptRow]:
    write = formatter()
    return [
        AttemptRow(
            number=one.number,
            at=write.moment(one.at),
            status=str(one.status or _("no answer")),
            tone="green" if one.status and 200 <= one.status < 300 else "red",
            took=f"{one.milliseconds:,} ms",
            answer=one.answer,
            error=one.error,
        )
        for one in attempts
    ]


def shown_body(message: WebhookMessage) -> str:
    """The payload with its lines, as people read it."""
    try:
        told: Any = json.loads(message.body)
    except ValueError:
        return message.body
    return json.dumps(told, indent=2)
