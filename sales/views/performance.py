"""The performance page of one partner: plan against actual, as of today or of any past day."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partners.models import Partner
from prm.kernel.web.access import may
from sales.forms import AsOfForm
from sales.queries import performance
from sales.rows import present_performance


@may("sales.view_performance", Partner)
def partner_performance(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = AsOfForm(request.GET)
    day = form.day()
    figures = present_performance(performance(partner.pk, day))
    context = {"partner": partner, "figures": figures, "day": day.isoformat()}
    return render(request, "sales/performance.html", context)
