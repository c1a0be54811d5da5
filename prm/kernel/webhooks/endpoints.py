"""Endpoints: added, changed, switched off and on, their secret renewed. The secret is shown once and kept sealed."""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction

from prm.kernel import clock
from prm.kernel.addresses import inside
from prm.kernel.egress import checked_url
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import announced, record
from prm.kernel.lifecycle import touch
from prm.kernel.models import Membership, Tenant, WebhookEndpoint
from prm.kernel.notifications import notify
from prm.kernel.policies import require
from prm.kernel.roles import Role
from prm.kernel.sealing import Unreadable, seal, unseal
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import clean_text

BOTH_HOLD = dt.timedelta(hours=24)
MOST = 20
Off = WebhookEndpoint.Off


class TooManyEndpoints(Conflict):
    """A vendor has at most twenty endpoints. Remove one first."""

    code = "too_many"


class SwitchedOff(Conflict):
    """This endpoint is switched off. Switch it on first."""

    code = "switched_off"


class Made(NamedTuple):
    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def add_endpoint(url: str, *, events: Iterable[str], by: Membership, description: str = "") -> Made:
    """Tell this address of these events from now on. The answer carries the secret: it is never shown again."""
    require(by, "kernel.add_endpoint")
    _hold_tenant()
    if WebhookEndpoint.objects.count() >= MOST:
        raise TooManyEndpoints()
    endpoint = WebhookEndpoint(made_by=by)
    _write(endpoint, url, description, events)
    secret = new_secret()
    endpoint.sealed = seal({"secret": secret, "former": ""}, row=endpoint.pk)
    endpoint.save(force_insert=True)
    refresh_wanted()
    record(endpoint, "endpoint.added", by=by, vendor_only=True, url=endpoint.url)
    return Made(endpoint, secret)


@transaction.atomic
def edit_endpoint(
    endpoint: WebhookEndpoint,
    *,
    url: str,
    events: Iterable[str],
    by: Membership,
    description: str = "",
    seen_version: int | None = None,
) -> WebhookEndpoint:
    """Another address, other events. What is on its way goes to the new address."""
    require(by, "kernel.edit_endpoint", endpoint)
    touch(endpoint, seen_version=seen_version)
    _write(endpoint, url, description, events)
    endpoint.save(update_fields=["url", "description", "events", "updated_at"])
    refresh_wanted()
    return record(endpoint, "endpoint.edited", by=by, vendor_only=True, url=endpoint.url)


@transaction.atomic
def remove_endpoint(endpoint: WebhookEndpoint, *, by: Membership) -> None:
    """Tell it of nothing any more, and forget what was sent there."""
    require(by, "kernel.remove_endpoint", endpoint)
    touch(endpoint)
    record(endpoint, "endpoint.removed", by=by, vendor_only=True, url=endpoint.url)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).delete()
    refresh_wanted()


@transaction.atomic
def rotate_secret(endpoint: WebhookEndpoint, *, by: Membership) -> str:
    """A new secret, shown once. For a day everything is signed with the former one too, so that nothing is missed."""
    require(by, "kernel.rotate_secret", endpoint)
    touch(endpoint)
    former, secret = secrets_of(endpoint, clock.now())[:1], new_secret()
    endpoint.sealed = seal({"secret": secret, "former": "".join(former)}, row=endpoint.pk)
    endpoint.former_until = clock.now() + BOTH_HOLD if former else None
    endpoint.save(update_fields=["sealed", "former_until", "updated_at"])
    record(endpoint, "endpoint.secret_rotated", by=by, vendor_only=True, until=endpoint.former_until)
    return secret


@transaction.atomic
def disable_endpoint(endpoint: WebhookEndpoint, *, by: Membership) -> WebhookEndpoint:
    """Tell it of nothing for now. What is on its way is given up and can be sent again later."""
    require(by, "kernel.disable_endpoint", endpoint)
    if not endpoint.active:
        raise SwitchedOff("This endpoint is switched off already.")
    touch(endpoint)
    return _off(endpoint, Off.BY_HAND, by=by)


@transaction.atomic
def enable_endpoint(endpoint: WebhookEndpoint, *, by: Membership) -> WebhookEndpoint:
    """Tell it again. What happened meanwhile is sent by sending a period again."""
    require(by, "kernel.enable_endpoint", endpoint)
    if endpoint.active:
        raise Conflict("This endpoint is switched on already.", code="switched_on")
    touch(endpoint)
    endpoint.active, endpoint.off_why = True, ""
    endpoint.off_since = endpoint.failing_since = None
    endpoint.save(update_fields=["active", "off_why", "off_since", "failing_since", "updated_at"])
    refresh_wanted()
    return record(endpoint, "endpoint.enabled", by=by, vendor_only=True, url=endpoint.url)


def give_up(endpoint: WebhookEndpoint, why: str) -> None:
    """The system's own switching off: the administrators are told."""
    _off(endpoint, why, by=None)
    admins = Membership.objects.filter(partner=None, active=True, roles__contains=[Role.TENANT_ADMIN.value])
    notify(
        admins.select_related("user"),
        f"The webhook to {endpoint} was switched off: {endpoint.get_off_why_display()}.",
        about=endpoint,
        url=inside(endpoint.get_absolute_url()),
        key=f"endpoint_off:{endpoint.pk}:{clock.now().isoformat()}",
        mail=True,
    )


def secrets_of(endpoint: WebhookEndpoint, at: dt.datetime) -> list[str]:
    """The secrets that sign at that moment, the newest first; none when the key ring does not open them."""
    try:
        held = unseal(endpoint.sealed, row=endpoint.pk)
    except Unreadable:
        return []
    former_holds = endpoint.former_until is not None and at < endpoint.former_until
    return [held["secret"], *([held["former"]] if held["former"] and former_holds else [])]


def new_secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def refresh_wanted() -> None:
    """Note at the tenant what its live endpoints want to hear of; `record` looks there."""
    _hold_tenant()
    wanted = WebhookEndpoint.objects.filter(active=True).values_list("events", flat=True)
    names = sorted({name for events in wanted for name in events})
    tenant = current_tenant()
    Tenant.objects.filter(pk=tenant.pk).update(webhook_events=names)
    tenant.webhook_events = names


def _off(endpoint: WebhookEndpoint, why: str, *, by: Membership | None) -> WebhookEndpoint:
    endpoint.active, endpoint.off_why, endpoint.off_since = False, why, clock.now()
    endpoint.save(update_fields=["active", "off_why", "off_since", "updated_at"])
    refresh_wanted()
    return record(endpoint, "endpoint.disabled", by=by, vendor_only=True, why=why, url=endpoint.url)


def _hold_tenant() -> None:
    """Changes of a vendor's endpoints wait for each other: what is wanted is worked out from all of them."""
    Tenant.objects.select_for_update(of=("self",)).get(pk=current_tenant().pk)


def _write(endpoint: WebhookEndpoint, url: str, description: str, events: Iterable[str]) -> None:
    chosen = sorted(set(events))
    unknown = sorted(set(chosen) - set(announced()))
    if unknown:
        raise Invalid(f"There is no event {unknown[0][:60]}.", field="events")
    if not chosen:
        raise Invalid("Choose at least one event.", field="events")
    endpoint.url, endpoint.events = checked_url(url), chosen
    endpoint.description = clean_text(description, field="description", max_length=120)
