"""The performance scorecard of a partner: on screen, on paper, as a spreadsheet, and what stands behind a figure."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.exports import attachment
from prm.kernel.paper import PdfNotPossible
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.tenancy import member_of
from scorecards.paper.performance import NoPaper, card_pdf, card_xlsx, file_name
from scorecards.queries import BadDay, PerformanceCard, behind, card_for, day_asked
from scorecards.queries.kpi_targets import waiting_of
from scorecards.rows.kpi_targets import present_waiting
from scorecards.rows.performance import card_url, present_behind, present_card

WITH_TIER = Partner.objects.select_related("tier")


@may("scorecards.view_kpis", WITH_TIER)
@require_safe
def performance(request: HttpRequest, partner: Partner) -> HttpResponse:
    """One page, nothing to type: as of today or of the day asked for."""
    member, wanted = member_of(request), request.GET.get("on", "")
    context = {
        "partner": partner,
        "may_board": permits(member, "scorecards.view_board"),
        "today": clock.today().isoformat(),
        "query": request.GET.urlencode(),
    }
    try:
        day = day_asked(wanted, today=clock.today())
    except BadDay as refusal:
        context |= {"refusal": refusal, "wanted": wanted[:40]}
        return render(request, "scorecards/performance/card.html", context, status=refusal.status)
    card = present_card(card_for(member, partner, on=day))
    context |= {"card": card, "wanted": card.iso_day}
    if card.is_live:
        context["waiting"] = present_waiting(waiting_of(partner, member), partner)
    return render(request, "scorecards/performance/card.html", context)


@may("scorecards.view_kpis", WITH_TIER)
@require_safe
def figure(request: HttpRequest, partner: Partner) -> HttpResponse:
    """One figure of the card: how it is computed, from what, and the rows it is made of."""
    key = request.GET.get("of", "year")
    day = day_asked(request.GET.get("on"), today=clock.today())
    card = card_for(member_of(request), partner, on=day, with_composite=key == "composite")
    found = behind(card, key, partner, member_of(request))
    if found is None:
        raise Http404
    context = {
        "partner": partner,
        "figure": present_behind(found, card),
        "card": present_card(card),
        "back": card_url(partner.pk, None if card.is_live else card.on),
    }
    return render(request, "scorecards/performance/figure.html", context)


@may("scorecards.view_kpis", WITH_TIER)
@require_safe
def performance_paper(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The card on one page, to take along."""
    card = _card(request, partner)
    try:
        content = card_pdf(card)
    except PdfNotPossible as missing:
        raise NoPaper(str(missing)) from missing
    return attachment(content, file_name(card), "pdf")


@may("scorecards.view_kpis", WITH_TIER)
@require_safe
def performance_workbook(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Every figure of the card as a spreadsheet."""
    card = _card(request, partner)
    return attachment(card_xlsx(card), file_name(card), "xlsx")


def _card(request: HttpRequest, partner: Partner) -> PerformanceCard:
    day = day_asked(request.GET.get("on"), today=clock.today())
    return card_for(member_of(request), partner, on=day)
