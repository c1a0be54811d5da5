"""Whether the histories of deals are whole: every link says its own hash and that of the link before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from dealreg.models import DealHistory, DealRegistration


def broken_histories(hash_of: Any, number: str = "") -> Iterator[str]:
    """A sentence for each fault in the histories of the tenant; none when all are whole."""
    deals = DealRegistration.objects.exclude(state=DealRegistration.State.DRAFT).order_by("pk")
    if number:
        deals = deals.filter(number=number)
    for piece in _pieces(deals):
        links: dict[Any, list[DealHistory]] = defaultdict(list)
        for link in DealHistory.objects.filter(deal__in=[deal.pk for deal in piece]).order_by("step"):
            links[link.deal_id, link.chain].append(link)
        for deal in piece:
            shared = links.get((deal.pk, "shared"), [])
            if not shared:
                yield f"{deal.number}: the history is missing"
            elif shared[-1].to_state != deal.state:
                yield f"{deal.number}: the deal is {deal.state}, its history ends with {shared[-1].to_state}"
            for chain in ("shared", "inner"):
                yield from _faults(deal, links.get((deal.pk, chain), []), hash_of)


def _faults(deal: DealRegistration, links: list[DealHistory], hash_of: Any) -> Iterator[str]:
    before = ""
    for place, link in enumerate(links, start=1):
        where = f"{deal.number}: step {link.step} ({link.name})"
        if link.step != place:
            yield f"{where}: a step before it is missing"
        if link.before != before:
            yield f"{where}: does not follow the step before it"
        if hash_of(link) != link.hash:
            yield f"{where}: was changed"
        before = link.hash


def _pieces(deals: QuerySet, size: int = 500) -> Iterator[list[DealRegistration]]:
    last: Any = None
    while True:
        piece = list((deals.filter(pk__gt=last) if last else deals)[:size])
        if not piece:
            return
        yield piece
        last = piece[-1].pk
