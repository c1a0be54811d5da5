"""The list of leads, one lead with what can be done, new ones by hand, and leads that inquiries become."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions.leads import capture_lead, convert_inquiry, decide_lead_claim, end_deal, keep_deal, transfer_deal
from dealreg.forms.leads import ClaimForm, InquiryLeadForm, LeadForm, TransferDealForm, WhyForm
from dealreg.models import HELD, DealRegistration, Lead, LeadClaim
from dealreg.queries.leads import WITH_PARTNER, lead_page, queue_of_operations
from dealreg.rows.cells import clock_cell, columns_for, partner_cell
from dealreg.rows.leads import LeadRow, present_lead, present_leads
from dealreg.views.lead_offers import BY_NAME, form_of, lead_verbs
from dealreg.views.offers import done_words, unplaced
from dealreg.views.page import DEAL, deal_answer
from partners.models import Inquiry, Partner
from prm.kernel.policies import permits
from prm.kernel.templatetags.kit import icon
from prm.kernel.text import sort_key
from prm.kernel.web.access import may
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of

State = Lead.State


def _lead(row: LeadRow) -> Any:
    if row.is_hidden:
        return joined(link(row.url, row.title), soft(joined(icon("lock"), gettext("hidden until accepted")), "nowrap"))
    return joined(link(row.url, row.title), soft(row.contact, "deal-clock") if row.contact else "")


def _state(row: LeadRow) -> Any:
    queue = soft(joined(icon("inbox"), row.queue), "deal-clock") if row.queue else ""
    return joined(clock_cell(row), queue)


def _source(row: LeadRow) -> Any:
    return joined(row.source or "–", soft(row.campaign, "deal-clock") if row.campaign else "")


COLUMNS = (
    Column("lead", _("Lead"), ("contacts__company_key", "number"), lambda row: row.title, cell=_lead),
    Column("number", _("Number"), (), lambda row: row.number),
    Column("contact", _("Contact"), (), lambda row: row.contact),
    Column("state", _("State"), ("state", "accept_due"), lambda row: row.state, cell=_state, look="in-words"),
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row.partner, cell=partner_cell),
    Column("line", _("Product line"), ("line__name",), lambda row: row.line, cell=lambda row: row.line),
    Column(
        "industry",
        _("Industry"),
        (),
        lambda row: row.industry,
        cell=lambda row: ", ".join(filter(None, [row.industry, row.region])) or "–",
    ),
    Column("region", _("Region"), (), lambda row: row.region),
    Column("size", _("Size"), (), lambda row: row.size),
    Column("source", _("Source"), (), lambda row: row.source, optional=True, cell=_source),
    Column("campaign", _("Campaign"), (), lambda row: row.campaign),
    Column("clock", _("Clock"), ("accept_due", "contact_due"), lambda row: row.clock.text),
    Column(
        "taken_in",
        _("Taken in"),
        ("opened_at",),
        lambda row: row.raw_taken_in,
        cell=lambda row: row.taken_in,
        look="nowrap",
    ),
)
SHOWS = (
    ("offered", _("Offered"), Q(state=State.ASSIGNED)),
    ("held", _("In work"), Q(state__in=HELD)),
    ("waiting", _("With nobody"), Q(state__in=[State.NEW, State.RETURNED])),
    ("converted", _("Converted"), Q(state=State.CONVERTED)),
    ("over", _("Over"), Q(state__in=[State.RECYCLED, State.DISQUALIFIED])),
)


class LeadFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name, mail or number")}),
    )
    show = django_filters.ChoiceFilter(
        method="by_state", label=_("Show"), choices=[(name, label) for name, label, _q in SHOWS], empty_label=_("All")
    )
    partner = django_filters.UUIDFilter(field_name="partner_id", widget=forms.HiddenInput)

    class Meta:
        model = Lead
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Among the contacts that the database shows: what is hidden is not found either."""
        text = value[:100]
        known = Q(contacts__company_key__contains=sort_key(text)) | Q(contacts__email=text.lower())
        return queryset.filter(known | Q(number=text.upper()))

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(next(q for known, _label, q in SHOWS if known == value))


lend_list("dealreg:leads", COLUMNS, LeadFilter)


@may("dealreg.view_lead")
@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    """All leads this member may know of; operations finds its queue beside."""
    member = member_of(request)
    may_queue = member.is_vendor and permits(member, "dealreg.route_lead")
    queue = request.GET.get("desk") == "queue" and may_queue
    found = list_page(
        request,
        (queue_of_operations(member) if queue else Lead.objects.visible_to(member)).select_related(
            "partner", "line", "owner__user"
        ),
        columns_for(member, COLUMNS),
        default_sort="taken_in" if queue else "-taken_in",
        filterset=LeadFilter,
        present=present_leads,
        file_name="leads",
    )
    if isinstance(found, HttpResponse):
        return found
    here = reverse("dealreg:leads")
    context = {
        "list": found,
        "queue": queue,
        "tabs": [
            {"label": _("Waiting for operations"), "url": f"{here}?desk=queue", "here": queue},
            {"label": _("All leads"), "url": here, "here": not queue},
        ]
        if may_queue
        else [],
        "may_capture": permits(member, "dealreg.capture_lead"),
        "may_see_rules": permits(member, "dealreg.view_lead_rules"),
        "may_see_bench": permits(member, "dealreg.view_lead_bench"),
    }
    return render(request, "dealreg/leads/list.html", context)


@may("dealreg.view_lead", WITH_PARTNER)
@require_safe
def lead(request: HttpRequest, lead: Lead) -> HttpResponse:
    return lead_answer(request, lead)


def lead_answer(request: HttpRequest, lead: Lead, *, refused: Any = None, verb: str = "") -> HttpResponse:
    """One lead: where it stands, what one can do, what happened."""
    member = member_of(request)
    page = lead_page(lead, member)
    gone = lead.state == State.CONVERTED and not page.registrations
    verbs = lead_verbs(lead, member, refused=refused, verb=verb)
    context = {
        "lead": lead,
        "page": present_lead(page, member),
        "verbs": verbs,
        "refused": unplaced(refused, (offer.form for offer in verbs)),
        "may_register": (lead.state == State.QUALIFIED or gone) and permits(member, "dealreg.register_lead", lead),
        "may_bench": lead.partner_id is None and permits(member, "dealreg.view_lead_bench"),
        "is_offer": lead.state == State.ASSIGNED and not member.is_vendor,
    }
    return render(request, "dealreg/leads/lead.html", context)


def lead_verb_view(name: str) -> Any:
    """The address of a verb: the form's words go to the action, a refusal comes back on the page of the lead."""
    verb = BY_NAME[name]

    @may(verb.permission, WITH_PARTNER)
    @require_POST
    def answer(request: HttpRequest, lead: Lead) -> HttpResponse:
        member = member_of(request)

        def again(form: forms.Form) -> HttpResponse:
            stands = WITH_PARTNER.all().filter(pk=lead.pk).first() or lead
            return lead_answer(request, stands, refused=form, verb=name)

        def then(_done: Any) -> Any:
            still = Lead.objects.visible_to(member).filter(pk=lead.pk).exists()
            return lead if still else "dealreg:leads"

        act = lambda data: verb.act(lead, by=member, **data)
        form = form_of(verb, lead, member, request.POST)
        return submit(request, form, act, again=again, then=then, said=lambda _done: done_words(verb.label))

    answer.__name__ = name
    return answer


@may("dealreg.capture_lead")
@require_http_methods(["GET", "POST"])
def new_lead(request: HttpRequest) -> HttpResponse:
    """Enter a lead: the vendor's people for whoever fits, a partner's people their company's own."""
    member = member_of(request)
    own = None if member.is_vendor else Partner.objects.filter(pk=member.partner_id).first()

    def page(form: LeadForm) -> HttpResponse:
        return render(request, "dealreg/leads/new.html", {"form": form, "is_own": own is not None})

    if request.method == "GET":
        return page(LeadForm(initial={"country": own.country} if own else None))
    return submit(
        request,
        LeadForm(request.POST),
        lambda data: capture_lead(data, by=member, partner=own),
        again=page,
        then=lambda capture: reverse("dealreg:lead", args=[capture.lead_id]),
    )


@may("dealreg.convert_inquiry", Inquiry.objects.select_related("partner"))
@require_http_methods(["GET", "POST"])
def inquiry_lead(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    """Make a lead of what a visitor wrote to a partner."""
    known = {"company": inquiry.company or inquiry.name, "country": inquiry.partner.country}

    def page(form: InquiryLeadForm) -> HttpResponse:
        return render(request, "dealreg/leads/inquiry.html", {"form": form, "inquiry": inquiry})

    if request.method == "GET":
        return page(InquiryLeadForm(initial=known))
    return submit(
        request,
        InquiryLeadForm(request.POST),
        lambda data: convert_inquiry(inquiry, by=member_of(request), given=data),
        again=page,
        then=lambda capture: reverse("dealreg:lead", args=[capture.lead_id]),
    )


@may("dealreg.decide_lead_claim", LeadClaim.objects.select_related("candidate__partner", "lead"))
@require_POST
def claim(request: HttpRequest, claim: LeadClaim) -> HttpResponse:
    """Operations decides between a registration and the lead of another partner."""
    deal = claim.candidate
    return submit(
        request,
        ClaimForm(request.POST, auto_id=f"l{claim.pk.hex[:8]}_%s"),
        lambda data: decide_lead_claim(claim, by=member_of(request), **data),
        again=lambda form: deal_answer(request, DEAL.all().get(pk=deal.pk), refused=form, verb="conflict"),
        then=lambda _done: deal,
        said=saved,
    )


def _after_end(act: Any, form: Any = WhyForm) -> Any:
    @may(f"dealreg.{act.__name__}", DEAL)
    @require_POST
    def answer(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
        return submit(
            request,
            form(request.POST, auto_id=f"{act.__name__}_%s"),
            lambda data: act(deal, by=member_of(request), **data),
            again=lambda form: deal_answer(request, DEAL.all().get(pk=deal.pk), refused=form, verb="ended"),
            then=lambda _done: deal,
            said=saved,
        )

    answer.__name__ = act.__name__
    return answer


keep = _after_end(keep_deal)
end = _after_end(end_deal)
transfer = _after_end(transfer_deal, TransferDealForm)
