"""What the pages of scorecards print: figures formatted once, in the vendor's way of writing them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, add_months
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter
from scorecards.forms import AcceptForm
from scorecards.models import ActionItem, Assessment
from scorecards.queries import (
    OVERALL,
    VALID_MONTHS,
    Line,
    Peers,
    QuestionState,
    Result,
    RunnerState,
    Scores,
    proposed_owner,
)

STATE_TONES = {
    Assessment.State.IN_PROGRESS: "blue",
    Assessment.State.SUBMITTED: "green",
    Assessment.State.REVIEWED: "green",
    Assessment.State.SUPERSEDED: "grey",
    Assessment.State.DISCARDED: "grey",
}
PROPOSALS_SHOWN = 6  # the others unfold
ITEM_TONES = {
    ActionItem.State.RECOMMENDED: "blue",
    ActionItem.State.NOT_STARTED: "grey",
    ActionItem.State.IN_PROGRESS: "yellow",
    ActionItem.State.DONE: "green",
}


@dataclass(frozen=True)
class Mark:
    """A score with its colour."""

    status: str
    text: str


def percent_of(part: int, whole: int) -> int:
    return 100 * part // whole if whole else 0


# --- the list ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PartnerRow:
    partner_id: UUID
    name: str
    url: str
    score: Mark
    raw_score: Decimal | None
    submitted_on: str
    submitted_by: str
    result_url: str
    open_url: str
    percent: int
    progress: str
    may_start: bool


def present_partners(
    partners: Sequence[Partner], results: dict[UUID, Result], running: dict[UUID, Any], member: Membership
) -> list[PartnerRow]:
    """One line per partner: the scorecard that counts, and the one in progress."""
    write = formatter()
    rows = []
    for partner in partners:
        last, now = results.get(partner.pk), running.get(partner.pk)
        given, asked = (now.given or 0, now.asked or 0) if now else (0, 0)
        rows.append(
            PartnerRow(
                partner_id=partner.pk,
                name=partner.name,
                url=partner.get_absolute_url(),
                score=Mark(last.status, write.score(last.overall)) if last else Mark("grey", ""),
                raw_score=last.overall if last else None,
                submitted_on=write.day(last.submitted_at) if last else "",
                submitted_by=last.submitted_by if last else "",
                result_url=_page(last.assessment_id) if last else "",
                open_url=_page(now.pk) if now else "",
                percent=percent_of(given, asked),
                progress=f"{given} of {asked}" if now else "",
                may_start=now is None and permits(member, "scorecards.start_assessment", partner),
            )
        )
    return rows


def _page(assessment_id: UUID) -> str:
    return reverse("scorecards:assessment", args=[assessment_id])


# --- the runner ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TopicRow:
    code: str
    name: str
    mark: Mark
    best: str
    peers: str
    last: str
    has_last: bool
    questions: tuple[QuestionState, ...]


@dataclass(frozen=True)
class CategoryRow:
    code: str
    name: str
    mark: Mark
    answered: int
    asked: int
    percent: int
    peers: str
    first_question: str
    holds_current: bool
    topics: tuple[TopicRow, ...]


@dataclass(frozen=True)
class RunnerPage:
    """The runner's page around the question asked now."""

    categories: tuple[CategoryRow, ...]
    category: CategoryRow
    topic: TopicRow
    question: QuestionState
    overall: Mark
    best: str
    peers: str
    peer_note: str
    last: str
    last_on: str
    answered: int
    asked: int
    percent: int
    is_complete: bool
    extent: str  # how much is asked, in words
    standing: dict[str, Any]  # for the page's script: what stands beside each topic and category


def present_runner(state: RunnerState, wanted: str) -> RunnerPage:
    write = formatter()
    codes = [q.code for q in state.questions]
    current = wanted if wanted in codes else state.first_open
    categories = []
    for category in state.categories:
        topics = tuple(
            TopicRow(
                code=topic.code,
                name=topic.name,
                mark=Mark(topic.status, write.score(topic.score)),
                best=write.score(topic.best_practice),
                peers=write.score(topic.peer_average),
                last=write.score(topic.last_score),
                has_last=topic.has_last_answers,
                questions=topic.questions,
            )
            for topic in category.topics
        )
        asked_here = [q.code for topic in topics for q in topic.questions]
        categories.append(
            CategoryRow(
                code=category.code,
                name=category.name,
                mark=Mark(category.status, write.score(category.score)),
                answered=category.answered,
                asked=category.asked,
                percent=percent_of(category.answered, category.asked),
                peers=write.score(category.peer_average),
                first_question=asked_here[0],
                holds_current=current in asked_here,
                topics=topics,
            )
        )
    category_now = next(c for c in categories if c.holds_current)
    topic_now = next(t for t in category_now.topics if any(q.code == current for q in t.questions))
    return RunnerPage(
        categories=tuple(categories),
        category=category_now,
        topic=topic_now,
        question=next(q for q in topic_now.questions if q.code == current),
        overall=Mark(state.scores.overall_status, write.score(state.scores.overall)),
        best=write.score(state.best_practice),
        peers=write.score(state.peers.average(OVERALL)),
        peer_note=peer_note(state.peers),
        last=write.score(state.last_overall),
        last_on=write.day(state.last_on) if state.last_on else "",
        answered=state.scores.answered,
        asked=state.scores.questions,
        percent=percent_of(state.scores.answered, state.scores.questions),
        is_complete=state.scores.is_complete,
        extent=_extent(state.scores.questions, len(codes) - state.scores.questions),
        standing={
            "topics": {
                t.code: {"name": t.name, "best": t.best, "peers": t.peers, "last": t.last}
                for c in categories
                for t in c.topics
            },
            "categories": {c.code: {"name": c.name, "peers": c.peers} for c in categories},
            "scores": present_scores(state.scores, write),
        },
    )


def _extent(scored: int, notes: int) -> str:
    """How much is asked. A note is neither scored nor counted in the progress."""
    questions = ngettext("%(n)d question", "%(n)d questions", scored) % {"n": scored}
    if not notes:
        return questions
    return _("%(questions)s and %(notes)s") % {
        "questions": questions,
        "notes": ngettext("one note", "%(n)d notes", notes) % {"n": notes},
    }


def peer_note(peers: Peers) -> str:
    if peers.count:
        return f"Average of {peers.count} peers"
    return f"Shown from {peers.min_peers} peers on"


def present_scores(scores: Scores, write: Formatter | None = None) -> dict[str, Any]:
    """The running scores as the page's script puts them in place."""
    write = write or formatter()
    shown = {OVERALL: scores.overall, **scores.categories, **scores.topics}
    return {
        "scores": {code: [scores.statuses[code], write.score(value)] for code, value in shown.items()},
        "answered": scores.answered,
        "asked": scores.questions,
        "complete": scores.is_complete,
        "open": list(scores.open_codes),
    }


# --- the result ----------------------------------------------------------------------------------------


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


def minutes_of(seconds: int) -> str:
    """Minutes and seconds on the scorecard, pauses left out."""
    return f"{seconds // 60}:{seconds % 60:02d} min" if seconds else NOT_AVAILABLE


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


# --- the action plan -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ItemRow:
    pk: UUID
    text: str
    topic: str
    state: str
    tone: str
    owner: str
    due: str
    is_overdue: bool
    form: AcceptForm | None
    may_start: bool
    may_complete: bool
    may_reopen: bool
    may_drop: bool


@dataclass(frozen=True)
class PlanPart:
    """Proposals first (the largest gaps at the top), then what somebody works on, then what is done."""

    partner_id: UUID
    proposed: tuple[ItemRow, ...]
    more: tuple[ItemRow, ...]
    items: tuple[ItemRow, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.proposed or self.items)


def present_plan(
    partner_id: UUID,
    items: Sequence[ActionItem],
    owners: Sequence[Membership],
    member: Membership,
    *,
    result: Result | None = None,
    refused: AcceptForm | None = None,
) -> PlanPart:
    """`refused` is a form that came back with errors; it stands in its row with what was typed."""
    write, today = formatter(), clock.today()
    choices = [(str(owner.pk), _owner_label(owner)) for owner in owners]
    state = ActionItem.State
    rows = []
    for item in items:
        form = None
        if item.state == state.RECOMMENDED and permits(member, "scorecards.accept_action_item", item):
            if refused is not None and refused.item_id == item.pk:
                form = refused
            else:
                owner = proposed_owner(item, owners)
                days = item.topic.action_days if item.topic else 60
                form = AcceptForm(
                    item_id=item.pk,
                    owners=choices,
                    initial={"owner": str(owner.pk) if owner else "", "due_on": today + dt.timedelta(days=days)},
                )
        waits = item.state in (state.NOT_STARTED, state.IN_PROGRESS)
        rows.append(
            ItemRow(
                pk=item.pk,
                text=item.text,
                topic=item.topic.name if item.topic else "",
                state=item.get_state_display(),
                tone=ITEM_TONES.get(item.state, "grey"),
                owner=item.owner.user.name if item.owner else "",
                due=write.day(item.due_on) if item.due_on else "",
                is_overdue=bool(waits and item.due_on and item.due_on < today),
                form=form,
                may_start=item.state == state.NOT_STARTED and permits(member, "scorecards.start_action_item", item),
                may_complete=waits and permits(member, "scorecards.complete_action_item", item),
                may_reopen=item.state == state.DONE and permits(member, "scorecards.reopen_action_item", item),
                may_drop=item.state != state.DONE and permits(member, "scorecards.drop_action_item", item),
            )
        )
    gaps = {line.code: line.gap or Decimal(0) for line in result.topics} if result else {}
    gap_of = {
        item.pk: gaps.get(item.topic.code if item.topic else "", Decimal(0))
        for item in items
        if item.state == state.RECOMMENDED
    }
    proposed = sorted((row for row in rows if row.pk in gap_of), key=lambda row: -gap_of[row.pk])
    return PlanPart(
        partner_id=partner_id,
        proposed=tuple(proposed[:PROPOSALS_SHOWN]),
        more=tuple(proposed[PROPOSALS_SHOWN:]),
        items=tuple(row for row in rows if row.pk not in gap_of),
    )


def _owner_label(owner: Membership) -> str:
    return f"{owner.user.name} ({owner.role_names})"


# --- the panel on the partner page ---------------------------------------------------------------------


def present_panel(partner: Partner, result: Result | None, running: Any, member: Membership) -> dict[str, Any]:
    """The latest result with its categories, and the way on."""
    write = formatter()
    given, asked = (running.given or 0, running.asked or 0) if running else (0, 0)
    return {
        "score": Mark(result.status, write.score(result.overall)) if result else None,
        "submitted": f"{write.day(result.submitted_at)}, {result.submitted_by}" if result else "",
        "categories": [{"name": line.name, "mark": _mark(write, line)} for line in result.categories] if result else [],
        "result_url": _page(result.assessment_id) if result else "",
        "open_url": _page(running.pk) if running else "",
        "percent": percent_of(given, asked),
        "progress": f"{given} of {asked} answered",
        "may_start": permits(member, "scorecards.start_assessment", partner),
    }


NEAR_DAYS = 30  # so many days before its end a score is about to run out


def present_home(
    partner: Partner, result: Result | None, running: Any, member: Membership, today: dt.date
) -> dict[str, Any]:
    """As the panel, with the day until which the score counts."""
    write = formatter()
    until = add_months(_day_of(result.submitted_at), VALID_MONTHS) if result else None
    return present_panel(partner, result, running, member) | {
        "partner_id": partner.pk,
        "until": write.day(until) if until else "",
        "is_over": until is not None and until < today,
        "is_near": until is not None and today <= until <= add_days(today, NEAR_DAYS),
    }


def _day_of(moment: dt.datetime) -> dt.date:
    """The vendor's calendar day of a moment."""
    return moment.astimezone(ZoneInfo(current_tenant().time_zone)).date()
