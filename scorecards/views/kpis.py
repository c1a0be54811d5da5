"""One KPI of a partner: the figure with its formula, how it moved, and the rows behind it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from partners.models import Partner
from partners.registries import measures
from prm.kernel.periods import FiscalQuarter, add_days, add_months
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import current_tenant
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from sales.forms import AsOfForm
from scorecards.forms import KpiValueForm
from scorecards.models import Assessment, KpiDefinition
from scorecards.queries import kpi_history, kpi_sheet
from scorecards.rows import history_chart, present_kpi, present_rows, write_value

MONTHS_BACK = 12


@may("scorecards.view_kpis", Partner)
def kpi(request: HttpRequest, partner: Partner, kpi_definition_id: Any) -> HttpResponse:
    definition = KpiDefinition.objects.filter(pk=kpi_definition_id).first()
    if definition is None:
        raise Http404
    day = AsOfForm(request.GET).day()
    figure = kpi_sheet(partner, on=day).kpi(definition.code)
    if figure is None:  # not in use on that day
        raise Http404
    write = formatter()
    first = day.replace(day=1)
    days = [add_days(add_months(first, -back), -1) for back in reversed(range(MONTHS_BACK - 1))] + [day]
    values = kpi_history(definition, partner.pk, days)
    context = {
        "partner": partner,
        "definition": definition,
        "kpi": present_kpi(figure),
        "day": day.isoformat(),
        "as_of": write.day(day),
        "chart": history_chart(figure, days, values) if any(v is not None for v in values) else None,
        "history": [
            (write.day(at), write_value(write, value, figure.unit))
            for at, value in zip(reversed(days), reversed(values), strict=True)
        ],
        "enter_form": KpiValueForm(unit=definition.unit, initial={"month": first})
        if figure.origin != "computed" or figure.value is None
        else None,
        "may_enter": permits(request.member, "scorecards.enter_kpi", partner),  # type: ignore[attr-defined]
        **_behind(definition, partner, day),
    }
    return render(request, "scorecards/kpi.html", context)


def _behind(definition: KpiDefinition, partner: Partner, day: dt.date) -> dict[str, Any]:
    """The rows behind the figure: the scorecard of a topic, or what the measure lends."""
    if definition.kind == KpiDefinition.Kind.TOPIC:
        latest = Assessment.objects.filter(
            partner=partner, kind=Assessment.Kind.PARTNER, submitted_at__date__lte=day, overall__isnull=False
        )
        found = latest.order_by("-submitted_at").first()
        return {"assessment_url": reverse("scorecards:assessment", args=[found.pk]) if found else ""}
    lent = measures.get(definition.measure)
    if lent is None or lent.rows is None:
        return {}
    period = FiscalQuarter.containing(day, current_tenant().fy_start_month)
    return {"rows": present_rows(lent.rows(partner.pk, period, day))}
