"""Questions about the programme: which version holds, what a tier gives, and where partners stand in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from partners.formulas import tier_attainment
from partners.models import Partner, Program, ProgramTier, Tier
from partners.queries.tier_past import tiers_held
from partners.registries import Value, measured, measures
from prm.kernel.periods import FiscalQuarter
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared
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
# Metrics of the starter programme that are a yes or a no, also while nobody lends them.
FLAGS = frozenset({"community_terms_accepted", "agreement_signed", "business_plan_approved"})


@dataclass(frozen=True)
class Benefits:
    """What a partner's tier gives it on a day. Without a tier nothing: no discount, no registration, no protection.

    Discounts and shares are shares of one; caps are amounts in the vendor's currency, None for no cap.
    """

    tier: str = ""
    base_discount: Decimal = Decimal(0)
    registration_discount: Decimal = Decimal(0)
    can_register_deals: bool = False
    can_refer: bool = False
    can_receive_leads: bool = False
    protection_days: int = 0
    max_extensions: int = 0
    extension_days: int = 0
    mdf_eligible: bool = False
    mdf_vendor_share: Decimal = Decimal(0)
    mdf_activity_cap: Decimal | None = None
    mdf_quarter_cap: Decimal | None = None
    mdf_prepay: bool = False
    mdf_prepay_max_share: Decimal = Decimal(0)
    locator: bool = False
    account_manager: str = "pooled"


NO_BENEFITS = Benefits()


@dataclass(frozen=True)
class Rung:
    """A tier as a version describes it; `requirements` in the shape of F10."""

    id: UUID
    code: str
    name: str
    level: int
    kind: str
    requirements: tuple[Mapping[str, Any], ...]
    benefits: Benefits


@dataclass(frozen=True)
class Ladder:
    """One version of the programme, its tiers lowest first."""

    program: Program | None
    rungs: tuple[Rung, ...]

    @property
    def metrics(self) -> list[str]:
        return sorted({wanted["metric"] for rung in self.rungs for wanted in rung.requirements})

    @property
    def names(self) -> dict[str, str]:
        return {rung.code: rung.name for rung in self.rungs}

    def of(self, tier_id: UUID | None) -> Rung | None:
        return next((rung for rung in self.rungs if rung.id == tier_id), None)

    def coded(self, code: str | None) -> Rung | None:
        return next((rung for rung in self.rungs if rung.code == code), None)

    def above(self, level: int) -> Rung | None:
        """The next tier above a level; the lowest one for level -1."""
        return next((rung for rung in self.rungs if rung.level > level), None)


def tiers() -> list[Tier]:
    """All tiers partners may hold, lowest first; read once per request."""
    return remember("tiers", _all_tiers)


@prepared
def _all_tiers() -> QuerySet[Tier]:
    return Tier.objects.order_by("level")


def ladder_on(on: dt.date) -> Ladder:
    """The version in force on that day (empty when there is none); read once per request."""
    return remember(("ladder", on), lambda: _ladder(_rungs_on(on)))


@prepared
def _rungs_on(on: dt.date) -> QuerySet[ProgramTier]:
    return _with_tiers(ProgramTier.objects.filter(program__in=Program.objects.in_force(on)))


def ladder_of(program: Program) -> Ladder:
    """Any version, drafts too."""
    found = _ladder(list(_with_tiers(ProgramTier.objects.filter(program=program))))
    return found if found.program else Ladder(program, ())


def _with_tiers(rows: QuerySet[ProgramTier]) -> QuerySet[ProgramTier]:
    return rows.select_related("program", "tier").order_by("tier__level")


def _ladder(found: list[ProgramTier]) -> Ladder:
    return Ladder(found[0].program if found else None, tuple(_rung(row) for row in found))


def _rung(row: ProgramTier) -> Rung:
    given = {field.name: getattr(row, field.name) for field in fields(Benefits) if field.name != "tier"}
    tier = row.tier
    return Rung(
        tier.pk,
        tier.code,
        tier.name,
        tier.level,
        tier.kind,
        tuple(row.requirements),
        Benefits(tier=tier.code, **given),
    )


def benefits_of(partner: Partner, on: dt.date) -> Benefits:
    """What the tier that the partner holds on a day gives by the version in force on that day."""
    return benefits_of_many([partner.pk], on)[partner.pk]


def benefits_of_many(partner_ids: Sequence[UUID], on: dt.date) -> dict[UUID, Benefits]:
    """As `benefits_of`, for many partners: two queries however many there are."""
    ladder, held = ladder_on(on), tiers_held(partner_ids, on)
    by_tier = {rung.id: rung.benefits for rung in ladder.rungs}
    return {pk: by_tier.get(held.get(pk), NO_BENEFITS) for pk in partner_ids}  # type: ignore[arg-type]


# --- where partners stand (F10) ----------------------------------------------------------------------------


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
    held_attainment: Decimal | None = None
    holds_more: bool = False  # than its figures of that day qualify for

    @property
    def gaps(self) -> tuple[RequirementRow, ...]:
        return tuple(row for row in self.requirements if row.tier == self.next and not row.is_met)


Figures = Mapping[str, Mapping[UUID, Value]]  # metric to partner to its value


def tier_standing(partner: Partner, as_of: dt.date) -> TierStanding:
    return tier_standings([partner], as_of)[partner.pk]


def tier_standings(partners: Sequence[Partner], as_of: dt.date) -> dict[UUID, TierStanding]:
    """F10 for many partners: each metric is measured once for all of them."""
    ladder = ladder_on(as_of)
    found = measure_all(ladder.metrics, [partner.pk for partner in partners], as_of)
    return {partner.pk: standing_in(ladder, partner, values_of(found, partner.pk), as_of) for partner in partners}


def standing_on(partner: Partner, on: dt.date) -> TierStanding:
    """F10 as of a day, with the tier that the partner held then by its history."""
    held, ladder = tiers_held([partner.pk], on).get(partner.pk), ladder_on(on)
    then, rung = copy(partner), ladder.of(held)
    if held != partner.tier_id:
        then.tier = Tier(pk=held, code=rung.code, name=rung.name, level=rung.level) if rung else _tier(held)
    return standing_in(ladder, then, values_of(measure_all(ladder.metrics, [partner.pk], on), partner.pk), on)


def _tier(tier_id: UUID | None) -> Tier | None:
    return next((tier for tier in tiers() if tier.pk == tier_id), None) if tier_id else None


def measure_all(metrics: Sequence[str], partner_ids: Sequence[UUID], as_of: dt.date) -> Figures:
    """Every metric asked once for all partners."""
    quarter = FiscalQuarter.containing(as_of, current_tenant().fy_start_month)
    missing = Value(None, "no figure")
    found = {}
    for metric in metrics:
        values = measured(metric, partner_ids, [quarter], as_of)
        found[metric] = {pk: values.get((pk, quarter), missing) for pk in partner_ids}
    return found


def values_of(figures: Figures, partner_id: UUID) -> dict[str, Value]:
    return {metric: values[partner_id] for metric, values in figures.items()}


def judge(ladder: Ladder, values: Mapping[str, Value]) -> dict[str, Any]:
    """F10 over a version of the programme."""
    asked = [{"tier": rung.code, "requirements": rung.requirements} for rung in ladder.rungs]
    return tier_attainment(tiers=asked, actuals={name: _as_input(name, value) for name, value in values.items()})


def standing_in(ladder: Ladder, partner: Partner, values: Mapping[str, Value], as_of: dt.date) -> TierStanding:
    """Where a partner with these figures stands in a version."""
    result = judge(ladder, values)
    upcoming, held = result["next_tier"], partner.tier.code if partner.tier else ""
    codes = ["", *(rung.code for rung in ladder.rungs)]
    return TierStanding(
        as_of=as_of,
        held=partner.tier.name if partner.tier else "",
        qualifying=ladder.names.get(result["qualifying_tier"], ""),
        next=ladder.names.get(upcoming, ""),
        next_attainment=result["tiers"][upcoming]["attainment"] if upcoming else None,
        progress=result["progress"],
        requirements=tuple(row for rung in ladder.rungs for row in requirement_rows(rung, values)),
        held_attainment=result["tiers"][held]["attainment"] if held in codes[1:] else None,
        holds_more=held in codes and codes.index(held) > codes.index(result["qualifying_tier"] or ""),
    )


def requirement_rows(rung: Rung, values: Mapping[str, Value]) -> list[RequirementRow]:
    """The requirements of one tier, each with the figure, whether it is met, and the distance to it."""
    actuals = {name: _as_input(name, value) for name, value in values.items()}
    rows = []
    for wanted in rung.requirements:
        metric = wanted["metric"]
        value = values.get(metric, Value(None, "not measured yet"))
        judged = tier_attainment(tiers=[{"tier": rung.code, "requirements": [wanted]}], actuals=actuals)
        gap = judged["gaps"].get(metric)
        rows.append(
            RequirementRow(
                tier=rung.name,
                metric=metric,
                label=label_of(metric),
                kind=wanted["kind"],
                unit=unit_of(metric, wanted["kind"]),
                target=Decimal(wanted["target"]) if wanted.get("target") is not None else None,
                actual=value.number,
                is_met=judged["tiers"][rung.code]["met"],
                gap=Decimal(gap) if gap is not None else None,
                why=value.why,
            )
        )
    return rows


def _as_input(metric: str, value: Value) -> Any:
    """A flag is measured as 1 or 0 and judged as true or false."""
    if value.number is None:
        return None
    return bool(value.number) if unit_of(metric) == "flag" else value.number


def label_of(metric: str) -> str:
    known = METRIC_LABELS.get(metric)
    if known:
        return known
    return measures[metric].label if metric in measures else metric.replace("_", " ").capitalize()


def unit_of(metric: str, kind: str = "") -> str:
    """The unit of a metric: as its measure says; for one that nobody lends yet, by its name."""
    if metric in measures:
        return measures[metric].unit
    if kind == "flag" or metric in FLAGS:
        return "flag"
    return "money" if "revenue" in metric else "score" if "score" in metric else "count"
