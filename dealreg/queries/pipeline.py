"""Open business as boards and lists ask for it: how likely it is, what it adds up to, what needs somebody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least, Round

from dealreg.models import DealConflict, DealEngagement, DealRegistration, Opportunity, OpportunityLine
from dealreg.queries.rules import deal_rules
from prm.kernel import clock
from prm.kernel.fields import NumericField
from prm.kernel.money import currency_places
from prm.kernel.numbers import ZERO, divide, money, ratio, score
from prm.kernel.periods import add_days
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.tenancy.prepared import prepared

State, Stage = Opportunity.State, Opportunity.Stage
CARDS = 12


def stage_probabilities() -> dict[str, Decimal]:
    """How likely the business of a stage is, by the vendor's rules."""
    rules = deal_rules()
    return {stage: getattr(rules, f"{stage}_probability") for stage in Stage.values}


def probability_of(opportunity: Opportunity) -> Decimal:
    """Its own, else that of its stage."""
    own = opportunity.probability
    return stage_probabilities()[opportunity.stage] if own is None else own


def weighted() -> Any:
    """The amount by its probability, each rounded to money as F8 asks."""
    field = NumericField()
    of_stage = Case(
        *(When(stage=stage, then=Value(rate, output_field=field)) for stage, rate in stage_probabilities().items()),
        output_field=field,
    )
    product = ExpressionWrapper(F("amount") * Coalesce("probability", of_stage), output_field=field)
    return Round(product, precision=currency_places(current_tenant().currency), output_field=field)


def stale_before(today: dt.date) -> dt.datetime:
    """Work on an open opportunity before this moment is too long ago."""
    return clock.now() - dt.timedelta(days=deal_rules().stale_days) + (today - clock.today())


def overdue(today: dt.date) -> Q:
    return Q(state=State.OPEN, expected_close__lt=today)


def stale(today: dt.date) -> Q:
    return Q(state=State.OPEN, worked_at__lt=stale_before(today))


def unprotected() -> Q:
    """Registered once, but no registration protects it any more."""
    return Q(state=State.OPEN, registration__isnull=False) & ~Q(registration__state=DealRegistration.State.APPROVED)


@dataclass(frozen=True)
class StageSum:
    """A column of the board: how many, how much, how much of it is likely, what is overdue."""

    stage: str
    count: int
    amount: Decimal
    weighted: Decimal
    overdue: int
    overdue_amount: Decimal


def counted_beside(opportunities: QuerySet) -> list[UUID]:
    """Of these, what counts through another one in a total: joint business is one business.

    The vendor's own deal counts through that of the partner it is joint with, and of two partners the later one
    through the first, as long as that one is among these, and open, won, or ended in the same way. Few are joint, so
    they are looked for by themselves, not for each of many thousands.
    """
    among = opportunities.order_by().values("pk")

    def through(one: str, other: str) -> Q:
        goes_on = Q(**{f"{other}__state__in": [State.OPEN, State.WON]}) | Q(**{f"{other}__state": F(f"{one}__state")})
        return goes_on & Q(**{f"{one}__in": among, f"{other}__in": among})

    own = DealEngagement.objects.filter(
        through("opportunity", "candidate__opportunities"), decision=DealEngagement.Decision.JOINT
    )
    later = DealConflict.objects.filter(
        through("candidate__opportunities", "existing__opportunities"), decision=DealConflict.Decision.JOINT
    )
    found = own.values_list("opportunity").union(later.values_list("candidate__opportunities"))
    return [pk for (pk,) in found]


def by_stage(opportunities: QuerySet, today: dt.date) -> dict[str, StageSum]:
    """The open ones by stage, in one query. What is overdue is counted apart, as in F8; joint business once."""
    waiting = opportunities.filter(state=State.OPEN)
    counts = ~Q(pk__in=counted_beside(waiting))
    current, late = Q(expected_close__gte=today) & counts, Q(expected_close__lt=today) & counts
    rows = (
        waiting.order_by()
        .values("stage")
        .annotate(
            count=Count("pk"),
            amounts=Sum("amount", filter=current),
            likely=Sum(weighted(), filter=current),
            late=Count("pk", filter=late),
            late_amount=Sum("amount", filter=late),
        )
    )
    found = {row["stage"]: row for row in rows}
    nothing: dict[str, Any] = {}
    return {
        stage: StageSum(
            stage,
            found.get(stage, nothing).get("count", 0),
            found.get(stage, nothing).get("amounts") or ZERO,
            found.get(stage, nothing).get("likely") or ZERO,
            found.get(stage, nothing).get("late", 0),
            found.get(stage, nothing).get("late_amount") or ZERO,
        )
        for stage in Stage.values
    }


def first_cards(opportunities: QuerySet) -> dict[str, list[Opportunity]]:
    """The first of each column by the day of the order, in two queries, however many there are."""
    firsts: QuerySet | None = None
    waiting = opportunities.filter(state=State.OPEN)
    for stage in Stage.values:
        ids = waiting.filter(stage=stage).order_by("expected_close", "pk").values("pk")[:CARDS]
        firsts = ids if firsts is None else firsts.union(ids, all=True)
    chosen = [row["pk"] for row in firsts or ()]
    rows = Opportunity.objects.filter(pk__in=chosen).select_related("partner", "registration", "owner__user")
    cards: dict[str, list[Opportunity]] = {}
    for one in rows.order_by("expected_close", "pk"):
        cards.setdefault(one.stage, []).append(one)
    return cards


def lines_by_opportunity(ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The names of the product lines of many, in one query."""
    found: dict[UUID, list[str]] = {}
    for opportunity_id, name in _line_names(list(ids)):
        found.setdefault(opportunity_id, []).append(name)
    return found


@prepared
def _line_names(ids: list[UUID]) -> QuerySet:
    rows = OpportunityLine.objects.filter(opportunity_id__in=ids).order_by("line__name")
    return rows.values_list("opportunity_id", "line__name")


@dataclass(frozen=True)
class PeriodFigures:
    """F9 of a period, over all opportunities that somebody may know of."""

    start: dt.date
    end: dt.date
    figures: Mapping[str, Any]


class Median(Aggregate):
    """The value in the middle; of an even number the mean of the two."""

    name = "Median"
    template = "percentile_cont(0.5) within group (order by %(expressions)s)"


def figures_of(opportunities: QuerySet, start: dt.date, end: dt.date) -> PeriodFigures:
    """How business ended between two days, both included: F9 in one row, joint business once."""
    closed = opportunities.filter(state__in=[State.WON, State.LOST], closed_on__range=(start, end)).order_by()
    closed = closed.exclude(pk__in=counted_beside(opportunities))
    closed = closed.exclude(loss_reason=DealRegistration.LossReason.TRANSFERRED)  # it goes on with another partner
    won, lost = Q(state=State.WON), Q(state=State.LOST)
    days = ExpressionWrapper(F("closed_on") - Least("opened_on", "closed_on"), output_field=DurationField())
    row = closed.annotate(days=days).aggregate(
        won=Count("pk", filter=won),
        lost=Count("pk", filter=lost),
        revenue=Sum("amount", filter=won),
        lost_revenue=Sum("amount", filter=lost),
        cycle=Sum("days", filter=won),
        middle=Median("days", filter=won, output_field=DurationField()),
    )
    count, revenue = row["won"], row["revenue"] or ZERO
    figures = {
        "won_count": count,
        "lost_count": row["lost"],
        "won_revenue": money(revenue),
        "average_deal_size": money(divide(revenue, count)),
        "win_rate": ratio(divide(count, count + row["lost"])),
        "win_rate_value": ratio(divide(revenue, revenue + (row["lost_revenue"] or ZERO))),
        "average_cycle_days": score(divide(_days(row["cycle"]), count)),
        "median_cycle_days": score(_days(row["middle"])) if count else None,
    }
    return PeriodFigures(start, end, figures)


def _days(span: dt.timedelta | None) -> Decimal:
    return ZERO if span is None else span.days + Decimal(span.seconds) / 86_400


def steps_due(opportunities: QuerySet, today: dt.date) -> QuerySet:
    """Whose next step is due within a week, or was."""
    due = opportunities.filter(state=State.OPEN, next_step_due__lte=add_days(today, 7))
    return due.order_by("next_step_due", "pk")
