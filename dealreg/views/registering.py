"""Registering a deal: first what it gives, then one short form; a draft is kept before anything is sent."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dealreg.actions import draft_deal, drop_draft, edit_draft, submit_deal
from dealreg.actions.leads import register_lead
from dealreg.actions.leads.converting import prefill_of
from dealreg.actions.registering import REQUIRED
from dealreg.forms.deals import DealForm, NothingForm
from dealreg.models import Contract, DealLine, DealRegistration, Lead, LeadContact
from dealreg.queries.contracts import contract_page
from dealreg.queries.pages import active_lines
from dealreg.queries.rules import eligibility_of
from dealreg.rows.contracts import prefill_of as prefill_of_contract
from dealreg.rows.deals import present_eligibility
from dealreg.views.page import deal_answer
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.numbers import total_of
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import add_refusal, go
from prm.kernel.web.tenancy import member_of

COPIED = (
    "customer_name", "customer_country", "customer_domain", "contact_name", "contact_email", "need", "source",
)  # fmt: skip
WRITTEN = (*COPIED, "amount", "expected_close", "next_step", "next_step_due", "tender")
NEEDED = tuple(name for name in REQUIRED if name != "customer_name")  # that one is needed for a draft as well


@may("dealreg.draft_deal")
@require_http_methods(["GET"])
def choose(request: HttpRequest) -> HttpResponse:
    """Straight to the own company's form; a distributor chooses for whom, the vendor's people begin at a partner."""
    member = member_of(request)
    reach = member.reach or ()
    if len(reach) == 1:
        return redirect("dealreg:register", reach[0])
    companies = Partner.objects.filter(pk__in=reach).order_by("sort_name", "pk") if reach else []
    return render(request, "dealreg/choose.html", {"companies": companies})


@may("dealreg.draft_deal", Partner.objects.select_related("tier"))
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest, partner: Partner) -> HttpResponse:
    """A new registration for a company."""
    member = member_of(request)
    if request.method == "GET":
        return _page(request, partner, _form(initial=_known(request, partner)))
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, partner, _all_named(request, form), status=422)
    try:
        with transaction.atomic():
            deal = draft_deal(partner, by=member, **_written(form))
    except Refused as refusal:
        return _page(request, partner, _refuse(form, refusal), status=_status(refusal))
    return _go_on(request, deal, form)


@may("dealreg.register_lead", Lead.objects.select_related("partner__tier", "line"))
@require_http_methods(["GET", "POST"])
def register_from_lead(request: HttpRequest, lead: Lead) -> HttpResponse:
    """The registration of a qualified lead: the form is filled in from it, and looking at it changes nothing."""
    partner = lead.partner
    contact = LeadContact.objects.filter(lead=lead).first()
    if partner is None or contact is None:
        return redirect(lead)
    action = reverse("dealreg:register_lead", args=[lead.pk])
    if request.method == "GET":
        known = prefill_of(lead, contact)
        known["lines"] = [str(line.pk) for line in known["lines"]]
        return _page(request, partner, _form(initial=known), action=action)
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, partner, _all_named(request, form), action=action, status=422)
    try:
        with transaction.atomic():
            deal = register_lead(lead, by=member_of(request), **_written(form))
    except Refused as refusal:
        return _page(request, partner, _refuse(form, refusal), action=action, status=_status(refusal))
    return _go_on(request, deal, form)


@may("dealreg.edit_draft", DealRegistration.objects.select_related("partner__tier"))
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """A draft, to go on with."""
    if deal.state != DealRegistration.State.DRAFT:
        return _sent_meanwhile(request, deal) if request.method == "POST" else redirect(deal)
    if request.method == "GET":
        return _page(request, deal.partner, _form(initial=_initial(deal)), deal=deal)
    form = _form(request.POST)
    if not form.is_valid():
        return _page(request, deal.partner, _all_named(request, form), deal=deal, status=422)
    try:
        with transaction.atomic():
            seen = form.cleaned_data["version"]
            edit_draft(deal, by=member_of(request), seen_version=seen, **_written(form))
    except Refused as refusal:
        return _page(request, deal.partner, _refuse(form, refusal), deal=deal, status=_status(refusal))
    return _go_on(request, deal, form)


def _sent_meanwhile(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """In another window the draft was sent already: it is said, rather than that what was typed here vanishes."""
    form = NothingForm(request.POST)
    form.add_error(None, _("This draft was sent already. What was typed in this window since was not saved."))
    response = deal_answer(request, deal, refused=form)
    response.status_code = 409
    return response


@may("dealreg.submit_deal", DealRegistration.objects.select_related("partner"))
@require_POST
def send(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """Send a draft as it stands."""
    if deal.state != DealRegistration.State.DRAFT:
        return _sent_meanwhile(request, deal)
    try:
        with transaction.atomic():
            submit_deal(deal, by=member_of(request))
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        form = _form(initial=_initial(deal))
        return _page(request, deal.partner, form, deal=deal, status=_status(refusal), problem=str(refusal))
    return go(request, deal)


@may("dealreg.drop_draft", DealRegistration)
@require_POST
def drop(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    drop_draft(deal, by=member_of(request))
    return redirect("dealreg:deals")


def _go_on(request: HttpRequest, deal: DealRegistration, form: DealForm) -> HttpResponse:
    """What was typed is kept by now. Send it, if that was asked; what is missing is said on the form of the draft."""
    if request.POST.get("do") != "send":
        messages.success(request, _("Kept as a draft. Nobody else sees it until you send it."))
        return go(request, reverse("dealreg:edit_draft", args=[deal.pk]))
    try:
        with transaction.atomic():
            submit_deal(deal, by=member_of(request))
    except Refused as refusal:
        deal.refresh_from_db()
        shown = _form(_with_version(request.POST, deal))
        shown.is_valid()
        return _page(request, deal.partner, _refuse(shown, refusal), deal=deal, status=_status(refusal))
    return go(request, deal)


def _with_version(posted: Any, deal: DealRegistration) -> Any:
    again = posted.copy()
    again["version"] = str(deal.version)
    return again


def _form(data: Any = None, initial: dict[str, Any] | None = None) -> DealForm:
    return DealForm(data, initial=initial, lines=active_lines(), currency=current_tenant().currency)


def _written(form: DealForm) -> dict[str, Any]:
    return {"lines": form.cleaned_data["lines"], **{name: form.cleaned_data[name] for name in WRITTEN}}


def _all_named(request: HttpRequest, form: DealForm) -> DealForm:
    """Where something was typed wrong and it was to be sent, what is missing besides is said at once."""
    if request.POST.get("do") == "send":
        for name in NEEDED:
            if name not in form.errors and not form.cleaned_data.get(name):
                form.add_error(name, REQUIRED[name])
    return form


def _refuse(form: DealForm, refusal: Refused) -> DealForm:
    add_refusal(form, refusal)
    return form


def _status(refusal: Refused) -> int:
    if refusal.status in {403, 404}:
        raise refusal
    return 422 if refusal.status == 400 else refusal.status


def _known(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    """What is known beforehand: the country; from an earlier deal of this company the customer and the contact; from
    a contract that ends the customer, the lines and the day."""
    known: dict[str, Any] = {"customer_country": partner.country}
    wanted = id_of(request.GET.get("from", ""))
    earlier = DealRegistration.objects.visible_to(member_of(request)).filter(pk=wanted, partner=partner)
    found = earlier.first() if wanted else None
    if found is not None:
        known |= {name: getattr(found, name) for name in COPIED}
        known["lines"] = [str(pk) for pk in DealLine.objects.filter(deal=found).values_list("line_id", flat=True)]
    contract = Contract.objects.visible_to(member_of(request)).filter(
        pk=id_of(request.GET.get("contract", "")), partner=partner, renewed_on=None
    )
    renewed = contract.first() if request.GET.get("contract") else None
    if renewed is not None:
        page = contract_page(renewed, member_of(request))
        filled = prefill_of_contract(page)
        known |= {name: filled[name] for name in (*COPIED[:3], "expected_close")}
        known["lines"] = [str(pk) for pk in filled["lines"]]
        known["amount"] = formatter().number(total_of(filled["amounts"].values()), 2) if filled["amounts"] else None
    return known


def id_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _initial(deal: DealRegistration) -> dict[str, Any]:
    lines = DealLine.objects.filter(deal=deal).values_list("line_id", flat=True)
    return {"version": deal.version, "lines": [str(pk) for pk in lines]} | {
        name: getattr(deal, name) for name in WRITTEN
    }


def _page(
    request: HttpRequest,
    partner: Partner,
    form: DealForm,
    *,
    deal: DealRegistration | None = None,
    status: int = 200,
    problem: str = "",
    action: str = "",
) -> HttpResponse:
    found = eligibility_of(partner, clock.today())
    member = member_of(request)
    for name in NEEDED:  # to be sent; a draft may do without
        form.fields[name].required = True
    context = {
        "form": form,
        "partner": partner,
        "deal": deal,
        "problem": problem,
        "benefit": present_eligibility(found, partner.tier.name if partner.tier else ""),
        "names_partner": member.knows_several,
        "on_behalf": member.is_vendor,
        "action": action
        or (reverse("dealreg:edit_draft", args=[deal.pk]) if deal else reverse("dealreg:register", args=[partner.pk])),
    }
    return render(request, "dealreg/register.html", context, status=status)
