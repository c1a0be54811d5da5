"""Editions of the questionnaire as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.models import Partner
from prm.kernel.web.format import Formatter, formatter
from prm.kernel.words import own
from scorecards.models import QuestionBank, Topic
from scorecards.queries import NO_TIER, CategoryPart, Comparability, Compared
from scorecards.queries.comparing import ADDED, CATEGORY, CHANGED, COMPARABLE, DROPPED, QUESTION, TOPIC, Weighed

BANK_TONES = {"draft": "yellow", "active": "green", "retired": "grey"}
FATES = {
    COMPARABLE: ("green", "comparable"),
    CHANGED: ("yellow", "changed"),
    ADDED: ("blue", "new"),
    DROPPED: ("grey", "dropped"),
}
SHOWN_CHANGES = 60


@dataclass(frozen=True)
class EditionRow:
    pk: UUID
    name: str
    edition: int
    state: str
    tone: str
    questions: int
    topics: int
    uses: int
    since: str
    url: str


@dataclass(frozen=True)
class TopicLine:
    """One topic of an edition, in one line."""

    pk: UUID
    name: str
    best: str
    weight: str
    lens: str
    questions: str
    switches: str
    action: str
    resources: int
    url: str


@dataclass(frozen=True)
class CategoryLine:
    pk: UUID
    name: str
    weight: str
    screening: bool
    vendor_only: bool
    questions: str
    url: str
    topics: tuple[TopicLine, ...]


@dataclass(frozen=True)
class ChangeLine:
    text: str
    topic: str
    fate: str
    tone: str
    why: str


@dataclass(frozen=True)
class WeightLine:
    level: str
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class ComparisonPart:
    """How far an edition can be compared with the one before it."""

    summary: str
    changes: tuple[ChangeLine, ...]
    more: int
    weights: tuple[WeightLine, ...]
    more_weights: int


def present_editions(banks: Sequence[Any]) -> list[EditionRow]:
    write = formatter()
    return [
        EditionRow(
            pk=bank.pk,
            name=bank.name,
            edition=bank.edition,
            state=str(bank.get_state_display()),
            tone=BANK_TONES[bank.state],
            questions=bank.asked or 0,
            topics=bank.topic_count or 0,
            uses=bank.uses or 0,
            since=write.day(bank.activated_at) if bank.activated_at else "",
            url=bank.get_absolute_url(),
        )
        for bank in banks
    ]


def present_contents(bank: QuestionBank, contents: Iterable[CategoryPart], tiers: dict[str, str]) -> list[CategoryLine]:
    write = formatter()
    lenses = {lens["id"]: lens["name"] for lens in bank.lenses}
    lines = []
    for part in contents:
        topics = tuple(
            TopicLine(
                pk=t.topic.pk,
                name=t.topic.name,
                best=write.score(t.topic.best_practice),
                weight=_plain(write, t.topic.weight),
                lens=lenses.get(t.topic.lens, ""),
                questions=how_many(t.scored, len(t.questions) - t.scored),
                switches=switches_of(t.topic, tiers),
                action=t.topic.action_text,
                resources=len(t.resources),
                url=reverse("scorecards:topic", args=[t.topic.pk]),
            )
            for t in part.topics
        )
        scored = sum(t.scored for t in part.topics)
        all_of_them = sum(len(t.questions) for t in part.topics)
        lines.append(
            CategoryLine(
                pk=part.category.pk,
                name=part.category.name,
                weight=_plain(write, part.category.weight),
                screening=part.category.screening,
                vendor_only=part.category.vendor_only,
                questions=how_many(scored, all_of_them - scored),
                url=reverse("scorecards:category", args=[part.category.pk]),
                topics=topics,
            )
        )
    return lines


def how_many(scored: int, notes: int) -> str:
    questions = ngettext("%(n)d question", "%(n)d questions", scored) % {"n": scored}
    if not notes:
        return questions
    return f"{questions}, " + ngettext("%(n)d note", "%(n)d notes", notes) % {"n": notes}


def switches_of(topic: Topic, tiers: dict[str, str]) -> str:
    """Who is asked a topic, in words; empty when everybody is."""
    types, stages = dict(Partner.Type.choices), dict(Partner.LifeStage.choices)
    parts = [
        ", ".join(str(names.get(code, code)) for code in codes)
        for codes, names in ((topic.for_types, types), (topic.for_tiers, tiers), (topic.for_stages, stages))
        if codes
    ]
    return " · ".join(parts)


def present_comparison(found: Comparability) -> ComparisonPart:
    changes = [change_line(q) for q in found.questions if q.fate != COMPARABLE]
    summary = _("%(alike)d of %(all)d scored questions can be compared with edition %(edition)d.") % {
        "alike": len(found.comparable),
        "all": found.scored,
        "edition": found.old_edition,
    }
    if found.weights:
        n = len(found.weights)
        other = ngettext("%(n)d weight is another", "%(n)d weights are others", n) % {"n": n}
        summary = f"{summary} {other}: {_('the overall score can move.')}"
    weights = [weight_line(weighed) for weighed in found.weights[:SHOWN_CHANGES]]
    return ComparisonPart(
        summary,
        tuple(changes[:SHOWN_CHANGES]),
        max(0, len(changes) - SHOWN_CHANGES),
        tuple(weights),
        len(found.weights) - len(weights),
    )


def weight_line(weighed: Weighed) -> WeightLine:
    levels = {CATEGORY: _("Category"), TOPIC: _("Topic"), QUESTION: _("Question")}
    write = formatter()
    before, after = _plain(write, weighed.before), _plain(write, weighed.after)
    return WeightLine(levels[weighed.level], weighed.name, before, after)


def change_line(question: Compared) -> ChangeLine:
    tone, word = FATES[question.fate]
    reasons = {
        "kind": _("it is asked in another way"),
        "scored": _("it is scored in one edition only"),
        "options": _("its answers or their scores are others"),
    }
    return ChangeLine(question.text, question.topic, _(word), tone, reasons.get(question.reason, ""))


def marks_of(found: Comparability | None) -> dict[str, ChangeLine]:
    """By code of the question: whether it can be compared with the edition before."""
    return {q.code: change_line(q) for q in found.questions if q.fate != DROPPED} if found else {}


def tier_names(tiers: Iterable[Any]) -> dict[str, str]:
    return {NO_TIER: own("without a tier"), **{tier.code: tier.name for tier in tiers}}


def _plain(write: Formatter, value: Any) -> str:
    text = f"{value.normalize():f}"
    places = len(text.partition(".")[2])
    return write.number(value, places)
