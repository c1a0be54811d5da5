"""The pages of partners: the list, one partner with its tabs, its record."""

from __future__ import annotations

from copy import copy
from functools import wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from partners.actions import edit_partner
from partners.actions.bulk import VERBS
from partners.filters import PartnerFilter
from partners.forms import PartnerForm
from partners.models import Partner
from partners.queries import kept_of, managers_beside
from partners.registries import TABS, actions_for, panels_for, tabs_for
from partners.rows import STATE_TONES, PartnerRow, present_partners
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.templatetags.kit import badge
from prm.kernel.web.access import may
from prm.kernel.web.cells import joined, link, soft
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, lend_list, list_page, matching
from prm.kernel.words import own_word


def leading_on(view: Any) -> Any:
    """The address of a merged partner leads to the one that was kept."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            kept = kept_of(kwargs["partner_id"], request.member)  # type: ignore[attr-defined]
            if kept is None:
                raise
            return redirect(kept)

    return answer


def _name(row: PartnerRow) -> str:
    return joined(link(row.url, row.name), soft(row.number))


COLUMNS = (
    Column("name", "Partner", ("sort_name",), lambda row: row.name, cell=_name),
    Column("number", "Number", (), lambda row: row.number),
    Column("tier", "Tier", ("tier__level",), lambda row: row.tier, optional=True, cell=lambda row: row.tier or "–"),
    Column(
        "state",
        "State",
        ("state", "sort_name"),
        lambda row: row.state,
        optional=True,
        cell=lambda row: badge(row.state, row.state_tone),
    ),
    Column("type", "Type", ("type", "sort_name"), lambda row: row.type),
    Column(
        "country",
        "Country",
        ("country", "sort_name"),
        lambda row: row.country,
        optional=True,
        cell=lambda row: row.country,
    ),
    Column(
        "manager",
        "Account manager",
        (),
        lambda row: row.manager,
        optional=True,
        cell=lambda row: row.manager or "–",
    ),
    Column(
        "revenue",
        "Revenue, 12 months",
        (),
        lambda row: row.raw_revenue,
        optional=True,
        cell=lambda row: row.revenue,
        numeric=True,
    ),
    Column(
        "performance",
        "Performance to plan",
        (),
        lambda row: row.raw_performance,
        optional=True,
        cell=lambda row: row.performance_mark,
    ),
    Column(
        "capability",
        "Capabilities score",
        (),
        lambda row: row.raw_capability,
        optional=True,
        cell=lambda row: row.capability_mark,
    ),
)

LISTED = (
    "number",
    "name",
    "sort_name",
    "state",
    "type",
    "country",
    "tier",
)


lend_list("partners:list", COLUMNS, PartnerFilter)


@may("partners.view_partner")
def partner_list(request: HttpRequest) -> HttpResponse:
    """All partners this member may know of; a partner's own people go straight to their company."""
    member = request.member  # type: ignore[attr-defined]
    if not member.is_vendor and len(member.reach or ()) == 1:
        return redirect("partners:partner", member.partner_id)
    as_of = clock.today()
    shown = list_page(
        request,
        Partner.objects.visible_to(member).only(*LISTED),
        COLUMNS,
        default_sort="name",
        filterset=PartnerFilter,
        present=lambda partners: present_partners(partners, as_of),
        file_name="partners",
    )
    if isinstance(shown, HttpResponse):
        return shown
    context = {
        "list": shown,
        "may_add": permits(member, "partners.add_partner"),
        "may_ask": permits(member, "partners.edit_profile_question"),
        "may_compare": permits(member, "partners.view_duplicates"),
        "bulk_verbs": _verbs() if permits(member, "partners.start_bulk_edit") else (),
    }
    return render(request, "partners/list.html", context)


def _verbs() -> list[dict[str, Any]]:
    """What can be changed of many, in the vendor's own words."""
    return [{"name": verb.name, "label": own_word(verb.label)} for verb in VERBS.values()]


def partners_matching(request: HttpRequest, query: QueryDict) -> QuerySet:
    """All partners that the list would show with that query, over all its pages."""
    asked = copy(request)
    asked.method, asked.GET = "GET", query
    listed = Partner.objects.visible_to(request.member)  # type: ignore[attr-defined]
    return matching(asked, listed, COLUMNS, default_sort="name", filterset=PartnerFilter).rows


@leading_on
@may("partners.view_partner", Partner.objects.select_related("tier", "sponsor", "territory"))
def partner(request: HttpRequest, partner: Partner) -> HttpResponse:
    """One partner: its record on top, then one tab of what the apps know about it (`?tab=`)."""
    member = request.member  # type: ignore[attr-defined]
    tabs = tabs_for(member, partner)
    here = request.GET.get("tab") or "overview"
    if here not in {*tabs, "overview"}:
        raise Http404
    address = partner.get_absolute_url()
    actions = actions_for(member, partner)
    primary = next((action for action in actions if action.leads), None)
    manager, beside = managers_beside(partner.pk)
    context = {
        "partner": partner,
        "state_tone": STATE_TONES.get(partner.state, "grey"),
        "manager": manager,
        "beside": ", ".join(one.user.name for one in beside),
        "tab": here,
        "tabs": [
            {"label": TABS[tab], "url": address if tab == "overview" else f"{address}?tab={tab}", "here": tab == here}
            for tab in tabs
        ],
        "panels": panels_for(member, partner, here, request.GET.dict()),
        "primary": primary,
        "more": [action for action in actions if action is not primary],
    }
    return render(request, "partners/partner.html", context)


@may("partners.edit_partner", Partner)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, partner: Partner) -> HttpResponse:
    initial = {
        "name": partner.name,
        "country": partner.country,
        "domain": partner.domain,
        "type": partner.type,
        "version": partner.version,
    }
    return form_page(
        request,
        PartnerForm(request.POST or None, initial=initial),
        lambda data: edit_partner(
            partner,
            by=request.member,  # type: ignore[attr-defined]
            seen_version=data["version"],
            **_without_version(data),
        ),
        title=f"Edit {partner.name}",
        back=partner.get_absolute_url(),
        then=lambda saved: saved.get_absolute_url(),
    )


def form_page(
    request: HttpRequest,
    form: Any,
    act: Any,
    *,
    title: str,
    back: str,
    then: Any,
    template: str = "partners/form.html",
    **more: Any,
) -> HttpResponse:
    """A page with one form: what is not accepted comes back with what was typed."""

    def page(form: Any) -> HttpResponse:
        return render(request, template, {"form": form, "heading": title, "back": back, **more})

    if request.method == "GET":
        return page(form)
    return submit(request, form, act, again=page, then=then)


def _without_version(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != "version"}
