"""The worker's part: pack a message, call the address outside every transaction, note what was answered.

A worker that dies between the call and the note leaves the work to the next one, which calls again with the same id:
the receiver may hear a thing twice, and never not at all.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass
from uuid import UUID

from standardwebhooks.webhooks import Webhook

from prm.kernel import clock, egress
from prm.kernel.lifecycle import move
from prm.kernel.models import Event, Wakeup, WebhookAttempt, WebhookEndpoint, WebhookMessage
from prm.kernel.outbox import deferred, heartbeat
from prm.kernel.schedule import daily
from prm.kernel.tenancy.context import Context, reenter
from prm.kernel.webhooks import messages
from prm.kernel.webhooks.endpoints import give_up, secrets_of

GONE = 410
PATIENCE = dt.timedelta(days=3)
KEPT = dt.timedelta(days=60)
AT_ONCE = 200
# The pauses of Standard Webhooks; the last attempt comes when three days are over.
_HOURS = (2, 5, 10, 14, 16, 24)
PAUSES = [dt.timedelta(seconds=5), dt.timedelta(minutes=5), dt.timedelta(minutes=30)]
PAUSES += [dt.timedelta(hours=hours) for hours in _HOURS]
JITTER = 0.1
Off, State = WebhookEndpoint.Off, WebhookMessage.State


@dataclass(frozen=True)
class Parcel:
    url: str
    body: bytes
    headers: dict[str, str]


def signed_headers(webhook_id: str, body: str, secrets: list[str], at: dt.datetime) -> dict[str, str]:
    """The three headers of Standard Webhooks: the id stays, the time is the attempt's, one signature per secret."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "PRM-Webhooks/1",
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(webhook_id, at, body) for secret in secrets),
    }


def pack(message_id: UUID, attempt: int) -> Parcel | None:
    """What goes out with this attempt; None when it is not to be sent (any more)."""
    message = WebhookMessage.objects.select_related("endpoint").filter(pk=message_id).first()
    if message is None or message.state != State.WAITING or message.attempts >= attempt:
        return None
    endpoint = message.endpoint
    secrets = secrets_of(endpoint, clock.now())
    if not (endpoint.active or message.is_test):
        note(message_id, attempt, egress.Answer(None, error="Not sent: the endpoint was switched off."))
        return None
    if not secrets:
        note(message_id, attempt, egress.Answer(None, error="Not sent: no key opens the secret. Make a new secret."))
        return None
    return Parcel(
        endpoint.url, message.body.encode(), signed_headers(message.webhook_id, message.body, secrets, clock.now())
    )


def note(message_id: UUID, attempt: int, answer: egress.Answer) -> None:
    """Keep what was answered, once per attempt, and say what follows."""
    message = WebhookMessage.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
    if message is None or message.state != State.WAITING or message.attempts >= attempt:
        return
    WebhookAttempt.objects.create(
        message=message,
        number=attempt,
        at=clock.now(),
        status=answer.status,
        milliseconds=answer.milliseconds,
        answer=answer.text,
        error=answer.error,
    )
    message.attempts, message.next_at = attempt, None
    endpoint = WebhookEndpoint.objects.select_for_update(of=("self",)).get(pk=message.endpoint_id)
    message.endpoint = endpoint
    if answer.is_taken:
        _taken(message)
    else:
        _refused(message, answer)
    message.save(update_fields=["attempts", "next_at", "updated_at"])


def _taken(message: WebhookMessage) -> None:
    move(message, State.DELIVERED)
    if not message.is_test:
        endpoint = message.endpoint
        endpoint.delivered_at, endpoint.failing_since = clock.now(), None
        endpoint.save(update_fields=["delivered_at", "failing_since", "updated_at"])


def _refused(message: WebhookMessage, answer: egress.Answer) -> None:
    """Try again later, or give up: at once when the address is gone, else after three days."""
    endpoint, now = message.endpoint, clock.now()
    if message.is_test or not endpoint.active:
        move(message, State.FAILED)
        return
    began = message.round_began_at
    endpoint.failing_since = endpoint.failing_since or max(began, endpoint.delivered_at or began)
    endpoint.save(update_fields=["failing_since", "updated_at"])
    is_over = now - began >= PATIENCE
    if answer.status == GONE or is_over:
        move(message, State.FAILED)
    if answer.status == GONE:
        give_up(endpoint, Off.GONE)
    elif now - endpoint.failing_since >= PATIENCE:
        give_up(endpoint, Off.FAILING)
    if message.state == State.WAITING:
        message.next_at = next_attempt(message, now)
        messages.call_at(message, message.next_at)


def next_attempt(message: WebhookMessage, now: dt.datetime) -> dt.datetime:
    """After a growing pause, a little sooner or later so that not all come at once; the last when the time is up."""
    tried = message.attempts - message.round_first
    pause = PAUSES[min(tried, len(PAUSES) - 1)] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
    return min(now + pause, message.round_began_at + PATIENCE)


@deferred("kernel.tell_endpoints")
def tell_endpoints(events: str) -> None:
    """Some events, each with the state of its record and its sequence, as `record` posted them."""
    told = {UUID(pk): (state, sequence) for pk, state, sequence in json.loads(events)}
    for event in Event.objects.filter(pk__in=told).order_by("at", "created_at"):
        state, sequence = told[event.pk]
        messages.tell_endpoints(event, state=state, sequence=sequence)


@deferred(messages.SEND_TASK, long=True, queue=Wakeup.Queue.OUTSIDE)
def send_webhook(message_id: str, attempt: str, *, context: Context) -> None:
    """One attempt. The call is made outside every transaction."""
    with reenter(context):
        parcel = pack(UUID(message_id), int(attempt))
    if parcel is None:
        return
    answer = egress.post(parcel.url, parcel.body, parcel.headers)
    with reenter(context):
        note(UUID(message_id), int(attempt), answer)


@deferred(messages.REPLAY_TASK, long=True)
def replay_period(endpoint_id: str, since: str, until: str, *, context: Context) -> None:
    """Put the events of a period on their way again, some at a time."""
    with reenter(context):
        endpoint = WebhookEndpoint.objects.filter(pk=UUID(endpoint_id), active=True).first()
        period = dt.datetime.fromisoformat(since), dt.datetime.fromisoformat(until)
        ids = messages.events_of_period(endpoint, *period) if endpoint else []
    for first in range(0, len(ids), AT_ONCE):
        heartbeat()
        with reenter(context):
            assert endpoint is not None
            messages.replay_events(endpoint, ids[first : first + AT_ONCE])


@daily
@deferred("kernel.forget_webhooks")
def forget_webhooks(on: str) -> None:
    """What was sent, and what was answered, is kept for sixty days."""
    done = WebhookMessage.objects.exclude(state=State.WAITING)
    done.filter(updated_at__lt=clock.now() - KEPT).delete()
