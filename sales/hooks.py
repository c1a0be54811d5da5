"""What sales lends: revenue and performance as measures, and the performance panel of the partner page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners.actions import return_to_active
from partners.models import Partner
from partners.registries import (
    Measure,
    PartnerAction,
    Period,
    Source,
    Value,
    Worklist,
    lend_choices,
    lend_measure,
    lend_panel,
    lend_partner_action,
    lend_worklist,
    tell,
)
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.events import on
from prm.kernel.models import Event, Membership
from prm.kernel.outbox import deferred
from prm.kernel.periods import FiscalYear, add_days, add_months
from prm.kernel.policies import permits
from prm.kernel.web.navigation import Entry, navigation
from sales import home  # noqa: F401 - lends its parts of the home page
from sales.models import ProductLine, SalesActual
from sales.queries import (
    NO_TARGET,
    PERFORMANCE,
    first_bookings,
    performance,
    performance_of,
    read_plan,
    revenue_12m,
    revenue_of,
    waiting_proposals,
)
from sales.rows import present_performance, scope_of

AWAY = (Partner.State.LAPSED, Partner.State.REACTIVATING)
Values = dict[tuple[UUID, Period], Value]
PLAN = Source("plan", _("Targets and bookings"), read_plan)


def net_revenue_12m(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = revenue_12m(partner_ids, as_of)
    return {
        (partner_id, period): Value(found[partner_id]) if partner_id in found else Value(None, "nothing booked")
        for partner_id in partner_ids
        for period in periods
    }


def net_revenue(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    return {key: Value(number) for key, number in revenue_of(partner_ids, periods, as_of).items()}


def days_since_first_revenue(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    found = first_bookings(partner_ids, as_of)
    return {
        (partner_id, period): Value(Decimal((as_of - found[partner_id]).days))
        if partner_id in found
        else Value(None, "nothing booked yet")
        for partner_id in partner_ids
        for period in periods
    }


def plan_performance(partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date) -> Values:
    values = {}
    for period in periods:
        for partner_id, result in performance_of(partner_ids, period, min(as_of, period.end)).items():
            why = "" if result["performance"] is not None else "no target for a closed month"
            values[partner_id, period] = Value(result["performance"], why, result["status"])
    return values


def booked_lines(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    """The bookings behind a revenue figure."""
    return list(
        SalesActual.objects.filter(partner_id=partner_id, booked_on__gte=period.start, booked_on__lte=as_of)
        .order_by("booked_on", "id")
        .values("booked_on", "amount", "line__name", "external_id")
    )


def booked_lines_12m(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    """The bookings of the twelve months ending on the day."""
    lines = SalesActual.objects.filter(
        partner_id=partner_id, booked_on__gt=add_months(as_of, -12), booked_on__lte=as_of
    )
    return list(lines.order_by("booked_on", "id").values("booked_on", "amount", "line__name", "external_id"))


def lines_of_the_year(partner_id: UUID, period: Period, as_of: dt.date) -> list[dict[str, Any]]:
    """The bookings of the closed months of the fiscal year, behind performance to plan."""
    start = FiscalYear.containing(as_of, period.start_month).start
    closed = SalesActual.objects.filter(
        partner_id=partner_id, booked_on__gte=start, booked_on__lt=add_days(as_of, 1).replace(day=1)
    )
    return list(closed.order_by("-booked_on", "id").values("booked_on", "amount", "line__name", "external_id"))


lend_measure(
    Measure(
        "net_revenue_12m",
        "Net revenue, last 12 months",
        "money",
        "sum of net revenue of the 12 months ending on the day",
        net_revenue_12m,
        booked_lines_12m,
    )
)
lend_measure(
    Measure(
        "net_revenue",
        "Net revenue",
        "money",
        "sum of net revenue booked in the period up to the day; nothing booked is 0",
        net_revenue,
        booked_lines,
    )
)
lend_measure(
    Measure(
        "days_since_first_revenue",
        "Days since the first booked revenue",
        "days",
        "days from the first booking above zero to the day",
        days_since_first_revenue,
    )
)
lend_measure(
    Measure(
        PERFORMANCE,
        "Performance to plan",
        "ratio",
        "actual / target over the closed months of the fiscal year (F7)",
        plan_performance,
        lines_of_the_year,
        source=PLAN,
        empty=NO_TARGET,
    )
)


@on("actuals.booked")
@deferred("sales.return_who_sells")
def return_who_sells(event_id: str) -> None:
    """A net sale was booked: a lapsed or reactivating partner is active again, unless it lapsed only after that."""
    event = Event.objects.get(pk=UUID(event_id))
    partner = Partner.objects.filter(pk=event.subject_id, state__in=AWAY).first()
    lapsed_since = Event.objects.filter(name="partner.lapsed", subject_id=event.subject_id, at__gt=event.at)
    if partner is not None and Decimal(event.data["total"]) > 0 and not lapsed_since.exists():
        return_to_active(partner, by=None, cause="net sale")


@lend_choices("product_lines")
def product_lines() -> list[tuple[str, str]]:
    return list(ProductLine.objects.filter(active=True).order_by("name").values_list("code", "name"))


tell(
    targets__set="set targets",
    targets__proposed="proposed targets",
    targets__confirmed="confirmed the proposed targets",
    targets__declined="declined the proposed targets: {reason}",
    targets__withdrawn="took the proposed targets back",
    actuals__booked="booked {lines} lines of revenue",
)
navigation(Entry("Targets", "sales:all_targets", "target", 28, "sales.set_target"))


@lend_partner_action(40)
def targets_button(member: Membership, partner: Partner) -> PartnerAction | None:
    if not permits(member, "sales.view_target", partner):
        return None
    return PartnerAction(_("Targets"), address_of("sales:partner_targets", partner.pk), "target", leads=False)


lend_worklist(
    Worklist(
        "target_proposals",
        "Targets to confirm",
        lambda member: (
            waiting_proposals(member) if permits(member, "sales.confirm_targets") else waiting_proposals(member).none()
        ),
        url=lambda proposal: proposal.get_absolute_url(),
        text=lambda proposal: gettext("Targets proposed: %(scope)s") % {"scope": scope_of(proposal)},
        company=lambda proposal: proposal.partner,
    )
)


@lend_panel(20, "sales/panels/performance.html")
def performance_panel(member: Membership, partner: Partner) -> dict[str, Any] | None:
    if not permits(member, "sales.view_performance"):
        return None
    return {"figures": present_performance(performance(partner.pk, clock.today(), with_lines=False))}
