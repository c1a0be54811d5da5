"""The addresses of the verbs on opportunities; credits and papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions import decide_engagement, remove_paper, set_credits
from dealreg.forms.opportunities import CreditsForm, EngagementForm
from dealreg.models import DealEngagement, Opportunity, OpportunityCredit, OpportunityDocument
from dealreg.views.offers import done_words
from dealreg.views.opportunity_page import BY_NAME, OPPORTUNITY, form_of, opportunity_answer
from dealreg.views.page import DEAL, deal_answer
from prm.kernel.files import serve
from prm.kernel.numbers import HUNDRED
from prm.kernel.web.access import may
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.tenancy import member_of

PAPER = OpportunityDocument.objects.select_related("opportunity__partner", "opportunity__registration", "file")
ENGAGEMENT = DealEngagement.objects.select_related("candidate__partner", "opportunity")


def verb_view(name: str) -> Any:
    """The address of a verb: the form's words go to the action, a refusal comes back on the page."""
    verb = BY_NAME[name]

    @may(verb.permission, OPPORTUNITY)
    @require_POST
    def answer(request: HttpRequest, opportunity: Opportunity) -> HttpResponse:
        def again(form: forms.Form) -> HttpResponse:
            stands = OPPORTUNITY.all().filter(pk=opportunity.pk).first() or opportunity
            return opportunity_answer(request, stands, refused=form, verb=name)

        return submit(
            request,
            form_of(verb, opportunity, member_of(request), request.POST, request.FILES),
            lambda data: verb.act(opportunity, by=member_of(request), **data),
            again=again,
            then=lambda _done: _back(request, opportunity),
            said=lambda done: _said(name, verb.label, done),
        )

    answer.__name__ = name
    return answer


def _said(name: str, label: Any, done: Any) -> str:
    """A card of the board says where it is by now."""
    if name == "stage":
        return _("%(name)s is in “%(stage)s” now.") % {"name": done.name, "stage": done.get_stage_display()}
    return done_words(label)


def _back(request: HttpRequest, opportunity: Opportunity) -> str:
    """To the page, or to the card on the board where it was moved."""
    if request.POST.get("back") != "board":
        return opportunity.get_absolute_url()
    query = request.POST.get("query", "")
    asked = f"?{query}" if query and query.isprintable() and "#" not in query else ""
    return f"{reverse('dealreg:pipeline')}{asked}#o-{opportunity.pk}"


@may("dealreg.set_credits", OPPORTUNITY)
@require_http_methods(["GET", "POST"])
def credits(request: HttpRequest, opportunity: Opportunity) -> HttpResponse:
    """Who is credited with which share."""

    def page(form: CreditsForm) -> HttpResponse:
        return render(request, "dealreg/credits.html", {"form": form, "opportunity": opportunity})

    if request.method == "GET":
        rows = OpportunityCredit.objects.filter(opportunity=opportunity).select_related("partner")
        known = list(rows.order_by("-share", "pk"))
        return page(CreditsForm(credits=known, initial={"version": opportunity.version}))
    return submit(
        request,
        CreditsForm(request.POST),
        lambda data: set_credits(opportunity, by=member_of(request), **data),
        again=page,
        then=lambda done: done,
        said=saved,
    )


@may("dealreg.view_opportunity", PAPER)
@require_safe
def paper(request: HttpRequest, paper: OpportunityDocument) -> HttpResponse:
    """The file of a paper, as an attachment."""
    return serve(paper.file)


@may("dealreg.remove_paper", PAPER)
@require_POST
def take_paper_away(request: HttpRequest, paper: OpportunityDocument) -> HttpResponse:
    opportunity = remove_paper(paper, by=member_of(request))
    messages.success(request, _("The paper was taken away."))
    return redirect(opportunity)


@may("dealreg.decide_engagement", ENGAGEMENT)
@require_POST
def engagement(request: HttpRequest, engagement: DealEngagement) -> HttpResponse:
    """Operations decides on a registration that meets the vendor's own sales."""
    deal = engagement.candidate

    def act(data: dict[str, Any]) -> Any:
        share = data["share"] / HUNDRED if data["share"] is not None else None
        return decide_engagement(
            engagement, by=member_of(request), decision=data["decision"], reason=data["reason"], credit_share=share
        )

    return submit(
        request,
        EngagementForm(request.POST, auto_id=f"e{engagement.pk.hex[:8]}_%s"),
        act,
        again=lambda form: deal_answer(request, DEAL.all().get(pk=deal.pk), refused=form, verb="conflict"),
        then=lambda _done: deal,
        said=lambda _done: _("Decided, and written in the history."),
    )
