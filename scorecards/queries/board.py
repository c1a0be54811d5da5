"""The board of partners: where each stands, how that moved in three months, and who is due.

What the board shows is computed for many partners at once (`queries/standings.py`), kept in one row a partner, and
read from there: so it costs the same however long the history is, and can be sorted and filtered by any figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from partners.formulas import score_status
from partners.models import Partner
from partners.queries import managers_of
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_days
from scorecards.models import KpiDefinition, PartnerStanding

NEAR_DAYS = 30
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
