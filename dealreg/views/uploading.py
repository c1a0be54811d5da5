"""Many registrations at once: a file of them, the drafts it became, and sending all that are ready."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dealreg.actions.drafts import drafts_of, sent_in, submit_drafts, why_not_ready
from dealreg.queries.pages import active_lines
from dealreg.rows.deals import present_deals
from prm.kernel import clock
from prm.kernel.exports import as_file, attachment
from prm.kernel.imports.registry import importer_of
from prm.kernel.imports.uploads import send_file
from prm.kernel.models import Job
from prm.kernel.periods import add_days
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of

ENTITY = "deal_registrations"
PER_PAGE, SENT_SHOWN = 50, 200


class UploadForm(forms.Form):
    file = forms.FileField(label=_("File"), help_text=_("CSV or XLSX, at most 50 MB"))


@may("dealreg.import_deals")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A file of registrations; what comes next is the preview, and nothing comes in before it was seen."""
    member = member_of(request)

    def page(form: Any) -> HttpResponse:
        rules = importer_of(ENTITY).rules
        fields = [
            {"name": name, "says": rule.says, "is_required": rule.required}
            for name, rule in rules.items()
            if name != "partner" or member.is_vendor or len(member.reach or ()) > 1
        ]
        return render(request, "dealreg/upload.html", {"form": form, "fields": fields, "lines": active_lines()})

    if request.method == "GET":
        return page(UploadForm())
    return submit(
        request,
        UploadForm(request.POST, request.FILES),
        lambda data: send_file(data["file"].read(), name=data["file"].name, entity=ENTITY, by=member),
        again=page,
        then=lambda sent: sent,
    )


@may("dealreg.import_deals")
@require_safe
def sample(request: HttpRequest, kind: str) -> HttpResponse:
    """A file with every column and one row, in the vendor's own product lines."""
    member = member_of(request)
    close = add_days(clock.today(), 60).isoformat()
    row = {
        "customer_name": "Contoso GmbH",
        "customer_country": "DE",
        "customer_domain": "contoso.example",
        "contact_name": "Kim Müller",
        "contact_email": "kim.mueller@contoso.example",
        "lines": ", ".join(line.code for line in active_lines()[:2]),
        "amount": "40000.00",
        "expected_close": close,
        "need": "A firewall for three sites",
        "partner": "" if not member.is_vendor else _example_partner(member),
        "source": "partner_led",
        "tender": "no",
        "next_step": "Demo on site",
        "next_step_due": add_days(clock.today(), 14).isoformat(),
    }
    names = [name for name in importer_of(ENTITY).rules if name != "partner" or member.is_vendor]
    return attachment(as_file([names, [row[name] for name in names]], kind), "registrations", kind)


def _example_partner(member: Any) -> str:
    from partners.models import Partner

    found = Partner.objects.visible_to(member).order_by("sort_name", "pk").first()
    return found.name if found else ""


@may("dealreg.submit_drafts")
@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """The drafts one may send, which of them are ready, and what the last run has sent."""
    return _page(request)


@may("dealreg.submit_drafts")
@require_POST
def send_all(request: HttpRequest) -> HttpResponse:
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: submit_drafts(by=member_of(request)),
        again=lambda form: _page(request, form),
        then=lambda job: redirect("kernel:job", job.pk).url,
    )


def _page(request: HttpRequest, refusal: Any = None) -> HttpResponse:
    member = member_of(request)
    page = Paginator(drafts_of(member), PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    why = why_not_ready(shown)
    rows = present_deals(shown)
    job = _job(request)
    context = {
        "rows": [(row, why[deal.pk]) for row, deal in zip(rows, shown, strict=True)],
        "page": page,
        "may_send": any(not reason for reason in why.values()) or page.paginator.num_pages > 1,
        "sent": present_deals(list(sent_in(job)[:SENT_SHOWN])) if job else [],
        "job": job,
        "refusal": refusal,
        "may_upload": permits(member, "dealreg.import_deals"),
    }
    return render(request, "dealreg/drafts.html", context)


def _job(request: HttpRequest) -> Job | None:
    """The run that is asked about, if it is one's own."""
    try:
        pk = uuid.UUID(request.GET.get("job", ""))
    except ValueError:
        return None
    member = member_of(request)
    return Job.objects.visible_to(member).filter(pk=pk, kind="submit_drafts", asked_by=member).first()
