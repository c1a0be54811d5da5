"""An assessment: while it runs, and its result."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from prm.kernel.errors import Refused
from prm.kernel.exports import attachment
from prm.kernel.models import Membership
from prm.kernel.paper import PdfNotPossible
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.tenancy import member_of
from scorecards.actions import NoResult, discard_assessment, reopen_assessment, review_assessment
from scorecards.forms import ReasonForm, ReviewForm
from scorecards.models import Assessment
from scorecards.paper import file_name, result_pdf, result_xlsx
from scorecards.queries import COUNTED, ResultSheet, action_plan, result_sheet
from scorecards.rows import STATE_TONES, present_result
from scorecards.views.items import plan_of
from scorecards.views.runner import runner_page


class NoPaper(Refused):
    """This server cannot make a PDF. The spreadsheet has the same figures."""

    status = 503
    code = "no_pdf"


WITH_ALL = Assessment.objects.select_related("partner", "bank", "previous", "submitted_by__user")


@may("scorecards.view_assessment", WITH_ALL)
def assessment(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The runner while it is in progress, afterwards the result."""
    if assessment.state == Assessment.State.IN_PROGRESS:
        return runner_page(request, assessment)
    return _result(request, assessment)


def _result(
    request: HttpRequest,
    assessment: Assessment,
    *,
    reopen_form: ReasonForm | None = None,
    review_form: ReviewForm | None = None,
) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    sheet = result_sheet(assessment, member)
    context = {
        "assessment": assessment,
        "partner": assessment.partner,
        "state_tone": STATE_TONES[Assessment.State(assessment.state)],
        "result": present_result(sheet) if sheet else None,
        "may_start": permits(member, "scorecards.start_assessment", assessment.partner),
        "may_start_vendor_view": assessment.kind == Assessment.Kind.PARTNER
        and permits(member, "scorecards.start_vendor_view", assessment.partner),
        "may_compare": assessment.kind != Assessment.Kind.SCREENING and permits(member, "scorecards.view_comparison"),
        "may_review": assessment.state == Assessment.State.SUBMITTED
        and permits(member, "scorecards.review_assessment", assessment),
        "may_reopen": assessment.state in COUNTED and permits(member, "scorecards.reopen_assessment", assessment),
        "reopen_form": reopen_form or ReasonForm(auto_id="reopen_%s"),
        "may_set_goal": assessment.state in COUNTED and permits(member, "scorecards.set_goal", assessment),
        "review_form": review_form or ReviewForm(auto_id="review_%s", topics=sheet.by_gap if sheet else ()),
        **plan_of(assessment.partner, member, result=sheet.result if sheet else None),
    }
    return render(request, "scorecards/result.html", context)


@may("scorecards.discard_assessment", WITH_ALL)
@require_POST
def discard(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return submit(
        request,
        ReasonForm(request.POST, auto_id="discard_%s"),
        lambda data: discard_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Discard the scorecard"),
        then=lambda _: reverse("scorecards:list"),
    )


@may("scorecards.reopen_assessment", WITH_ALL)
@require_POST
def reopen(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    return submit(
        request,
        ReasonForm(request.POST, auto_id="reopen_%s"),
        lambda data: reopen_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Re-open the scorecard"),
        then=lambda reopened: reopened,
    )


@may("scorecards.review_assessment", WITH_ALL)
@require_POST
def review(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The conclusion, with goals or without."""
    sheet = result_sheet(assessment, member_of(request))
    return submit(
        request,
        ReviewForm(request.POST, auto_id="review_%s", topics=sheet.by_gap if sheet else ()),
        lambda data: review_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: render(
            request,
            "scorecards/review.html",
            {"assessment": assessment, "review_form": form, "partner": assessment.partner},
        ),
        then=lambda reviewed: reviewed,
    )


@may("scorecards.view_assessment", WITH_ALL)
@require_safe
def result_paper(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """The result on one page, to take along."""
    member, sheet = member_of(request), _sheet(request, assessment)
    try:
        content = result_pdf(sheet, action_plan(assessment.partner, member))
    except PdfNotPossible as missing:
        raise NoPaper(str(missing)) from missing
    return attachment(content, file_name(sheet), "pdf")


@may("scorecards.view_assessment", WITH_ALL)
@require_safe
def result_workbook(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Every figure of the result as a spreadsheet."""
    member, sheet = member_of(request), _sheet(request, assessment)
    content = result_xlsx(sheet, action_plan(assessment.partner, member))
    return attachment(content, file_name(sheet), "xlsx")


def _sheet(request: HttpRequest, assessment: Assessment) -> ResultSheet:
    sheet = result_sheet(assessment, member_of(request))
    if sheet is None:
        raise NoResult("There is no result yet. It is made when the scorecard is submitted.")
    return sheet


def _refused(request: HttpRequest, assessment: Assessment, form: Any, title: str) -> HttpResponse:
    """The form alone on a page, with what was typed and why it was refused."""
    context = {"form": form, "heading": title, "action": request.path, "back": assessment.get_absolute_url()}
    return render(request, "scorecards/form.html", context)
