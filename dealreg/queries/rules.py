"""The vendor's rules, what a partner may register and what it gets for it, and the days that follow from them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from dealreg.formulas import registration_dates
from dealreg.models import DealRegistration, DealReview, DealRules
from partners.models import Partner
from partners.queries.program import Benefits, benefits_of
from prm.kernel import clock
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import remember

REGISTERING_STATES = (
    Partner.State.ONBOARDING,
    Partner.State.ACTIVE,
    Partner.State.LAPSED,
    Partner.State.REACTIVATING,
)


def deal_rules() -> DealRules:
    """The rules in force: the vendor's own, else those of the starter program. Read once per request."""
    return remember("deal rules", lambda: next(iter(_own_rules()), None) or DealRules())


@prepared
def _own_rules() -> QuerySet[DealRules]:
    return DealRules.objects.order_by("pk")[:1]


@dataclass(frozen=True)
class Eligibility:
    """Whether a partner may register deals today, why not, and what a registration gives it."""

    may_register: bool
    why: str
    benefits: Benefits
    protected_until: dt.date | None
    review_due: dt.date


def eligibility_of(partner: Partner, on: dt.date) -> Eligibility:
    """Told before anything is asked: may it register, what would it get, when would it know."""
    benefits = benefits_of(partner, on)
    why = ""
    if partner.state not in REGISTERING_STATES:
        why = "state"
    elif not benefits.can_register_deals:
        why = "tier"
    until = on + dt.timedelta(days=benefits.protection_days) if not why else None
    return Eligibility(not why, why, benefits, until, review_due(on))


def review_due(submitted_on: dt.date, pauses: list[dict[str, str | None]] | None = None) -> dt.date:
    """F36: the business day at whose end a decision is due; days between a question and its answer do not count."""
    found = registration_dates(
        submitted_on=submitted_on,
        review_days=deal_rules().review_days,
        holidays=list(current_tenant().holidays),
        decided_on=None,
        approved_on=None,
        protection_days=0,
        extensions=[],
        pauses=pauses or [],
        as_of=submitted_on,
    )
    return found["review_due"]


def submission_day(deal: DealRegistration) -> dt.date:
    """The day of submission at the vendor's."""
    assert deal.submitted_at is not None
    return clock.day_of(deal.submitted_at)


def clock_day(deal: DealRegistration) -> dt.date:
    """The day from which the decision is counted: of the appeal, or of the submission."""
    if deal.appealed_at is None:
        return submission_day(deal)
    return clock.day_of(deal.appealed_at)


def desk_for(amount: Decimal, *, has_conflict: bool) -> str:
    """Where a registration of this amount goes first: by band; a conflict to operations, whatever the amount."""
    if has_conflict or amount > deal_rules().manager_band:
        return DealReview.Level.OPERATIONS
    return DealReview.Level.MANAGER


def needs_chief(amount: Decimal) -> bool:
    """Above the band of operations the chief approves too."""
    return amount > deal_rules().operations_band
