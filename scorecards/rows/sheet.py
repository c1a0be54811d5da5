"""The answers in words, and both sides beside each other, as people read them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from prm.kernel.models import Membership
from prm.kernel.numbers import ZERO
from prm.kernel.web.format import NOT_AVAILABLE, Formatter, formatter
from prm.kernel.words import own
from scorecards.models import Assessment
from scorecards.queries import AnswerTopic, Attached, Comparison, Pair, Words
from scorecards.rows.live import FileRow, file_row, short_moment
from scorecards.rows.marks import Mark, minutes_of

NOTABLE = Decimal(20)  # from here on two views of one topic are worth a talk


@dataclass(frozen=True)
class AnswerRow:
    lines: tuple[str, ...]
    who: str


@dataclass(frozen=True)
class SheetRow:
    text: str
    answer: AnswerRow
    earlier: tuple[AnswerRow, ...]
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class SheetPart:
    topic: str
    category: str
    rows: tuple[SheetRow, ...]
    files: tuple[FileRow, ...]


@dataclass(frozen=True)
class PairRow:
    """One category or topic with both scores; the difference is told by sign and words."""

    name: str
    partner: Mark
    vendor: Mark
    difference: str
    verdict: str
    is_notable: bool
    questions: tuple[tuple[str, AnswerRow, AnswerRow], ...]


def times_of(assessment: Assessment) -> str:
    """When it was opened and finished, and how long it took."""
    write = formatter()
    opened = write.moment(assessment.opened_at)
    if assessment.submitted_at is None:
        return _("Opened %(opened)s, in progress.") % {"opened": opened}
    return _("Opened %(opened)s, finished %(finished)s: %(minutes)s, pauses over two minutes left out.") % {
        "opened": opened,
        "finished": write.moment(assessment.submitted_at),
        "minutes": minutes_of(assessment.active_seconds),
    }


def present_sheet(topics: list[AnswerTopic], member: Membership) -> list[SheetPart]:
    write = formatter()

    def files(attached: tuple[Attached, ...]) -> tuple[FileRow, ...]:
        return tuple(file_row(a, member, write) for a in attached)

    return [
        SheetPart(
            topic=topic.name,
            category=topic.category,
            rows=tuple(
                SheetRow(
                    text=line.question.text,
                    answer=_row(line.answer, write),
                    earlier=tuple(_row(words, write) for words in line.earlier),
                    files=files(line.evidence),
                )
                for line in topic.lines
            ),
            files=files(topic.evidence),
        )
        for topic in topics
    ]


def _row(words: Words, write: Formatter) -> AnswerRow:
    lines = words.lines
    if words.is_na:
        lines = (_("Not applicable"),)
    elif words.is_none:
        lines = (_("None of these"),)
    elif not lines:
        lines = (_("No answer"),)
    who = f"{words.by}, {short_moment(words.at, write)}" if words.at else ""
    return AnswerRow(lines, who)


def present_comparison(found: Comparison) -> dict[str, object]:
    write = formatter()
    pairs = [pair for _category, topics in found.categories for pair in topics]
    return {
        "overall": _pair(found.overall, write) if found.overall else None,
        "categories": [
            {"row": _pair(category, write), "topics": [_pair(topic, write) for topic in topics]}
            for category, topics in found.categories
        ],
        "notable": sum(pair.difference is not None and abs(pair.difference) >= NOTABLE for pair in pairs),
        "border": write.number(NOTABLE),
        "partner_on": write.day(found.partner.submitted_at) if found.partner else "",
        "partner_by": found.partner.submitted_by if found.partner else "",
        "vendor_on": write.day(found.vendor.submitted_at) if found.vendor else "",
        "vendor_by": found.vendor.submitted_by if found.vendor else "",
        "editions_differ": bool(found.partner and found.vendor and found.partner.edition != found.vendor.edition),
    }


def _pair(pair: Pair, write: Formatter) -> PairRow:
    apart = pair.difference
    if apart is None:
        shown, verdict = NOT_AVAILABLE, _("one side only")
    elif apart == ZERO:
        shown, verdict = write.score(apart), _("the same")
    else:
        shown = f"{'+' if apart > 0 else '−'}{write.score(abs(apart))}"
        verdict = own("partner higher") if apart > 0 else _("we higher")
    return PairRow(
        name=pair.name,
        partner=Mark(pair.partner_status, write.score(pair.partner)),
        vendor=Mark(pair.vendor_status, write.score(pair.vendor)),
        difference=shown,
        verdict=verdict,
        is_notable=apart is not None and abs(apart) >= NOTABLE,
        questions=tuple((text, _row(one, write), _row(two, write)) for text, one, two in pair.questions),
    )
