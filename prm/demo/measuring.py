"""KPIs in the demo: what is asked of whom, values entered while nothing computes them, and proposals of both sides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from partners.models import Partner, Tier
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalYear, add_months, month_start
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import current_tenant
from sales.actions import propose_targets
from sales.models import Target
from scorecards.actions import (
    confirm_kpi_target,
    decline_kpi_target,
    enter_kpi,
    propose_kpi_target,
    set_kpi_target,
)
from scorecards.models import KpiDefinition

ENTERED = {  # code to the lowest value, the spread between partners, and the step a month
    "training_and_certs": ("0.45", "0.50", "0.04"),
    "co_sell": ("0.12", "0.24", "0.015"),
    "investment": ("0.60", "0.45", "0.03"),
}


def tell_measures(operations: Membership, manager_of: Callable[[Partner], Membership]) -> None:
    """Run in the tenant's scope, after partners, targets and people are there."""
    kpis = {kpi.code: kpi for kpi in KpiDefinition.objects.all()}
    year = FiscalYear.containing(clock.today(), current_tenant().fy_start_month)
    set_kpi_target(kpis["training_and_certs"], Decimal("0.9"), fiscal_year=year.year, by=operations)
    gold = Tier.objects.filter(code="gold").first()
    if gold:
        set_kpi_target(kpis["co_sell"], Decimal("0.4"), tier=gold, fiscal_year=year.year, by=operations)
    partners = list(Partner.objects.filter(state=Partner.State.ACTIVE).order_by("sort_name", "pk"))
    for number, partner in enumerate(partners):
        if number % 4 != 3:
            _enter(partner, number, kpis, manager_of(partner))
    champions = Membership.objects.filter(partner__in=partners, active=True, roles__contains=[Role.CHAMPION])
    for number, champion in enumerate(champions.select_related("partner", "user").order_by("user__name")):
        _agree(champion.partner, champion, manager_of(champion.partner), kpis, year, declines=number % 2 == 1)  # type: ignore[arg-type]


def _enter(partner: Partner, number: int, kpis: dict[str, KpiDefinition], manager: Membership) -> None:
    first = clock.today().replace(day=1)
    for code, (lowest, spread, step) in ENTERED.items():
        for back in (5, 3, 1):
            share = Decimal(number * 37 % 100) / 100
            value = Decimal(lowest) + Decimal(spread) * share + Decimal(step) * (5 - back)
            enter_kpi(kpis[code], partner, round(value, 4), month=add_months(first, -back), by=manager)


def _agree(
    partner: Partner, champion: Membership, manager: Membership, kpis: dict[str, KpiDefinition], year: FiscalYear, *,
    declines: bool,
) -> None:  # fmt: skip
    """The year to come is proposed by the account manager, a KPI by the champion; some of it is settled."""
    before = Target.objects.filter(partner=partner, month__gte=year.start, month__lte=year.end)
    totals: dict[dt.date, Decimal] = {}
    for month, amount in before.values_list("month", "amount"):
        totals[month] = totals.get(month, Decimal(0)) + amount
    next_year = {
        month_start(month): round(totals.get(add_months(month_start(month), -12), Decimal(0)) * Decimal("1.10"), -2)
        for month in year.next.months
    }
    if any(next_year.values()):
        propose_targets(partner, next_year, by=manager, comment="Ten percent more than this year, as we discussed.")
    settled = propose_kpi_target(
        kpis["training_and_certs"], partner, Decimal("0.85"), fiscal_year=year.year, by=manager,
        comment="Two of your people finish their courses this quarter.",
    )  # fmt: skip
    confirm_kpi_target(settled, by=champion)
    asked = propose_kpi_target(
        kpis["deal_registrations"], partner, Decimal(2), fiscal_year=year.year, by=champion,
        comment="We are still building the pipeline; two a quarter is realistic.",
    )  # fmt: skip
    if declines:
        decline_kpi_target(asked, by=manager, reason="Three are the least for leads; let us plan them together.")
