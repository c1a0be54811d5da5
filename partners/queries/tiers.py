"""Questions about tiers held, won and lost: the history, what the last night found, what waits for a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery

from partners.models import Partner, PartnerTier, Tier, TierEvaluation, TierNotice, TierProposal
from partners.queries.program import (
    Benefits,
    Ladder,
    RequirementRow,
    Rung,
    judge,
    ladder_of,
    ladder_on,
    measure_all,
    requirement_rows,
    values_of,
)
from partners.registries import Value
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalYear, add_months
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.remember import remember

# Prospects hold no tier and are placed all the same; who has left is not.
NOT_EVALUATED = (Partner.State.TERMINATED, Partner.State.DECLINED)
MAY_RISE = (Partner.State.ONBOARDING, Partner.State.ACTIVE, Partner.State.LAPSED, Partner.State.REACTIVATING)


def holdings_of(partner_ids: Sequence[UUID]) -> dict[UUID, PartnerTier]:
    """The present row of the tier history of each partner that has one."""
    rows = PartnerTier.objects.filter(partner_id__in=list(partner_ids)).select_related("tier", "returns_to")
    return {row.partner_id: row for row in rows.order_by("from_date", "turn")}


def regular_tier(holding: PartnerTier | None) -> Tier | None:
    """The tier a partner holds, or would hold without its override."""
    if holding is None:
        return None
    return holding.returns_to if holding.is_override else holding.tier


def tier_history(partner: Partner) -> list[PartnerTier]:
    """All tiers held, the latest first."""
    rows = PartnerTier.objects.filter(partner=partner).select_related("tier", "returns_to")
    return list(rows.order_by("-from_date", "-turn"))


def notice_of(partner: Partner, today: dt.date) -> TierNotice | None:
    """The notice that stands against the partner's tier."""
    standing = TierNotice.objects.filter(partner=partner, withdrawn_on=None, reviewed_on=None)
    return standing.select_related("tier", "to_tier").order_by("-review_on").first()


def next_review(on: dt.date) -> dt.date:
    """The first day of the next fiscal year: the only day on which tiers fall."""
    return FiscalYear.containing(on, current_tenant().fy_start_month).next.start


def last_evaluated_on() -> dt.date | None:
    """The day of the latest evaluation of all partners."""
    return remember("last evaluated", lambda: TierEvaluation.objects.aggregate(on=Max("as_of"))["on"])


def qualifying_for(queryset: QuerySet, direction: str) -> QuerySet:
    """Partners whose latest figures qualify for a higher (`up`) or a lower (`down`) tier than they hold."""
    latest = TierEvaluation.objects.filter(partner_id=OuterRef("pk")).order_by("-as_of")
    placed = queryset.annotate(
        is_evaluated=Subquery(latest.values("as_of")[:1]),
        qualifying_level=Subquery(latest.values("qualifying__level")[:1]),
    ).filter(is_evaluated__isnull=False)
    if direction == "up":
        higher = Q(qualifying_level__gt=F("tier__level")) | Q(tier=None, qualifying_level__isnull=False)
        return placed.filter(higher)
    return placed.filter(Q(qualifying_level__lt=F("tier__level")) | Q(qualifying_level=None, tier__isnull=False))


# --- the partner's view ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TierOutlook:
    """What a partner has, what is next, and what is missing to it: the same for its home, its page and the vendor.

    `to_reach` is the tier above the one held (None at the top); `missing` its unmet requirements and those of
    tiers below it. `to_keep` are the unmet requirements of the tier held.
    """

    as_of: dt.date
    held: Rung | None
    held_name: str
    to_reach: Rung | None
    qualifying: str
    progress: Any
    attainment: Any
    requirements: tuple[RequirementRow, ...]  # of the tier to reach
    missing: tuple[RequirementRow, ...]
    to_keep: tuple[RequirementRow, ...]

    @property
    def benefits(self) -> Benefits | None:
        return self.held.benefits if self.held else None


def tier_outlook(partner: Partner, as_of: dt.date) -> TierOutlook:
    """The outlook of one partner by today's figures."""
    ladder = ladder_on(as_of)
    figures = measure_all(ladder.metrics, [partner.pk], as_of)
    return outlook_in(ladder, partner, values_of(figures, partner.pk), as_of)


def outlook_in(ladder: Ladder, partner: Partner, values: Any, as_of: dt.date) -> TierOutlook:
    result = judge(ladder, values)
    held = ladder.of(partner.tier_id)
    level = partner.tier.level if partner.tier else -1
    above = ladder.above(level)
    wanted = requirement_rows(above, values) if above else []
    below = [row for rung in ladder.rungs if rung.level <= level for row in requirement_rows(rung, values)]
    named = {row.metric for row in wanted}
    kept = {row.metric: row for row in below if not row.is_met and held and row.tier == held.name}
    also = {row.metric: row for row in below if not row.is_met and row.metric not in named}
    return TierOutlook(
        as_of=as_of,
        held=held,
        held_name=partner.tier.name if partner.tier else "",
        to_reach=above,
        qualifying=ladder.names.get(result["qualifying_tier"], ""),
        progress=result["progress"],
        attainment=result["tiers"][above.code]["attainment"] if above else None,
        requirements=tuple(wanted),
        missing=(*(row for row in wanted if not row.is_met), *also.values()),
        to_keep=tuple(kept.values()),
    )


# --- what a version would do -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placing:
    """Where one partner stands by two versions."""

    partner: Partner
    now: Rung | None
    then: Rung | None

    @property
    def moves(self) -> str:
        before, after = (rung.level if rung else -1 for rung in (self.now, self.then))
        return "up" if after > before else "down" if after < before else ""


@dataclass(frozen=True)
class Preview:
    """How a version would place all partners today, beside the version in force."""

    as_of: dt.date
    counts: tuple[tuple[str, int, int, int], ...]  # tier, held today, qualify now, would qualify
    movers: tuple[Placing, ...]
    total: int


def preview(ladder: Ladder, member: Membership, as_of: dt.date) -> Preview:
    """Place every partner this member may know of by another version; each figure is asked once for all."""
    present = ladder_on(as_of)
    partners = list(
        Partner.objects.visible_to(member).exclude(state__in=NOT_EVALUATED).select_related("tier").order_by("sort_name")
    )
    metrics = sorted({*present.metrics, *ladder.metrics})
    figures = measure_all(metrics, [partner.pk for partner in partners], as_of)
    placings = []
    for partner in partners:
        values = values_of(figures, partner.pk)
        now = present.coded(judge(present, values)["qualifying_tier"])
        then = ladder.coded(judge(ladder, values)["qualifying_tier"])
        placings.append(Placing(partner, now, then))
    names = {rung.id: rung.name for rung in (*present.rungs, *ladder.rungs)}
    levels = {rung.id: rung.level for rung in (*present.rungs, *ladder.rungs)}
    counts = [
        (
            names[tier_id] if tier_id else "",
            sum(p.partner.tier_id == tier_id for p in placings),
            sum((p.now.id if p.now else None) == tier_id for p in placings),
            sum((p.then.id if p.then else None) == tier_id for p in placings),
        )
        for tier_id in [None, *sorted(names, key=lambda pk: levels[pk])]
    ]
    return Preview(as_of, tuple(counts), tuple(p for p in placings if p.moves), len(partners))


# --- the vendor's overview ---------------------------------------------------------------------------------


def partners_by_tier(member: Membership) -> dict[UUID | None, int]:
    rows = Partner.objects.visible_to(member).exclude(state__in=NOT_EVALUATED).order_by()
    return dict(rows.values_list("tier_id").annotate(n=Count("pk")))


def movements(member: Membership, since: dt.date, limit: int = 12) -> list[PartnerTier]:
    """The latest changes of tier among the partners this member may know of."""
    rows = PartnerTier.objects.visible_to(member).filter(from_date__gte=since).select_related("partner", "tier")
    return list(rows.order_by("-from_date", "partner__sort_name", "-turn")[:limit])


def day_of_effect(proposal: TierProposal, on: dt.date) -> dt.date:
    """When a proposal takes effect: as planned, or, said yes to on a later day, on the next first of a month."""
    return max(proposal.effective_on, first_of_month(on)) if proposal.state == "proposed" else proposal.effective_on


def first_of_month(day: dt.date) -> dt.date:
    """The first of a month on or after the day."""
    return day if day.day == 1 else add_months(day.replace(day=1), 1)


def judged_requirements(proposals: Sequence[TierProposal]) -> dict[UUID, list[RequirementRow]]:
    """What made the figures ask for each change, by the version and the figures of that night: the requirements of
    the tier it leads to, or, where it falls, those of the tier it leaves that are not met."""
    ladders: dict[UUID, Ladder] = {}
    found = {}
    for proposal in proposals:
        seen = proposal.evaluation
        if seen.program_id not in ladders:
            ladders[seen.program_id] = ladder_of(seen.program)
        ladder = ladders[seen.program_id]
        falls = proposal.kind == TierProposal.Kind.DEMOTION
        rung = ladder.of(proposal.from_tier_id if falls else proposal.to_tier_id)
        rows = requirement_rows(rung, _figures_kept(seen)) if rung else []
        found[proposal.pk] = [row for row in rows if not row.is_met] if falls else rows
    return found


def _figures_kept(seen: TierEvaluation) -> dict[str, Value]:
    why = seen.result.get("why", {})
    kept = seen.result.get("actuals", {}).items()
    return {name: Value(None if text is None else Decimal(text), why.get(name, "")) for name, text in kept}


def waiting_proposals(member: Membership) -> QuerySet:
    rows = TierProposal.objects.visible_to(member).filter(state=TierProposal.State.PROPOSED)
    return rows.select_related("partner", "from_tier", "to_tier").order_by("-proposed_on", "partner__sort_name")
