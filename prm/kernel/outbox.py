"""Later: work that follows an action. The outbox row is the record of it, Redis only the wake-up.

A delivery is written in the action's transaction, so it exists exactly when the action does. After the
commit a wake-up goes to the worker; when Redis is gone or the worker dies, the relay finds the row again
after its lease. A task may therefore run more than once and is written so that its effect happens once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from prm.kernel.left_alone import LeftAlone
from prm.kernel.models import Delivery, Event, Membership, Tenant, Wakeup
from prm.kernel.tenancy.context import Context, current, reenter, tenant_scope

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deferred:
    """A registered task. `long` tasks open their own short transactions; the others run inside one.

    One that waits for somebody outside has the queue of those calls, whose workers do nothing else.
    """

    name: str
    run: Callable[..., None]
    long: bool = False
    queue: str = Wakeup.Queue.INSIDE


_tasks: dict[str, Deferred] = {}
_broker = LeftAlone()
_lease: ContextVar[UUID | None] = ContextVar("delivery_lease", default=None)


def deferred(
    name: str, *, long: bool = False, queue: str = Wakeup.Queue.INSIDE
) -> Callable[[Callable[..., None]], Deferred]:
    """Register a task under `name`. It takes ids only, by keyword, and re-reads what it needs."""

    def register(run: Callable[..., None]) -> Deferred:
        if name in _tasks:
            raise ValueError(f"task {name} is registered twice")
        _tasks[name] = Deferred(name, run, long, queue)
        return _tasks[name]

    return register


def registered() -> dict[str, Deferred]:
    return dict(_tasks)


def later(
    task: Deferred | str, *, by: Membership | None, key: str = "", due: dt.datetime | None = None, **ids: Any
) -> None:
    """Run `task(**ids)` after this transaction, with the scope and the rights of `by`.

    Actions give the task by name: the task calls them, so they cannot import it.
    `key` names the effect: a second call with the same key does nothing.
    """
    task = _tasks[task] if isinstance(task, str) else task
    post(task, {k: str(v) for k, v in ids.items()}, key=key or f"{task.name}:{uuid4()}", actor=by, due=due)


def post(
    task: Deferred,
    arguments: dict[str, str],
    *,
    key: str,
    event: Event | None = None,
    actor: Membership | None = None,
    as_system: bool = False,
    due: dt.datetime | None = None,
) -> None:
    context = current()
    partners = None if as_system or context.partner_ids is None else [str(p) for p in context.partner_ids]
    delivery = Delivery(task=task.name, arguments=arguments, key=key, event=event, actor=actor, scope_partners=partners)
    # INSERT ... ON CONFLICT DO NOTHING without RETURNING: a partner may post, but not read the outbox.
    Delivery.objects.bulk_create([delivery], ignore_conflicts=True)
    wakeup = Wakeup.objects.create(
        id=delivery.pk, tenant_id=context.tenant_id, queue=task.queue, due_at=due or timezone.now()
    )
    if due is None:
        transaction.on_commit(lambda: _ring(wakeup))


def _ring(wakeup: Wakeup) -> None:
    """Wake a worker of its queue. Failing is no error: the relay comes by.

    A broker that hangs is left alone for some seconds, so that nobody waits for it with every message of a page.
    """
    if _broker.now():
        return
    try:
        ids = str(wakeup.tenant_id), str(wakeup.pk)
        current_app.send_task("prm.deliver", ids, queue=wakeup.queue, retry=False)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the row is safe
        _broker.failed()
        log.warning("wake-up not sent, the relay will find it: %s", error)


def relay(limit: int = 200) -> int:
    """Ring again for every wake-up that is due and held by nobody. Returns how many."""
    now = timezone.now()
    free = models.Q(lease_until=None) | models.Q(lease_until__lt=now)
    due = list(Wakeup.objects.filter(free, due_at__lte=now, dead=False).order_by("due_at")[:limit])
    for wakeup in due:
        _ring(wakeup)
    return len(due)


def run_delivery(tenant_id: UUID, delivery_id: UUID) -> str:
    """Do one delivery, once: takes the lease, runs the task in its scope, marks it done. Returns what became of it."""
    if not _take_lease(delivery_id):
        return "held"
    token = _lease.set(delivery_id)
    try:
        return _run(tenant_id, delivery_id)
    finally:
        _lease.reset(token)


def heartbeat() -> None:
    """Long tasks call this between steps; it keeps others from taking the work over."""
    delivery_id = _lease.get()
    if delivery_id is not None:
        Wakeup.objects.filter(pk=delivery_id).update(lease_until=_lease_end())


def take_along(limit: int = 1000) -> list[dict[str, str]]:
    """The arguments of other waiting deliveries of the running one's task, which are done when this one is.

    For the system's tasks that do for many what costs as much for one: after an import one run does the work of all.
    They are held until the effect is committed; if it fails they wait as before. What failed before goes alone.
    """
    own = Delivery.objects.filter(pk=_lease.get()).first()
    if own is None or own.attempts or own.actor_id is not None:
        return []
    waiting = Delivery.objects.filter(
        task=own.task, state=Delivery.State.WAITING, attempts=0, actor=None, scope_partners__isnull=True
    )
    held = waiting.exclude(pk=own.pk).order_by("created_at").select_for_update(of=("self",), skip_locked=True)
    others = dict(held.values_list("pk", "arguments")[:limit])
    # Their wake-ups find them done and go.
    Delivery.objects.filter(pk__in=others).update(state=Delivery.State.DONE, done_at=timezone.now())
    return list(others.values())


def _run(tenant_id: UUID, delivery_id: UUID) -> str:
    with tenant_scope(tenant_id):
        delivery = Delivery.objects.select_related("actor__user").filter(pk=delivery_id).first()
        active = Tenant.objects.filter(pk=tenant_id, active=True).exists()
        if delivery is None or delivery.state != Delivery.State.WAITING or not active:
            Wakeup.objects.filter(pk=delivery_id).delete()
            return "gone"
        if delivery.actor is not None and not _still_acts(delivery.actor, delivery.scope_partners):
            _finish(delivery, Delivery.State.DROPPED)
            return "dropped"
    task = _tasks.get(delivery.task)
    partners = None if delivery.scope_partners is None else tuple(UUID(p) for p in delivery.scope_partners)
    context = Context(tenant_id, partners, delivery.actor.user_id if delivery.actor else None)
    try:
        if task is None:
            raise LookupError(f"no task named {delivery.task}")
        if task.long:
            task.run(**delivery.arguments, context=context)
            with tenant_scope(tenant_id):
                _finish(delivery, Delivery.State.DONE)
        else:
            with reenter(context):
                with tenant_scope(tenant_id):
                    if not _is_mine(delivery):
                        return "held"
                task.run(**delivery.arguments)
                with tenant_scope(tenant_id):
                    _finish(delivery, Delivery.State.DONE)
    except Exception as error:
        log.exception("delivery %s of %s failed", delivery_id, delivery.task)
        return _failed(tenant_id, delivery, error)
    return "done"


def _still_acts(actor: Membership, scope_partners: list[str] | None) -> bool:
    """Whether this person is still a member, and still stands for the companies the work was asked for."""
    if not actor.active or not actor.user.is_active:
        return False
    return scope_partners is None or {UUID(p) for p in scope_partners} <= set(actor.reach or ())


def _is_mine(delivery: Delivery) -> bool:
    """Hold the row until the effect is committed: a lease that ran out under slow work must not double it."""
    waiting = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING)
    return waiting.select_for_update(of=("self",), skip_locked=True).exists()


def _take_lease(delivery_id: UUID) -> bool:
    now = timezone.now()
    free = models.Q(lease_until=None) | models.Q(lease_until__lt=now)
    return bool(Wakeup.objects.filter(free, pk=delivery_id, dead=False).update(lease_until=_lease_end()))


def _lease_end() -> dt.datetime:
    return timezone.now() + dt.timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)


def _finish(delivery: Delivery, state: str) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, done_at=timezone.now())
    Wakeup.objects.filter(pk=delivery.pk).delete()


def _failed(tenant_id: UUID, delivery: Delivery, error: Exception) -> str:
    """Try again with growing pauses, then put it aside for the operators."""
    attempts = delivery.attempts + 1
    is_dead = attempts >= settings.DELIVERY_MAX_ATTEMPTS
    with tenant_scope(tenant_id):
        Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING).update(
            attempts=attempts,
            last_error=f"{type(error).__name__}: {error}"[:2000],
            state=Delivery.State.DEAD if is_dead else Delivery.State.WAITING,
        )
        pause = dt.timedelta(seconds=min(3600, 2**attempts))
        Wakeup.objects.filter(pk=delivery.pk).update(lease_until=None, dead=is_dead, due_at=timezone.now() + pause)
    return "dead" if is_dead else "again"
