"""The board of partners: where each stands, how that moved in three months, and who is due.

What the board shows is computed for many partners at once (`standings`), kept in one row a partner, and read from
there: so it costs the same however long the history is, and can be sorted and filtered by any figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Max, Q, QuerySet

from partners.formulas import score_status
from partners.models import Partner
from partners.queries import managers_of
from partners.registries import measures
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, add_months
from prm.kernel.tenancy.context import current_tenant
from scorecards.models import Assessment, KpiDefinition, PartnerStanding
from scorecards.queries.composite import composite_scores
from scorecards.queries.measures import KpiSheet, kpi_table, read_measures
from scorecards.queries.performance import POINTS, category_points
from scorecards.queries.results import COUNTED, VALID_MONTHS
from scorecards.queries.topics import CAPABILITY_SCORE, TOPICS

MONTHS_BACK = 3  # the trend
NEAR_DAYS = 30
PLAN = "performance_to_plan"
CATEGORY_CODES = tuple(category.value for category in KpiDefinition.Category)
# Candidates and those who left are not on the board.
ON_BOARD = (
    Partner.State.COMMITTED,
    Partner.State.ONBOARDING,
    Partner.State.ACTIVE,
    Partner.State.LAPSED,
    Partner.State.REACTIVATING,
    Partner.State.SUSPENDED,
)
KEPT = ("on", "computed_at", "composite", "composite_before", "why", "status", "kpis", *CATEGORY_CODES, "counts")
KEPT += ("capability", "capability_before", "plan", "plan_before", "plan_status", "scored_on", "due_on")


@dataclass(frozen=True)
class CategoryCell:
    """A category of KPIs: points of 0 to 100 with their colour, and how many are green of those with a figure."""

    code: str
    points: Decimal | None
    status: str
    green: int
    judged: int


@dataclass(frozen=True)
class Trended:
    """A figure, its colour, and what it was three months before."""

    value: Decimal | None
    status: str
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.value is None or self.before is None else self.value - self.before


@dataclass(frozen=True)
class BoardRow:
    """One partner on the board; `computed_at` is None while its figures have not been computed yet."""

    partner_id: UUID
    name: str
    number: str
    tier: str
    life_stage: str
    manager: str
    composite: Trended
    why: str
    status: str  # of the composite score, or without one of all KPIs
    kpis: CategoryCell
    categories: tuple[CategoryCell, ...]
    capability: Trended
    plan: Trended
    scored_on: dt.date | None
    due_on: dt.date | None
    due: str  # overdue, soon, never, or empty
    on: dt.date | None
    computed_at: dt.datetime | None


def board_partners(member: Membership) -> QuerySet[Any]:
    """The partners of the board this member may know of, each with its standing, in one query."""
    told = {f"standing_{name}": F(f"standings__{name}") for name in KEPT}
    partners = Partner.objects.visible_to(member).filter(state__in=ON_BOARD)
    return partners.select_related("tier").annotate(**told)


def board_rows(partners: Sequence[Any]) -> list[BoardRow]:
    """The rows of partners read by `board_partners`; who looks after them is asked once for all."""
    managers, today = managers_of([partner.pk for partner in partners]), clock.today()
    stages = {value: str(label) for value, label in Partner.LifeStage.choices}
    return [_row(partner, managers.get(partner.pk), stages, today) for partner in partners]


def _row(partner: Any, manager: Membership | None, stages: dict[str, str], today: dt.date) -> BoardRow:
    at = lambda name: getattr(partner, f"standing_{name}")
    counts = at("counts") or {}
    return BoardRow(
        partner_id=partner.pk,
        name=partner.name,
        number=partner.number,
        tier=partner.tier.name if partner.tier else "",
        life_stage=stages.get(partner.life_stage, partner.life_stage),
        manager=manager.user.name if manager else "",
        composite=Trended(at("composite"), score_status(at("composite")), at("composite_before")),
        why=at("why") or "",
        status=at("status") or "grey",
        kpis=CategoryCell("kpis", at("kpis"), score_status(at("kpis")), *counts.get("kpis", (0, 0))),
        categories=tuple(
            CategoryCell(code, at(code), score_status(at(code)), *counts.get(code, (0, 0))) for code in CATEGORY_CODES
        ),
        capability=Trended(at("capability"), score_status(at("capability")), at("capability_before")),
        plan=Trended(at("plan"), at("plan_status") or "grey", at("plan_before")),
        scored_on=at("scored_on"),
        due_on=at("due_on"),
        due=due_state(at("due_on"), today) if at("computed_at") else "",
        on=at("on"),
        computed_at=at("computed_at"),
    )


def due_state(due_on: dt.date | None, today: dt.date) -> str:
    """A scorecard counts for twelve months: then the next one is overdue, thirty days before it is due soon."""
    if due_on is None:
        return "never"
    if due_on <= today:
        return "overdue"
    return "soon" if due_on <= add_days(today, NEAR_DAYS) else ""


# --- computed in bulk --------------------------------------------------------------------------------------


def standings(partner_ids: Sequence[UUID], *, on: dt.date) -> list[PartnerStanding]:
    """What the board says of many partners on a day, not kept yet: each source is asked once for all of them."""
    ids, before = list(partner_ids), add_months(on, -MONTHS_BACK)
    sheets = kpi_table(ids, on=on)
    now, then = composite_scores(ids, on=on), composite_scores(ids, on=before)
    plan_source = measures[PLAN].source
    read = read_measures([(TOPICS, CAPABILITY_SCORE), (plan_source, PLAN)], ids, [on, before])
    scores, plans = read[TOPICS, CAPABILITY_SCORE][0], read[plan_source, PLAN][0]
    scored, at = _last_scored(ids), clock.now()
    nothing = (None, None)
    found = []
    for pk in ids:
        sheet, last = sheets[pk], scored.get(pk)
        plan = sheet.kpi(PLAN)
        points = {code: _points_of(sheet, code) for code in ("kpis", *CATEGORY_CODES)}
        found.append(
            PartnerStanding(
                partner_id=pk,
                on=on,
                computed_at=at,
                composite=now[pk].score,
                composite_before=then[pk].score,
                why=now[pk].why,
                status=score_status(points["kpis"][0] if now[pk].score is None else now[pk].score),
                counts={code: [green, judged] for code, (_mean, green, judged) in points.items()},
                capability=scores.get(pk, nothing)[0],
                capability_before=scores.get(pk, nothing)[1],
                plan=plan.value if plan else plans.get(pk, nothing)[0],
                plan_before=plans.get(pk, nothing)[1],
                plan_status=plan.status if plan else "grey",
                scored_on=last,
                due_on=add_months(last, VALID_MONTHS) if last else None,
                **{code: average for code, (average, _green, _judged) in points.items()},
            )
        )
    return found


def _points_of(sheet: KpiSheet, code: str) -> tuple[Decimal | None, int, int]:
    """Mean points of a category's KPIs (or of all), how many are green, and how many have a colour."""
    asked = [kpi for kpi in sheet.kpis if code in ("kpis", kpi.category)]
    statuses = [kpi.status for kpi in asked if kpi.status in POINTS]
    return category_points(statuses), statuses.count("green"), len(statuses)


def _last_scored(partner_ids: Sequence[UUID]) -> dict[UUID, dt.date]:
    zone = ZoneInfo(current_tenant().time_zone)
    rows = Assessment.objects.filter(
        partner__in=list(partner_ids), kind=Assessment.Kind.PARTNER, state__in=COUNTED, submitted_at__isnull=False
    )
    latest = rows.values("partner_id").annotate(last=Max("submitted_at")).values_list("partner_id", "last")
    return {pk: at.astimezone(zone).date() for pk, at in latest}


# --- at a glance -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoardCount:
    """How many partners of the board have which colour, and how many scorecards are due."""

    by_status: Mapping[str, int]
    due: int

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


def board_count(member: Membership) -> BoardCount:
    """The board in five numbers, by one query."""
    today, partners = clock.today(), board_partners(member).order_by()
    is_due = Q(standing_due_on__lte=today) | Q(standing_due_on=None)
    rows = partners.values("standing_status").annotate(n=Count("pk"), due=Count("pk", filter=is_due))
    by_status: dict[str, int] = dict.fromkeys(PartnerStanding.Status.values, 0)
    due = 0
    for row in rows:
        by_status[row["standing_status"] or PartnerStanding.Status.GREY.value] += row["n"]
        due += row["due"]
    return BoardCount(by_status, due)
