"""Goals by topic, on the result page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from prm.kernel import clock
from prm.kernel.periods import add_months
from prm.kernel.web.access import may
from prm.kernel.web.forms import go, submit
from scorecards.actions import NoResult, remove_goal, set_goal
from scorecards.forms import GoalForm
from scorecards.models import Assessment, Goal
from scorecards.queries import result_of


@may("scorecards.set_goal", Assessment.objects.select_related("partner", "bank", "submitted_by__user"))
@require_http_methods(["GET", "POST"])
def set_one(request: HttpRequest, assessment: Assessment) -> HttpResponse:
    """A goal for one topic; one that is there already is changed."""
    result = result_of(assessment)
    if result is None:
        raise NoResult()
    topics = [
        (line.code, f"{line.name} ({line.score} of {line.best_practice})" if line.score is not None else line.name)
        for line in sorted(result.topics, key=lambda line: -(line.gap or 0))
    ]

    def page(form: GoalForm) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Set a goal"),
            "action": request.path,
            "back": assessment.get_absolute_url(),
        }
        return render(request, "scorecards/form.html", {**context, "subject": assessment.partner})

    if request.method == "GET":
        wanted = result.topic(request.GET.get("topic", "")) or (result.topic(topics[0][0]) if topics else None)
        initial = {"due_on": add_months(clock.today(), 6)}
        if wanted is not None:
            initial |= {"topic": wanted.code, "goal_score": wanted.best_practice}  # type: ignore[dict-item]
        return page(GoalForm(topics=topics, initial=initial))
    return submit(
        request,
        GoalForm(request.POST, topics=topics),
        lambda data: set_goal(assessment, data.pop("topic"), by=request.member, **data),  # type: ignore[attr-defined]
        again=page,
        then=lambda goal: goal,
    )


@may("scorecards.remove_goal", Goal.objects.select_related("topic"))
@require_POST
def remove(request: HttpRequest, goal: Goal) -> HttpResponse:
    return go(request, remove_goal(goal, by=request.member))  # type: ignore[attr-defined]
