"""The questionnaire in editions: which there are, what stands in one, previews, files, putting one in use."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner, Tier
from prm.kernel.exports import attachment
from prm.kernel.files import serve
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own
from scorecards.actions import (
    activate_bank,
    draft_bank,
    import_bank,
    remove_bank,
    retire_bank,
)
from scorecards.bank_filled import tier_choices
from scorecards.bank_forms import ImportForm, PreviewForm
from scorecards.bank_shape import BadBank, tables_of
from scorecards.bank_sheets import to_sheets
from scorecards.bank_yaml import to_yaml
from scorecards.models import QuestionBank, Resource
from scorecards.queries import document_of, previewed, with_counts
from scorecards.rows.bank import how_many, present_editions

COLUMNS = (
    Column("name", _("Questionnaire"), ("name", "edition"), lambda row: row.name),
    Column("edition", _("Edition"), ("edition",), lambda row: row.edition),
    Column("state", _("State"), ("state",), lambda row: row.state),
    Column("questions", _("Scored questions"), ("asked",), lambda row: row.questions),
    Column("topics", _("Topics"), ("topic_count",), lambda row: row.topics),
    Column("uses", _("Scorecards"), ("uses",), lambda row: row.uses),
    Column("since", _("In use since"), ("activated_at",), lambda row: row.since),
)


lend_list("scorecards:banks", COLUMNS)


@may("scorecards.view_bank")
@require_safe
def bank_list(request: HttpRequest) -> HttpResponse:
    """Every edition, the newest first."""
    member = member_of(request)
    banks = with_counts(QuestionBank.objects.visible_to(member))
    found = list_page(request, banks, COLUMNS, default_sort="-edition", present=present_editions, file_name="editions")
    if isinstance(found, HttpResponse):
        return found
    may_edit = permits(member, "scorecards.edit_bank")
    in_use = next((row for row in found.rows if row.tone == "green"), None)
    return render(request, "scorecards/bank/list.html", {"list": found, "may_edit": may_edit, "in_use": in_use})


@may("scorecards.edit_bank", QuestionBank)
@require_POST
def draft(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    """Copy an edition to the next draft, and go there."""
    return go(request, draft_bank(bank, by=member_of(request)))


@may("scorecards.edit_bank")
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest) -> HttpResponse:
    """Bring an edition from a file; what is wrong in it is listed, and nothing comes in."""
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: list[Any] = []

    def act(data: dict[str, Any]) -> QuestionBank:
        content = data["file"].read()
        kind = "xlsx" if content.startswith(b"PK") else "yaml"
        try:
            return import_bank(content, by=member_of(request), kind=kind, name=data["name"])
        except BadBank as refusal:
            problems.extend(refusal.problems)
            raise

    def page(form: Any) -> HttpResponse:
        return render(request, "scorecards/bank/import.html", {"form": form, "problems": problems})

    return page(form) if request.method == "GET" else submit(request, form, act, again=page, then=lambda made: made)


@may("scorecards.view_bank", QuestionBank)
@require_safe
def export(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    """The whole edition as a file that can be imported again: `?kind=yaml` or `xlsx`."""
    name = f"{bank.code}-{bank.edition}"
    if request.GET.get("kind") == "xlsx":
        return attachment(to_sheets(tables_of(bank)), name, "xlsx")
    text = to_yaml(tables_of(bank), comment=_("Edition %(n)d") % {"n": bank.edition})
    answer = HttpResponse(text, content_type="application/yaml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.yaml"'
    return answer


@may("scorecards.activate_bank", QuestionBank)
@require_POST
def activate(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    return go(request, activate_bank(bank, by=member_of(request)))


@may("scorecards.activate_bank", QuestionBank)
@require_POST
def retire(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    return go(request, retire_bank(bank, by=member_of(request)))


@may("scorecards.edit_bank", QuestionBank)
@require_POST
def remove(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    remove_bank(bank, by=member_of(request))
    return redirect("scorecards:banks")


@may("scorecards.view_bank", QuestionBank)
@require_safe
def preview(request: HttpRequest, bank: QuestionBank) -> HttpResponse:
    """The questionnaire as a partner of some kind or its account manager would meet it. Nothing is written."""
    tiers = list(Tier.objects.order_by("level"))
    first = {"view": "partner", "type": Partner.Type.RESELLER, "stage": Partner.LifeStage.SELL}
    asked = {**first, "tier": tiers[0].code if tiers else "none", **request.GET.dict()}
    form = PreviewForm(asked, tiers=tier_choices(tiers, own("Without a tier")))
    shown: Any = ((), [])
    if form.is_valid():
        data = form.cleaned_data
        shown = previewed(
            bank, vendor=data["view"] == "manager", type=data["type"], tier=data["tier"], stage=data["stage"]
        )
    scored = sum(t.scored for part in shown[0] for t in part.topics)
    questions = sum(len(t.questions) for part in shown[0] for t in part.topics)
    context = {
        "bank": bank,
        "form": form,
        "contents": shown[0],
        "off": shown[1],
        "extent": how_many(scored, questions - scored),
        "as_manager": form.is_valid() and form.cleaned_data["view"] == "manager",
    }
    return render(request, "scorecards/bank/preview.html", context)


@may("scorecards.view_resource", Resource)
@require_safe
def resource(request: HttpRequest, resource: Resource) -> HttpResponse:
    """Hand out a document that helps with an action."""
    return serve(document_of(resource))
