"""The result page and its paper: figures of the sheet written once, with charts and changes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter
from prm.kernel.words import own
from scorecards.models import Assessment
from scorecards.queries import Bridge, GoalLine, Line, Peers, Result, ResultSheet, SheetLine
from scorecards.rows.marks import Mark, minutes_of
from scorecards.rows.runner import peer_note


@dataclass(frozen=True)
class LineRow:
    """A category, lens or topic with all that stands beside its score."""

    code: str
    name: str
    category: str
    mark: Mark
    best: str
    gap: str
    is_below: bool
    peers: str
    last: str
    change: str
    other: str
    difference: str
    goal: str


@dataclass(frozen=True)
class GoalRow:
    goal_id: str
    name: str
    score: str
    goal: str
    due: str
    set_by: str
    status: str
    words: str
    is_earlier: bool


@dataclass(frozen=True)
class HistoryRow:
    """A scorecard of before, with the way to it."""

    day: str
    mark: Mark
    change: str
    edition: int
    is_other_edition: bool
    assessment_id: str


@dataclass(frozen=True)
class ResultPage:
    """A submitted scorecard as people read it."""

    partner: str
    overall: LineRow
    peer_note: str
    quarter: str
    last_hint: str
    gap_hint: str
    submitted_on: str
    submitted_by: str
    minutes: str
    has_time: bool  # somebody answered it question by question
    edition: int
    comment: str
    categories: tuple[LineRow, ...]
    lenses: tuple[LineRow, ...]
    topics: tuple[LineRow, ...]  # the largest gap first
    goals: tuple[GoalRow, ...]
    history: tuple[HistoryRow, ...]  # the latest first
    chart: Chart
    trend: Chart | None
    other_label: str
    bridge: str


def present_result(sheet: ResultSheet) -> ResultPage:
    write, result, previous = formatter(), sheet.result, sheet.previous
    names = {line.code: line.name for line in sheet.categories}
    overall = _row(write, sheet.overall, names)
    return ResultPage(
        partner=sheet.partner,
        overall=overall,
        peer_note=peer_note(sheet.peers, write),
        quarter=quarter_of(sheet.peers),
        last_hint=_("%(change)s since last time (%(last)s)") % {"change": overall.change, "last": overall.last}
        if previous
        else _("The first scorecard"),
        gap_hint=_("Gap %(gap)s") % {"gap": overall.gap},
        submitted_on=write.day(result.submitted_at),
        submitted_by=result.submitted_by,
        minutes=minutes_of(result.active_seconds),
        has_time=result.active_seconds > 0,
        edition=result.edition,
        comment=sheet.review_comment,
        categories=tuple(_row(write, line, names) for line in sheet.categories),
        lenses=tuple(_row(write, line, names) for line in sheet.lenses),
        topics=tuple(_row(write, line, names) for line in sheet.by_gap),
        goals=tuple(_goal(write, goal) for goal in sheet.goals),
        history=_history(write, sheet),
        chart=_category_chart(sheet),
        trend=_trend(write, sheet),
        other_label=""
        if sheet.other is None
        else _("Our view")
        if result.kind == Assessment.Kind.PARTNER
        else own("Partner"),
        bridge=_bridge(write, sheet.bridge),
    )


QUARTERS = {
    1: gettext_lazy("Upper quarter"),
    2: gettext_lazy("Upper half"),
    3: gettext_lazy("Lower half"),
    4: gettext_lazy("Lower quarter"),
}


def quarter_of(peers: Peers) -> str:
    """Where the partner stands among its peers, no finer than by quarters."""
    quarter = peers.overall.get("quarter") if peers.count else None
    return str(QUARTERS[quarter]) if quarter else NOT_AVAILABLE


def _row(write: Formatter, line: SheetLine, names: dict[str, str]) -> LineRow:
    return LineRow(
        code=line.code,
        name=line.name,
        category=names.get(line.category, ""),
        mark=Mark(line.status, write.score(line.score)),
        best=write.score(line.best_practice),
        gap=write.score(line.gap),
        is_below=bool(line.gap is not None and line.gap > 0),
        peers=write.score(line.peer_average),
        last=write.score(line.last),
        change=signed(write, line.change),
        other=write.score(line.other),
        difference=signed(write, line.difference),
        goal=write.score(line.goal) if line.goal is not None else "",
    )


def signed(write: Formatter, change: Decimal | None) -> str:
    if change is None:
        return NOT_AVAILABLE
    return f"{'+' if change > 0 else ''}{write.score(change)}"


def _goal(write: Formatter, goal: GoalLine) -> GoalRow:
    status, words = (
        ("green", _("reached")) if goal.is_reached else ("red", _("overdue")) if goal.is_late else ("yellow", _("open"))
    )
    return GoalRow(
        goal_id=str(goal.goal_id),
        name=goal.name,
        score=write.score(goal.score),
        goal=write.score(goal.goal_score),
        due=write.day(goal.due_on),
        set_by=goal.set_by,
        status=status,
        words=words,
        is_earlier=goal.is_earlier,
    )


def _history(write: Formatter, sheet: ResultSheet) -> tuple[HistoryRow, ...]:
    rows = []
    for number, result in enumerate(sheet.history):
        before = sheet.history[number - 1] if number else None
        bridge = sheet.bridges.get(result.assessment_id)
        change = bridge.change if bridge else None
        if bridge is None and before and result.overall is not None and before.overall is not None:
            change = result.overall - before.overall
        rows.append(
            HistoryRow(
                day=write.day(result.submitted_at),
                mark=Mark(result.status, write.score(result.overall)),
                change=signed(write, change) if before else "",
                edition=result.edition,
                is_other_edition=bridge is not None,
                assessment_id=str(result.assessment_id),
            )
        )
    return tuple(reversed(rows))


def _mark(write: Formatter, line: Line) -> Mark:
    return Mark(line.status, write.score(line.score))


def _category_chart(sheet: ResultSheet) -> Chart:
    series = [Series(_("Now"), tuple(line.score for line in sheet.categories), "brand")]
    if sheet.previous is not None:
        series.append(Series(_("Last time"), tuple(line.last for line in sheet.categories), "grey"))
    return Chart(
        ChartKind.BARS,
        _("Scores by category"),
        tuple(line.name for line in sheet.categories),
        tuple(series),
        unit="score",
        maximum=Decimal(100),
    )


def _trend(write: Formatter, sheet: ResultSheet) -> Chart | None:
    """The overall score over time. A change of edition breaks the line; the bridge joins what both asked alike."""
    results, bridged = sheet.history, sheet.bridges
    if len(results) < 3 and not bridged:  # two are told by "now" and "last time"
        return None
    parts: list[list[Result]] = []
    for result in results:
        if not parts or result.assessment_id in bridged:
            parts.append([])
        parts[-1].append(result)
    at = {result.assessment_id: place for place, result in enumerate(results)}
    series = []
    for later, bridge in bridged.items():  # first, so that the editions' own points are drawn over it
        ends = {at[later] - 1: bridge.earlier, at[later]: bridge.later}
        name = _("Bridge %(a)d to %(b)d") % {"a": bridge.earlier_edition, "b": bridge.later_edition}
        series.append(Series(name, tuple(ends.get(place) for place in range(len(results))), "accent"))
    for number, part in enumerate(parts):
        own = {at[r.assessment_id]: r.overall for r in part}
        name = _("Edition %(n)d") % {"n": part[0].edition} if bridged else _("Overall")
        tone = "brand" if (len(parts) - number) % 2 or not bridged else "grey"
        series.append(Series(name, tuple(own.get(place) for place in range(len(results))), tone))
    return Chart(
        ChartKind.LINE,
        _("Overall score over time"),
        tuple(write.day(r.submitted_at) for r in results),
        tuple(series),
        unit="score",
        maximum=Decimal(100),
    )


def _bridge(write: Formatter, bridge: Bridge | None) -> str:
    if bridge is None:
        return ""
    editions = {"before": bridge.earlier_edition, "now": bridge.later_edition}
    if bridge.earlier is None or bridge.later is None:
        return (
            _("Edition %(before)s and edition %(now)s of the questionnaire ask nothing alike: no change is told.")
            % editions
        )
    return _(
        "The scorecard before was answered with edition %(before)s of the questionnaire, this one with edition %(now)s."
        " Changes are counted on the %(alike)s of %(asked)s questions both ask alike: %(then)s then, %(later)s now."
    ) % {
        **editions,
        "alike": bridge.comparable,
        "asked": bridge.asked,
        "then": write.score(bridge.earlier),
        "later": write.score(bridge.later),
    }
