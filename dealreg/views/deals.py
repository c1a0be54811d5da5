"""The list of deals, one deal, its receipt; and the rules of registration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import django_filters
from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions import edit_deal_rules, set_deal_sharing
from dealreg.actions.rules import FIELDS
from dealreg.forms.deals import RulesForm
from dealreg.models import UNDECIDED, DealReceipt, DealRegistration
from dealreg.queries.contested import contests, in_conflict
from dealreg.queries.pages import is_opened_to_sellers
from dealreg.queries.receipts import marked, receipt_text
from dealreg.queries.rules import deal_rules
from dealreg.queries.waiting import on_my_desk
from dealreg.rows.calendar import days_of_one
from dealreg.rows.cells import clock_cell, columns_for, partner_cell
from dealreg.rows.deals import DealRow, present_deals
from dealreg.views.page import DEAL, deal_answer
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.calendars import to_ics
from prm.kernel.errors import Conflict
from prm.kernel.exports import attachment
from prm.kernel.paper import PdfNotPossible, write_pdf
from prm.kernel.policies import permits
from prm.kernel.signing import public_keys
from prm.kernel.templatetags.kit import badge
from prm.kernel.text import sort_key
from prm.kernel.web.access import may
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of

State = DealRegistration.State
PAPER_STYLE = Path(__file__).parents[1] / "receipt.css"


def _customer(row: DealRow) -> Any:
    return joined(link(row.url, row.customer), soft(row.number, "nowrap") if row.number else "")


def _close(row: DealRow) -> Any:
    return joined(row.close or "–", badge(gettext("overdue"), "red") if row.is_overdue else "")


COLUMNS = (
    Column("customer", _("Customer"), ("normalised_name",), lambda row: row.customer, cell=_customer),
    Column("number", _("Number"), (), lambda row: row.number),
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row.partner, cell=partner_cell),
    Column("state", _("State"), ("state", "review_due"), lambda row: row.state, cell=clock_cell, look="in-words"),
    Column("conflict", _("Conflict"), (), lambda row: row.conflict),
    Column("clock", _("Clock"), ("review_due",), lambda row: row.clock.text),
    Column(
        "amount",
        _("Amount"),
        ("amount",),
        lambda row: row.raw_amount,
        cell=lambda row: row.amount or "–",
        numeric=True,
        look="nowrap",
    ),
    Column("lines", _("Product lines"), (), lambda row: row.lines, optional=True, cell=lambda row: row.lines or "–"),
    Column("expires", _("Protected until"), ("expires_on",), lambda row: row.raw_expires),
    Column(
        "close",
        _("Expected order"),
        ("expected_close",),
        lambda row: row.raw_close,
        optional=True,
        cell=_close,
        look="nowrap",
    ),
    Column("submitted", _("Received"), ("submitted_at",), lambda row: row.raw_submitted),
)
SHOWS = (
    ("open", _("Waiting for a decision"), Q(state__in=UNDECIDED)),
    ("protected", _("Protected"), Q(state=State.APPROVED)),
    ("draft", _("Drafts"), Q(state=State.DRAFT)),
    ("closed", _("Won and lost"), Q(state__in=[State.WON, State.LOST])),
    ("over", _("Over"), Q(state__in=[State.REJECTED, State.WITHDRAWN, State.EXPIRED, State.CANCELLED])),
)


IN_CONFLICT = "conflict"  # the vendor's people alone are offered it


class DealFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        method="search",
        label=_("Search"),
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Customer or number")}),
    )
    show = django_filters.ChoiceFilter(
        method="by_state", label=_("Show"), choices=[(name, label) for name, label, _q in SHOWS], empty_label=_("All")
    )
    partner = django_filters.UUIDFilter(field_name="partner_id", widget=forms.HiddenInput)

    class Meta:
        model = DealRegistration
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if member_of(self.request).is_vendor:
            choices = [*self.form.fields["show"].choices]
            self.form.fields["show"].choices = [*choices[:2], (IN_CONFLICT, _("In conflict")), *choices[2:]]

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        text = value[:100]
        return queryset.filter(
            Q(normalised_name__contains=sort_key(text)) | Q(number=text.upper()) | Q(normalised_domain=text.lower())
        )

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == IN_CONFLICT:
            return in_conflict(queryset)
        return queryset.filter(next(q for known, _label, q in SHOWS if known == value))


lend_list("dealreg:deals", COLUMNS, DealFilter)


@may("dealreg.view_deal")
@require_safe
def deal_list(request: HttpRequest) -> HttpResponse:
    """All deals this member may know of; those who decide find theirs under `desk`."""
    member = member_of(request)
    desk = request.GET.get("desk") == "mine" and permits(member, "dealreg.approve_deal")
    queryset = on_my_desk(member) if desk else DealRegistration.objects.visible_to(member)
    found = list_page(
        request,
        queryset.select_related("partner", "owner__user"),
        columns_for(member, COLUMNS),
        default_sort="clock" if desk else "-submitted",
        filterset=DealFilter,
        present=lambda deals: present_deals(deals, contested=contests(deals) if member.is_vendor else {}),
        file_name="deals",
    )
    if isinstance(found, HttpResponse):
        return found
    here = reverse("dealreg:deals")
    is_champion = permits(member, "dealreg.set_deal_sharing")
    context = {
        "list": found,
        "desk": desk,
        "tabs": [
            {"label": _("On my desk"), "url": f"{here}?desk=mine", "here": desk},
            {"label": _("All deals"), "url": here, "here": not desk},
        ]
        if permits(member, "dealreg.approve_deal")
        else [],
        "may_register": not member.is_vendor and permits(member, "dealreg.draft_deal"),
        "may_upload": permits(member, "dealreg.import_deals"),
        "may_share": is_champion,
        "is_opened": is_opened_to_sellers(member.partner_id) if is_champion else False,
        "may_see_rules": permits(member, "dealreg.view_deal_rules"),
    }
    return render(request, "dealreg/list.html", context)


@may("dealreg.view_deal", DEAL)
@require_safe
def deal(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    return deal_answer(request, deal)


@may("dealreg.view_deal", DEAL)
@require_safe
def calendar_file(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """The days of this deal, for one's own calendar."""
    days = days_of_one(deal, member_of(request))
    return attachment(to_ics(days, name=deal.customer_name), f"deal-{deal.number}", "ics")


# --- the receipt ------------------------------------------------------------------------------------------------


class NoReceipt(Conflict):
    """There is no receipt yet: it is made when the registration is sent."""

    code = "no_receipt"


def _receipt(deal: DealRegistration) -> DealReceipt:
    found = DealReceipt.objects.filter(deal=deal).first()
    if found is None:
        raise NoReceipt()
    return found


@may("dealreg.view_deal", DEAL)
@require_safe
def receipt_as_text(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """The signed receipt, to keep."""
    return attachment(receipt_text(_receipt(deal)).encode(), f"receipt-{deal.number}", "txt")


@may("dealreg.view_deal", DEAL)
@require_safe
def receipt_as_pdf(request: HttpRequest, deal: DealRegistration) -> HttpResponse:
    """The signed receipt on a page; the file carries the signed text and can be verified by itself."""
    receipt = _receipt(deal)
    facts = [line.partition(": ")[::2] for line in receipt.text.splitlines() if ": " in line]
    html = render_to_string("dealreg/receipt.html", {"receipt": receipt, "facts": facts, "deal": deal})
    try:
        pdf = write_pdf(html, PAPER_STYLE)
    except PdfNotPossible as missing:
        raise Conflict(str(missing), code="no_pdf") from missing
    return attachment(marked(pdf, receipt), f"receipt-{deal.number}", "pdf")


@may("dealreg.view_deal")
@require_safe
def receipt_keys(request: HttpRequest) -> HttpResponse:
    """The public keys with which anyone can verify a receipt, and how."""
    return render(request, "dealreg/keys.html", {"keys": public_keys()})


# --- settings ---------------------------------------------------------------------------------------------------


@may("dealreg.set_deal_sharing")
@require_POST
def sharing(request: HttpRequest) -> HttpResponse:
    """The champion lets the company's sellers see each other's deals, or not."""
    member = member_of(request)
    partner = Partner.objects.filter(pk=member.partner_id).first()
    if partner is None:
        raise Http404
    set_deal_sharing(partner, by=member, is_opened=request.POST.get("opened") == "yes")
    messages.success(request, saved(None))
    return redirect("dealreg:deals")


@may("dealreg.view_deal_rules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Bands, days and the switch of automatic approval; those who may not change them read them."""
    member, standing = member_of(request), deal_rules()
    may_edit = permits(member, "dealreg.edit_deal_rules")

    def page(form: RulesForm) -> HttpResponse:
        if not may_edit:
            for field in form.fields.values():
                field.disabled = True
        return render(request, "dealreg/rules.html", {"form": form, "may_edit": may_edit, "today": clock.today()})

    if request.method == "GET":
        return page(RulesForm(initial={name: getattr(standing, name) for name in FIELDS}))
    return submit(
        request,
        RulesForm(request.POST),
        lambda data: edit_deal_rules(by=member, **data),
        again=page,
        then=lambda _done: reverse("dealreg:rules"),
        said=saved,
    )
