"""What can be done with a deal: a table of verbs, each with its form and its action."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dealreg.actions import (
    answer_hearing,
    answer_question,
    appeal_deal,
    approve_change,
    approve_deal,
    ask_about_deal,
    ask_extension,
    cancel_deal,
    change_deal,
    grant_extension,
    lose_deal,
    open_deal,
    refuse_change,
    refuse_extension,
    reinstate_deal,
    reject_deal,
    update_next_step,
    win_deal,
    withdraw_deal,
)
from dealreg.forms.deals import (
    AnswerForm,
    AppealForm,
    CancelForm,
    ChangeForm,
    ExtensionForm,
    LoseForm,
    NeededReasonForm,
    NextStepForm,
    NothingForm,
    OptionalReasonForm,
    QuestionForm,
    RejectForm,
    WinForm,
)
from dealreg.models import DealHearing, DealRegistration
from dealreg.queries.freezing import is_frozen
from dealreg.queries.pages import DealPage, active_lines
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.words import own

State = DealRegistration.State
IN_PLAY = {State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED, State.EXPIRED}


@dataclass(frozen=True)
class Verb:
    """A verb on a deal: what it is called, when it makes sense, what is asked."""

    name: str
    label: Any
    act: Callable[..., Any]
    form: type[forms.Form]
    when: Callable[[DealPage], bool]
    title: Any = ""
    tone: str = ""  # primary, danger
    button: Any = ""

    @property
    def permission(self) -> str:
        return f"dealreg.{self.act.__name__}"


def _in(*states: str) -> Callable[[DealPage], bool]:
    return lambda page: page.deal.state in states


def _may_be_approved(page: DealPage) -> bool:
    """Not while an earlier claim waits to be decided: then that comes first."""
    return _in(State.SUBMITTED, State.IN_REVIEW)(page) and not page.is_undecided


def _asked(page: DealPage) -> bool:
    return any(one.state == "asked" for one in page.extensions)


VERBS = (
    Verb("approve", _("Approve"), approve_deal, NothingForm, _may_be_approved, tone="primary"),
    Verb("answer", _("Answer"), answer_question, AnswerForm, _in(State.INFO_REQUESTED), tone="primary"),
    Verb(
        "answer_hearing",
        _("Answer the hearing"),
        answer_hearing,
        AnswerForm,
        lambda page: page.hearing is not None and page.hearing.outcome == DealHearing.Outcome.OPEN,
        tone="primary",
    ),
    Verb("grant_extension", _("Grant the extension"), grant_extension, NothingForm, _asked, tone="primary"),
    Verb("approve_change", _("Accept the change"), approve_change, NothingForm, lambda page: bool(page.change),
         tone="primary"),
    Verb("ask", own("Ask the partner"), ask_about_deal, QuestionForm, _in(State.SUBMITTED, State.IN_REVIEW)),
    Verb("reject", _("Reject"), reject_deal, RejectForm, _in(State.SUBMITTED, State.IN_REVIEW), tone="danger"),
    Verb("refuse_extension", _("Refuse the extension"), refuse_extension, NeededReasonForm, _asked),
    Verb("refuse_change", _("Refuse the change"), refuse_change, NeededReasonForm, lambda page: bool(page.change)),
    Verb("open", _("Take into review"), open_deal, NothingForm, _in(State.SUBMITTED)),
    Verb("next_step", _("Update the next step"), update_next_step, NextStepForm, _in(*IN_PLAY)),
    Verb(
        "ask_extension",
        _("Ask for an extension"),
        ask_extension,
        ExtensionForm,
        lambda page: page.deal.state == State.APPROVED and not _asked(page),
    ),
    Verb(
        "change",
        _("Change amount or lines"),
        change_deal,
        ChangeForm,
        lambda page: page.deal.state == State.APPROVED and page.change is None,
    ),
    Verb("win", _("Order booked"), win_deal, WinForm, _in(State.APPROVED, State.EXPIRED)),
    Verb("lose", _("Mark as lost"), lose_deal, LoseForm, _in(State.APPROVED, State.EXPIRED)),
    Verb("reinstate", _("Protect it again"), reinstate_deal, NeededReasonForm, _in(State.EXPIRED)),
    Verb(
        "appeal",
        _("Appeal"),
        appeal_deal,
        AppealForm,
        lambda page: page.deal.state in {State.REJECTED, State.CANCELLED} and page.deal.appealed_at is None,
    ),
    Verb(
        "withdraw",
        _("Withdraw"),
        withdraw_deal,
        OptionalReasonForm,
        _in(State.SUBMITTED, State.IN_REVIEW, State.INFO_REQUESTED, State.APPROVED),
        tone="danger",
    ),
    Verb("cancel", _("Cancel the approval"), cancel_deal, CancelForm, _in(State.APPROVED), tone="danger"),
)  # fmt: skip
# What is not decided while the partner is suspended.
STANDS_STILL = frozenset({"approve", "reject", "ask", "grant_extension", "approve_change", "reinstate"})
BY_NAME = {verb.name: verb for verb in VERBS}


@dataclass(frozen=True)
class Offered:
    """A verb that this member can use now."""

    name: str
    label: str
    url: str
    form: forms.Form
    tone: str
    is_plain: bool
    is_open: bool


def unplaced(refused: forms.Form | None, shown: Iterable[forms.Form | None]) -> forms.Form | None:
    """A refusal that no form of the page shows: what was tried is not offered any more. It is said on top."""
    return None if any(form is refused for form in shown) else refused


def done_words(label: Any) -> str:
    """What is said after a verb, on the page to which it leads."""
    return gettext("Done: %(what)s.") % {"what": label}


def kept(fresh: Any, refused: forms.Form | None) -> Any:
    """The form as it was filled in, if it is the one that was refused; known by its ids."""
    return refused if refused is not None and refused.auto_id == fresh.auto_id else fresh


def offered(page: DealPage, member: Membership, *, refused: forms.Form | None, verb: str) -> list[Offered]:
    """The verbs that fit the state and that this member may use; the one that was refused stands open."""
    found = []
    for one in VERBS:
        if one.name in STANDS_STILL and is_frozen(page.deal):
            continue
        if not one.when(page) or not permits(member, one.permission, page.deal):
            continue
        is_refused = verb == one.name and refused is not None
        form = refused if is_refused and refused is not None else form_of(one, page.deal)
        url = reverse(f"dealreg:{one.name}", args=[page.deal.pk])
        found.append(Offered(one.name, str(one.label), url, form, one.tone, one.form is NothingForm, is_refused))
    return found


def form_of(verb: Verb, deal: DealRegistration, data: Any = None) -> forms.Form:
    more: dict[str, Any] = {"auto_id": f"{verb.name}_%s"}
    if verb.form is ChangeForm:
        known = set(deal.lines.values_list("line_id", flat=True))  # type: ignore[attr-defined]
        more["lines"] = [line for line in active_lines() if line.pk not in known]
        more["initial"] = {"amount": deal.amount}
    if verb.form is NextStepForm:
        more["initial"] = {"next_step": deal.next_step, "next_step_due": deal.next_step_due}
    return verb.form(data, **more)
