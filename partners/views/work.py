"""The pages of tasks and alerts."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from partners.actions import complete_task
from partners.models import Task
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit

WITH_NAMES = Task.objects.select_related("partner", "owner__user", "added_by__user", "done_by__user")


@may("partners.view_task", WITH_NAMES)
@require_safe
def task(request: HttpRequest, task: Task) -> HttpResponse:
    """One task: what, for whom, until when, and what can be done with it."""
    return _task_page(request, task)


@may("partners.complete_task", WITH_NAMES)
@require_POST
def complete(request: HttpRequest, task: Task) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: complete_task(task, by=member),
        again=lambda form: _task_page(request, task, form=form),
        then=lambda done: done.get_absolute_url(),
    )


def _task_page(request: HttpRequest, task: Task, *, form: forms.Form | None = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    is_open = task.state == Task.State.OPEN
    context = {
        "task": task,
        "form": form,
        "may_complete": is_open and permits(member, "partners.complete_task", task),
    }
    return render(request, "partners/task.html", context)
