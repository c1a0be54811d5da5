"""The composite score of partners (F11) and their ranking (F12). The vendor's alone: no partner is told either.

A partner's champion is told its percentile, coarsely.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Partner
from partners.queries import TIER_PROGRESS
from partners.registries import measured, measures
from prm.kernel import clock
from prm.kernel.numbers import HUNDRED, ZERO, divide, round_value
from prm.kernel.periods import FiscalQuarter, FiscalYear, add_days
from prm.kernel.tenancy.context import current, current_tenant, vendor_scope
from scorecards.formulas import composite_score, rank_partners
from scorecards.models import PartnerStanding, StageWeights
from scorecards.queries.kpi_values import Read, Reading, read_measures
from scorecards.queries.measures import life_stages
from scorecards.queries.peers import LEAST
from scorecards.queries.planned import why_not_measured
from scorecards.queries.topics import CAPABILITY_SCORE, NO_SCORECARD

RANKED_STATES = (Partner.State.ACTIVE, Partner.State.LAPSED, Partner.State.REACTIVATING)
RATIO, POINTS = HUNDRED, Decimal(1)
# Component to its name, the measure it reads, and what makes points of 0 to 100 of it.
COMPONENTS: dict[str, tuple[Any, str, Decimal]] = {
    "performance_to_plan": (gettext_lazy("Performance to plan"), "performance_to_plan", RATIO),
    "pipeline_to_target": (gettext_lazy("Pipeline to target"), "pipeline_to_target", RATIO),
    "capabilities": (gettext_lazy("Capabilities"), CAPABILITY_SCORE, POINTS),
    "tier_attainment": (gettext_lazy("Tier progress"), TIER_PROGRESS, RATIO),
    "engagement": (gettext_lazy("Engagement"), "engagement", RATIO),
    "plan_and_cadence": (gettext_lazy("Plan and cadence"), "cadence_completion", RATIO),
}
NO_WEIGHTS = gettext_lazy("No weights are set for the composite score.")
CARRIES = "performance_to_plan"  # from the last closed period while the present one has no closed month


@dataclass(frozen=True)
class Component:
    """One part of the composite score: its weight, its points of 0 to 100, or why it has none."""

    name: str
    label: str
    weight: Decimal
    value: Decimal | None
    carried: bool = False
    why: str = ""


@dataclass(frozen=True)
class Composite:
    """The composite score of a partner with its parts; without a score `why` says what is missing."""

    partner_id: UUID
    on: dt.date
    life_stage: str
    score: Decimal | None
    weight_covered: Decimal | None
    components: tuple[Component, ...]
    why: str


@dataclass(frozen=True)
class Ranked:
    """A partner's place among those of the vendor; no rank without a score."""

    partner_id: UUID
    name: str
    score: Decimal | None
    revenue: Decimal
    rank: int | None
    why: str  # there is no score


def weights_on(on: dt.date) -> dict[str, StageWeights]:
    """The weights that held on a day, by life-stage; the empty one is for all others."""
    rows = StageWeights.objects.filter(valid_from__lte=on).order_by("valid_from")
    return {row.life_stage: row for row in rows}


def composite_scores(partner_ids: Sequence[UUID], *, on: dt.date) -> dict[UUID, Composite]:
    """F11 for many partners on a day, by the weights of each one's life-stage then: one query a source."""
    ids = list(dict.fromkeys(partner_ids))
    weights, days = weights_on(on), days_counted(on)
    points = _points(on, days, read_measures(parts_read().values(), ids, days))
    stages = life_stages(ids)
    return {pk: _composite(pk, on, stages.get(pk, ""), weights, points) for pk in ids}


def composite_column(
    stages: Mapping[UUID, str], on: dt.date, days: Sequence[dt.date], read: Mapping[Read, Reading]
) -> dict[UUID, tuple[Decimal | None, str]]:
    """The scores of `composite_scores` and why one is missing, nothing else: for thousands of partners at once.

    `read` holds what `parts_read` asks for, on `days`, among which those that count on the day.
    """
    weights, points = weights_on(on), _points(on, days, read)
    found = {}
    for pk, stage in stages.items():
        held = weights.get(stage) or weights.get("")
        values = [points.rounded(name, pk) for name in COMPONENTS]
        score, _covered, why = _scored(held, values) if held else (None, None, str(NO_WEIGHTS))
        found[pk] = (score, why)
    return found


def parts_read() -> dict[str, Read]:
    """Where each component is read."""
    found: dict[str, Read] = {}
    for name, (_label, measure, _factor) in COMPONENTS.items():
        lent = measures.get(measure)
        found[name] = (lent.source if lent else None, measure)
    return found


def days_counted(on: dt.date) -> list[dt.date]:
    """The day itself, and while no month of its fiscal year is closed the last day of the year before."""
    year = FiscalYear.containing(on, current_tenant().fy_start_month)
    return [on] if add_days(on, 1).replace(day=1) > year.start else [on, add_days(year.start, -1)]


@dataclass(frozen=True)
class _Points:
    """Points by component and partner, which of them are carried over, and why a component is empty."""

    of: Mapping[str, Mapping[UUID, Decimal]]
    carried: set[UUID]
    why: Mapping[str, str]

    def rounded(self, name: str, partner_id: UUID) -> Decimal | None:
        value = self.of[name].get(partner_id)
        return None if value is None else round_value(value, 2)


def _points(on: dt.date, days: Sequence[dt.date], read: Mapping[Read, Reading]) -> _Points:
    """The points of a day, out of what was read on these days."""
    places = [days.index(day) for day in days_counted(on)]
    of: dict[str, dict[UUID, Decimal]] = {}
    carried: set[UUID] = set()
    for name, one in parts_read().items():
        numbers, _last = read.get(one, ({}, {}))
        factor, counted = COMPONENTS[name][2], places if name == CARRIES else places[:1]
        of[name] = {}
        for partner_id, series in numbers.items():
            known = next((series[place] for place in counted if series[place] is not None), None)
            if known is not None:
                of[name][partner_id] = known * factor
                if series[counted[0]] is None:
                    carried.add(partner_id)
    return _Points(of, carried, {name: _why_empty(measure) for name, (_l, measure, _f) in COMPONENTS.items()})


def _why_empty(measure: str) -> str:
    if measure == CAPABILITY_SCORE:
        return str(NO_SCORECARD)
    return str(measures[measure].empty) if measure in measures else why_not_measured(measure)


def _composite(
    partner_id: UUID, on: dt.date, stage: str, weights: Mapping[str, StageWeights], points: _Points
) -> Composite:
    held = weights.get(stage) or weights.get("")
    if held is None:
        return Composite(partner_id, on, stage, None, None, (), str(NO_WEIGHTS))
    components = []
    for name, (label, _measure, _factor) in COMPONENTS.items():
        value = points.rounded(name, partner_id)
        components.append(
            Component(
                name,
                str(label),
                _weight(held, name),
                value,
                name == CARRIES and partner_id in points.carried,
                "" if value is not None else points.why[name],
            )
        )
    score, covered, why = _scored(held, [component.value for component in components])
    return Composite(partner_id, on, stage, score, covered, tuple(components), why)


def _weight(held: StageWeights, name: str) -> Decimal:
    return Decimal(held.weights.get(name, "0"))


def _scored(held: StageWeights, values: Sequence[Decimal | None]) -> tuple[Decimal | None, Decimal | None, str]:
    """F11 of the components' values in their order: the score, the share of the weights covered, why there is none."""
    result = composite_score(
        components=[
            {"name": name, "weight": _weight(held, name), "value": value}
            for name, value in zip(COMPONENTS, values, strict=True)
        ],
        min_weight_share=held.min_share,
    )
    score, covered = result["score"], result["weight_covered"]
    if score is not None:
        return score, covered, ""
    told = {"covered": round_value((covered or ZERO) * HUNDRED), "asked": round_value(held.min_share * HUNDRED)}
    return (
        None,
        covered,
        _("Figures cover %(covered)s %% of the weights of its life-stage; %(asked)s %% are needed.") % told,
    )


def told_composite(partner: Partner) -> Composite:
    """The composite score as a distributor is told it, of its own company or one it sponsors: as kept for the board,
    without the parts, which are weighed by the vendor's own settings."""
    with vendor_scope("the composite score for a distributor: one number and the reason where there is none leave"):
        kept = PartnerStanding.objects.filter(partner=partner.pk).values_list("on", "composite", "why").first()
    on, score, kept_why = kept or (clock.today(), None, "")
    why = "" if score is not None else kept_why or str(_("It has not been computed yet."))
    return Composite(partner.pk, on, partner.life_stage, score, None, (), why)


def own_percentile(partner: Partner) -> Decimal | None:
    """What a partner is told of its composite score: the share of the others that stand lower, equal ones by half.

    In whole tens, so that no rank can be read off; None among fewer than five others, or without a score.
    """
    with vendor_scope("a partner's own percentile: one number in steps of ten leaves"):
        scored = PartnerStanding.objects.filter(composite__isnull=False, partner__state__in=RANKED_STATES)
        own = Subquery(scored.filter(partner=partner.pk).values("composite")[:1])
        found = scored.aggregate(
            others=Count("pk", filter=~Q(partner=partner.pk)),
            mine=Count("pk", filter=Q(partner=partner.pk)),
            below=Count("pk", filter=Q(composite__lt=own)),
            equal=Count("pk", filter=Q(composite=own) & ~Q(partner=partner.pk)),
        )
    if not found["mine"] or found["others"] < LEAST:
        return None
    tenths = divide(10 * (2 * found["below"] + found["equal"]), 2 * found["others"])
    return None if tenths is None else round_value(tenths) * 10


def ranking(*, on: dt.date) -> list[Ranked]:
    """F12 over all partners of the vendor that sell or did, best first. In a partner's scope there is none."""
    if current().partner_ids is not None:
        return []
    partners = dict(Partner.objects.filter(state__in=RANKED_STATES).values_list("pk", "name"))
    ids = list(partners)
    scores = composite_scores(ids, on=on)
    period = FiscalQuarter.containing(on, current_tenant().fy_start_month)
    revenue = {pk: value.number or ZERO for (pk, _), value in measured("net_revenue_12m", ids, [period], on).items()}
    by_id = {str(pk): pk for pk in ids}
    result = rank_partners(
        partners=[
            {"id": str(pk), "name": partners[pk], "score": scores[pk].score, "revenue": revenue.get(pk, ZERO)}
            for pk in ids
        ]
    )
    return [
        Ranked(pk, partners[pk], scores[pk].score, revenue.get(pk, ZERO), result["ranks"][str(pk)], scores[pk].why)
        for pk in (by_id[key] for key in result["order"])
    ]
