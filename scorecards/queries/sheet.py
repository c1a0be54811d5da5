"""A result as it is shown: the same figures for the page, the interface, the spreadsheet and the one-page paper."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from prm.kernel.models import Membership
from scorecards.models import Assessment
from scorecards.queries.comparing import Bridge, bridges
from scorecards.queries.goals import GoalLine, goals_of
from scorecards.queries.peers import Peers, lens_code, peer_figures, peers_kind
from scorecards.queries.results import COUNTED, Line, Result, result_of, results_of_partner
from scorecards.queries.scores import OVERALL


@dataclass(frozen=True)
class SheetLine:
    """One figure of a result with what stands beside it. `gap` is what is missing to best practice."""

    level: str  # overall, category, topic, lens
    code: str
    name: str
    category: str
    score: Decimal | None
    status: str
    best_practice: Decimal | None
    gap: Decimal | None
    peer_average: Decimal | None
    last: Decimal | None
    change: Decimal | None
    other: Decimal | None = None  # the other side's score, for those who may see both
    difference: Decimal | None = None
    goal: Decimal | None = None
    goal_due_on: dt.date | None = None


@dataclass(frozen=True)
class ResultSheet:
    """Everything that is told of one submitted scorecard to one member."""

    result: Result
    partner: str
    vendor_only: bool
    review_comment: str
    overall: SheetLine
    categories: tuple[SheetLine, ...]
    topics: tuple[SheetLine, ...]
    lenses: tuple[SheetLine, ...]
    goals: tuple[GoalLine, ...]
    peers: Peers
    previous: Result | None
    other: Result | None
    history: tuple[Result, ...]  # up to this one, oldest first
    bridges: dict[UUID, Bridge]  # by the later scorecard, where the edition of the questionnaire changed

    @property
    def bridge(self) -> Bridge | None:
        """From the scorecard before, when that was answered with another edition: changes are counted on it."""
        return self.bridges.get(self.result.assessment_id)

    @property
    def lines(self) -> tuple[SheetLine, ...]:
        return (self.overall, *self.categories, *self.lenses, *self.topics)

    @property
    def by_gap(self) -> tuple[SheetLine, ...]:
        """The topics, what is missing most first."""
        return tuple(sorted(self.topics, key=lambda line: (line.gap is None, -(line.gap or Decimal(0)))))


def result_sheet(assessment: Assessment, member: Membership) -> ResultSheet | None:
    """The result with its history and peers, as this member may see it; None while there is none."""
    result = result_of(assessment)
    if result is None:
        return None
    every = results_of_partner(assessment.partner_id, member)
    same = [r for r in every if r.kind == result.kind and r.submitted_at <= result.submitted_at]
    others = [r for r in every if r.kind != result.kind and r.state in COUNTED]
    previous = same[-2] if len(same) > 1 else None
    other = others[-1] if others and member.is_vendor else None
    peers = peer_figures(
        assessment.partner,
        assessment.bank,
        score=result.overall,
        best_practice=result.best_practice,
        kind=peers_kind(assessment),
    )
    goals = goals_of(assessment, result)
    across = bridges(same)
    bridge = across.get(result.assessment_id)
    by_topic = {goal.topic: goal for goal in goals}
    own = Line(OVERALL, "", result.overall, result.status, result.best_practice)

    def line(level: str, found: Line) -> SheetLine:
        last, theirs = _score(previous, level, found.code), _score(other, level, found.code)
        goal = by_topic.get(found.code) if level == "topic" else None
        return SheetLine(
            level=level,
            code=found.code,
            name=found.name,
            category=found.category,
            score=found.score,
            status=found.status,
            best_practice=found.best_practice,
            gap=found.gap,
            peer_average=peers.average(lens_code(found.code) if level == "lens" else found.code),
            last=last,
            change=_change(found, level, last, bridge),
            other=theirs,
            difference=_difference(found.score, theirs),
            goal=goal.goal_score if goal else None,
            goal_due_on=goal.due_on if goal else None,
        )

    return ResultSheet(
        result=result,
        partner=assessment.partner.name,
        vendor_only=assessment.vendor_only,
        review_comment=assessment.review_comment,
        overall=line(OVERALL, own),
        categories=tuple(line("category", one) for one in result.categories),
        topics=tuple(line("topic", one) for one in result.topics),
        lenses=tuple(line("lens", one) for one in result.lenses),
        goals=goals,
        peers=peers,
        previous=previous,
        other=other,
        history=tuple(same),
        bridges=across,
    )


def _change(line: Line, level: str, last: Decimal | None, bridge: Bridge | None) -> Decimal | None:
    """Since last time; across editions on what both asked alike. Lenses are not bridged: they regroup topics."""
    if bridge is None:
        return _difference(line.score, last)
    if level == OVERALL:
        return bridge.change
    known = {"category": bridge.categories, "topic": bridge.topics}.get(level, {})
    earlier, later = known.get(line.code, (None, None))
    return _difference(later, earlier)


def _score(result: Result | None, level: str, code: str) -> Decimal | None:
    if result is None:
        return None
    if level == OVERALL:
        return result.overall
    line = getattr(result, level)(code)
    return line.score if line else None


def _difference(now: Decimal | None, then: Decimal | None) -> Decimal | None:
    return None if now is None or then is None else now - then
