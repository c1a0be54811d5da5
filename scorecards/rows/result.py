"""The result page with its topics, charts and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter
from scorecards.models import Assessment
from scorecards.queries import (
    Line,
    Peers,
    Result,
)
from scorecards.rows.marks import Mark, minutes_of
from scorecards.rows.runner import peer_note


@dataclass(frozen=True)
class TopicResult:
    name: str
    category: str
    mark: Mark
    best: str
    gap: str
    is_below: bool
    peers: str
    last: str
    other: str
    difference: str


@dataclass(frozen=True)
class CategoryResult:
    name: str
    mark: Mark
    peers: str
    last: str
    change: str


@dataclass(frozen=True)
class ResultPage:
    """A submitted scorecard as people read it."""

    overall: Mark
    best: str
    gap: str
    peers: str
    peer_note: str
    percentile: str
    last: str
    change: str
    submitted_on: str
    submitted_by: str
    minutes: str
    edition: int
    categories: tuple[CategoryResult, ...]
    topics: tuple[TopicResult, ...]
    chart: Chart
    trend: Chart | None
    other_label: str
    bridge: str

    @property
    def last_hint(self) -> str:
        return f"{self.change} since last time ({self.last})" if self.last else "The first scorecard"

    @property
    def gap_hint(self) -> str:
        return f"Gap {self.gap}"


def present_result(
    result: Result, *, previous: Result | None, other: Result | None, earlier: Sequence[Result], peers: Peers
) -> ResultPage:
    """`other` is the other side's scorecard, for those who may see the two side by side."""
    write = formatter()
    compared = peers.overall
    gap = compared.get("gap_to_best_practice")
    return ResultPage(
        overall=Mark(result.status, write.score(result.overall)),
        best=write.score(result.best_practice),
        gap=write.score(gap),
        peers=write.score(compared.get("peer_average")),
        peer_note=peer_note(peers),
        percentile=write.score(compared.get("percentile")),
        last=write.score(previous.overall) if previous else "",
        change=_change(write, result.overall, previous.overall if previous else None),
        submitted_on=write.day(result.submitted_at),
        submitted_by=result.submitted_by,
        minutes=minutes_of(result.active_seconds),
        edition=result.edition,
        categories=tuple(
            CategoryResult(
                name=line.name,
                mark=_mark(write, line),
                peers=write.score(peers.average(line.code)),
                last=write.score(_score(previous, "category", line.code)),
                change=_change(write, line.score, _score(previous, "category", line.code)),
            )
            for line in result.categories
        ),
        topics=tuple(
            TopicResult(
                name=line.name,
                category=next((c.name for c in result.categories if c.code == line.category), ""),
                mark=_mark(write, line),
                best=write.score(line.best_practice),
                gap=write.score(line.gap),
                is_below=bool(line.gap is not None and line.gap > 0),
                peers=write.score(peers.average(line.code)),
                last=write.score(_score(previous, "topic", line.code)),
                other=write.score(_score(other, "topic", line.code)),
                difference=_change(write, line.score, _score(other, "topic", line.code)),
            )
            for line in sorted(result.topics, key=_largest_gap_first)
        ),
        chart=_category_chart(result, previous),
        trend=_trend(write, earlier),
        other_label="" if other is None else "Our view" if result.kind == Assessment.Kind.PARTNER else "Partner",
        bridge=(
            f"The scorecard before was answered with edition {previous.edition} of the questionnaire, this one with"
            f" edition {result.edition}; topics are compared where both have them."
            if previous and previous.edition != result.edition
            else ""
        ),
    )


def _largest_gap_first(line: Line) -> tuple[bool, Decimal]:
    return (line.gap is None, -(line.gap or Decimal(0)))


def _mark(write: Formatter, line: Line) -> Mark:
    return Mark(line.status, write.score(line.score))


def _score(result: Result | None, level: str, code: str) -> Decimal | None:
    line = getattr(result, level)(code) if result else None
    return line.score if line else None


def _change(write: Formatter, now: Decimal | None, before: Decimal | None) -> str:
    if now is None or before is None:
        return NOT_AVAILABLE
    return f"{'+' if now > before else ''}{write.score(now - before)}"


def _category_chart(result: Result, previous: Result | None) -> Chart:
    series = [Series("Now", tuple(line.score for line in result.categories), "brand")]
    if previous is not None:
        series.append(
            Series("Last time", tuple(_score(previous, "category", line.code) for line in result.categories), "grey")
        )
    return Chart(
        ChartKind.BARS,
        "Scores by category",
        tuple(line.name for line in result.categories),
        tuple(series),
        unit="score",
        maximum=Decimal(100),
    )


def _trend(write: Formatter, earlier: Sequence[Result]) -> Chart | None:
    if len(earlier) < 3:  # two are told by "now" and "last time"
        return None
    return Chart(
        ChartKind.LINE,
        "Overall score over time",
        tuple(write.day(r.submitted_at) for r in earlier),
        (Series("Overall", tuple(r.overall for r in earlier), "brand"),),
        unit="score",
        maximum=Decimal(100),
    )
