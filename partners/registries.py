"""The four registries through which apps lend upwards what they know about a partner.

An app on a higher storey registers in its `hooks.py`; the readers (partner page, home, scorecards, reviews,
tiers) ask here and never import the lender.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from prm.kernel.models import Membership
from prm.kernel.periods import FiscalQuarter


@dataclass(frozen=True)
class Value:
    """A measured value, or None with the reason why there is none."""

    number: Decimal | None
    why: str = ""
    status: str = "grey"  # green, yellow, red, grey


Period = FiscalQuarter
Compute = Callable[[Sequence[UUID], Sequence[Period], dt.date], dict[tuple[UUID, Period], Value]]
Rows = Callable[[UUID, Period, dt.date], list[dict[str, Any]]]


@dataclass(frozen=True)
class Measure:
    """A number per partner and period, computed for many partners by one query."""

    name: str
    label: str
    unit: str  # money, ratio, score, count, flag, days, multiple
    formula: str
    compute: Compute
    rows: Rows | None = None
    direction: str = "higher"


@dataclass(frozen=True)
class Panel:
    """A box on the partner page: template and context, or None to leave it out for this member."""

    order: int
    template: str
    context: Callable[[Membership, Any], dict[str, Any] | None]


@dataclass(frozen=True)
class Worklist:
    """A query of what waits for a member: computed, never stored."""

    name: str
    label: str
    query: Callable[[Membership], QuerySet]
    url: Callable[[Any], str]
    text: Callable[[Any], str]
    due: Callable[[Any], dt.date | None] = lambda record: None


@dataclass(frozen=True)
class Alert:
    """A condition worth telling, looked for by the nightly job."""

    kind: str
    find: Callable[[dt.date], QuerySet]
    text: Callable[[Any], str]


measures: dict[str, Measure] = {}
panels: list[Panel] = []
worklists: dict[str, Worklist] = {}
alerts: dict[str, Alert] = {}
event_words: dict[str, str] = {}  # event name to words of the timeline; {name} stands for a value of the event


def lend_measure(measure: Measure) -> Measure:
    if measure.name in measures:
        raise ValueError(f"measure {measure.name} is lent twice")
    measures[measure.name] = measure
    return measure


def lend_panel(order: int, template: str) -> Callable[[Any], Any]:
    def lend(context: Callable[[Membership, Any], dict[str, Any] | None]) -> Any:
        panels.append(Panel(order, template, context))
        return context

    return lend


def lend_worklist(worklist: Worklist) -> Worklist:
    worklists[worklist.name] = worklist
    return worklist


def lend_alert(alert: Alert) -> Alert:
    alerts[alert.kind] = alert
    return alert


def tell(**words: str) -> None:
    """Lend the words in which the timeline tells an app's events: `tell(deal__approved="approved the deal")`."""
    event_words.update({name.replace("__", "."): text for name, text in words.items()})


def measured(
    name: str, partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
) -> dict[tuple[UUID, Period], Value]:
    """The values of a measure by its name; a name nobody lends answers "n/a" with that reason."""
    measure = measures.get(name)
    if measure is None:
        missing = Value(None, "not measured yet")
        return {(partner, period): missing for partner in partner_ids for period in periods}
    return measure.compute(partner_ids, periods, as_of)


def panels_for(member: Membership, partner: Any) -> list[dict[str, Any]]:
    shown = []
    for panel in sorted(panels, key=lambda p: p.order):
        context = panel.context(member, partner)
        if context is not None:
            shown.append({"template": panel.template, **context})
    return shown
