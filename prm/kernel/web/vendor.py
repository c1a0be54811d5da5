"""The settings of a vendor: one page, each box a form of its own; and the picture that everybody may fetch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from prm.kernel import clock, logos
from prm.kernel.contrast import best_ink
from prm.kernel.domains import choose_main_domain, claim_domain, drop_domain, prove_domain
from prm.kernel.models import Tenant, TenantDomain
from prm.kernel.policies import permits
from prm.kernel.proofs import FILE, LABEL
from prm.kernel.signin.forms import NothingForm
from prm.kernel.sites import home_of
from prm.kernel.vendor import (
    change_calendar,
    change_logo,
    change_look,
    change_words,
    plan_fiscal_year,
    remove_logo,
)
from prm.kernel.web.access import may, public
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of
from prm.kernel.web.vendor_forms import CalendarForm, DomainForm, FiscalYearForm, LogoForm, LookForm, WordsForm

FOREVER = "public, max-age=31536000, immutable"  # the name is a digest: another picture has another name


@public
@require_safe
def logo(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """The vendor's picture, for header, sign-in page and letters; an old one is gone."""
    tenant = Tenant.objects.filter(slug=slug, logo=digest, active=True).first() if digest else None
    picture = logos.read(tenant) if tenant else None
    if picture is None:
        raise Http404
    return HttpResponse(picture, content_type="image/png", headers={"Cache-Control": FOREVER})


@may("kernel.view_settings")
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Everything the vendor has set for everybody; only the administrator can change it."""
    return _page(request)


@may("kernel.edit_settings")
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    return _act(request, "look", LookForm(request.POST), lambda by, data: change_look(by=by, **data))


@may("kernel.edit_settings")
@require_POST
def new_logo(request: HttpRequest) -> HttpResponse:
    form = LogoForm(request.POST, request.FILES)
    # One byte over the limit is enough to refuse it.
    return _act(
        request, "logo", form, lambda by, data: change_logo(data["logo"].read(logos.LARGEST + 1), by=by), anchor="look"
    )


@may("kernel.edit_settings")
@require_POST
def no_logo(request: HttpRequest) -> HttpResponse:
    return _act(request, "logo", NothingForm(request.POST), lambda by, data: remove_logo(by=by), anchor="look")


@may("kernel.edit_settings")
@require_POST
def words(request: HttpRequest) -> HttpResponse:
    form = WordsForm(request.POST)
    return _act(request, "words", form, lambda by, data: change_words(form.words(), by=by))


@may("kernel.edit_settings")
@require_POST
def calendar(request: HttpRequest) -> HttpResponse:
    return _act(request, "calendar", CalendarForm(request.POST), lambda by, data: change_calendar(by=by, **data))


@may("kernel.edit_settings")
@require_POST
def fiscal_year(request: HttpRequest) -> HttpResponse:
    form = FiscalYearForm(request.POST, tenant=member_of(request).tenant, today=clock.today())
    return _act(request, "fiscal_year", form, lambda by, data: plan_fiscal_year(data["begins"], by=by))


@may("kernel.edit_settings")
@require_POST
def domain_add(request: HttpRequest) -> HttpResponse:
    form = DomainForm(request.POST)
    return _act(request, "domain", form, lambda by, data: claim_domain(data["host"], by=by), anchor="domains")


@may("kernel.edit_settings", TenantDomain)
@require_POST
def domain_prove(request: HttpRequest, domain: TenantDomain) -> HttpResponse:
    return _with_domain(request, domain, prove_domain)


@may("kernel.edit_settings", TenantDomain)
@require_POST
def domain_main(request: HttpRequest, domain: TenantDomain) -> HttpResponse:
    return _with_domain(request, domain, choose_main_domain)


@may("kernel.edit_settings", TenantDomain)
@require_POST
def domain_drop(request: HttpRequest, domain: TenantDomain) -> HttpResponse:
    return _with_domain(request, domain, drop_domain)


def _with_domain(request: HttpRequest, domain: TenantDomain, action: Callable[..., Any]) -> HttpResponse:
    return _act(request, "domains", NothingForm(request.POST), lambda by, data: action(domain, by=by), anchor="domains")


def _act(
    request: HttpRequest, box: str, form: forms.Form, act: Callable[..., Any], *, anchor: str = ""
) -> HttpResponse:
    """Do it and come back to the box; a refusal shows the page with that box as it was sent."""

    def then(_result: Any) -> str:
        messages.success(request, _("Saved."))
        return f"{reverse('kernel:settings')}#{anchor or box}"

    member = member_of(request)
    again = lambda form: _page(request, **{box: form})
    return submit(request, form, lambda data: act(member, data), again=again, then=then)


def _page(request: HttpRequest, **sent: forms.Form) -> HttpResponse:
    member = member_of(request)
    # What a refused change left in memory is not what holds.
    tenant = Tenant.objects.get(pk=member.tenant_id)
    boxes: dict[str, forms.Form] = {
        "look": LookForm.of(tenant),
        "logo": LogoForm(),
        "words": WordsForm.of(tenant),
        "calendar": CalendarForm.of(tenant),
        "fiscal_year": FiscalYearForm(tenant=tenant, today=clock.today()),
        "domain": DomainForm(),
        "domains": NothingForm(),
    } | sent
    may_edit = permits(member, "kernel.edit_settings")
    if not may_edit:
        for form in boxes.values():
            for field in form.fields.values():
                field.disabled = True
    domains = TenantDomain.objects.visible_to(member).order_by("-is_main", "host")
    context = {
        "boxes": boxes,
        "may_edit": may_edit,
        "vendor": tenant,
        "contrast": best_ink(tenant.brand)[1],
        "begins": MONTHS[tenant.fy_start_month],
        "planned": formatter().day(tenant.next_fy_from) if tenant.next_fy_from else "",
        "domains": [{"it": domain, "record": f"{LABEL}.{domain.host}"} for domain in domains],
        "file": FILE,
        "home": home_of(tenant),
    }
    return render(request, "kernel/settings/page.html", context)
