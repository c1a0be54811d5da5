"""The pipeline: its board and list, one opportunity, a new one, and how business of a period ended."""

from __future__ import annotations

import datetime as dt
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from dealreg.actions import open_opportunity
from dealreg.forms.opportunities import NewOpportunityForm
from dealreg.models import Contract, Opportunity
from dealreg.queries.contracts import contract_page
from dealreg.queries.pages import active_lines
from dealreg.queries.pipeline import (
    by_stage,
    figures_of,
    first_cards,
    overdue,
    stage_probabilities,
    stale,
    steps_due,
    unprotected,
)
from dealreg.rows.cells import columns_for, flags_cell
from dealreg.rows.contracts import prefill_of
from dealreg.rows.opportunities import (
    OpportunityRow,
    present_board,
    present_figures,
    present_opportunities,
    present_stats,
)
from dealreg.views.opportunity_page import OPPORTUNITY, opportunity_answer
from dealreg.views.registering import id_of
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.periods import FiscalQuarter
from prm.kernel.policies import permits
from prm.kernel.templatetags.kit import badge, icon
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.text import sort_key
from prm.kernel.web.access import may
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, ListPage, lend_list, list_page
from prm.kernel.web.tenancy import member_of

State = Opportunity.State


def _name(row: OpportunityRow) -> Any:
    return joined(link(row.url, row.name), "" if row.customer_in_name else soft(row.customer))


def _partner(row: OpportunityRow) -> Any:
    return link(row.partner_url, row.partner) if row.partner else soft(gettext("own sales"))


def _stage(row: OpportunityRow) -> Any:
    closed = gettext("on %(day)s") % {"day": row.closed}
    beside = soft(row.probability if row.is_open else closed, "nowrap")
    return joined(badge(row.state, row.tone), beside, flags_cell(row.flags))


def _step(row: OpportunityRow) -> Any:
    late = icon("alert-triangle") if row.step_is_late else ""
    return joined(row.next_step or "–", soft(joined(late, row.next_step_due), "nowrap") if row.next_step_due else "")


COLUMNS = (
    Column("name", _("Opportunity"), ("name",), lambda row: row.name, cell=_name),
    Column("number", _("Number"), (), lambda row: row.number),
    Column("customer", _("Customer"), ("normalised_name",), lambda row: row.customer),
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row.partner, cell=_partner),
    Column(
        "stage", _("Stage"), ("state", "stage", "expected_close"), lambda row: row.state, cell=_stage, look="in-words"
    ),
    Column(
        "amount",
        _("Amount"),
        ("amount",),
        lambda row: row.raw_amount,
        cell=lambda row: row.amount,
        numeric=True,
        look="nowrap",
    ),
    Column("probability", _("Probability"), (), lambda row: row.raw_probability if row.is_open else None),
    Column(
        "close",
        _("Expected order"),
        ("expected_close",),
        lambda row: row.raw_close,
        cell=lambda row: row.expected,
        look="nowrap",
    ),
    Column("closed", _("Closed"), ("closed_on",), lambda row: row.raw_closed),
    Column("step", _("Next step"), ("next_step_due",), lambda row: row.next_step, optional=True, cell=_step),
    Column("step_due", _("Next step on"), (), lambda row: row.raw_step_due),
    Column("lines", _("Product lines"), (), lambda row: row.lines, optional=True, cell=lambda row: row.lines or "–"),
    Column("owner", _("Owner"), (), lambda row: row.owner),
    Column("source", _("Led by"), (), lambda row: row.source),
    Column("flags", _("Flags"), (), lambda row: ", ".join(flag.text for flag in row.flags)),
)
# What a row says of an opportunity: the records beside it are wide, and of each a line shows one word.
LISTED = (
    *("number", "name", "customer_name", "customer_domain", "normalised_name", "state", "stage", "source"),
    *("amount", "currency", "probability", "expected_close", "closed_on", "next_step", "next_step_due", "worked_at"),
    "renews_id",
    *("partner__name", "registration__state", "owner__user__name"),
)
SHOWS = (
    ("open", _("Open")),
    ("overdue", _("Overdue")),
    ("stale", _("Without news")),
    ("step", _("Next step due")),
    ("unprotected", _("No longer protected")),
    ("won", _("Won")),
    ("lost", _("Lost")),
)


def _search() -> django_filters.CharFilter:
    widget = forms.TextInput(attrs={"type": "search", "placeholder": _("Name, customer or number")})
    return django_filters.CharFilter(method="search", label=_("Search"), widget=widget)


def _source() -> django_filters.ChoiceFilter:
    return django_filters.ChoiceFilter(label=_("Led by"), choices=Opportunity.Source.choices, empty_label=_("All"))


class OpportunityFilters(django_filters.FilterSet):
    """What the board and the list have in common."""

    class Meta:
        model = Opportunity
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        text = value[:100]
        is_like = Q(normalised_name__contains=sort_key(text)) | Q(name__contains=text)
        return queryset.filter(is_like | Q(number=text.upper()) | Q(normalised_domain=text.lower()))


class BoardFilter(OpportunityFilters):
    q = _search()
    source = _source()
    partner = django_filters.UUIDFilter(field_name="partner_id", widget=forms.HiddenInput)


class OpportunityFilter(OpportunityFilters):
    q = _search()
    show = django_filters.ChoiceFilter(method="by_show", label=_("Show"), choices=SHOWS, empty_label=_("All"))
    stage = django_filters.ChoiceFilter(label=_("Stage"), choices=Opportunity.Stage.choices, empty_label=_("All"))
    source = _source()
    until = django_filters.DateFilter(
        field_name="expected_close",
        lookup_expr="lte",
        label=_("Order expected by"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    partner = django_filters.UUIDFilter(field_name="partner_id", widget=forms.HiddenInput)

    def by_show(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = clock.today()
        if value == "step":
            return steps_due(queryset, today)
        if value == "unprotected":
            return queryset.filter(unprotected())
        flagged = {"overdue": overdue, "stale": stale}.get(value)
        return queryset.filter(flagged(today) if flagged else Q(state=value))


@may("dealreg.view_opportunity")
@require_safe
def pipeline(request: HttpRequest) -> HttpResponse:
    """The board: a column for each stage with what it adds up to, the nearest order on top."""
    member, today = member_of(request), clock.today()
    visible = Opportunity.objects.visible_to(member)
    chosen = BoardFilter(request.GET, queryset=visible, request=request)
    found = chosen.qs if chosen.is_valid() else visible.none()
    quarter = FiscalQuarter.containing(today, current_tenant().fy_start_month)
    sums = by_stage(found, today)
    query = request.GET.urlencode()
    closed = figures_of(found, quarter.start, min(quarter.end, today)).figures
    context = {
        "list": ListPage(request, Paginator([], 1).get_page(1), (), "", chosen),
        "is_empty": not any(one.count for one in sums.values()),
        "is_filtered": bool(query),
        "query": query,
        "stats": present_stats(sums, closed, quarter.label),
        "columns": present_board(sums, first_cards(found), query, stage_probabilities()),
        "stages": Opportunity.Stage.choices,
        "may_move": permits(member, "dealreg.set_stage"),
        "may_open": permits(member, "dealreg.open_opportunity"),
        "may_see_rules": permits(member, "dealreg.view_deal_rules"),
        "may_see_contracts": permits(member, "dealreg.view_contract"),
    }
    return render(request, "dealreg/pipeline.html", context)


lend_list("dealreg:opportunities", COLUMNS, OpportunityFilter)


@may("dealreg.view_opportunity")
@require_safe
def opportunity_list(request: HttpRequest) -> HttpResponse:
    """All opportunities this member may know of, open and closed."""
    member = member_of(request)
    found = list_page(
        request,
        Opportunity.objects.visible_to(member).select_related("partner", "registration", "owner__user").only(*LISTED),
        columns_for(member, COLUMNS),
        default_sort="-close",
        filterset=OpportunityFilter,
        present=lambda rows: present_opportunities(rows, with_lines=True),
        file_name="opportunities",
    )
    if isinstance(found, HttpResponse):
        return found
    return render(
        request,
        "dealreg/opportunities.html",
        {"list": found, "may_open": permits(member, "dealreg.open_opportunity")},
    )


@may("dealreg.view_opportunity", OPPORTUNITY)
@require_safe
def opportunity(request: HttpRequest, opportunity: Opportunity) -> HttpResponse:
    return opportunity_answer(request, opportunity)


class PeriodForm(forms.Form):
    """A period; both days count."""

    start = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    end = forms.DateField(label=_("To"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("start") and cleaned.get("end") and cleaned["start"] > cleaned["end"]:
            self.add_error("end", _("The end comes after the beginning."))
        return cleaned


def period_of(data: Any) -> tuple[PeriodForm, dt.date, dt.date]:
    """What was asked, and the days that are shown: without a question the fiscal year so far."""
    today = clock.today()
    year = FiscalQuarter.containing(today, current_tenant().fy_start_month).fiscal_year
    asked = {"start": data.get("start") or year.start.isoformat(), "end": data.get("end") or today.isoformat()}
    form = PeriodForm(asked)
    if not form.is_valid():
        return form, year.start, today
    return form, form.cleaned_data["start"], form.cleaned_data["end"]


@may("dealreg.view_opportunity")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """How business of a period ended: win rates, size, cycle."""
    form, start, end = period_of(request.GET)
    found = figures_of(Opportunity.objects.visible_to(member_of(request)), start, end)
    context = {"form": form, "stats": present_figures(found.figures, current_tenant().currency)}
    return render(request, "dealreg/figures.html", context, status=200 if form.is_valid() else 422)


@may("dealreg.open_opportunity")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A deal of the vendor's own sales, without a partner."""
    return _new(request, None)


@may("dealreg.open_opportunity", Partner)
@require_http_methods(["GET", "POST"])
def new_with(request: HttpRequest, partner: Partner) -> HttpResponse:
    """A deal that the vendor's own sales leads together with a partner."""
    return _new(request, partner)


def _new(request: HttpRequest, partner: Partner | None) -> HttpResponse:
    renewed = _renewed(request, partner)

    def page(form: NewOpportunityForm) -> HttpResponse:
        return render(request, "dealreg/new_opportunity.html", {"form": form, "partner": partner, "renewed": renewed})

    def act(data: dict[str, Any]) -> Opportunity:
        data.pop("renews")
        return open_opportunity(by=member_of(request), partner=partner, renews=renewed, **data)

    lines = active_lines()
    if request.method == "GET":
        known: dict[str, Any] = {"customer_country": partner.country if partner else ""}
        amounts: dict[Any, Any] = {}
        if renewed is not None:
            known = prefill_of(contract_page(renewed, member_of(request)))
            amounts = known.pop("amounts")
        return page(NewOpportunityForm(lines=lines, amounts=amounts, initial=known))
    return submit(
        request,
        NewOpportunityForm(request.POST, lines=lines),
        act,
        again=page,
        then=lambda made: made,
    )


def _renewed(request: HttpRequest, partner: Partner | None) -> Contract | None:
    """The contract that the new one renews, if one is named: of this partner, and one may know of it."""
    wanted = id_of(request.POST.get("renews") or request.GET.get("renews") or "")
    if wanted is None or partner is None:
        return None
    return Contract.objects.visible_to(member_of(request)).filter(pk=wanted, partner=partner).first()
