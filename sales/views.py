"""The performance page of one partner: plan against actual, as of today or of any past day."""

from __future__ import annotations

import datetime as dt

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.web.access import may
from sales.queries import performance
from sales.rows import present_performance


class AsOfForm(forms.Form):
    """The day the figures are for."""

    as_of = forms.DateField(required=False, label="As of", widget=forms.DateInput(attrs={"type": "date"}))

    def day(self) -> dt.date:
        today = clock.today()
        chosen = self.cleaned_data.get("as_of") if self.is_valid() else None
        return min(chosen, today) if chosen and chosen.year >= 1990 else today


@may("sales.view_performance", Partner)
def partner_performance(request: HttpRequest, partner: Partner) -> HttpResponse:
    form = AsOfForm(request.GET)
    day = form.day()
    figures = present_performance(performance(partner.pk, day))
    context = {"partner": partner, "figures": figures, "day": day.isoformat()}
    return render(request, "sales/performance.html", context)
