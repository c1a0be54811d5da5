"""Targets of KPIs as they are set: of a partner in a fiscal year, of tiers and all; and what is proposed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import CharField, DateField, IntegerField, JSONField, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from partners.models import Partner
from partners.noted import note_company
from prm.kernel import clock
from prm.kernel.fields import NumericField
from prm.kernel.models import Membership
from prm.kernel.numbers import total_of
from prm.kernel.periods import FiscalYear
from prm.kernel.policies import permits
from sales.queries import waiting_proposals
from scorecards.models import KpiDefinition, KpiSetting, KpiTarget, KpiTargetProposal, PartnerKpiTarget
from scorecards.queries.measures import Targets, settings_on

SHOWN_PROPOSALS = 20
CONFIRM_KPI = "scorecards.confirm_kpi_target"


@dataclass(frozen=True)
class KpiTargetRow:
    """One KPI with the partner's own target of a year, and the one that holds without it."""

    kpi: KpiDefinition
    own: Decimal | None
    is_confirmed: bool
    otherwise: Decimal | None
    scope: str


def kpi_targets_of(partner: Partner, year: FiscalYear) -> list[KpiTargetRow]:
    """The KPIs that take a target, in the order of the catalogue."""
    settings = [s for s in settings_on(clock.today()) if s.target_kind != KpiSetting.TargetKind.NONE]
    own: dict[UUID, PartnerKpiTarget] = {
        target.kpi_id: target for target in PartnerKpiTarget.objects.filter(partner=partner, fiscal_year=year.year)
    }
    day = min(max(clock.today(), year.start), year.end)
    shared = Targets.of([s.kpi_id for s in settings], [partner.pk], day)
    without = Targets({}, shared.of_tier, shared.tiers)
    rows = []
    for setting in settings:
        target = own.get(setting.kpi_id)
        otherwise, scope = without.find(setting, partner.pk)
        confirmed = bool(target and target.confirmed_by_id)
        rows.append(KpiTargetRow(setting.kpi, target.value if target else None, confirmed, otherwise, scope))
    return rows


def shared_targets(kpi: KpiDefinition) -> list[KpiTarget]:
    """What is asked of tiers and of all partners, the latest year first."""
    rows = KpiTarget.objects.filter(kpi=kpi).select_related("tier")
    return list(rows.order_by("-fiscal_year", "-month", "tier__level")[:50])


def kpi_proposals_of(partner: Partner, member: Membership) -> list[KpiTargetProposal]:
    rows = KpiTargetProposal.objects.visible_to(member).filter(partner=partner)
    found = rows.select_related("kpi", "proposed_by__user", "partner").order_by("-created_at", "pk")
    return list(found[:SHOWN_PROPOSALS])


def kpi_proposals_waiting(member: Membership) -> QuerySet[KpiTargetProposal]:
    """What the other side proposed and this member's side has not answered."""
    rows = KpiTargetProposal.objects.visible_to(member).filter(state=KpiTargetProposal.State.PROPOSED)
    return rows.exclude(side=member.side).select_related("partner", "kpi").order_by("created_at")


@dataclass(frozen=True)
class Waiting:
    """A proposal of the other side that waits for this member's: of revenue by month, or of a KPI."""

    id: UUID
    kpi: str  # empty: revenue
    line: str
    months: tuple[str, ...]  # of revenue: their first days
    period: str  # of a KPI: its fiscal year or month
    total: Decimal
    unit: str
    by: str
    at: dt.datetime
    comment: str


def waiting_of(partner: Partner, member: Membership) -> list[Waiting]:
    """What this member may confirm or decline for a partner, the oldest first; both kinds in one query."""
    note_company(partner)
    if not (permits(member, "sales.confirm_targets", partner) and permits(member, CONFIRM_KPI, partner)):
        return []
    told = ["proposed_by__user__name", "created_at", "comment"]
    no_text, no_number = Value("", output_field=CharField()), Cast(Value(None), NumericField())
    money = waiting_proposals(member).filter(partner=partner).order_by()
    kpis = kpi_proposals_waiting(member).filter(partner=partner).order_by()
    no_year, no_month = Cast(Value(None), IntegerField()), Cast(Value(None), DateField())
    no_months = Cast(Value(None), JSONField())
    rows = money.values_list(
        "pk", no_text, no_text, Coalesce("line__name", no_text), "months", no_year, no_month, no_number, *told
    ).union(
        kpis.values_list("pk", "kpi__name", "kpi__unit", no_text, no_months, "fiscal_year", "month", "value", *told),
        all=True,
    )
    found = [
        Waiting(
            pk,
            kpi,
            line,
            tuple(months or ()),
            (f"{month:%Y-%m}" if month else f"FY{year}") if kpi else "",
            value if kpi else total_of(map(Decimal, months.values())),
            unit or "money",
            *rest,
        )
        for pk, kpi, unit, line, months, year, month, value, *rest in rows
    ]
    return sorted(found, key=lambda one: one.at)


def settings_of(kpi: KpiDefinition) -> list[KpiSetting]:
    """How the KPI was judged over time, the latest first."""
    rows = KpiSetting.objects.filter(kpi=kpi).select_related("set_by__user")
    return list(rows.order_by("-valid_from")[:20])
