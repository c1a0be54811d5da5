"""An assessment: while it runs, and its result."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from scorecards.actions import (
    discard_assessment,
    reopen_assessment,
    review_assessment,
)
from scorecards.forms import ReasonForm, ReviewForm
from scorecards.models import Assessment
from scorecards.queries import (
    COUNTED,
    peer_figures,
    peers_kind,
    result_of,
    results_of_partner,
)
from scorecards.rows import STATE_TONES, present_result
from scorecards.views.items import plan_of
from scorecards.views.runner import runner_page

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
    result = result_of(assessment)
    page = None
    if result is not None:
        all_results = results_of_partner(assessment.partner_id, member)
        same = [r for r in all_results if r.kind == result.kind and r.submitted_at <= result.submitted_at]
        others = [r for r in all_results if r.kind != result.kind and r.state in COUNTED]
        peers = peer_figures(
            assessment.partner,
            assessment.bank,
            score=result.overall,
            best_practice=result.best_practice,
            kind=peers_kind(assessment),
        )
        page = present_result(
            result,
            previous=same[-2] if len(same) > 1 else None,
            other=others[-1] if others and member.is_vendor else None,
            earlier=same,
            peers=peers,
        )
    context = {
        "assessment": assessment,
        "partner": assessment.partner,
        "state_tone": STATE_TONES[Assessment.State(assessment.state)],
        "result": page,
        "may_start": permits(member, "scorecards.start_assessment", assessment.partner),
        "may_start_vendor_view": assessment.kind == Assessment.Kind.PARTNER
        and permits(member, "scorecards.start_vendor_view", assessment.partner),
        "may_compare": assessment.kind != Assessment.Kind.SCREENING and permits(member, "scorecards.view_comparison"),
        "may_review": assessment.state == Assessment.State.SUBMITTED
        and permits(member, "scorecards.review_assessment", assessment),
        "may_reopen": assessment.state in COUNTED and permits(member, "scorecards.reopen_assessment", assessment),
        "reopen_form": reopen_form or ReasonForm(auto_id="reopen_%s"),
        "review_form": review_form or ReviewForm(auto_id="review_%s"),
        **plan_of(assessment.partner, member, result=result),
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
    return submit(
        request,
        ReviewForm(request.POST, auto_id="review_%s"),
        lambda data: review_assessment(assessment, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _refused(request, assessment, form, "Review the scorecard"),
        then=lambda reviewed: reviewed,
    )


def _refused(request: HttpRequest, assessment: Assessment, form: Any, title: str) -> HttpResponse:
    """The form alone on a page, with what was typed and why it was refused."""
    context = {"form": form, "heading": title, "action": request.path, "back": assessment.get_absolute_url()}
    return render(request, "scorecards/form.html", context)
