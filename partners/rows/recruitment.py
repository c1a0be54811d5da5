"""The recruiting pages in words: the board with its cards, the steps of one candidate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from partners.models import Candidate, Document, Partner
from partners.queries import (
    STAGES,
    Pathway,
    Standing,
    fit_scores,
    managers_of,
    open_questions,
    rules,
)
from partners.registries import Value
from prm.kernel.charts import Chart, ChartKind, Series
from prm.kernel.models import Membership
from prm.kernel.periods import add_days, days_between
from prm.kernel.policies import permits
from prm.kernel.web.format import formatter

S = Partner.State
CARDS_SHOWN = 12


@dataclass(frozen=True)
class CandidateRow:
    """One candidate: a card of the board, a line of the list."""

    url: str
    name: str
    stage: str
    country: str
    source: str
    manager: str
    age: int
    age_text: str
    entered_on: str
    is_late: bool
    is_community: bool
    fit: str
    fit_status: str
    next_step: str
    closed: str
    raw_fit: Decimal | None


def present_candidates(candidates: Sequence[Candidate], on: dt.date) -> list[CandidateRow]:
    """Everything that is asked is asked once for all of them."""
    ids = [candidate.partner_id for candidate in candidates]
    fits, asked, managers = fit_scores(ids, on), open_questions(ids), managers_of(ids)
    write, kept = formatter(), rules()
    stages = {value: str(label) for value, label in Candidate.Stage.choices}
    reasons = {value: str(label) for value, label in Candidate.Reason.choices}
    rows = []
    for candidate in candidates:
        partner, fit = candidate.partner, fits[candidate.partner_id]
        manager = managers.get(candidate.partner_id)
        age = days_between(candidate.entered_on, on)
        limit = kept.limit_of(candidate.stage)
        is_waiting = not candidate.closed and candidate.stage != Candidate.Stage.FIRST_REVENUE
        rows.append(
            CandidateRow(
                url=candidate.get_absolute_url(),
                name=partner.name,
                stage=stages[candidate.stage],
                country=partner.country,
                source=partner.source,
                manager=manager.user.name if manager else "",
                age=age,
                age_text=ngettext("%(n)s day", "%(n)s days", age) % {"n": age},
                entered_on=write.day(candidate.entered_on),
                is_late=is_waiting and limit is not None and age > limit,
                is_community=candidate.joined_community_on is not None,
                fit=write.score(fit.number) if fit.number is not None else "",
                fit_status=fit_status(fit, kept.min_fit_score),
                next_step=next_step(candidate, fit, kept.min_fit_score, asked.get(candidate.partner_id, 0)),
                closed=reasons.get(candidate.close_reason, _("Closed")) if candidate.closed else "",
                raw_fit=fit.number,
            )
        )
    return rows


def fit_status(fit: Value, needed: Decimal) -> str:
    if fit.number is None:
        return "grey"
    return "green" if fit.number >= needed else "red"


def next_step(candidate: Candidate, fit: Value, needed: Decimal, asked: int) -> str:
    """What the account manager does next, in a few words."""
    if candidate.closed:
        return ""
    if candidate.joined_community_on is not None:
        return _("Keep in touch")
    match candidate.stage:
        case Candidate.Stage.IDENTIFIED:
            return _("Make the first contact")
        case Candidate.Stage.CONTACTED:
            return _("Start the conversation")
        case Candidate.Stage.ENGAGED if fit.number is None:
            return _("Screen")
        case Candidate.Stage.ENGAGED if asked:
            return ngettext("Answer a question", "Answer %(n)s questions", asked) % {"n": asked}
        case Candidate.Stage.ENGAGED if fit.number < needed:
            return _("Decide: the fit is low")
        case Candidate.Stage.ENGAGED:
            return _("Qualify")
        case Candidate.Stage.QUALIFIED if candidate.agreement_sent_on is None:
            return _("Send the agreement")
        case Candidate.Stage.QUALIFIED:
            return _("Get the agreement signed")
        case Candidate.Stage.COMMITTED:
            return _("Onboard")
        case Candidate.Stage.ONBOARDED:
            return _("Win the first order")
    return ""


# --- the board -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Column:
    """One stage of the board."""

    stage: str
    label: str
    count: int
    reached: int
    conversion: str
    average_age: str
    over_limit: int
    limit: str
    cards: list[CandidateRow]
    more: int
    url: str


def present_board(figures: Pathway, cards: Mapping[str, list[CandidateRow]], address: str) -> list[Column]:
    """The columns in order; those of the last stage are won and wait for nothing."""
    write, kept = formatter(), rules()
    columns = []
    for place, stage in enumerate(STAGES):
        is_last = place == len(STAGES) - 1
        shown = cards.get(stage, [])
        count = figures.reached[stage] if is_last else figures.current[stage]
        limit = kept.limit_of(stage)
        conversion = None if is_last else figures.conversion[f"{stage}>{STAGES[place + 1]}"]
        columns.append(
            Column(
                stage=stage,
                label=str(Candidate.Stage(stage).label),
                count=count,
                reached=figures.reached[stage],
                conversion="" if conversion is None else write.percent(conversion, 0),
                average_age=_days(figures.average_age_days[stage]),
                over_limit=figures.over_limit[stage],
                limit="" if limit is None or is_last else _("limit %(n)s days") % {"n": limit},
                cards=shown,
                more=max(0, count - len(shown)),
                url=f"{address}&stage={stage}" if "?" in address else f"{address}?stage={stage}",
            )
        )
    return columns


def funnel(figures: Pathway) -> Chart:
    """How many reached each stage."""
    return Chart(
        kind=ChartKind.BARS,
        title=_("Reached"),
        categories=tuple(str(Candidate.Stage(stage).label) for stage in STAGES),
        series=(Series(_("Candidates"), tuple(Decimal(figures.reached[stage]) for stage in STAGES), "brand"),),
        unit="count",
    )


def _days(value: Decimal | None) -> str:
    return "" if value is None else _("%(n)s days") % {"n": formatter().number(value, 1)}


def present_stats(figures: Pathway) -> list[dict[str, str]]:
    write = formatter()
    waiting, late = sum(figures.current.values()), sum(figures.over_limit.values())
    return [
        {"label": _("On the way"), "value": write.count(waiting), "state": "", "hint": ""},
        {
            "label": _("Over the limit"),
            "value": write.count(late),
            "state": ("yellow" if late else "green") if waiting else "",
            "hint": _("longer in a stage than it should take"),
        },
        {
            "label": _("To the first revenue"),
            "value": write.percent(figures.overall_conversion, 1),
            "state": "",
            "hint": _("of all who were ever on the way"),
        },
        {
            "label": _("Ramp to revenue"),
            "value": _days(figures.ramp_from_committed),
            "state": "",
            "hint": _("from the agreement; from the first talk %(days)s")
            % {"days": _days(figures.ramp_from_engaged) or "n/a"},
        },
    ]


# --- one candidate ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """Something one may do with this candidate; `why_not` says what is missing."""

    name: str
    label: Any
    icon: str
    why_not: str = ""
    is_next: bool = False

    @property
    def is_possible(self) -> bool:
        return not self.why_not


STEPS: dict[str, tuple[Any, str, frozenset[str]]] = {
    "log_first_contact": (gettext_lazy("Log the first contact"), "phone-call", frozenset({S.IDENTIFIED})),
    "engage_partner": (gettext_lazy("Mark as engaged"), "messages", frozenset({S.IDENTIFIED, S.CONTACTED})),
    "qualify_partner": (gettext_lazy("Qualify"), "check", frozenset({S.ENGAGED})),
    "send_agreement": (gettext_lazy("Send the agreement"), "send", frozenset({S.QUALIFIED})),
    "commit_partner": (gettext_lazy("Agreement signed"), "signature", frozenset({S.QUALIFIED})),
    "offer_community": (
        gettext_lazy("Offer a place in the community"),
        "users-plus",
        frozenset({S.ENGAGED, S.QUALIFIED}),
    ),
    "join_community": (gettext_lazy("Take into the community"), "users", frozenset({S.ENGAGED, S.QUALIFIED})),
    "decline_partner": (
        gettext_lazy("Decline"),
        "x",
        frozenset({S.IDENTIFIED, S.CONTACTED, S.ENGAGED, S.QUALIFIED, S.COMMITTED}),
    ),
    "reopen_partner": (gettext_lazy("Open again"), "refresh", frozenset({S.DECLINED})),
}


# Other ends than a partnership: there to choose, never what comes next by itself.
BESIDES = ("decline_partner", "offer_community", "join_community")


def steps_of(
    partner: Partner, candidate: Candidate | None, member: Membership, standing: Standing, on: dt.date
) -> list[Step]:
    """The steps that exist from here and that this member may take, each with what is missing for it."""
    found = []
    for name, (label, icon, states) in STEPS.items():
        if partner.state not in states or not permits(member, f"partners.{name}", partner):
            continue
        found.append(Step(name, label, icon, why_not=_missing(name, candidate, member, standing, on, partner)))
    first = next((step.name for step in found if step.is_possible and step.name not in BESIDES), "")
    return [Step(s.name, s.label, s.icon, s.why_not, s.name == first) for s in found]


def _missing(
    name: str, candidate: Candidate | None, member: Membership, standing: Standing, on: dt.date, partner: Partner
) -> str:
    if name == "qualify_partner" and not standing.is_fit and not permits(member, "partners.override_fit", partner):
        if standing.fit.number is None:
            return _("The screening is not submitted yet. The channel chief may qualify without it.")
        return _("The fit score is %(fit)s, asked is %(needed)s. The channel chief may qualify all the same.") % {
            "fit": formatter().score(standing.fit.number),
            "needed": formatter().score(standing.needed),
        }
    if name == "commit_partner":
        if standing.agreement is None:
            return _("No signed agreement in force is recorded.")
        if not standing.has_authority and not permits(member, "partners.vouch_for_signer", partner):
            return _("It is not known that %(name)s may sign for the company. Channel operations can confirm it.") % {
                "name": standing.agreement.signed_by or _("the signer")
            }
    if name == "offer_community" and candidate is not None and candidate.community_offered_on:
        return _("Offered on %(day)s.") % {"day": formatter().day(candidate.community_offered_on)}
    if name == "reopen_partner" and candidate is not None and candidate.closed_on:
        earliest = add_days(candidate.closed_on, rules().reopen_after_days)
        if on < earliest:
            return _("Possible from %(day)s on.") % {"day": formatter().day(earliest)}
    return ""


@dataclass(frozen=True)
class StageLine:
    label: str
    day: str
    is_reached: bool
    is_here: bool


def stage_lines(candidate: Candidate) -> list[StageLine]:
    """The pathway with the days on which it was walked."""
    write = formatter()
    return [
        StageLine(
            label=str(Candidate.Stage(stage).label),
            day=write.day(dt.date.fromisoformat(candidate.entered[stage])) if stage in candidate.entered else "",
            is_reached=STAGES.index(stage) <= STAGES.index(candidate.stage),
            is_here=stage == candidate.stage and not candidate.closed,
        )
        for stage in STAGES
    ]


def present_standing(standing: Standing) -> dict[str, Any]:
    write = formatter()
    agreement: Document | None = standing.agreement
    return {
        "fit": write.score(standing.fit.number) if standing.fit.number is not None else "",
        "fit_why": standing.fit.why,
        "fit_status": fit_status(standing.fit, standing.needed),
        "needed": write.score(standing.needed),
        "open_questions": standing.open_questions,
        "agreement": agreement,
        "agreement_on": write.day(agreement.signed_on) if agreement else "",
        "has_authority": standing.has_authority,
    }
