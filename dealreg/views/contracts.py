"""The contracts of customers: which end soon, one of them, a new one; deciding what stands before a registration."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions import add_contract, decide_renewal, edit_contract
from dealreg.actions.contracts import NoPaper
from dealreg.forms.contracts import ContractForm, RenewalForm
from dealreg.models import Contract, RenewalClaim
from dealreg.queries.contracts import contract_page, with_line_names
from dealreg.queries.pages import active_lines
from dealreg.queries.rules import deal_rules
from dealreg.rows.cells import columns_for, partner_cell
from dealreg.rows.contracts import present_contract, present_contracts
from dealreg.views.page import DEAL, deal_answer
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.files import serve
from prm.kernel.numbers import total_of
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.templatetags.kit import badge
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import sort_key
from prm.kernel.web.access import may
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of

CONTRACT = Contract.objects.select_related("partner")
CLAIM = RenewalClaim.objects.select_related("candidate__partner", "contract", "paper")
NO_CONTRACTS = (Partner.State.IDENTIFIED, Partner.State.CONTACTED, Partner.State.DECLINED, Partner.State.TERMINATED)
CHOICES = 20
COLUMNS = (
    Column(
        "customer",
        _("Customer"),
        ("normalised_name",),
        lambda row: row.customer,
        cell=lambda row: joined(link(row.url, row.customer), soft(row.number, "nowrap")),
    ),
    Column("number", _("Number"), (), lambda row: row.number),
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row.partner, cell=partner_cell),
    Column("ends", _("Ends on"), ("ends_on",), lambda row: row.raw_ends, cell=lambda row: row.ends, look="nowrap"),
    Column("state", _("State"), (), lambda row: row.state, cell=lambda row: badge(row.state, row.tone)),
    Column("lines", _("Product lines"), (), lambda row: row.lines, optional=True, cell=lambda row: row.lines or "–"),
    Column("source", _("Comes from"), (), lambda row: row.source),
)


class ContractFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer or number")}),
    )
    show = django_filters.ChoiceFilter(
        method="by_end",
        label=_("Show"),
        choices=[("soon", _("Ending soon")), ("running", _("Running")), ("over", _("Renewed or ended"))],
        empty_label=_("All"),
    )
    partner = django_filters.UUIDFilter(field_name="partner_id", widget=forms.HiddenInput)

    class Meta:
        model = Contract
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        text = value[:100]
        known = Q(normalised_name__contains=sort_key(text)) | Q(normalised_domain=text.lower())
        return queryset.filter(known | Q(number=text.upper()))

    def by_end(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = clock.today()
        if value == "over":
            return queryset.filter(Q(renewed_on__isnull=False) | Q(ends_on__lt=today))
        running = queryset.filter(renewed_on=None, ends_on__gte=today)
        return (
            running if value == "running" else running.filter(ends_on__lte=add_days(today, deal_rules().renewal_days))
        )


lend_list("dealreg:contracts", COLUMNS, ContractFilter)


@may("dealreg.view_contract")
@require_safe
def contract_list(request: HttpRequest) -> HttpResponse:
    """The contracts this member may know of, the nearest end first."""
    member = member_of(request)
    found = list_page(
        request,
        with_line_names(Contract.objects.visible_to(member).select_related("partner")),
        columns_for(member, COLUMNS),
        default_sort="ends",
        filterset=ContractFilter,
        present=present_contracts,
        file_name="contracts",
    )
    if isinstance(found, HttpResponse):
        return found
    may_add = permits(member, "dealreg.add_contract")
    context = {"list": found, "days": deal_rules().renewal_days, "may_add": may_add}
    return render(request, "dealreg/contracts.html", context)


@may("dealreg.view_contract", CONTRACT)
@require_safe
def contract(request: HttpRequest, contract: Contract) -> HttpResponse:
    return _answer(request, contract)


def _answer(request: HttpRequest, contract: Contract, refused: ContractForm | None = None) -> HttpResponse:
    """One contract: when it ends, what renews it, and what one can do."""
    member = member_of(request)
    page = contract_page(contract, member)
    may_edit = permits(member, "dealreg.edit_contract", contract)
    form = refused
    if form is None and may_edit:
        amounts = [row.amount for row in page.lines if row.amount is not None]
        known = {name: getattr(contract, name) for name in ("customer_name", "customer_country", "customer_domain")}
        known |= {"ends_on": contract.ends_on, "version": contract.version}
        known |= {"lines": [str(row.line_id) for row in page.lines]}
        known["amount"] = formatter().number(total_of(amounts), 2) if amounts else None
        form = _form(initial=known)
    shown = present_contract(page)
    context = {
        "contract": contract,
        "page": shown,
        "form": form,
        "is_refused": refused is not None,
        "may_open": shown.can_renew and permits(member, "dealreg.open_opportunity", contract.partner),
        "may_register": shown.can_renew
        and not member.is_vendor
        and permits(member, "dealreg.draft_deal", contract.partner),
    }
    return render(request, "dealreg/contract.html", context)


def _form(data: Any = None, initial: dict[str, Any] | None = None) -> ContractForm:
    return ContractForm(data, initial=initial, lines=active_lines(), currency=current_tenant().currency)


@may("dealreg.add_contract")
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Whose contract it is: the partner is searched, then comes the form."""
    wanted = request.GET.get("q", "")[:100].strip()
    found = Partner.objects.visible_to(member_of(request)).exclude(state__in=NO_CONTRACTS)
    if wanted:
        found = found.filter(sort_name__contains=sort_key(wanted))
    partners = list(found.order_by("sort_name", "pk")[: CHOICES + 1])
    context = {"q": wanted, "partners": partners[:CHOICES], "has_more": len(partners) > CHOICES}
    return render(request, "dealreg/choose_contract.html", context)


@may("dealreg.add_contract", Partner)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, partner: Partner) -> HttpResponse:
    """A contract that neither won business nor a file has brought."""

    def page(form: forms.Form) -> HttpResponse:
        return render(request, "dealreg/new_contract.html", {"form": form, "partner": partner})

    if request.method == "GET":
        return page(_form(initial={"customer_country": partner.country}))

    def act(data: dict[str, Any]) -> Contract:
        data.pop("version")
        return add_contract(partner, by=member_of(request), **data)

    return submit(request, _form(request.POST), act, again=page, then=lambda made: made)


@may("dealreg.edit_contract", CONTRACT)
@require_POST
def edit(request: HttpRequest, contract: Contract) -> HttpResponse:
    return submit(
        request,
        _form(request.POST),
        lambda data: edit_contract(contract, by=member_of(request), seen_version=data.pop("version"), **data),
        again=lambda form: _answer(request, CONTRACT.all().get(pk=contract.pk), form),  # type: ignore[arg-type]
        then=lambda done: done,
        said=saved,
    )


@may("dealreg.decide_renewal", CLAIM)
@require_POST
def decide(request: HttpRequest, claim: RenewalClaim) -> HttpResponse:
    """Operations decides between the partner of record and a registration of another."""
    deal = claim.candidate
    return submit(
        request,
        RenewalForm(request.POST, request.FILES, auto_id=f"r{claim.pk.hex[:8]}_%s"),
        lambda data: decide_renewal(claim, by=member_of(request), **data),
        again=lambda form: deal_answer(request, DEAL.all().get(pk=deal.pk), refused=form, verb="conflict"),
        then=lambda _done: deal,
        said=saved,
    )


@may("dealreg.view_conflict", CLAIM)
@require_safe
def paper(request: HttpRequest, claim: RenewalClaim) -> HttpResponse:
    """What the customer wrote, as an attachment."""
    if claim.paper is None:
        raise NoPaper()
    return serve(claim.paper)
