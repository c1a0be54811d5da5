"""Questions about partners: where one stands in the programme, who looks after it, what happened."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q

from partners.formulas import tier_attainment
from partners.models import Document, ManagerAssignment, Partner, Tier
from partners.registries import Value, measured, measures
from prm.kernel.models import Event, Membership
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember

METRIC_LABELS = {
    "community_terms_accepted": "Community terms accepted",
    "agreement_signed": "Reseller agreement signed",
    "net_revenue_12m": "Net revenue, last 12 months",
    "sales_certified": "People with a sales certification",
    "technical_certified": "People with a technical certification",
    "registered_deals_12m": "Deals registered, last 12 months",
    "business_plan_approved": "Business plan approved",
    "qbrs_12m": "Business reviews held, last 12 months",
    "capability_score": "Capabilities score",
    "open_compliance_items": "Open compliance items",
}


@dataclass(frozen=True)
class RequirementRow:
    """One requirement of a tier with the partner's figure; `why` says why there is none."""

    tier: str
    metric: str
    label: str
    kind: str
    unit: str
    target: Decimal | None
    actual: Decimal | None
    is_met: bool
    gap: Decimal | None
    why: str


@dataclass(frozen=True)
class TierStanding:
    """F10 for one partner: what it holds, what it qualifies for, and what is missing to the next tier."""

    as_of: dt.date
    held: str
    qualifying: str
    next: str
    next_attainment: Decimal | None
    progress: Decimal | None
    requirements: tuple[RequirementRow, ...]

    @property
    def gaps(self) -> tuple[RequirementRow, ...]:
        return tuple(row for row in self.requirements if row.tier == self.next and not row.is_met)


def tiers() -> list[Tier]:
    """The ladder, lowest first; read once per request."""
    return remember("tiers", lambda: list(Tier.objects.order_by("level")))


def tier_standing(partner: Partner, as_of: dt.date) -> TierStanding:
    return tier_standings([partner], as_of)[partner.pk]


def tier_standings(partners: Sequence[Partner], as_of: dt.date) -> dict[UUID, TierStanding]:
    """F10 for many partners: each metric is measured once for all of them."""
    ladder = tiers()
    names = {tier.code: tier.name for tier in ladder}
    ids = [partner.pk for partner in partners]
    quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)
    metrics = {r["metric"] for tier in ladder for r in tier.requirements}
    figures = {metric: measured(metric, ids, [quarter], as_of) for metric in sorted(metrics)}
    asked = [{"tier": tier.code, "requirements": tier.requirements} for tier in ladder]
    standings = {}
    for partner in partners:
        values = {metric: figures[metric].get((partner.pk, quarter), Value(None, "no figure")) for metric in metrics}
        actuals = {metric: _as_input(metric, value) for metric, value in values.items()}
        result = tier_attainment(tiers=asked, actuals=actuals)
        upcoming = result["next_tier"]
        standings[partner.pk] = TierStanding(
            as_of=as_of,
            held=names.get(partner.tier.code, "") if partner.tier else "",
            qualifying=names.get(result["qualifying_tier"], ""),
            next=names.get(upcoming, ""),
            next_attainment=result["tiers"][upcoming]["attainment"] if upcoming else None,
            progress=result["progress"],
            requirements=tuple(_rows(ladder, values, result)),
        )
    return standings


def _as_input(metric: str, value: Value) -> Any:
    """A flag is measured as 1 or 0 and judged as true or false."""
    if value.number is None:
        return None
    return bool(value.number) if measures[metric].unit == "flag" else value.number


def _rows(ladder: Sequence[Tier], values: dict[str, Value], result: dict[str, Any]) -> list[RequirementRow]:
    rows = []
    for tier in ladder:
        for wanted in tier.requirements:
            metric = wanted["metric"]
            number = values[metric].number
            target = Decimal(wanted["target"]) if "target" in wanted else None
            is_met = _is_met(wanted["kind"], number, target)
            gap = result["gaps"].get(metric) if tier.code == result["next_tier"] else None
            rows.append(
                RequirementRow(
                    tier=tier.name,
                    metric=metric,
                    label=METRIC_LABELS.get(metric, metric.replace("_", " ").capitalize()),
                    kind=wanted["kind"],
                    unit=_unit_of(metric, wanted),
                    target=target,
                    actual=number,
                    is_met=is_met,
                    gap=Decimal(gap) if gap is not None else None,
                    why=values[metric].why,
                )
            )
    return rows


def _is_met(kind: str, number: Decimal | None, target: Decimal | None) -> bool:
    if kind == "flag":
        return bool(number)
    if kind == "at_most":
        return number is not None and target is not None and number <= target
    return target is not None and (number or Decimal(0)) >= target


def _unit_of(metric: str, wanted: dict[str, Any]) -> str:
    if metric in measures:
        return measures[metric].unit
    if wanted["kind"] == "flag":
        return "flag"
    return "money" if "revenue" in metric else "score" if "score" in metric else "count"


def managers_of(partner_ids: Sequence[UUID]) -> dict[UUID, Membership]:
    """The main account manager of each partner that has one."""
    rows = ManagerAssignment.objects.filter(partner_id__in=list(partner_ids), kind="main", to_date=None).select_related(
        "manager__user"
    )
    return {row.partner_id: row.manager for row in rows}


def timeline(partner: Partner, *, limit: int = 10) -> list[Event]:
    """The latest events of a partner, newest first, with who did it."""
    return list(
        Event.objects.filter(partner=partner).select_related("actor__user").order_by("-at", "-created_at")[:limit]
    )


def signed_documents(partner_ids: Sequence[UUID], as_of: dt.date) -> dict[str, set[UUID]]:
    """Per kind of document the partners that have a signed one in force on that day."""
    rows = Document.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=as_of), partner_id__in=list(partner_ids), signed_on__lte=as_of
    ).values_list("kind", "partner_id")
    found: dict[str, set[UUID]] = defaultdict(set)
    for kind, partner_id in rows:
        found[kind].add(partner_id)
    return found
