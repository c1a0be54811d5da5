"""The answers of a scorecard with who gave them, and both sides beside each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from scorecards.models import Assessment
from scorecards.queries import answer_sheet, both_views
from scorecards.rows import STATE_TONES, present_comparison, present_sheet, times_of

WITH_PEOPLE = Assessment.objects.select_related("partner", "bank")


@may("scorecards.view_assessment", WITH_PEOPLE)
@require_GET
def answers(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Every answer with its author, those before it and the files: while it runs and afterwards."""
    member: Membership = request.member  # type: ignore[attr-defined]
    context = {
        "assessment": assessment,
        "parts": present_sheet(answer_sheet(assessment), member),
        "times": times_of(assessment),
        "state_tone": STATE_TONES[Assessment.State(assessment.state)],
    }
    return render(request, "scorecards/answers.html", context)


@may("scorecards.view_comparison", Partner)
@require_GET
def compare(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The partner's own scorecard and the vendor's view of it, side by side. No partner ever gets this page."""
    member: Membership = request.member  # type: ignore[attr-defined]
    found = both_views(partner.pk)
    context = {
        "partner": partner,
        "found": found,
        "may_start": permits(member, "scorecards.start_assessment", partner),
        "may_start_vendor_view": permits(member, "scorecards.start_vendor_view", partner),
        **present_comparison(found),
    }
    return render(request, "scorecards/compare.html", context)
