"""The runner with its topics and running scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prm.kernel.models import Membership
from prm.kernel.web.format import Formatter, formatter
from scorecards.queries import (
    OVERALL,
    Attached,
    Peers,
    QuestionState,
    RunnerState,
    Scores,
)
from scorecards.rows.live import FileRow, file_row, script_words, who_of
from scorecards.rows.marks import Mark, percent_of


@dataclass(frozen=True)
class QuestionRow:
    """A question with who answered it last, and its files."""

    state: QuestionState
    who: str
    is_others: bool
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class TopicRow:
    code: str
    name: str
    mark: Mark
    best: str
    peers: str
    last: str
    has_last: bool
    questions: tuple[QuestionRow, ...]
    files: tuple[FileRow, ...]


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


def present_runner(state: RunnerState, wanted: str, member: Membership) -> RunnerPage:
    write = formatter()

    def files(attached: tuple[Attached, ...]) -> tuple[FileRow, ...]:
        return tuple(file_row(a, member, write) for a in attached)

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
                questions=tuple(
                    QuestionRow(
                        state=question,
                        who=who_of(question.given, member, write) if question.given else "",
                        is_others=bool(question.given and question.given.by_id != member.pk),
                        files=files(question.evidence),
                    )
                    for question in topic.questions
                ),
                files=files(topic.evidence),
            )
            for topic in category.topics
        )
        asked_here = [q.state.code for topic in topics for q in topic.questions]
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
    topic_now = next(t for t in category_now.topics if any(q.state.code == current for q in t.questions))
    return RunnerPage(
        categories=tuple(categories),
        category=category_now,
        topic=topic_now,
        question=next(q.state for q in topic_now.questions if q.state.code == current),
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
            "turn": state.assessment.turn,
            "words": script_words(),
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


def peer_note(peers: Peers, write: Formatter | None = None) -> str:
    if peers.count and peers.as_of:
        day = (write or formatter()).day(peers.as_of)
        return _("Average of %(count)d peers, as of %(day)s") % {"count": peers.count, "day": day}
    return _("Shown from %(least)d peers on") % {"least": peers.min_peers}


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
