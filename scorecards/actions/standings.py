"""Keeping the board: the figures of partners computed anew, at night for all, and at once where something happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from django.db import transaction

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.tenancy.context import current_tenant_id
from scorecards.models import PartnerStanding
from scorecards.queries.board import KEPT, ON_BOARD
from scorecards.queries.standings import standings

CHUNK = 2500


@transaction.atomic
def renew_standings(partner_ids: Iterable[UUID] | None = None, *, beat: Callable[[], None] = lambda: None) -> int:
    """Compute the board's figures of these partners (all of the board without any) as of today, and keep them.

    Twice on a day changes nothing more. Returns how many partners there were.
    """
    on_board = Partner.objects.filter(state__in=ON_BOARD).order_by("pk")
    if partner_ids is not None:
        on_board = on_board.filter(pk__in=list(partner_ids))
    ids, today = list(on_board.values_list("pk", flat=True)), clock.today()
    for start in range(0, len(ids), CHUNK):
        rows = standings(ids[start : start + CHUNK], on=today)
        for row in rows:
            row.tenant_id = current_tenant_id()
        PartnerStanding.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "partner"],
            update_fields=[*KEPT, "updated_at"],
        )
        beat()
    return len(ids)
