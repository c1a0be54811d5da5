"""The four registries through which apps lend upwards what they know about a partner.

An app on a higher storey registers in its `hooks.py`; the readers (partner page, home, scorecards, reviews,
tiers) ask here and never import the lender.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from prm.kernel.events import announce
from prm.kernel.models import Membership
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import permits
from prm.kernel.words import own_words

# The tabs of the partner page, in the order in which they stand there.
TABS = {
    "overview": _("Overview"),
    "deals": _("Deals"),
    "profile": _("Profile"),
    "people": _("People"),
    "documents": _("Documents"),
    "programme": _("Program"),
    "activity": _("Activity"),
}


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
class Readings:
    """What a source says of its measures: per partner one number (or None) for each of the days that were asked.

    `last` is the latest data that counted on each day. A partner of whom nothing is known is missing in both.
    """

    numbers: Mapping[str, Mapping[UUID, Sequence[Decimal | None]]]
    last: Mapping[UUID, Sequence[dt.date | None]]


@dataclass(frozen=True)
class Source:
    """Where measures are read from: by one query for many partners, many days and all its measures at once."""

    name: str
    label: Any  # in words: bookings and targets
    read: Callable[[Sequence[UUID], Sequence[dt.date], Sequence[str]], Readings]


@dataclass(frozen=True)
class Measure:
    """A number per partner and period, computed for many partners by one query.

    Of one that is read from a `source` the values of many days cost no more queries than those of one.
    """

    name: str
    label: str
    unit: str  # money, ratio, score, count, flag, days, multiple
    formula: str
    compute: Compute
    rows: Rows | None = None
    direction: str = "higher"
    source: Source | None = None
    empty: Any = ""  # a sentence that says why there is no value


@dataclass(frozen=True)
class Panel:
    """A box on a tab of the partner page: template and context, or None to leave it out for this member.

    `permission` is asked before anything is computed: a tab stands there when one of its panels may be seen.
    With `asks` the context is given what stands in the address (a search, a page) as a third argument.
    """

    order: int
    template: str
    context: Callable[..., dict[str, Any] | None]
    tab: str = "overview"
    permission: str = ""
    asks: bool = False


@dataclass(frozen=True)
class PartnerAction:
    """A button in the head of the partner page; the first that `leads` is the primary one, others stand in a menu."""

    label: Any
    url: str
    icon: str = ""
    access_key: str = ""  # the browser's shortcut: Alt and this letter
    leads: bool = True  # or it only shows something, and never stands as the thing to do


@dataclass(frozen=True)
class ScreeningLink:
    """The way to a candidate's screening: to start it (a POST), to go on with it, to read the last one."""

    start_url: str = ""
    open_url: str = ""
    result_url: str = ""
    progress: str = ""


@dataclass(frozen=True)
class Worklist:
    """A query of what waits for a member: computed, never stored.

    `page` gives the address of a list that shows exactly these; without one all of them stand on a page of their own.
    `company` is whose it is: its name stands before the text for a member who knows of several.
    """

    name: str
    label: str
    query: Callable[[Membership], QuerySet]
    url: Callable[[Any], str]
    text: Callable[[Any], str]
    due: Callable[[Any], dt.date | None] = lambda record: None
    page: Callable[[], str] | None = None
    company: Callable[[Any], Any] = lambda record: None

    @property
    def title(self) -> str:
        return own_words(gettext(self.label))

    def shown(self, record: Any, member: Membership) -> Waiting:
        company = self.company(record) if member.knows_several else None
        text = f"{company}: {self.text(record)}" if company else self.text(record)
        return Waiting(self.title, text, self.url(record), self.due(record))


@dataclass(frozen=True)
class Waiting:
    """One thing that waits for a member, in words."""

    label: str
    text: str
    url: str
    due: dt.date | None


def _partner_of(record: Any) -> Any:
    return record if record._meta.label == "partners.Partner" else record.partner


@dataclass(frozen=True)
class Alert:
    """A condition worth telling, looked for by the nightly job.

    `find` gives the records for which it holds on that day: partners, or records of partners (with the partner
    joined in). It opens one alert per partner and kind, tells the account manager once and again each
    `again_after_days` while it holds, and ends by itself.
    """

    kind: str
    find: Callable[[dt.date], QuerySet | Sequence[Any]]
    text: Callable[[Any], str]
    label: str = ""
    level: str = "warning"  # info, warning, critical
    url: Callable[[Any], str] = lambda record: record.get_absolute_url()
    partner: Callable[[Any], Any] = _partner_of
    again_after_days: int = 30
    tells_chief: bool = False  # the channel chief as well


measures: dict[str, Measure] = {}
panels: list[Panel] = []
partner_actions: list[tuple[int, Callable[[Membership, Any], PartnerAction | None]]] = []
inquiry_actions: list[Callable[[Membership, Any], PartnerAction | None]] = []
screenings: list[Callable[[Membership, Any], ScreeningLink | None]] = []
worklists: dict[str, Worklist] = {}
alerts: dict[str, Alert] = {}
Check = Callable[[Sequence[UUID], dt.date], set[UUID]]
onboarding_checks: dict[str, Check] = {}  # name to: of these partners those that have done it
event_words: dict[str, str] = {}  # event name to words of the timeline; {name} stands for a value of the event
Writer = Callable[[Any], Any]
event_values: dict[str, dict[str, Writer]] = {}  # event name to the values that are written for people, and how


Choices = Callable[[], list[tuple[str, str]]]
_choices: dict[str, Choices] = {}  # lists that belong to an app above, by name: product lines, for one


def lend_choices(name: str) -> Callable[[Choices], Choices]:
    def lend(choices: Choices) -> Choices:
        _choices[name] = choices
        return choices

    return lend


def choices_of(name: str) -> list[tuple[str, str]]:
    """What can be chosen: code and label. Nothing when nobody lends such a list."""
    return _choices[name]() if name in _choices else []


def lend_measure(measure: Measure) -> Measure:
    if measure.name in measures:
        raise ValueError(f"measure {measure.name} is lent twice")
    measures[measure.name] = measure
    return measure


def lend_panel(
    order: int, template: str, tab: str = "overview", *, permission: str = "", asks: bool = False
) -> Callable[[Any], Any]:
    """Put a panel on a tab of the partner page, for those who hold `permission` (of that partner)."""
    if tab not in TABS:
        raise ValueError(f"there is no tab {tab}")

    def lend(context: Callable[..., dict[str, Any] | None]) -> Any:
        panels.append(Panel(order, template, context, tab, permission, asks))
        return context

    return lend


def lend_partner_action(order: int) -> Callable[[Any], Any]:
    """Put a button in the head of the partner page; the function answers None for those who may not press it."""

    def lend(action: Callable[[Membership, Any], PartnerAction | None]) -> Any:
        partner_actions.append((order, action))
        return action

    return lend


def lend_inquiry_action(action: Callable[[Membership, Any], PartnerAction | None]) -> Any:
    """Put a button on the page of an inquiry of the locator; None for those who may not press it."""
    inquiry_actions.append(action)
    return action


def lend_screening(screening: Callable[[Membership, Any], ScreeningLink | None]) -> Any:
    """Say where a candidate is screened; the one who lends it also lends the measure `fit_score`."""
    screenings[:] = [screening]
    return screening


def screening_of(member: Membership, partner: Any) -> ScreeningLink | None:
    """Where this member screens the candidate, or reads its screening; None where nobody lends one."""
    return screenings[0](member, partner) if screenings else None


def lend_worklist(worklist: Worklist) -> Worklist:
    worklists[worklist.name] = worklist
    return worklist


def lend_alert(alert: Alert) -> Alert:
    alerts[alert.kind] = alert
    return alert


def onboarding_check(name: str, check: Check) -> Check:
    """Lend a look at whether partners have done a step of onboarding: such tasks close by themselves, never by hand.

    Given ids of partners and a day it returns those that have done it, by one query for all of them.
    """
    if name in onboarding_checks:
        raise ValueError(f"onboarding check {name} is lent twice")
    onboarding_checks[name] = check
    return check


def tell(**words: str) -> None:
    """Lend the words in which the timeline tells an app's events: `tell(deal__approved="approved the deal")`."""
    told = {name.replace("__", "."): text for name, text in words.items()}
    event_words.update(told)
    announce(told)


def tell_values(event: str, **writers: Writer) -> None:
    """How values of an event are written where its words are shown: a code by its label, a share in percent."""
    event_values.setdefault(event, {}).update(writers)


def labelled(choices: Any) -> Writer:
    """Writes the label of a code; one that is no longer known stays as it is."""
    labels = dict(choices)
    return lambda code: labels.get(code, code)


def read_from(source: Source, name: str, empty: Any) -> Compute:
    """The `compute` of a measure that is read from a source: its value on the last day of each period, or today."""

    def compute(
        partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
    ) -> dict[tuple[UUID, Period], Value]:
        days = [min(period.end, as_of) for period in periods]
        found = source.read(partner_ids, days, [name]).numbers.get(name, {})
        nothing: list[Decimal | None] = [None] * len(days)
        return {
            (partner_id, period): Value(number, "" if number is not None else str(empty))
            for partner_id in partner_ids
            for period, number in zip(periods, found.get(partner_id, nothing), strict=True)
        }

    return compute


def measured(
    name: str, partner_ids: Sequence[UUID], periods: Sequence[Period], as_of: dt.date
) -> dict[tuple[UUID, Period], Value]:
    """The values of a measure by its name; a name nobody lends answers "n/a" with that reason."""
    measure = measures.get(name)
    if measure is None:
        missing = Value(None, "not measured yet")
        return {(partner, period): missing for partner in partner_ids for period in periods}
    return measure.compute(partner_ids, periods, as_of)


def tabs_for(member: Membership, partner: Any) -> list[str]:
    """The tabs that hold something for this member; nothing of them is computed yet."""
    filled = {panel.tab for panel in panels if _may_see(panel, member, partner)}
    return [tab for tab in TABS if tab in filled]


def panels_for(
    member: Membership, partner: Any, tab: str = "overview", query: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The panels of one tab, each with its context; those of other tabs are not asked."""
    shown = []
    for panel in sorted((each for each in panels if each.tab == tab), key=lambda p: p.order):
        if not _may_see(panel, member, partner):
            continue
        context = panel.context(member, partner, query or {}) if panel.asks else panel.context(member, partner)
        if context is not None:
            shown.append({"template": panel.template, **context})
    return shown


def actions_for(member: Membership, partner: Any) -> list[PartnerAction]:
    """What this member can do from the head of the partner page, the most likely first."""
    asked = (action(member, partner) for _, action in sorted(partner_actions, key=lambda entry: entry[0]))
    return [action for action in asked if action is not None]


def _may_see(panel: Panel, member: Membership, partner: Any) -> bool:
    return not panel.permission or permits(member, panel.permission, partner)


def waiting_and_cut(member: Membership, *, each: int = 5) -> tuple[list[Waiting], list[Worklist]]:
    """What waits for this member in every worklist, a few of each, the earliest day first; and the worklists that
    hold more than that."""
    found: list[Waiting] = []
    cut: list[Worklist] = []
    for worklist in worklists.values():
        records = list(worklist.query(member)[: each + 1])
        found += [worklist.shown(record, member) for record in records[:each]]
        if len(records) > each:
            cut.append(worklist)
    return sorted(found, key=lambda waiting: (waiting.due or dt.date.max, waiting.text)), cut


def waiting_for(member: Membership, *, each: int = 5) -> list[Waiting]:
    return waiting_and_cut(member, each=each)[0]
