"""The addresses of the verbs: one way of answering for all of them, and the ways of the conflict rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dealreg.actions import decide_conflict, decide_transfer, propose_transfer
from dealreg.forms.deals import ConflictForm, TransferDecisionForm, TransferForm
from dealreg.models import DealConflict, DealRegistration
from dealreg.views.offers import BY_NAME, done_words, form_of
from dealreg.views.page import DEAL, deal_answer
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of

CONFLICT = DealConflict.objects.select_related("candidate__partner", "existing__partner", "hearing")


def verb_view(name: str) -> Any:
    """The address of a verb: the form's words go to the action, a refusal comes back on the page of the deal."""
    verb = BY_NAME[name]

    @may(verb.permission, DEAL)
    @require_POST
    def answer(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
        def again(form: forms.Form) -> HttpResponse:
            stands = DEAL.all().filter(pk=deal.pk).first() or deal
            return deal_answer(request, stands, refused=form, verb=name)

        return submit(
            request,
            form_of(verb, deal, request.POST),
            lambda data: verb.act(deal, by=member_of(request), **data),
            again=again,
            then=lambda _done: deal,
            said=lambda _done: done_words(verb.label),
        )

    answer.__name__ = name
    return answer


# --- conflicts ----------------------------------------------------------------------------------------------------


def _on_conflict(
    request: HttpRequest, conflict: DealConflict, form: forms.Form, act: Callable[..., Any]
) -> HttpResponse:
    deal = conflict.candidate
    return submit(
        request,
        form,
        act,
        again=lambda form: deal_answer(request, DEAL.all().get(pk=deal.pk), refused=form, verb="conflict"),
        then=lambda _done: deal,
        said=lambda _done: _("Decided, and written in the history."),
    )


@may("dealreg.decide_conflict", CONFLICT)
@require_POST
def conflict(request: HttpRequest, conflict: DealConflict) -> HttpResponse:
    """Operations decides between an earlier registration and this one."""
    form = ConflictForm(request.POST, auto_id=f"c{conflict.pk.hex[:8]}_%s")

    def act(data: dict[str, Any]) -> Any:
        share = data["share"] / HUNDRED if data["share"] is not None else None
        return decide_conflict(
            conflict, by=member_of(request), decision=data["decision"], reason=data["reason"], credit_share=share
        )

    return _on_conflict(request, conflict, form, act)


@may("dealreg.propose_transfer", CONFLICT)
@require_POST
def transfer(request: HttpRequest, conflict: DealConflict) -> HttpResponse:
    """The customer chose the later partner: hear the first one."""
    form = TransferForm(request.POST, auto_id=f"t{conflict.pk.hex[:8]}_%s")
    return _on_conflict(request, conflict, form, lambda data: propose_transfer(conflict, by=member_of(request), **data))


@may("dealreg.decide_transfer", CONFLICT)
@require_POST
def transfer_decision(request: HttpRequest, conflict: DealConflict) -> HttpResponse:
    """The channel chief decides a proposed transfer."""
    form = TransferDecisionForm(request.POST, auto_id=f"d{conflict.pk.hex[:8]}_%s")
    return _on_conflict(request, conflict, form, lambda data: decide_transfer(conflict, by=member_of(request), **data))
