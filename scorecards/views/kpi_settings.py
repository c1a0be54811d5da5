"""How KPIs are judged and weighed: the catalogue, one KPI, the weights of the composite score, the ranking."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.numbers import HUNDRED
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.web.table_exports import table_export
from sales.forms import AsOfForm, YearForm, read_amount
from scorecards.actions import add_kpi, set_kpi, set_kpi_target, set_weights
from scorecards.forms import AsOfFuture, KpiAddForm, KpiSettingForm, SharedTargetForm
from scorecards.models import KpiDefinition
from scorecards.queries import COMPONENTS, ranking, settings_on, weights_on
from scorecards.queries.kpi_targets import settings_of, shared_targets
from scorecards.rows.kpi_settings import (
    catalogue_table,
    present_catalogue,
    present_settings,
    present_shared,
    present_weights,
)

RANKED_SHOWN = 500


@may("scorecards.view_kpi_settings")
def kpi_settings(request: HttpRequest) -> HttpResponse:
    """The catalogue as it holds today."""
    member = request.member  # type: ignore[attr-defined]
    in_use = {setting.kpi_id for setting in settings_on(clock.today())}
    heads = (_("Category"), _("KPI"), _("From"), _("Formula"), _("Target"), _("Judged"), _("In focus in"))
    file = table_export(request, "kpis", heads, lambda: catalogue_table(settings_on(clock.today())))
    if file is not None:
        return file
    context = {
        "categories": present_catalogue(settings_on(clock.today())),
        "unused": list(KpiDefinition.objects.exclude(pk__in=in_use).order_by("name")),
        "may_set": permits(member, "scorecards.set_kpi"),
        "may_add": permits(member, "scorecards.add_kpi"),
    }
    return render(request, "scorecards/kpis/catalogue.html", context)


@may("scorecards.view_kpi_settings", KpiDefinition)
def kpi_definition(request: HttpRequest, kpi: KpiDefinition) -> HttpResponse:
    return _definition(request, kpi)


@may("scorecards.set_kpi", KpiDefinition)
@require_POST
def set_one(request: HttpRequest, kpi: KpiDefinition) -> HttpResponse:
    return submit(
        request,
        KpiSettingForm(request.POST, unit=kpi.unit, lower=kpi.direction == "lower"),
        lambda data: set_kpi(kpi, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _definition(request, kpi, form=form),
        then=lambda _: kpi,
    )


@may("scorecards.set_kpi", KpiDefinition)
@require_POST
def set_shared_target(request: HttpRequest, kpi: KpiDefinition) -> HttpResponse:
    """What is asked of all partners, or of those of a tier, in a fiscal year."""
    return submit(
        request,
        SharedTargetForm(request.POST, unit=kpi.unit, auto_id="shared_%s"),
        lambda data: set_kpi_target(kpi, data.pop("value"), by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _definition(request, kpi, target_form=form),
        then=lambda _: kpi,
    )


def _definition(request: HttpRequest, kpi: KpiDefinition, *, form: Any = None, target_form: Any = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    settings = settings_of(kpi)
    today = clock.today()
    held = next((setting for setting in settings if setting.valid_from <= today), None)
    lower = kpi.direction == "lower"
    context = {
        "kpi": kpi,
        "settings": present_settings(kpi, settings, held),
        "targets": present_shared(kpi, shared_targets(kpi)),
        "takes_targets": held is not None and held.target_kind != "none",
        "may_set": permits(member, "scorecards.set_kpi", kpi),
        "form": form or KpiSettingForm(initial=KpiSettingForm.of(kpi, held), unit=kpi.unit, lower=lower),
        "target_form": target_form
        or SharedTargetForm(unit=kpi.unit, auto_id="shared_%s", initial={"fiscal_year": YearForm().chosen().year}),
    }
    return render(request, "scorecards/kpis/definition.html", context)


@may("scorecards.add_kpi")
@require_http_methods(["GET", "POST"])
def kpi_add(request: HttpRequest) -> HttpResponse:
    initial = {"in_use": True, "target_kind": "fixed", "green": "100", "yellow": "80", "unit_of": "count"}
    form = KpiAddForm(request.POST) if request.method == "POST" else KpiAddForm(initial=initial)

    def page(form: Any) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Add a KPI"),
            "action": request.path,
            "back": reverse("scorecards:kpi_settings"),
        }
        return render(request, "scorecards/form.html", context)

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: add_kpi(data.pop("name"), by=request.member, **data),  # type: ignore[attr-defined]
        again=page,
        then=lambda kpi: kpi,
    )


# --- weights ------------------------------------------------------------------------------------------------


@may("scorecards.view_kpi_settings")
def weights(request: HttpRequest) -> HttpResponse:
    return _weights_page(request)


@may("scorecards.set_weights")
@require_POST
def save_weights(request: HttpRequest) -> HttpResponse:
    """The whole grid: what changed holds from the day that was chosen."""
    form = AsOfFuture(request.POST)
    typed_cells = {name: value[:40] for name, value in request.POST.items() if name.startswith("w-")}
    problems: dict[str, str] = {}
    day = form.cleaned_data["valid_from"] if form.is_valid() else None
    if day is None:
        problems["valid_from"] = _("Give the day from which this holds.")
    wanted = {}
    for stage in ("", *Partner.LifeStage.values):
        row: dict[str, Decimal] = {}
        for name in (*COMPONENTS, "share"):
            key = f"w-{stage}-{name}"
            try:
                row[name] = read_amount(typed_cells.get(key, "")) or Decimal(0)
            except ValueError as error:
                problems[key] = str(error)
        wanted[stage] = row
    if not problems and day is not None:
        problems = _save_weights(request, wanted, day)
    if problems:
        return _weights_page(request, typed_cells=typed_cells, problems=problems, status=422)
    return go(request, reverse("scorecards:weights"))


def _save_weights(request: HttpRequest, wanted: dict[str, dict[str, Decimal]], day: Any) -> dict[str, str]:
    held = weights_on(day)
    stage = ""
    try:
        with transaction.atomic():
            for stage, row in wanted.items():
                share = row.pop("share") / HUNDRED
                before = held.get(stage)
                same = before is not None and before.min_share == share
                if same and before and all(Decimal(before.weights.get(n, "0")) == w for n, w in row.items()):
                    continue
                if before is None and not any(row.values()):
                    continue
                set_weights(stage, by=request.member, valid_from=day, weights=row, min_share=share)  # type: ignore[attr-defined]
    except Refused as refusal:
        field = refusal.field or "valid_from"
        return {field if field == "valid_from" else f"w-{stage}-{field.replace('min_share', 'share')}": str(refusal)}
    return {}


def _weights_page(
    request: HttpRequest, *, typed_cells: Any = None, problems: dict[str, str] | None = None, status: int = 200
) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    context = {
        "components": [str(label) for label, _measure, _factor in COMPONENTS.values()],
        "rows": present_weights(weights_on(clock.today()), typed_cells or {}, problems or {}),
        "today": clock.today().isoformat(),
        "valid_from": request.POST.get("valid_from", clock.today().isoformat())[:10],
        "problem": (problems or {}).get("valid_from", ""),
        "has_problems": bool(problems),
        "may_set": permits(member, "scorecards.set_weights"),
    }
    return render(request, "scorecards/kpis/weights.html", context, status=status)


# --- ranking ------------------------------------------------------------------------------------------------


@may("scorecards.view_ranking")
def partner_ranking(request: HttpRequest) -> HttpResponse:
    """The composite score and rank among all partners of the vendor, of those this member may know of."""
    member, day = request.member, AsOfForm(request.GET).day()  # type: ignore[attr-defined]
    known = set(Partner.objects.visible_to(member).values_list("pk", flat=True))
    found = ranking(on=day)
    heads = (_("Rank"), "Partner", _("Composite score"), _("Why there is none"), _("Net revenue, last 12 months"))
    file = table_export(
        request,
        "ranking",
        heads,
        lambda: ((one.rank, one.name, one.score, one.why, one.revenue) for one in found if one.partner_id in known),
    )
    if file is not None:
        return file
    write = formatter()
    rows = [
        {
            "rank": one.rank or "–",
            "name": one.name,
            "url": reverse("partners:partner", args=[one.partner_id]),
            "score": write.score(one.score),
            "why": one.why,
            "revenue": write.money(one.revenue),
        }
        for one in found
        if one.partner_id in known
    ]
    context = {
        "rows": rows[:RANKED_SHOWN],
        "more": max(0, len(rows) - RANKED_SHOWN),
        "of": len(found),
        "scored": sum(one.score is not None for one in found),
        "day": day.isoformat(),
        "as_of": write.day(day),
    }
    return render(request, "scorecards/kpis/ranking.html", context)
