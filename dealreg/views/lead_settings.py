"""The test bench of leads, and the rules by which they are given out."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions.leads import add_lead_route, drop_lead_route, edit_lead_rules
from dealreg.actions.leads.rules import FIELDS
from dealreg.forms.leads import BenchForm, LeadRouteForm, LeadRulesForm
from dealreg.models import Lead, LeadContact, LeadRoute
from dealreg.queries.lead_rules import lead_rules
from dealreg.queries.routing import LeadFacts, facts_of, had_before, who_gets
from dealreg.rows.leads import present_ranking, present_routes, title_of
from partners.models import Partner
from partners.queries.program import tiers
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import saved, submit
from prm.kernel.web.tenancy import member_of


@may("dealreg.view_lead_bench")
@require_safe
def bench(request: HttpRequest) -> HttpResponse:
    """Who would get a lead, and why: one that is typed in, or one that stands."""
    lead = _asked_for(request.GET.get("lead", ""))
    contact = LeadContact.objects.filter(lead=lead).first() if lead else None
    context: dict[str, Any] = {"lead": lead, "title": title_of(lead, contact) if lead else ""}
    if lead is not None and contact is not None:
        facts, refused = facts_of(lead, contact), had_before(lead)
        context["form"] = BenchForm(
            initial={
                "line": facts.line.code,
                "country": facts.country,
                "region": facts.region,
                "industry": facts.industry,
                "source": facts.source,
                "campaign": facts.campaign,
            }
        )
        context["ranking"] = present_ranking(who_gets(facts, refused=refused))
        return render(request, "dealreg/leads/bench.html", context)
    form = BenchForm(request.GET if "line" in request.GET else None)
    context["form"] = form
    status = 200
    if form.is_bound:
        if form.is_valid():
            context["ranking"] = present_ranking(who_gets(LeadFacts(**form.cleaned_data)))
        else:
            status = 422
    return render(request, "dealreg/leads/bench.html", context, status=status)


def _asked_for(text: str) -> Lead | None:
    try:
        pk = UUID(text)
    except ValueError:
        return None
    return Lead.objects.select_related("line").filter(pk=pk).first()


@may("dealreg.view_lead_rules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Points, days and switches; those who may not change them read them."""
    member, standing = member_of(request), lead_rules()
    may_edit = permits(member, "dealreg.edit_lead_rules")
    levels = tiers()

    def page(form: LeadRulesForm) -> HttpResponse:
        return _rules_page(request, form, may_edit)

    if request.method == "GET":
        initial: dict[str, Any] = {name: getattr(standing, name) for name in FIELDS}
        initial |= {f"tier_{code}": points for code, points in standing.tier_points.items()}
        return page(LeadRulesForm(initial=initial, tiers=levels))
    return submit(
        request,
        LeadRulesForm(request.POST, tiers=levels),
        lambda data: edit_lead_rules(by=member, **data),
        again=page,
        then=lambda _done: reverse("dealreg:lead_rules"),
        said=saved,
    )


def _rules_page(
    request: HttpRequest, form: LeadRulesForm, may_edit: bool, route_form: LeadRouteForm | None = None
) -> HttpResponse:
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {
        "form": form,
        "may_edit": may_edit,
        "routes": present_routes(),
        "route_form": route_form or (_route_form() if may_edit else None),
    }
    return render(request, "dealreg/leads/rules.html", context)


def _route_form(data: Any = None) -> LeadRouteForm:
    partners = Partner.objects.filter(state=Partner.State.ACTIVE).order_by("sort_name", "pk")
    return LeadRouteForm(
        data, partners={str(one.pk): one.name for one in partners} if data is None else _by_id(partners)
    )


def _by_id(partners: Any) -> dict[str, Any]:
    return {str(one.pk): one for one in partners}


@may("dealreg.add_lead_route")
@require_POST
def add_route(request: HttpRequest) -> HttpResponse:
    """Leads that go past the points."""
    standing = lead_rules()
    initial: dict[str, Any] = {name: getattr(standing, name) for name in FIELDS}
    initial |= {f"tier_{code}": points for code, points in standing.tier_points.items()}

    def again(form: Any) -> HttpResponse:
        return _rules_page(request, LeadRulesForm(initial=initial, tiers=tiers()), True, form)

    return submit(
        request,
        _route_form(request.POST),
        lambda data: add_lead_route(by=member_of(request), **data),
        again=again,
        then=lambda _done: reverse("dealreg:lead_rules") + "#routes",
        said=saved,
    )


@may("dealreg.drop_lead_route", LeadRoute)
@require_POST
def drop_route(request: HttpRequest, route: LeadRoute) -> HttpResponse:
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: drop_lead_route(route, by=member_of(request)),
        again=lambda form: rules(request),
        then=lambda _done: reverse("dealreg:lead_rules") + "#routes",
        said=saved,
    )
