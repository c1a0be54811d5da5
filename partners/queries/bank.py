"""Questions about bank details: from when may be paid, who hears of a change, what waits for finance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from partners.models import BankDetails, Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_business_days
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant, vendor_scope

WAITING_DAYS = 5  # business days after a change before money may go there


def payable_from(details: BankDetails | None) -> dt.date | None:
    """The first day on which may be paid: five business days after the change (F36), never before verification.

    None while nobody verified.
    """
    if details is None or details.verified_at is None:
        return None
    tenant = current_tenant()
    changed, verified = clock.day_of(details.changed_at), clock.day_of(details.verified_at)
    return max(verified, add_business_days(changed, WAITING_DAYS, tenant.holidays))


def bank_standing(partner: Partner) -> tuple[bool, bool, dt.date | None]:
    """Whether there are details, whether they are verified, and from when may be paid: all that others may know."""
    with vendor_scope("whether a partner's bank details are verified"):
        details = BankDetails.objects.filter(partner=partner).first()
        return details is not None, bool(details and details.is_verified), payable_from(details)


def with_verified_bank(partner_ids: Sequence[UUID], on: dt.date) -> set[UUID]:
    """Those of these partners whose details finance has verified."""
    with vendor_scope("whether partners' bank details are verified"):
        found = BankDetails.objects.filter(partner_id__in=list(partner_ids), verified_at__isnull=False)
        return set(found.values_list("partner_id", flat=True))


def people_to_tell(partner: Partner) -> list[Membership]:
    """The champions of the partner and the vendor's finance."""
    with vendor_scope("who is told of changed bank details"):
        champions = Q(partner_id=partner.pk, roles__contains=[Role.CHAMPION.value])
        finance = Q(partner=None, roles__contains=[Role.FINANCE.value])
        return list(Membership.objects.filter(champions | finance, active=True).select_related("user"))


def details_to_verify(member: Membership) -> QuerySet:
    """What waits for finance."""
    waiting = BankDetails.objects.select_related("partner").filter(verified_at=None)
    if not member.has(Role.FINANCE):
        return waiting.none()
    return waiting.visible_to(member).order_by("changed_at", "pk")
