"""The board as the page prints it: every figure written once, with how it moved in three months."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prm.kernel.numbers import HUNDRED
from prm.kernel.web.format import NOT_AVAILABLE, formatter
from scorecards.queries.board import BoardRow, Trended, board_rows
from scorecards.rows.performance import card_url

CATEGORY_TITLES = {
    "fit": gettext_lazy("Fit"),
    "customer": gettext_lazy("Customers"),
    "capabilities": gettext_lazy("Capabilities"),
    "activation": gettext_lazy("Activation"),
    "performance": gettext_lazy("Performance"),
}
DUE_WORDS = {
    "overdue": (gettext_lazy("overdue"), "red"),
    "soon": (gettext_lazy("soon"), "yellow"),
    "never": (gettext_lazy("never scored"), "red"),
}
ARROWS = {1: "arrow-up-right", 0: "arrow-right", -1: "arrow-down-right"}


@dataclass(frozen=True)
class ShownTrend:
    """A figure with its colour, and an arrow with the difference to three months before (none: empty)."""

    text: str
    status: str
    arrow: str
    change: str
    words: str


@dataclass(frozen=True)
class ShownCell:
    title: str
    status: str
    text: str


@dataclass(frozen=True)
class ShownRow:
    """One line of the board; `raw` is for exports."""

    raw: BoardRow
    url: str
    name: str
    number: str
    manager: str
    tier: str
    life_stage: str
    composite: ShownTrend
    why: str
    categories: tuple[ShownCell, ...]
    capability: ShownTrend
    plan: ShownTrend
    scored_on: str
    due_on: str
    due_word: str
    due_tone: str


def present_board(partners: Sequence[Any]) -> list[ShownRow]:
    return [_shown(row) for row in board_rows(partners)]


def _shown(row: BoardRow) -> ShownRow:
    write = formatter()
    word, tone = DUE_WORDS.get(row.due, ("", ""))
    points = lambda change: write.number(change, 1)
    percent = lambda change: write.number(change * HUNDRED, 1)
    return ShownRow(
        raw=row,
        url=card_url(row.partner_id),
        name=row.name,
        number=row.number,
        manager=row.manager,
        tier=row.tier,
        life_stage=row.life_stage,
        composite=_overall(row, write.score, points),
        why=row.why if row.computed_at else _("computed tonight"),
        categories=tuple(
            ShownCell(
                str(CATEGORY_TITLES[cell.code]),
                cell.status,
                f"{cell.green}/{cell.judged}" if cell.judged else NOT_AVAILABLE,
            )
            for cell in row.categories
        ),
        capability=_trend(row.capability, write.score, points),
        plan=_trend(row.plan, lambda value: write.percent(value, 1), percent),
        scored_on=write.day(row.scored_on) if row.scored_on else "",
        due_on=write.day(row.due_on) if row.due_on else "",
        due_word=str(word),
        due_tone=tone,
    )


def _overall(row: BoardRow, write: Callable[[Any], str], write_change: Callable[[Decimal], str]) -> ShownTrend:
    """The composite score; where figures cover too little of its weights, how many of all KPIs are green."""
    shown = _trend(row.composite, write, write_change)
    if row.composite.value is not None or not row.kpis.judged:
        return replace(shown, status=row.status)
    return ShownTrend(
        _("%(green)s/%(all)s KPIs") % {"green": row.kpis.green, "all": row.kpis.judged}, row.status, "", "", ""
    )


def _trend(one: Trended, write: Callable[[Any], str], write_change: Callable[[Decimal], str]) -> ShownTrend:
    change = one.change
    if change is None:
        return ShownTrend(write(one.value), one.status, "", "", "")
    way = (change > 0) - (change < 0)
    text = write_change(change)
    signed = f"+{text}" if way > 0 else text
    return ShownTrend(
        write(one.value), one.status, ARROWS[way], signed, _("%(change)s in three months") % {"change": signed}
    )
