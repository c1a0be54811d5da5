"""Deals as pages print them: every amount, day and clock written once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dealreg.models import DealHearing, DealHistory, DealRegistration
from dealreg.queries.contested import Contest
from dealreg.queries.freezing import is_frozen
from dealreg.queries.pages import DealPage, lines_by_deal
from dealreg.queries.rules import Eligibility
from dealreg.rows.against import (
    ShownAgainst,
    contact_of,
    present_against,
    present_bought,
    present_business,
    present_contest,
    present_engagement,
    present_joint,
)
from partners.countries import COUNTRIES
from partners.timeline_rows import told
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.money import with_places
from prm.kernel.periods import add_days, is_business_day
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.cells import addresses
from prm.kernel.web.format import Formatter, formatter
from prm.kernel.words import own

State = DealRegistration.State
TONES = {
    State.DRAFT: "grey",
    State.SUBMITTED: "blue",
    State.IN_REVIEW: "blue",
    State.INFO_REQUESTED: "yellow",
    State.APPROVED: "green",
    State.REJECTED: "red",
    State.WITHDRAWN: "grey",
    State.EXPIRED: "grey",
    State.CANCELLED: "red",
    State.WON: "green",
    State.LOST: "grey",
}
SOON = 14


@dataclass(frozen=True)
class ShownClock:
    """What the clock of a deal says: a sentence, its colour, and the day it speaks of."""

    text: str
    tone: str = "grey"
    day: str = ""


def clock_of(deal: DealRegistration, today: dt.date, write: Formatter) -> ShownClock:
    """The deadline of a decision, or the end of the protection; of a suspended partner both stand still."""
    if is_frozen(deal) and (deal.is_open or deal.state == State.APPROVED):
        return ShownClock(own("Stands still: the partner is suspended"), "yellow")
    if deal.state == State.INFO_REQUESTED:
        return ShownClock(_("Paused until the question is answered"), "yellow")
    if deal.is_open and deal.review_due is not None:
        left, day = business_days_left(today, deal.review_due), write.day(deal.review_due)
        if left < 0:
            return ShownClock(_("Decision was due on %(day)s") % {"day": day}, "red", day)
        if left == 0:
            return ShownClock(_("Decision due today"), "yellow", day)
        text = ngettext("Decision within %(n)s business day", "Decision within %(n)s business days", left) % {"n": left}
        return ShownClock(text, "blue", day)
    if deal.state == State.APPROVED and deal.expires_on is not None:
        days, day = (deal.expires_on - today).days, write.day(deal.expires_on)
        if days < 0:
            return ShownClock(_("Protection ended on %(day)s") % {"day": day}, "red", day)
        text = ngettext("Protected for %(n)s more day", "Protected for %(n)s more days", days) % {"n": days}
        if days == 0:
            text = _("Protected through today")
        return ShownClock(text, "yellow" if days <= SOON else "green", day)
    ended = {State.EXPIRED: deal.expires_on, State.WON: deal.closed_on, State.LOST: deal.closed_on}.get(deal.state)  # type: ignore[call-overload]
    return ShownClock(_("since %(day)s") % {"day": write.day(ended)} if ended else "", "grey")


def business_days_left(today: dt.date, due: dt.date) -> int:
    """Business days after today up to the day; negative when it is past."""
    if due < today:
        return -1
    holidays, day, left = set(current_tenant().holidays), today, 0
    while day < due:
        day = add_days(day, 1)
        left += is_business_day(day, holidays)
    return left


@dataclass(frozen=True)
class DealRow:
    """One line of the list of deals. The `raw_` values are for exports."""

    id: str
    url: str
    number: str
    customer: str
    partner: str
    partner_url: str
    lines: str
    amount: str
    raw_amount: Decimal | None
    state: str
    tone: str
    clock: ShownClock
    owner: str
    close: str
    raw_close: dt.date | None
    raw_expires: dt.date | None
    submitted: str
    raw_submitted: dt.datetime | None
    is_overdue: bool
    conflict: str = ""
    conflict_tone: str = ""


def present_deals(
    deals: list[DealRegistration], *, with_lines: bool = True, contested: Mapping[UUID, Contest] = MappingProxyType({})
) -> list[DealRow]:
    write, today = formatter(), clock.today()
    lines = lines_by_deal([deal.pk for deal in deals]) if with_lines else {}
    states = {value: str(label) for value, label in State.choices}
    address, partner_address = addresses("dealreg:deal"), addresses("partners:partner")
    return [
        DealRow(
            id=str(deal.pk),
            url=address(deal.pk),
            number=deal.number if deal.state != State.DRAFT else "",
            customer=deal.customer_name,
            partner=deal.partner.name,
            partner_url=partner_address(deal.partner_id),
            lines=", ".join(lines.get(deal.pk, [])),
            amount=write.money(deal.amount, deal.currency) if deal.amount is not None else "",
            raw_amount=None if deal.amount is None else with_places(deal.amount, deal.currency),
            state=states[deal.state],
            tone=TONES[State(deal.state)],
            clock=clock_of(deal, today, write),
            owner=deal.owner.user.name if deal.owner else "",
            close=write.day(deal.expected_close) if deal.expected_close else "",
            raw_close=deal.expected_close,
            raw_expires=deal.expires_on,
            submitted=write.moment(deal.submitted_at) if deal.submitted_at else "",
            raw_submitted=deal.submitted_at,
            is_overdue=_is_overdue(deal, today),
            conflict=present_contest(contested.get(deal.pk))[0],
            conflict_tone=present_contest(contested.get(deal.pk))[1],
        )
        for deal in deals
    ]


def _is_overdue(deal: DealRegistration, today: dt.date) -> bool:
    return deal.state in (State.APPROVED, State.EXPIRED) and bool(deal.expected_close and deal.expected_close < today)


@dataclass(frozen=True)
class ShownBenefit:
    """What a registration would give, told before anything is asked."""

    may_register: bool
    why: str
    days: int
    until: str
    discount: str
    extensions: str
    review_due: str
    tier: str


def present_eligibility(found: Eligibility, tier_name: str) -> ShownBenefit:
    write, benefits = formatter(), found.benefits
    n = benefits.max_extensions
    more = ngettext("%(n)s extension of %(days)s days", "%(n)s extensions of %(days)s days", n) if n else ""
    return ShownBenefit(
        may_register=found.may_register,
        why=found.why,
        days=benefits.protection_days,
        until=write.day(found.protected_until),
        discount=write.percent(benefits.registration_discount, 1).replace(".0 ", " ").replace(",0 ", " "),
        extensions=more % {"n": n, "days": benefits.extension_days} if more else "",
        review_due=write.weekday(found.review_due),
        tier=tier_name,
    )


@dataclass(frozen=True)
class ShownStep:
    """One step of the history."""

    moment: str
    who: str
    text: str
    is_inner: bool = False


@dataclass(frozen=True)
class ShownDeal:
    """The page of one deal, written."""

    number: str
    state: str
    tone: str
    clock: ShownClock
    facts: list[tuple[str, str]]
    lines: list[tuple[str, bool]]
    need: str
    contact: str
    amount: str
    close: str
    told: str
    told_more: str
    next_step: str
    next_step_due: str
    questions: list[dict[str, str]]
    hearing: dict[str, str] | None
    extensions: list[dict[str, str]]
    change: dict[str, str] | None
    steps: list[ShownStep]
    openings: list[tuple[str, str]]
    submitted: str
    desk: str
    is_appeal: bool
    conflict: str
    conflict_tone: str
    against: list[ShownAgainst] = field(default_factory=list)
    engaged: list[dict[str, str]] = field(default_factory=list)
    bought: list[dict[str, str]] = field(default_factory=list)
    business: dict[str, str] | None = None


def present_page(page: DealPage, member: Membership) -> ShownDeal:
    deal, write, today = page.deal, formatter(), clock.today()
    return ShownDeal(
        number=deal.number,
        state=str(State(deal.state).label),
        tone=TONES[State(deal.state)],
        clock=clock_of(deal, today, write),
        facts=[*_facts(deal, write), *present_joint(page.joint_with)],
        lines=[(row.line.name, row.granted) for row in page.lines],
        need=deal.need,
        contact=contact_of(deal),
        amount=write.money(deal.amount, deal.currency) if deal.amount is not None else "",
        close=write.day(deal.expected_close) if deal.expected_close else "",
        told=_told(deal),
        told_more=deal.reason,
        next_step=deal.next_step,
        next_step_due=write.day(deal.next_step_due) if deal.next_step_due else "",
        questions=[
            {
                "question": one.question,
                "asked": write.moment(one.asked_at),
                "answer": one.answer,
                "answered": write.moment(one.answered_at) if one.answered_at else "",
            }
            for one in page.questions
        ],
        hearing=_hearing(page.hearing, write) if not member.is_vendor or _sees_rivals(member) else None,
        extensions=[
            {
                "days": str(one.days),
                "evidence": one.evidence,
                "state": str(one.get_state_display()),
                "reason": one.reason,
                "at": write.moment(one.created_at),
            }
            for one in page.extensions
        ],
        change={
            "amount": write.money(page.change.amount, page.change.currency),
            "before": write.money(page.change.amount_before, page.change.currency),
            "explanation": page.change.explanation,
            "new_lines": str(len(page.change.new_lines)),
        }
        if page.change
        else None,
        steps=_steps(page, write),
        openings=_openings(page, write),
        submitted=write.moment(deal.submitted_at),
        desk=_desk(page),
        is_appeal=bool(page.review and page.review.is_appeal and deal.is_open),
        conflict=present_contest(page.contest)[0],
        conflict_tone=present_contest(page.contest)[1],
        against=[present_against(one, write, TONES) for one in page.against],
        engaged=[present_engagement(one, write) for one in page.engaged],
        bought=[present_bought(one, write) for one in page.bought],
        business=present_business(page.opportunity, write),
    )


def _sees_rivals(member: Membership) -> bool:
    return permits(member, "dealreg.view_conflict")


def _facts(deal: DealRegistration, write: Formatter) -> list[tuple[str, str]]:
    pairs: list[tuple[str, Any]] = [
        (_("Web domain"), deal.customer_domain),
        (_("Country"), COUNTRIES.get(deal.customer_country, deal.customer_country)),
        (_("Contact"), contact_of(deal)),
        (_("Amount"), write.money(deal.amount, deal.currency) if deal.amount is not None else ""),
        (_("Expected order"), write.day(deal.expected_close) if deal.expected_close else ""),
        (_("Found by"), str(deal.get_source_display())),  # type: ignore[attr-defined]
        (_("Tender"), _("Public tender: nobody gets exclusive protection") if deal.tender else ""),
        (_("Received"), write.moment(deal.submitted_at) if deal.submitted_at else ""),
        (_("Owner"), deal.owner.user.name if deal.owner else ""),
        (_("Campaign"), deal.campaign),
    ]
    if deal.approved_on is not None:
        pairs += [
            (_("Approved on"), write.day(deal.approved_on)),
            (_("Protected until"), write.day(deal.expires_on)),
            (_("Registration discount"), write.percent(deal.discount, 1)),
        ]
    if deal.credit_share < 1:
        pairs.append((_("Share of the credit"), write.percent(deal.credit_share, 1)))
    return [(str(label), value) for label, value in pairs if value]


def _told(deal: DealRegistration) -> str:
    if deal.state == State.REJECTED:
        return str(DealRegistration.RejectReason(deal.reject_reason).label)
    if deal.state == State.LOST:
        return str(DealRegistration.LossReason(deal.loss_reason).label)
    return ""


def _hearing(hearing: DealHearing | None, write: Formatter) -> dict[str, str] | None:
    if hearing is None:
        return None
    return {
        "statement": hearing.statement,
        "due": write.weekday(hearing.due_on),
        "answer": hearing.answer,
        "outcome": str(hearing.get_outcome_display()),  # type: ignore[attr-defined]
        "is_open": "yes" if hearing.outcome == DealHearing.Outcome.OPEN else "",
    }


def _steps(page: DealPage, write: Formatter) -> list[ShownStep]:
    """Newest first. What the vendor does before the decision is the team's, to its own people a person's."""
    links = sorted([*page.history, *page.inner], key=lambda link: (link.at, link.chain, link.step), reverse=True)
    return [
        ShownStep(
            write.moment(link.at), _who(link, page), _words(link, page.deal), link.chain == DealHistory.Chain.INNER
        )
        for link in links
        if not (link.chain == DealHistory.Chain.INNER and link.name in BY_THE_TEAM)
    ]


BY_THE_TEAM = frozenset({"deal.opened", "deal.asked", "deal.hearing_opened", "deal.joined", "deal.kept"})


def _who(link: DealHistory, page: DealPage) -> str:
    if link.actor is not None:
        return link.actor.user.name
    if known := page.reviewers.get((link.name, link.at)):
        return known
    return _("Vendor team") if link.name in BY_THE_TEAM else _("System")


def _words(link: DealHistory, deal: DealRegistration) -> str:
    return told(link.name, {"customer": deal.customer_name, "number": deal.number, **link.data})


def _openings(page: DealPage, write: Formatter) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for one in page.openings:
        found.setdefault(one.member.user.name, write.day(one.on))
    return list(found.items())


def _desk(page: DealPage) -> str:
    review = page.review
    if review is None or not page.deal.is_open:
        return ""
    where = str(review.get_level_display())  # type: ignore[attr-defined]
    more = str(review.get_escalated_to_display()) if review.escalated_to else ""  # type: ignore[attr-defined]
    return f"{where}, {_('escalated to')} {more.lower()}" if more else where
