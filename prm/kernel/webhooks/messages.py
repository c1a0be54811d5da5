"""What is sent: one message per event and endpoint, the same at every attempt; sent again by hand if need be."""

from __future__ import annotations

import datetime as dt
import json
import re
from uuid import UUID, uuid4

from django.db import transaction

from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.lifecycle import move, touch
from prm.kernel.models import Event, Membership, WebhookEndpoint, WebhookMessage
from prm.kernel.outbox import later
from prm.kernel.policies import require
from prm.kernel.webhooks.endpoints import SwitchedOff

SEND_TASK, REPLAY_TASK = "kernel.send_webhook", "kernel.replay_period"
LONGEST_PERIOD = dt.timedelta(days=31)
TEST = "webhook.test"
State = WebhookMessage.State


class NoReplay(Conflict):
    """A test is not sent again. Send a new one."""

    code = "no_replay"


def tell_endpoints(event: Event, *, state: str, sequence: int) -> None:
    """A message to each endpoint that wants to hear of this event."""
    for endpoint in WebhookEndpoint.objects.filter(active=True, events__contains=[event.name]):
        put(endpoint, event, state=state, sequence=sequence)


def put(endpoint: WebhookEndpoint, event: Event, *, state: str | None, sequence: int) -> WebhookMessage | None:
    """The message of an event to an endpoint, on its way; None when there is one already."""
    message = WebhookMessage(
        endpoint=endpoint,
        event=event,
        webhook_id=f"evt_{event.pk.hex}",
        name=event.name,
        body=body_of(event, state=state, sequence=sequence),
        round_began_at=clock.now(),
        next_at=clock.now(),
    )
    WebhookMessage.objects.bulk_create([message], ignore_conflicts=True)
    if not WebhookMessage.objects.filter(pk=message.pk).exists():
        return None
    call_at(message, None)
    return message


def body_of(event: Event, *, state: str | None, sequence: int) -> str:
    """What is told: which event, when, of which record, in which state. No word of the record itself leaves."""
    kind = re.sub(r"(?<!^)(?=[A-Z])", "_", event.subject_type.rpartition(".")[2]).lower()
    told = {
        "event": str(event.pk),
        "sequence": sequence,
        "record": {"type": kind, "id": str(event.subject_id), "state": state or None},
        "partner": str(event.partner_id) if event.partner_id else None,
    }
    return _written(event.name, event.at, told)


def _written(name: str, at: dt.datetime, told: dict[str, object]) -> str:
    return json.dumps({"type": name, "timestamp": at.isoformat(), "data": told}, separators=(",", ":"))


def call_at(message: WebhookMessage, due: dt.datetime | None) -> None:
    """Post the next attempt; the outbox wakes a worker for it, at once or when it is due."""
    attempt = message.attempts + 1
    key = f"webhook:{message.pk}:{attempt}:{message.version}"
    later(SEND_TASK, by=None, key=key, due=due, message_id=message.pk, attempt=attempt)


@transaction.atomic
def send_test_event(endpoint: WebhookEndpoint, *, by: Membership) -> WebhookMessage:
    """One call with a made-up event, also to an endpoint that is switched off. It is tried once."""
    require(by, "kernel.send_test_event", endpoint)
    now, made_up = clock.now(), uuid4()
    told: dict[str, object] = {
        "event": str(made_up),
        "sequence": int(now.timestamp() * 1_000_000),
        "record": {"type": "test", "id": str(made_up), "state": None},
        "partner": None,
    }
    message = WebhookMessage.objects.create(
        endpoint=endpoint,
        webhook_id=f"evt_{made_up.hex}",
        name=TEST,
        body=_written(TEST, now, told),
        round_began_at=now,
        next_at=now,
    )
    call_at(message, None)
    return record(message, "endpoint.tested", by=by, vendor_only=True, url=endpoint.url)


@transaction.atomic
def replay_message(message: WebhookMessage, *, by: Membership) -> WebhookMessage:
    """Send it again now, with the same id and the same words; tried for three days like a new one."""
    require(by, "kernel.replay_message", message)
    if message.is_test:
        raise NoReplay()
    if not message.endpoint.active:
        raise SwitchedOff()
    begin_again(message)
    return record(message, "endpoint.replayed", by=by, vendor_only=True, message=message.webhook_id)


def begin_again(message: WebhookMessage) -> None:
    if message.state == State.WAITING:
        touch(message)
    else:
        move(message, State.WAITING)
    message.round_began_at = message.next_at = clock.now()
    message.round_first = message.attempts + 1
    message.save(update_fields=["round_began_at", "next_at", "round_first", "updated_at"])
    call_at(message, None)


@transaction.atomic
def replay_period(
    endpoint: WebhookEndpoint, *, since: dt.datetime, until: dt.datetime, by: Membership
) -> WebhookEndpoint:
    """Send all events of a period again, also those that happened while the endpoint was switched off."""
    require(by, "kernel.replay_period", endpoint)
    if not endpoint.active:
        raise SwitchedOff()
    if until <= since:
        raise Invalid("The period ends after it begins.", field="until")
    if until - since > LONGEST_PERIOD:
        raise Invalid(f"At most {LONGEST_PERIOD.days} days at once.", field="until")
    later(REPLAY_TASK, by=None, endpoint_id=endpoint.pk, since=since.isoformat(), until=until.isoformat())
    return record(endpoint, "endpoint.period_replayed", by=by, vendor_only=True, since=since, until=until)


def events_of_period(endpoint: WebhookEndpoint, since: dt.datetime, until: dt.datetime) -> list[UUID]:
    """The events that the endpoint wants, in their order."""
    wanted = Event.objects.filter(name__in=endpoint.events, at__gte=since, at__lt=until)
    return list(wanted.order_by("at", "created_at").values_list("pk", flat=True))


def replay_events(endpoint: WebhookEndpoint, ids: list[UUID]) -> None:
    """Each of these events once more; one that was never told gets a message, without the state of that time."""
    standing = {
        message.event_id: message
        for message in WebhookMessage.objects.filter(endpoint=endpoint, event_id__in=ids).select_for_update(
            of=("self",)
        )
    }
    for event in Event.objects.filter(pk__in=ids).order_by("at", "created_at"):
        message = standing.get(event.pk)
        if message is None:
            put(endpoint, event, state=None, sequence=int(event.created_at.timestamp() * 1_000_000))
        else:
            begin_again(message)
