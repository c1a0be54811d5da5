"""Targets of KPIs for one partner, proposals, and values entered by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partners.models import Partner
from prm.kernel.errors import Refused
from prm.kernel.policies import permits
from prm.kernel.web.access import find_visible, may
from prm.kernel.web.forms import go, submit
from sales.forms import YearForm, read_amount
from scorecards.actions import (
    confirm_kpi_target,
    decline_kpi_target,
    enter_kpi,
    propose_kpi_target,
    set_kpi_target,
    withdraw_kpi_target,
)
from scorecards.forms import KpiValueForm, untyped
from scorecards.models import KpiDefinition, KpiTargetProposal
from scorecards.queries.kpi_targets import KpiTargetRow, kpi_proposals_of, kpi_targets_of
from scorecards.rows.kpi_targets import present_kpi_proposals, present_target_rows


@may("scorecards.view_kpis", Partner)
def kpi_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _page(request, partner)


@may("scorecards.set_kpi_target", Partner)
@require_POST
def save_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    """What was changed counts at once; an emptied cell takes the partner's own target away."""

    def act(row: KpiTargetRow, value: Decimal | None) -> None:
        if value != row.own:
            year = YearForm(request.POST).chosen().year
            set_kpi_target(row.kpi, value, partner=partner, fiscal_year=year, by=request.member)  # type: ignore[attr-defined]

    return _write(request, partner, act)


@may("scorecards.propose_kpi_target", Partner)
@require_POST
def propose_targets(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Each cell that differs from what holds is proposed to the other side."""
    comment, year = request.POST.get("comment", ""), YearForm(request.POST).chosen().year

    def act(row: KpiTargetRow, value: Decimal | None) -> None:
        if value is not None and value != row.own:
            propose_kpi_target(row.kpi, partner, value, fiscal_year=year, comment=comment, by=request.member)  # type: ignore[attr-defined]

    return _write(request, partner, act)


def _write(request: HttpRequest, partner: Partner, act: Any) -> HttpResponse:
    year = YearForm(request.POST).chosen()
    typed = {name: value[:40] for name, value in request.POST.items() if name.startswith("k-")}
    problems: dict[str, str] = {}
    wanted = []
    for row in kpi_targets_of(partner, year):
        name = f"k-{row.kpi.code}"
        if name in typed:
            try:
                wanted.append((row, untyped(read_amount(typed[name]), row.kpi.unit)))
            except ValueError as error:
                problems[name] = str(error)
    if problems:
        return _page(request, partner, typed=typed, problems=problems, status=422)
    try:
        with transaction.atomic():
            for row, value in wanted:
                act(row, value)
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, partner, typed=typed, error=str(refusal), status=status)
    return go(request, f"{reverse('scorecards:kpi_targets', args=[partner.pk])}?year={year.year}")


def _page(
    request: HttpRequest,
    partner: Partner,
    *,
    typed: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    year = YearForm(request.POST if request.method == "POST" else request.GET).chosen()
    context = {
        "partner": partner,
        "year": year,
        "years": [year.previous.year, year.next.year],
        "rows": present_target_rows(kpi_targets_of(partner, year), partner, typed or {}, problems or {}),
        "proposals": present_kpi_proposals(kpi_proposals_of(partner, member), member),
        "error": error,
        "has_problems": bool(problems),
        "comment": request.POST.get("comment", "")[:500],
        "may_set": permits(member, "scorecards.set_kpi_target", partner),
        "may_propose": permits(member, "scorecards.propose_kpi_target", partner),
    }
    return render(request, "scorecards/kpis/targets.html", context, status=status)


WITH_PARTNER = KpiTargetProposal.objects.select_related("partner", "kpi", "proposed_by__user")


@may("scorecards.confirm_kpi_target", WITH_PARTNER)
@require_POST
def confirm(request: HttpRequest, proposal: KpiTargetProposal) -> HttpResponse:
    return _decide(request, proposal, lambda: confirm_kpi_target(proposal, by=request.member))  # type: ignore[attr-defined]


@may("scorecards.decline_kpi_target", WITH_PARTNER)
@require_POST
def decline(request: HttpRequest, proposal: KpiTargetProposal) -> HttpResponse:
    reason = request.POST.get("reason", "")
    return _decide(request, proposal, lambda: decline_kpi_target(proposal, reason=reason, by=request.member))  # type: ignore[attr-defined]


@may("scorecards.withdraw_kpi_target", WITH_PARTNER)
@require_POST
def withdraw(request: HttpRequest, proposal: KpiTargetProposal) -> HttpResponse:
    return _decide(request, proposal, lambda: withdraw_kpi_target(proposal, by=request.member))  # type: ignore[attr-defined]


def _decide(request: HttpRequest, proposal: KpiTargetProposal, act: Any) -> HttpResponse:
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        if refusal.status in {403, 404}:
            raise
        status = 422 if refusal.status == 400 else refusal.status
        return _page(request, proposal.partner, error=str(refusal), status=status)
    return go(request, proposal)


@may("scorecards.enter_kpi", Partner)
@require_POST
def enter_value(request: HttpRequest, partner: Partner, kpi_definition_id: Any) -> HttpResponse:
    """The value of a KPI for a month, where nothing computes it."""
    kpi = find_visible(KpiDefinition, request.member, kpi_definition_id)  # type: ignore[attr-defined]

    def again(form: Any) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Enter a value of %(kpi)s") % {"kpi": kpi.name},
            "action": request.path,
            "back": reverse("scorecards:kpi", args=[partner.pk, kpi.pk]),
        }
        return render(request, "scorecards/form.html", context)

    return submit(
        request,
        KpiValueForm(request.POST, unit=kpi.unit),
        lambda data: enter_kpi(kpi, partner, data["value"], month=data["month"], by=request.member),  # type: ignore[attr-defined]
        again=again,
        then=lambda _: reverse("scorecards:kpi", args=[partner.pk, kpi.pk]),
    )
