"""Targets: the grid of one partner (by line or in total), of an account manager's partners, and proposals."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.models import Partner
from prm.kernel.errors import Refused
from prm.kernel.periods import FiscalYear, month_start
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import may
from prm.kernel.web.forms import go
from prm.kernel.web.table_exports import table_export
from sales.actions import confirm_targets, decline_targets, propose_targets, set_targets, withdraw_targets
from sales.forms import YearForm, cell_name, read_amount, read_grid, unread
from sales.models import ProductLine, TargetProposal
from sales.queries import proposals_elsewhere, proposals_of, spread, targets_of_year, totals_of_year
from sales.rows import grid_of_lines, grid_of_partners, places_of, present_proposals

PER_PAGE = 25
TOTAL = "total"


@may("sales.view_target", Partner)
def partner_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _page(request, partner)


@may("sales.set_target", Partner)
@require_POST
def set_partner_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Save the grid: what changed counts at once."""
    if request.POST.get("do") == "spread":
        return _spread(request, partner)
    return _write(
        request,
        partner,
        lambda line, amounts: set_targets(partner, amounts, line=line, by=request.member),  # type: ignore[attr-defined]
    )


@may("sales.propose_targets", Partner)
@require_POST
def propose_partner_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Send the grid to the other side, which confirms or declines it."""
    if request.POST.get("do") == "spread":
        return _spread(request, partner)
    comment = request.POST.get("comment", "")
    return _write(
        request,
        partner,
        lambda line, amounts: propose_targets(partner, amounts, line=line, comment=comment, by=request.member),  # type: ignore[attr-defined]
        all_cells=True,
    )


def _year(request: HttpRequest) -> FiscalYear:
    return YearForm(request.POST if request.method == "POST" else request.GET).chosen()


def _page(
    request: HttpRequest,
    partner: Partner,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    error: str = "",
    status: int = 200,
    proposal: TargetProposal | None = None,
) -> HttpResponse:
    """The grid of a fiscal year by line or in total: as asked for, or that of a proposal."""
    member = request.member  # type: ignore[attr-defined]
    year = proposal.years[0] if proposal and proposal.years else _year(request)
    found = targets_of_year(partner, year)
    sent = request.POST if request.method == "POST" else request.GET
    wanted = proposal.basis if proposal else sent.get("by", "")
    by_line = wanted == "line" if wanted in {"line", TOTAL} else found.is_by_line
    lines: list[ProductLine | None] = list(ProductLine.objects.filter(active=True).order_by("name")) if by_line else []
    here = reverse("sales:partner_targets", args=[partner.pk])
    context = {
        "partner": partner,
        "year": year,
        "years": [year.previous.year, year.next.year],
        "by": "line" if by_line else TOTAL,
        "tabs": [
            {"label": _("In total"), "url": f"{here}?year={year.year}&by=total", "here": not by_line},
            {"label": _("By product line"), "url": f"{here}?year={year.year}&by=line", "here": by_line},
        ],
        "months": year.months,
        "currency": current_tenant().currency,
        "grid": grid_of_lines(lines or [None], year.months, found.by_line, typed or {}, problems or {}),
        "source": found.source,
        "unconfirmed": found.unconfirmed and bool(found.by_line),
        "other_kind": bool(found.by_line) and found.is_by_line != by_line,
        "has_problems": bool(problems),
        "error": error,
        "comment": sent.get("comment", "")[:500],
        "year_total": sent.get("year_total", "")[:40],
        "proposals": present_proposals(proposals_of(partner, member, year, by_line=by_line), member),
        "elsewhere": places_of(proposals_elsewhere(partner, member, year, by_line=by_line)),
        "may_set": permits(member, "sales.set_target", partner),
        "may_propose": permits(member, "sales.propose_targets", partner),
    }
    return render(request, "sales/targets.html", context, status=status)


def _rows(request: HttpRequest) -> dict[str, ProductLine | None]:
    if request.POST.get("by") == "line":
        return {str(line.pk): line for line in ProductLine.objects.filter(active=True)}
    return {TOTAL: None}


def _write(request: HttpRequest, partner: Partner, act: Any, *, all_cells: bool = False) -> HttpResponse:
    """Read the grid, hand each row that says something to the action; what is wrong comes back with what was typed."""
    year, rows = _year(request), _rows(request)
    months = [month_start(month) for month in year.months]
    amounts, problems = read_grid(request.POST, rows, months)
    if problems:
        return _page(request, partner, typed=unread(request.POST), problems=problems, status=422)
    standing = targets_of_year(partner, year).by_line
    try:
        with transaction.atomic():
            for key, cells in amounts.items():
                line = rows[key]
                before = standing.get(line.pk if line else None, {})
                changed = {m: amount for m, amount in cells.items() if amount != before.get(m)}
                if all_cells:
                    changed = cells if any(amount is not None for amount in cells.values()) else {}
                if changed:
                    act(line, changed)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, partner, typed=unread(request.POST), error=str(refusal), status=status)
    return go(
        request,
        f"{reverse('sales:partner_targets', args=[partner.pk])}?year={year.year}&by={request.POST.get('by', TOTAL)}",
    )


def _spread(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Fill the grid from a year's amount without saving anything yet."""
    year = _year(request)
    try:
        total = read_amount(request.POST.get("year_total", "")[:60])
    except ValueError as error:
        return _page(request, partner, typed=unread(request.POST), error=str(error), status=422)
    if total is None or total < 0 or total >= Decimal("1e12"):
        message = _("Give the year's amount, such as 120000.")
        return _page(request, partner, typed=unread(request.POST), error=message, status=422)
    parts = spread(total, partner, year, as_sold=request.POST.get("shape") == "sold")
    rows = list(_rows(request))
    typed = unread(request.POST)
    row = request.POST.get("row") if request.POST.get("row") in rows else rows[0]
    typed |= {cell_name(row, month): str(amount) for month, amount in parts.items()}
    return _page(request, partner, typed=typed)


# --- proposals ----------------------------------------------------------------------------------------------

WITH_PARTNER = TargetProposal.objects.select_related("partner", "line", "proposed_by__user")


@may("sales.confirm_targets", WITH_PARTNER)
@require_POST
def confirm_proposal(request: HttpRequest, proposal: TargetProposal) -> HttpResponse:
    return _decide(request, proposal, lambda: confirm_targets(proposal, by=request.member))  # type: ignore[attr-defined]


@may("sales.decline_targets", WITH_PARTNER)
@require_POST
def decline_proposal(request: HttpRequest, proposal: TargetProposal) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _decide(request, proposal, lambda: decline_targets(proposal, reason=reason, by=request.member))  # type: ignore[attr-defined]


@may("sales.withdraw_targets", WITH_PARTNER)
@require_POST
def withdraw_proposal(request: HttpRequest, proposal: TargetProposal) -> HttpResponse:
    return _decide(request, proposal, lambda: withdraw_targets(proposal, by=request.member))  # type: ignore[attr-defined]


def _decide(request: HttpRequest, proposal: TargetProposal, act: Any) -> HttpResponse:
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, proposal.partner, error=str(refusal), status=status, proposal=proposal)
    return go(request, proposal)


# --- many partners ------------------------------------------------------------------------------------------


@may("sales.set_target")
@require_http_methods(["GET", "POST"])
def all_targets(request: HttpRequest) -> HttpResponse:
    """The partners one looks after, a row each: paste a block from a spreadsheet, or type along with the keys."""
    member, year = request.member, _year(request)  # type: ignore[attr-defined]
    sent = request.POST if request.method == "POST" else request.GET
    search = sent.get("q", "")[:100]
    found = Partner.objects.visible_to(member).exclude(state__in=["declined", "terminated"])
    if search:
        found = found.filter(sort_name__icontains=search.casefold())
    file = table_export(
        request,
        f"targets-{year.year}",
        ("Partner", _("Number"), *(f"{month:%Y-%m}" for month in map(month_start, year.months)), _("Year")),
        lambda: _table_of(found.order_by("sort_name", "pk"), year),
    )
    if file is not None:
        return file
    page = Paginator(found.order_by("sort_name", "pk"), PER_PAGE).get_page(sent.get("page"))
    partners = list(page.object_list)
    months = [month_start(month) for month in year.months]
    totals, by_line = totals_of_year([partner.pk for partner in partners], year)
    typed: dict[str, str] = {}
    problems: dict[str, str] = {}
    if request.method == "POST":
        amounts, problems = read_grid(request.POST, [p.pk for p in partners if p.pk not in by_line], months)
        if not problems:
            problems = _save_all(request, partners, amounts, totals)
        if not problems:
            return go(request, f"{reverse('sales:all_targets')}?year={year.year}&page={page.number}&q={search}")
        typed = unread(request.POST)
    context = {
        "year": year,
        "years": [year.previous.year, year.next.year],
        "months": year.months,
        "currency": current_tenant().currency,
        "page": page,
        "search": search,
        "grid": grid_of_partners(partners, year.months, totals, by_line, year.year, typed, problems),
        "has_problems": bool(problems),
    }
    return render(request, "sales/all_targets.html", context, status=422 if problems else 200)


def _table_of(partners: Any, year: FiscalYear) -> list[list[Any]]:
    """A row for each partner with its months and their sum, where it has a target."""
    found = list(partners.only("pk", "name", "number"))
    totals, _by_line = totals_of_year([partner.pk for partner in found], year)
    table = []
    for partner in found:
        amounts = [totals.get(partner.pk, {}).get(month_start(month)) for month in year.months]
        known = [amount for amount in amounts if amount is not None]
        table.append([partner.name, partner.number, *amounts, sum(known) if known else None])
    return table


def _save_all(request: HttpRequest, partners: list[Partner], amounts: Any, totals: Any) -> dict[str, str]:
    """All rows or none; the reason stands at the row that was refused."""
    by_id = {partner.pk: partner for partner in partners}
    pk = None
    try:
        with transaction.atomic():
            for pk, cells in amounts.items():
                before = totals.get(pk, {})
                changed = {month: amount for month, amount in cells.items() if amount != before.get(month)}
                if changed:
                    set_targets(by_id[pk], changed, by=request.member)  # type: ignore[attr-defined]
    except Refused as refusal:
        return {str(pk): str(refusal)}
    return {}
