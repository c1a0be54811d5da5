"""The performance scorecard of a partner on a day: everything that is known without anybody typing, on one card.

The page, the interface, the paper, the spreadsheet and the deck read these objects and compute nothing of their own.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.formulas import attainment_status, score_status
from partners.models import Partner, Task
from partners.queries import RequirementRow, TierStanding, standing_on, task_counts
from partners.registries import measured, measures
from prm.kernel import clock
from prm.kernel.errors import Invalid
from prm.kernel.models import Membership
from prm.kernel.numbers import divide, mean, ratio
from prm.kernel.numbers import score as to_score
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import permits
from prm.kernel.roles import Side
from prm.kernel.tenancy.context import current, current_tenant
from sales.formulas import attained
from sales.queries import MonthFigure, Performance, PeriodFigure, performance, variance_of
from scorecards.queries.composite import Composite, composite_scores, own_percentile, told_composite
from scorecards.queries.measures import KpiFigure, KpiSheet, kpi_sheet
from scorecards.queries.planned import registered_deals, why_not_measured

PERCENTILE = gettext_lazy("Percentile among partners")
FIRST_DAY = dt.date(1990, 1, 1)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class BadDay(Invalid):
    """This is not a day that figures can be shown for."""

    code = "bad_day"


def day_asked(text: str | None, *, today: dt.date) -> dt.date:
    """The day of an address (`?on=2026-03-31`), today without one. Refuses what is no day, to come, or too long ago."""
    text = (text or "").strip()
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise BadDay(_("Give the day as year, month and day, for example %(day)s.") % {"day": today}, field="on")
    if day > today:
        raise BadDay(
            _("That day is still to come. Figures can be shown up to today, %(day)s.") % {"day": today}, field="on"
        )
    if day < FIRST_DAY:
        raise BadDay(_("Figures are kept from %(day)s on. Choose a later day.") % {"day": FIRST_DAY}, field="on")
    return day


# --- the card ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One figure: `value` is None where there is none, and `why` says why. `key` asks for the rows behind it."""

    key: str
    label: str
    value: Decimal | None
    unit: str
    status: str = ""  # green, yellow, red, grey; empty where nothing is judged
    why: str = ""


@dataclass(frozen=True)
class PlanFigure:
    """F7 of a month, a quarter or the year: over its closed months, so an open month has none yet."""

    key: str
    kind: str  # month, quarter, year
    label: str
    target: Decimal | None
    actual: Decimal
    variance: Decimal | None
    performance: Decimal | None
    status: str
    why: str
    is_closed: bool
    running: MonthFigure | None = None  # of a period: the month that counts once it is over


@dataclass(frozen=True)
class Requirement:
    """What the tier to reach (or to keep) asks, what there is, and the gap in the unit people count in."""

    key: str
    row: RequirementRow


@dataclass(frozen=True)
class ProgramPart:
    """The program level: held on the day, by the figures, and what is missing to the next."""

    standing: TierStanding
    attainment: Figure
    requirements: tuple[Requirement, ...]  # of the level to reach; of one held above the figures, of that one


@dataclass(frozen=True)
class PerformanceCard:
    """The performance scorecard of one partner on a day."""

    partner_id: UUID
    name: str
    number: str
    life_stage: str
    tier: str
    on: dt.date
    is_live: bool
    computed_at: dt.datetime
    currency: str
    fiscal_year: str
    sales: Performance
    year: PlanFigure
    quarters: tuple[PlanFigure, ...]
    months: tuple[PlanFigure, ...]
    pipeline: tuple[Figure, ...]  # F8
    program: ProgramPart
    certifications: tuple[Figure, ...]
    tasks: tuple[Figure, ...]
    deals: tuple[Figure, ...]  # F9
    sheet: KpiSheet
    composite: Composite | None  # F11; the vendor's alone
    percentile: Figure | None = None  # of it the partner's champion is told this, today

    @property
    def quarter(self) -> PlanFigure:
        """The quarter of the day."""
        return self.quarters[-1]

    @property
    def plan(self) -> tuple[PlanFigure, ...]:
        return (self.year, *self.quarters, *self.months)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every single figure of the card but the plan's and the KPIs'."""
        return (*self.pipeline, self.program.attainment, *self.certifications, *self.tasks, *self.deals)


def performance_card(
    partner: Partner,
    *,
    on: dt.date,
    with_composite: bool = True,
    for_champion: bool = False,
    for_distributor: bool = False,
) -> PerformanceCard:
    """The card of one partner on a day: a number of queries that no history changes.

    The composite score is for the vendor alone, and left out where it is not asked for; the partner's champion is
    told its percentile instead, a distributor the score alone.
    """
    tenant, today = current_tenant(), clock.today()
    sales = performance(partner.pk, on, with_lines=False)
    sheet = kpi_sheet(partner, on=on)
    standing = standing_on(partner, on)
    with_composite = with_composite and current().partner_ids is None
    return PerformanceCard(
        partner_id=partner.pk,
        name=partner.name,
        number=partner.number,
        life_stage=str(partner.get_life_stage_display()),
        tier=standing.held,
        on=on,
        is_live=on == today,
        computed_at=sheet.computed_at,
        currency=tenant.currency,
        fiscal_year=sales.fiscal_year,
        sales=sales,
        year=_of_period("year", "year", sales.year),
        quarters=tuple(_of_period(f"quarter:{n}", "quarter", part) for n, part in enumerate(sales.quarters, start=1)),
        months=tuple(_of_month(month, on) for month in sales.months),
        pipeline=(_from_kpi(sheet, "pipeline_to_target", _("Pipeline to target"), "ratio"),),
        program=_program(standing),
        certifications=_certifications(sheet, standing),
        tasks=_tasks(partner.pk, on),
        deals=_deals(partner.pk, on),
        sheet=sheet,
        composite=_composite(partner, on, with_composite, for_distributor and on == today),
        percentile=_percentile(partner) if for_champion and on == today else None,
    )


def card_for(member: Membership, partner: Partner, *, on: dt.date, with_composite: bool = True) -> PerformanceCard:
    """The card as this member may read it; behind a single figure neither composite nor percentile is asked for."""
    told = lambda permission: with_composite and permits(member, permission, partner)
    return performance_card(
        partner,
        on=on,
        with_composite=with_composite,
        for_champion=told("scorecards.view_own_percentile"),
        for_distributor=told("scorecards.view_composite"),
    )


def _composite(partner: Partner, on: dt.date, is_vendors: bool, is_told: bool) -> Composite | None:
    if is_vendors:
        return composite_scores([partner.pk], on=on)[partner.pk]
    return told_composite(partner) if is_told else None


def _percentile(partner: Partner) -> Figure:
    found = own_percentile(partner)
    why = "" if found is not None else _("Too few partners can be compared, or figures cover too little of yours.")
    return Figure("percentile", str(PERCENTILE), found, "percentile", "", why)


# --- plan --------------------------------------------------------------------------------------------------


def _of_period(key: str, kind: str, period: PeriodFigure) -> PlanFigure:
    return PlanFigure(
        key=key,
        kind=kind,
        label=period.label,
        target=period.target,
        actual=period.actual,
        variance=period.variance,
        performance=period.performance,
        status=period.status,
        why=period.why,
        is_closed=period.closed_months > 0,
        running=period.running,
    )


def _of_month(month: MonthFigure, on: dt.date) -> PlanFigure:
    """A closed month is judged as F7 judges a period of one month."""
    found, status = attained(month.target or Decimal(0), month.actual) if month.is_closed else (None, "grey")
    why = ""
    if found is None:
        why = _("no target is agreed") if month.is_closed else _("not closed yet")
    return PlanFigure(
        key=f"month:{month.month}",
        kind="month",
        label=month.month,
        target=month.target,
        actual=month.actual,
        variance=variance_of(found, month.actual - (month.target or Decimal(0))),
        performance=found,
        status=status,
        why=why,
        is_closed=month.is_closed,
    )


# --- the other parts ---------------------------------------------------------------------------------------


def _from_kpi(sheet: KpiSheet, code: str, label: str, unit: str) -> Figure:
    """A figure that is a KPI too: the same object's value, also where it was entered or imported."""
    kpi = sheet.kpi(code)
    if kpi is None:
        why = why_not_measured(code, registered_deals([sheet.partner_id], sheet.on).get(sheet.partner_id))
        return Figure(code, label, None, unit, "grey", why)
    return Figure(key_of(kpi), label, kpi.value, kpi.unit, kpi.status, kpi.why_empty)


def key_of(kpi: KpiFigure) -> str:
    return f"kpi:{kpi.code}"


def _program(standing: TierStanding) -> ProgramPart:
    """Towards the next level; of a partner that holds more than its figures give, what that level asks."""
    name = standing.held if standing.holds_more else standing.next
    attained_share = standing.held_attainment if standing.holds_more else standing.next_attainment
    label = _("Attainment of %(tier)s") % {"tier": name} if name else _("Attainment of the next level")
    why = ""
    if attained_share is None:
        why = _("The highest level is reached.") if standing.qualifying else _("The program has no levels on this day.")
    figure = Figure("tier", label, attained_share, "ratio", attainment_status(attained_share), why)
    rows = tuple(Requirement(f"tier:{row.metric}", row) for row in standing.requirements if row.tier == name)
    return ProgramPart(standing, figure, rows)


def _certifications(sheet: KpiSheet, standing: TierStanding) -> tuple[Figure, ...]:
    """The share of those required, as computed, entered or imported; by kind what the program asks for."""
    share = _from_kpi(sheet, "training_and_certs", _("Certifications, of those required"), "ratio")
    kinds: dict[str, Figure] = {}
    for row in standing.requirements:
        if row.metric.endswith("_certified"):
            why = "" if row.actual is not None else why_not_measured("certifications_to_required")
            kinds[row.metric] = Figure(f"tier:{row.metric}", row.label, row.actual, "count", "", why)
    return (share, *kinds.values())


def required_tasks(partner_id: UUID, on: dt.date) -> Q:
    """The partner's required tasks that were due by a day."""
    return Q(partner_id=partner_id, required=True, side=Side.PARTNER, due_on__lte=on) & ~Q(state=Task.State.CANCELLED)


def _tasks(partner_id: UUID, on: dt.date) -> tuple[Figure, ...]:
    counted = task_counts([partner_id], [on])
    due, was_done = (counted[0]["due_0"], counted[0]["done_0"]) if counted else (0, 0)
    share = ratio(divide(was_done, due))
    why = "" if due else _("No required task has been due yet.")
    late = due - was_done
    return (
        Figure("tasks", _("Required tasks done, of those due"), share, "ratio", attainment_status(share), why),
        Figure("tasks:due", _("Required tasks due"), Decimal(due), "count"),
        Figure("tasks:late", _("Required tasks late"), Decimal(late), "count", "red" if late else "green"),
    )


DEALS = (
    ("won_deals", gettext_lazy("Deals won"), "count"),
    ("win_rate", gettext_lazy("Win rate"), "ratio"),
    ("average_deal_size", gettext_lazy("Average deal size"), "money"),
    ("average_cycle_days", gettext_lazy("Average sales cycle"), "days"),
)


def _deals(partner_id: UUID, on: dt.date) -> tuple[Figure, ...]:
    """F9, as far as somebody lends these measures."""
    quarter = FiscalQuarter.containing(on, current_tenant().fy_start_month)
    found = []
    for name, label, unit in DEALS:
        value, why = None, _("Deals are not kept here yet.")
        if name in measures:
            read = measured(name, [partner_id], [quarter], on)[partner_id, quarter]
            value, why = read.number, "" if read.number is not None else read.why
        found.append(Figure(f"deals:{name}", str(label), value, unit, "" if value is not None else "grey", why))
    return tuple(found)


# --- a category as one colour ------------------------------------------------------------------------------

POINTS = {"green": Decimal(100), "yellow": Decimal(50), "red": Decimal(0)}


def category_points(statuses: Sequence[str]) -> Decimal | None:
    """The points of a category: green counts 100, yellow 50, red 0, on average (1 decimal).

    KPIs without a figure do not count; without any there are no points.
    """
    return to_score(mean([POINTS[status] for status in statuses if status in POINTS]))


def category_status(statuses: Sequence[str]) -> str:
    """The colour of a category: its points judged as a score is (C10)."""
    return score_status(category_points(statuses))
