"""Files that prove what a scorecard says, and what others do to it meanwhile."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from prm.kernel.errors import Refused
from prm.kernel.files import serve
from prm.kernel.web.access import may
from scorecards.actions import NotAsked, NotInProgress, attach_evidence, remove_evidence
from scorecards.actions.answers import no_longer
from scorecards.forms import EvidenceForm
from scorecards.models import Assessment, Evidence, Question, Topic
from scorecards.queries import changes_since, running_scores
from scorecards.rows import present_changes, present_scores

WITH_BANK = Assessment.objects.select_related("partner", "bank")
WITH_PLACE = Evidence.objects.select_related("assessment__bank", "assessment__partner", "topic", "file")
NEWEST = 2**31 - 1


@may("scorecards.view_assessment", WITH_BANK)
@require_GET
@never_cache
def changes(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """What was answered and attached since one last looked; also whether it is still in progress."""
    if assessment.state != Assessment.State.IN_PROGRESS:
        ended = no_longer(assessment)
        return JsonResponse({"code": NotInProgress.code, "detail": str(ended)}, status=NotInProgress.status)
    return JsonResponse({"token": get_token(request), **changed_data(request, assessment, since_of(request.GET))})


def changed_data(request: HttpRequest, assessment: Assessment, since: int) -> dict[str, Any]:
    """Changes with the scores that follow from them. `assessment` must have been read just now."""
    found = changes_since(assessment, since)
    data = present_changes(found, request.member)  # type: ignore[attr-defined]
    if found.answers:
        data |= present_scores(running_scores(assessment, assessment.bank))
    return data


def since_of(query: Any) -> int:
    said = query.get("since", "0")
    return min(int(said), NEWEST) if said.isascii() and said.isdigit() else 0


@may("scorecards.attach_evidence", WITH_BANK)
@require_POST
def attach(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """Attach a file to a question or, without one, to a topic."""

    def act() -> None:
        form = EvidenceForm(request.POST, request.FILES)
        if not form.is_valid():
            raise NotAsked(" ".join(error for errors in form.errors.values() for error in errors))
        data = form.cleaned_data
        topic = Topic.objects.filter(bank=assessment.bank_id, code=data["topic"]).first()
        question = Question.objects.filter(bank=assessment.bank_id, code=data["question"]).first()
        if topic is None or (data["question"] and question is None):
            raise NotAsked()
        attach_evidence(assessment, topic, by=request.member, file=data["file"], question=question)  # type: ignore[attr-defined]

    return _done(request, assessment, act)


@may("scorecards.remove_evidence", WITH_PLACE)
@require_POST
def remove(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    """Take a file away."""
    return _done(request, evidence.assessment, lambda: remove_evidence(evidence, by=request.member))  # type: ignore[attr-defined]


@may("scorecards.view_assessment", WITH_PLACE)
@require_GET
def download(request: HttpRequest, evidence: Evidence) -> HttpResponse:
    """The file, as an attachment."""
    return serve(evidence.file)


def _done(request: HttpRequest, assessment: Assessment, act: Any) -> HttpResponse:
    """As data for the page's script, with all files as they are now; without scripts back to the page."""
    if request.headers.get("Accept") != "application/json":
        act()
        return redirect(assessment)
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        return JsonResponse({"code": refusal.code, "detail": str(refusal)}, status=refusal.status)
    assessment.refresh_from_db(fields=["turn"])
    return JsonResponse(changed_data(request, assessment, since_of(request.POST)))
