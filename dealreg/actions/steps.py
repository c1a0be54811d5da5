"""How every verb on a deal takes its step: the state moves, the event is recorded, the history grows by one link."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from dealreg.models import DealHistory, DealLine, DealRegistration
from dealreg.policies import review_of
from prm.kernel import clock
from prm.kernel.errors import Invalid, Stale
from prm.kernel.events import plain, record
from prm.kernel.lifecycle import move
from prm.kernel.models import Membership
from prm.kernel.money import format_money
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.text import clean_text


def step(deal: DealRegistration, to: str, **fields: Any) -> None:
    """Move a deal and write what must hold there. The fields first: the database wants them in the new state."""
    same = DealRegistration.objects.filter(pk=deal.pk, version=deal.version, state=deal.state)
    if fields and to in deal.MOVES.get(deal.state, ()):  # type: ignore[call-overload]
        same.update(**fields)
    move(deal, to)
    for name, value in fields.items():
        setattr(deal, name, value)


def hold(deal: DealRegistration) -> None:
    """Wait for whoever is at this deal in the same moment; Stale when it has moved on meanwhile."""
    held = DealRegistration.objects.select_for_update().filter(pk=deal.pk, version=deal.version)
    if held.values_list("pk", flat=True).first() is None:
        raise Stale()


def enter(
    deal: DealRegistration,
    event: str,
    /,
    *,
    by: Membership | None,
    note: dict[str, Any] | None = None,
    inner: bool = False,
    **data: Any,
) -> DealRegistration:
    """Record the event and add it to the deal's history. `note` and `inner` are for the vendor's eyes only.

    What an inner step says stands in the history alone: not every one of the vendor's people may read of a conflict.
    """
    if isinstance(data.get("amount"), Decimal):
        data["money"] = format_money(data["amount"], deal.currency)  # as people read it, beside the figure
    behalf: dict[str, Any] = {"for_partner": True} if by is not None and by.is_vendor and deal.is_on_behalf else {}
    record(
        deal,
        event,
        by=by,
        note=note,
        vendor_only=inner,
        number=deal.number,
        customer=deal.customer_name,
        **behalf,
        **({} if inner else data),
    )
    chain = DealHistory.Chain.INNER if inner else DealHistory.Chain.SHARED
    add_to_history(deal, event, by=by, chain=chain, data=data)
    if note and not inner:
        add_to_history(deal, event, by=by, chain=DealHistory.Chain.INNER, data=note)
    return deal


def add_to_history(
    deal: DealRegistration, name: str, *, by: Membership | None, chain: str, data: dict[str, Any]
) -> DealHistory:
    """The next link. Two at once want the same step, and the database lets one of them have it."""
    number, before = next(iter(_last_link(deal.pk, str(chain))), (0, ""))
    link = DealHistory(
        partner_id=deal.partner_id,
        deal=deal,
        chain=chain,
        step=number + 1,
        name=name,
        at=clock.now(),
        actor=by,
        to_state=deal.state,
        data=plain(data),
        before=before,
    )
    link.hash = hash_of(link)
    link.save(force_insert=True)
    return link


@prepared
def _last_link(deal_id: UUID, chain: str) -> QuerySet:
    links = DealHistory.objects.filter(deal_id=deal_id, chain=chain)
    return links.order_by("-step").values_list("step", "hash")[:1]


def hash_of(link: DealHistory) -> str:
    """SHA-256 over everything a link says, the hash of the link before included."""
    said = {
        "tenant": str(link.tenant_id),
        "deal": str(link.deal_id),
        "chain": str(link.chain),
        "step": link.step,
        "name": link.name,
        "at": link.at.astimezone(dt.UTC).isoformat(),
        "actor": str(link.actor_id or ""),
        "state": str(link.to_state),
        "data": link.data,
        "before": link.before,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def reason_of(text: str, *, field: str = "reason", limit: int = 500, ask: str = "Say why.") -> str:
    """A reason that must be given."""
    said = clean_text(text, field=field, max_length=limit)
    if not said:
        raise Invalid(ask, field=field)
    return said


def forget_review(deal: DealRegistration) -> None:
    """The desk has changed: ask anew."""
    deal.__dict__.pop("_review", None)


def lines_of(deal: DealRegistration) -> dict[UUID, str]:
    """The product lines of a deal by id, with their names."""
    return dict(_named_lines(deal.pk))


@prepared
def _named_lines(deal_id: UUID) -> QuerySet:
    return DealLine.objects.filter(deal_id=deal_id).order_by("line__name").values_list("line_id", "line__name")


__all__ = ["add_to_history", "enter", "forget_review", "hash_of", "hold", "lines_of", "reason_of", "review_of", "step"]
