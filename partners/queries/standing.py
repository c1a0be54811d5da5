"""Questions about interruptions and ends: what is open, who has not sold for two quarters, whose notice is due."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models import QuerySet

from partners.models import Partner, Suspension, Termination
from partners.registries import measured
from prm.kernel.models import Event, Membership
from prm.kernel.periods import FiscalQuarter, add_months
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import remember

QUARTERS_WITHOUT_SALE = 2  # F27: a prospect again
MONTHS_AFTER_START = 6  # in which a new partner does not lapse


def open_suspension(partner: Partner) -> Suspension | None:
    return Suspension.objects.filter(partner=partner, to_date=None).first()


def open_notice(partner: Partner) -> Termination | None:
    """The notice that runs; several parts of a page ask for it, the database is asked once."""
    return remember(("open notice", partner.pk), lambda: next(iter(_given(partner.pk)), None))


@prepared
def _given(partner_id: UUID) -> QuerySet[Termination]:
    return Termination.objects.filter(partner_id=partner_id, state=Termination.State.GIVEN).order_by("pk")[:1]


def due_notices(on: dt.date) -> QuerySet:
    return Termination.objects.filter(state=Termination.State.GIVEN, ends_on__lte=on).order_by("ends_on", "pk")


def partners_to_lapse(on: dt.date) -> list[Partner]:
    """Active partners above the community without net sales in the last two full fiscal quarters; asked in bulk.

    A partner that came or became active within six months stays.
    """
    quarters = last_full_quarters(on, QUARTERS_WITHOUT_SALE)
    early = add_months(on, -MONTHS_AFTER_START)
    candidates = list(
        Partner.objects.filter(state=Partner.State.ACTIVE, created_at__date__lte=early)
        .exclude(tier__kind="community")
        .exclude(pk__in=_started_since(early))
        .order_by("pk")
    )
    sold = measured("net_revenue", [partner.pk for partner in candidates], quarters, on)
    return [p for p in candidates if all(_is_without_sale(sold.get((p.pk, quarter))) for quarter in quarters)]


def last_full_quarters(on: dt.date, count: int) -> list[FiscalQuarter]:
    """The last fiscal quarters that are over on the day, newest first."""
    month, found = current_tenant().fy_start_month, []
    here = FiscalQuarter.containing(on, month)
    for _ in range(count):
        here = FiscalQuarter.containing(here.start - dt.timedelta(days=1), month)
        found.append(here)
    return found


def is_company_frozen(member: Membership) -> bool:
    return member.partner_id is not None and is_suspended(member.partner_id)


def is_suspended(partner_id: UUID) -> bool:
    return Partner.objects.filter(pk=partner_id, state=Partner.State.SUSPENDED).exists()


def _started_since(day: dt.date) -> list[UUID]:
    names = ("partner.active", "partner.onboarding_completed", "partner.returned", "partner.suspension_lifted")
    return list(Event.objects.filter(name__in=names, at__date__gt=day).values_list("subject_id", flat=True))


def _is_without_sale(value: object) -> bool:
    number = getattr(value, "number", None)
    return number is not None and number <= 0
