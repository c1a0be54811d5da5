"""Opportunities as pages print them: every amount, day and flag written once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dealreg.models import DealRegistration, Opportunity
from dealreg.queries.opportunity_page import OpportunityPage
from dealreg.queries.pipeline import StageSum, lines_by_opportunity, probability_of, stage_probabilities, stale_before
from dealreg.rows.against import present_joint
from dealreg.rows.deals import TONES as DEAL_TONES
from partners.countries import COUNTRIES
from partners.timeline_rows import told
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.money import with_places
from prm.kernel.numbers import total_of
from prm.kernel.policies import permits
from prm.kernel.web.cells import addresses
from prm.kernel.web.format import Formatter, formatter

State, Stage = Opportunity.State, Opportunity.Stage
TONES = {State.OPEN: "blue", State.WON: "green", State.LOST: "grey"}
Deal = DealRegistration.State


@dataclass(frozen=True)
class Flag:
    """Something that stands out: a word with its colour."""

    text: str
    tone: str


@dataclass(frozen=True)
class OpportunityRow:
    """One opportunity: a card of the board, a line of the list. The `raw_` values are for exports."""

    id: str
    url: str
    number: str
    name: str
    customer: str
    customer_in_name: bool
    partner: str
    partner_url: str
    lines: str
    amount: str
    raw_amount: Decimal
    probability: str
    raw_probability: Decimal
    state: str
    is_open: bool
    tone: str
    stage: str
    stage_label: str
    close: str  # when its order is expected, or when it was closed
    expected: str
    closed: str
    raw_close: dt.date
    raw_closed: dt.date | None
    next_step: str
    next_step_due: str
    raw_step_due: dt.date | None
    step_is_late: bool
    owner: str
    source: str
    flags: list[Flag]


def present_opportunities(found: Sequence[Opportunity], *, with_lines: bool = False) -> list[OpportunityRow]:
    lines, common = lines_by_opportunity([one.pk for one in found]) if with_lines else {}, _Common()
    return [_row(one, common, ", ".join(lines.get(one.pk, ()))) for one in found]


class _Common:
    """What all rows of a page have in common, looked up once."""

    def __init__(self) -> None:
        self.write, self.today, self.rates = formatter(), clock.today(), stage_probabilities()
        self.stale_before = stale_before(self.today)
        self.address, self.partner_address = addresses("dealreg:opportunity"), addresses("partners:partner")
        self.stages = {value: str(label) for value, label in Stage.choices}
        self.states = {value: str(label) for value, label in State.choices}
        self.sources = {value: str(label) for value, label in Opportunity.Source.choices}


def _row(one: Opportunity, common: _Common, lines: str) -> OpportunityRow:
    write, today, stage, is_open = common.write, common.today, common.stages[one.stage], one.state == State.OPEN
    rate = common.rates[one.stage] if one.probability is None else one.probability
    return OpportunityRow(
        id=str(one.pk),
        url=common.address(one.pk),
        number=one.number,
        name=one.name,
        customer=one.customer_name,
        customer_in_name=not one.customer_name or one.customer_name in one.name,
        partner=one.partner.name if one.partner else "",
        partner_url=common.partner_address(one.partner.pk) if one.partner else "",
        lines=lines,
        amount=write.money(one.amount, one.currency),
        raw_amount=with_places(one.amount, one.currency),
        probability=percent(rate, write) if is_open else "",
        raw_probability=rate,
        state=stage if is_open else common.states[one.state],
        is_open=is_open,
        tone=TONES[State(one.state)],
        stage=one.stage,
        stage_label=stage,
        close=write.day(one.expected_close if is_open else one.closed_on),
        expected=write.day(one.expected_close),
        closed=write.day(one.closed_on) if one.closed_on else "",
        raw_close=one.expected_close,
        raw_closed=one.closed_on,
        next_step=one.next_step if is_open else "",
        next_step_due=write.day(one.next_step_due) if one.next_step_due and is_open else "",
        raw_step_due=one.next_step_due,
        step_is_late=bool(is_open and one.next_step_due and one.next_step_due < today),
        owner=one.owner.user.name if one.owner else "",
        source=common.sources[one.source],
        flags=_flags(one, common),
    )


def percent(rate: Decimal, write: Formatter) -> str:
    """A probability without decimals that say nothing."""
    return write.percent(rate, 0 if rate * 100 == (rate * 100).to_integral_value() else 2)


def _flags(one: Opportunity, common: _Common) -> list[Flag]:
    if one.state != State.OPEN:
        return []
    found = [Flag(_("renewal"), "blue")] if one.renews_id is not None else []
    if one.is_overdue(common.today):
        found.append(Flag(_("overdue"), "red"))
    if one.worked_at < common.stale_before:
        found.append(Flag(_("no news"), "yellow"))
    deal = one.registration
    if deal is not None:
        found.append(Flag(_("protected"), "green") if deal.state == Deal.APPROVED else Flag(_("unprotected"), "yellow"))
    return found


@dataclass(frozen=True)
class ShownColumn:
    """A column of the board."""

    stage: str
    label: str
    url: str
    count: int
    probability: str
    amount: str
    weighted: str
    overdue: str
    cards: list[OpportunityRow]
    more: int


def present_board(
    sums: Mapping[str, StageSum], cards: Mapping[str, list[Opportunity]], query: str, rates: Mapping[str, Decimal]
) -> list[ShownColumn]:
    write, more = formatter(), f"&{query}" if query else ""
    address = reverse("dealreg:opportunities")
    return [
        ShownColumn(
            stage=stage,
            label=str(Stage(stage).label),
            url=f"{address}?stage={stage}&show=open{more}",
            count=found.count,
            probability=percent(rates[stage], write),
            amount=write.money_short(found.amount),
            weighted=write.money_short(found.weighted),
            overdue=_("%(count)s overdue: %(amount)s")
            % {"count": found.overdue, "amount": write.money_short(found.overdue_amount)}
            if found.overdue
            else "",
            cards=present_opportunities(cards.get(stage, [])),
            more=found.count - len(cards.get(stage, ())),
        )
        for stage, found in sums.items()
    ]


def present_stats(sums: Mapping[str, StageSum], figures: Mapping[str, Any], period: str) -> list[dict[str, str]]:
    """The pipeline in four figures: what is open, what is likely, what is overdue, how business ended."""
    write = formatter()
    late = sum(found.overdue for found in sums.values())
    rate = figures["win_rate"]
    return [
        {
            "label": _("Open pipeline"),
            "value": write.money_short(total_of(found.amount for found in sums.values())),
            "hint": _("without what is overdue"),
            "state": "",
        },
        {
            "label": _("Weighted"),
            "value": write.money_short(total_of(found.weighted for found in sums.values())),
            "hint": _("each by its probability"),
            "state": "",
        },
        {
            "label": _("Overdue"),
            "value": write.money_short(total_of(found.overdue_amount for found in sums.values())),
            "hint": _("%(count)s whose order was expected before today") % {"count": late},
            "state": "red" if late else "green",
        },
        {
            "label": _("Win rate, %(period)s") % {"period": period},
            "value": write.percent(rate, 0) if rate is not None else "",
            "hint": _("%(won)s won, %(lost)s lost") % {"won": figures["won_count"], "lost": figures["lost_count"]},
            "state": "",
        },
    ]


def present_totals(sums: Mapping[str, StageSum]) -> str:
    """The pipeline in a sentence."""
    write, late = formatter(), sum(found.overdue for found in sums.values())
    said = _("%(sum)s open, %(weighted)s weighted by probability.") % {
        "sum": write.money_short(total_of(found.amount for found in sums.values())),
        "weighted": write.money_short(total_of(found.weighted for found in sums.values())),
    }
    return f"{said} {_('%(count)s overdue, not counted.') % {'count': late}}" if late else said


def present_figures(figures: Mapping[str, Any], currency: str) -> list[dict[str, str]]:
    """F9 in words."""
    write = formatter()
    named = (
        ("won_count", _("Won"), "count"),
        ("lost_count", _("Lost"), "count"),
        ("won_revenue", _("Won revenue"), "money"),
        ("win_rate", _("Win rate, by count"), "ratio"),
        ("win_rate_value", _("Win rate, by value"), "ratio"),
        ("average_deal_size", _("Average deal size"), "money"),
        ("average_cycle_days", _("Average sales cycle"), "days"),
        ("median_cycle_days", _("Median sales cycle"), "days"),
    )
    return [
        {"label": label, "value": write.figure(figures[name], unit, currency), "hint": "", "state": ""}
        for name, label, unit in named
    ]


# --- one opportunity ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownOpportunity:
    """The page of one opportunity, written."""

    row: OpportunityRow
    facts: list[tuple[str, str]]
    lines: list[tuple[str, str]]
    credits: list[tuple[str, str, str]]
    papers: list[dict[str, Any]]
    bookings: list[tuple[str, str, str]]
    steps: list[tuple[str, str, str]]
    told: str
    told_more: str
    change: str
    registration: dict[str, str] | None


def present_opportunity(page: OpportunityPage, member: Membership) -> ShownOpportunity:
    one, write = page.opportunity, formatter()
    return ShownOpportunity(
        row=_row(one, _Common(), ""),
        facts=[*_facts(one, write, member), *present_joint(page.joint_with)],
        lines=[(row.line.name, write.money(row.amount, row.currency)) for row in page.lines],
        credits=[
            (row.partner.name, percent(row.share, write), str(row.get_kind_display()))  # type: ignore[attr-defined]
            for row in page.credits
        ],
        papers=[
            {
                "kind": str(paper.get_kind_display()),  # type: ignore[attr-defined]
                "day": write.day(paper.dated_on),
                "name": paper.file.name,
                "by": paper.added_by.user.name if paper.added_by else "",
                "url": reverse("dealreg:paper", args=[paper.pk]),
                "remove": reverse("dealreg:remove_paper", args=[paper.pk])
                if one.state == State.OPEN and permits(member, "dealreg.remove_paper", paper)
                else "",
            }
            for paper in page.papers
        ],
        bookings=[
            (write.day(row.booked_on), row.line.name, write.money(row.amount, row.currency)) for row in page.bookings
        ],
        steps=[
            (
                write.moment(event.at),
                event.actor.user.name if event.actor else _("System"),
                told(event.name, event.data),
            )
            for event in page.events
        ],
        told=str(DealRegistration.LossReason(one.loss_reason).label) if one.state == State.LOST else "",
        told_more=one.reason,
        change=write.money(page.change.amount, page.change.currency) if page.change else "",
        registration=_registration(one, write),
    )


def _facts(one: Opportunity, write: Formatter, member: Membership) -> list[tuple[str, str]]:
    own = one.probability is not None
    rate = percent(probability_of(one), write)
    step = one.next_step
    if step and one.next_step_due:
        step = _("%(step)s, on %(day)s") % {"step": step, "day": write.day(one.next_step_due)}
    pairs = [
        (_("Customer"), one.customer_name),
        (_("Web domain"), one.customer_domain),
        (_("Country"), COUNTRIES.get(one.customer_country, one.customer_country)),
        (_("Probability"), (_("%(rate)s, its own") if own else _("%(rate)s, by its stage")) % {"rate": rate}),
        (_("Opened"), write.day(one.opened_on)),
        (_("Expected order"), write.day(one.expected_close)),
        (_("Closed"), write.day(one.closed_on) if one.closed_on else ""),
        (_("Next step"), step),
        (_("Led by"), str(Opportunity.Source(one.source).label)),
        (_("Owner"), one.owner.user.name if one.owner else ""),
        (_("Last worked on"), write.moment(one.worked_at)),
        (_("Share of the credit"), percent(one.credit, write) if one.credit < 1 else ""),
        (_("In the CRM"), one.external_id if member.is_vendor else ""),
    ]
    return [(str(label), value) for label, value in pairs if value]


def _registration(one: Opportunity, write: Formatter) -> dict[str, str] | None:
    deal = one.registration
    if deal is None:
        return None
    return {
        "url": deal.get_absolute_url(),
        "number": deal.number,
        "state": str(Deal(deal.state).label),
        "tone": DEAL_TONES[Deal(deal.state)],
        "until": write.day(deal.expires_on) if deal.state == Deal.APPROVED else "",
        "amount": write.money(deal.amount, deal.currency) if deal.amount is not None else "",
    }
