"""Who the database thinks we are: the one place that tells it, for one transaction at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.apps import apps
from django.db import connections, transaction

from prm.kernel.moment import one_time
from prm.kernel.tenancy.remember import remember


class Insider(Protocol):
    """What entering as somebody needs of a membership."""

    tenant_id: UUID
    user_id: UUID

    @property
    def reach(self) -> tuple[UUID, ...] | None: ...


class NoTenant(RuntimeError):
    """A query or an action ran outside every tenant: a bug, never an empty answer."""


@dataclass(frozen=True)
class Context:
    """One tenant, as its vendor (`partner_ids` is None) or as one partner company with those it sponsors."""

    tenant_id: UUID
    partner_ids: tuple[UUID, ...] | None = None
    user_id: UUID | None = None

    @property
    def scope(self) -> str:
        return "vendor" if self.partner_ids is None else "partner"


_current: ContextVar[Context | None] = ContextVar("tenant_context", default=None)


def current() -> Context:
    """The context of the moment; raises NoTenant outside one."""
    context = _current.get()
    if context is None:
        raise NoTenant("no tenant context")
    return context


def current_tenant_id() -> UUID:
    return current().tenant_id


def current_tenant() -> Any:
    """The tenant of the moment, read once per request."""
    tenant_id = current_tenant_id()
    return remember(("tenant", tenant_id), lambda: apps.get_model("kernel", "Tenant").objects.get(pk=tenant_id))


def is_inside() -> bool:
    return _current.get() is not None


@contextmanager
def tenant_scope(
    tenant: Any,
    *,
    partner_ids: Sequence[UUID] | None = None,
    user_id: UUID | None = None,
    using: str = "default",
) -> Iterator[Context]:
    """Enter a tenant (or its id) for one transaction: as the vendor, or with `partner_ids` as those companies only.

    Nests: the outer context is put back on return and on error. Nothing outlives the transaction, so pooled
    connections cannot carry it to somebody else.
    """
    tenant_id = tenant if isinstance(tenant, UUID) else tenant.pk
    context = Context(tenant_id, None if partner_ids is None else tuple(partner_ids), user_id)
    with _entered(context, using):
        yield context


@contextmanager
def vendor_scope(reason: str) -> Iterator[Context]:
    """Widen a partner's request to the vendor's view, for a question whose answer is a yes, a no or a number.

    `reason` names the question; a test keeps the list of call sites. Rows read inside must never leave.
    """
    inside = current()
    with _entered(Context(inside.tenant_id, None, inside.user_id), "default"):
        yield current()


@contextmanager
def member_scope(member: Insider) -> Iterator[Context]:
    """Enter the tenant as this member sees it."""
    with tenant_scope(member.tenant_id, partner_ids=member.reach, user_id=member.user_id) as context:
        yield context


@contextmanager
def reenter(context: Context) -> Iterator[Context]:
    """A new short transaction in a context captured earlier (long tasks, streamed steps)."""
    with _entered(context, "default"):
        yield context


@contextmanager
def identity_scope(user_id: UUID, *, using: str = "default") -> Iterator[None]:
    """Before a tenant is chosen: only the person's own memberships can be read."""
    nested = connections[using].in_atomic_block
    with transaction.atomic(using=using):
        _tell(using, tenant="", scope="", partners="{}", user=str(user_id))
        yield
        if nested and not connections[using].needs_rollback:
            _tell_context(using, _current.get())


@contextmanager
def _entered(context: Context, using: str) -> Iterator[None]:
    outer = _current.get()
    nested = connections[using].in_atomic_block
    token = _current.set(context)
    try:
        with transaction.atomic(using=using), one_time():
            _tell_context(using, context)
            yield
            if nested and not connections[using].needs_rollback:
                _tell_context(using, outer)
    finally:
        _current.reset(token)


def _tell_context(using: str, context: Context | None) -> None:
    if context is None:
        _tell(using, tenant="", scope="", partners="{}", user="")
        return
    _tell(
        using,
        tenant=str(context.tenant_id),
        scope=context.scope,
        partners="{" + ",".join(str(p) for p in context.partner_ids or ()) + "}",
        user=str(context.user_id or ""),
    )


def _tell(using: str, *, tenant: str, scope: str, partners: str, user: str) -> None:
    """The only call of set_config in the code base (a test looks): always local to the transaction."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "select set_config('app.tenant', %s, true), set_config('app.scope', %s, true),"
            " set_config('app.partners', %s, true), set_config('app.member_user', %s, true)",
            [tenant, scope, partners, user],
        )
