"""Questions about announcements: what a partner's person has to read, and how many did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q

from partners.models import AnnouncementDelivery, AnnouncementReceipt
from prm.kernel import clock
from prm.kernel.models import Membership


@dataclass(frozen=True)
class Reach:
    """How far an announcement came: partners that have it, people who saw it and who followed it."""

    partners: int = 0
    seen: int = 0
    clicked: int = 0


def announcements_for(member: Membership, *, limit: int = 5) -> list[AnnouncementDelivery]:
    """What is addressed to the member's company today and not put aside, the newest first."""
    today = clock.today()
    running = AnnouncementDelivery.objects.filter(
        partner_id=member.partner_id, from_date__lte=today, to_date__gte=today, withdrawn_at=None
    )
    found = list(running.order_by("-from_date", "-created_at"))
    if not found:  # most days there is no news, and every page asks
        return []
    aside = AnnouncementReceipt.objects.filter(member=member, delivery__in=found).exclude(dismissed_at=None)
    put_aside = set(aside.values_list("delivery_id", flat=True))
    return [delivery for delivery in found if delivery.pk not in put_aside][:limit]


def reach_of(announcement_ids: Sequence[UUID]) -> dict[UUID, Reach]:
    """Counted over all partners in two queries."""
    deliveries = AnnouncementDelivery.objects.filter(announcement__in=list(announcement_ids))
    partners = dict(deliveries.values_list("announcement_id").annotate(n=Count("pk")))
    receipts = AnnouncementReceipt.objects.filter(delivery__announcement__in=list(announcement_ids))
    people = {
        pk: (seen, clicked)
        for pk, seen, clicked in receipts.values_list("delivery__announcement_id").annotate(
            seen=Count("pk"), clicked=Count("pk", filter=Q(clicked_at__isnull=False))
        )
    }
    return {pk: Reach(partners.get(pk, 0), *people.get(pk, (0, 0))) for pk in announcement_ids}
