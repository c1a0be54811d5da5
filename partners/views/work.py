"""The pages of tasks and alerts: lists, one task, and what can be done with them."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import (
    add_task,
    assign_task,
    cancel_task,
    complete_task,
    dismiss_alert,
    is_checked,
    reopen_task,
    see_alert,
)
from partners.forms import AssignForm, CancelForm, TaskForm
from partners.models import Alert, Partner, Task, falls_to
from partners.registries import waiting_and_cut, worklists
from partners.rows import present_alerts, present_tasks
from partners.rows.work import present_waiting, rest_of
from prm.kernel import clock
from prm.kernel.addresses import shown
from prm.kernel.policies import permits
from prm.kernel.web.access import find_visible, for_members, may
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own

WAITING_PER_PAGE = 50
WITH_NAMES = Task.objects.select_related("partner", "owner__user", "added_by__user", "done_by__user")
TASK_COLUMNS = (
    Column("title", _("Task"), ("title",), lambda row: row.title),
    Column("partner", own("Partner"), ("partner__sort_name", "due_on"), lambda row: row.partner),
    Column("owner", _("Owner"), ("owner__user__name", "due_on"), lambda row: row.owner),
    Column("due", _("Due"), ("due_on",), lambda row: row.raw_due),
    Column("state", _("State"), ("state", "due_on"), lambda row: row.state),
)
ALERT_COLUMNS = (
    Column("text", _("Alert"), ("text",), lambda row: row.text),
    Column("partner", own("Partner"), ("partner__sort_name",), lambda row: row.partner),
    Column("level", _("Level"), ("urgency", "age"), lambda row: row.level),
    Column("state", _("State"), ("state", "last_at"), lambda row: row.state),
    Column("last", _("Last found"), ("last_at",), lambda row: row.told),
)


class TaskFilter(django_filters.FilterSet):
    """Mine unless asked otherwise, open unless asked otherwise."""

    unasked = {"whose": "all", "show": "all"}

    whose = django_filters.ChoiceFilter(
        method="by_person", label=_("Whose"), choices=[("all", _("All I may see"))], empty_label=_("Mine")
    )
    show = django_filters.ChoiceFilter(
        method="by_state",
        label=_("Show"),
        choices=[("overdue", _("Overdue")), ("done", _("Done")), ("all", _("All"))],
        empty_label=_("Open"),
    )
    partner = django_filters.CharFilter(method="of_partner", label=own("Partner"), widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        chosen = self.form.cleaned_data
        if not chosen.get("whose"):
            queryset = queryset.filter(falls_to(member_of(self.request)))
        if not chosen.get("show"):
            queryset = queryset.filter(state=Task.State.OPEN)
        return super().filter_queryset(queryset)

    def by_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        late = Q(state=Task.State.OPEN, due_on__lt=clock.today())
        return {"overdue": queryset.filter(late), "done": queryset.filter(state=Task.State.DONE)}.get(value, queryset)

    def of_partner(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        wanted = _uuid(value)
        return queryset.filter(partner_id=wanted) if wanted else queryset.none()


class AlertFilter(django_filters.FilterSet):
    unasked = {"show": "all"}

    show = django_filters.ChoiceFilter(
        method="by_state",
        label=_("Show"),
        choices=[("dismissed", _("Dismissed")), ("done", _("Ended")), ("all", _("All"))],
        empty_label=_("Open"),
    )

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("show") else found.shown()

    def by_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset if value == "all" else queryset.filter(state=value)


lend_list("partners:tasks", TASK_COLUMNS, TaskFilter)
lend_list("partners:alerts", ALERT_COLUMNS, AlertFilter)


# --- tasks -----------------------------------------------------------------------------------------------


@for_members
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """All that waits for this member, or with `list` all that one worklist holds: the first page shows a few."""
    member = member_of(request)
    wanted = request.GET.get("list", "")
    worklist = worklists.get(wanted)
    if worklist is None and wanted:
        return redirect("home")
    if worklist is None:
        found, cut = waiting_and_cut(member, each=WAITING_PER_PAGE)
        context = {"label": _("What waits for you"), "items": present_waiting(found), "rest": rest_of(cut)}
        return render(request, "partners/waiting.html", context)
    page = Paginator(worklist.query(member), WAITING_PER_PAGE).get_page(request.GET.get("page"))
    items = present_waiting([worklist.shown(record, member) for record in page.object_list])
    context = {"label": worklist.title, "name": worklist.name, "items": items, "page": page}
    return render(request, "partners/waiting.html", context)


@may("partners.view_task")
@require_safe
def tasks(request: HttpRequest) -> HttpResponse:
    """What is to be done: mine, or all that I may see."""
    member = member_of(request)
    found = list_page(
        request,
        Task.objects.visible_to(member).select_related("partner", "owner__user"),
        TASK_COLUMNS,
        default_sort="due",
        filterset=TaskFilter,
        present=lambda some: present_tasks(some, member),
        file_name="tasks",
    )
    if isinstance(found, HttpResponse):
        return found
    context = {"list": found, "may_add": permits(member, "partners.add_task"), "is_mine": not request.GET.get("whose")}
    return render(request, "partners/tasks.html", context)


@may("partners.add_task")
@require_http_methods(["GET", "POST"])
def task_add(request: HttpRequest) -> HttpResponse:
    """A new task; with `?partner=` its people can be owners as well."""
    member = member_of(request)
    wanted = request.GET.get("partner", "")
    partner = find_visible(Partner, member, _uuid(wanted)) if wanted else None
    back = partner.get_absolute_url() if partner else "partners:tasks"
    lead = "" if partner else own("For us alone. To ask a partner's people for something, start on the partner's page.")

    def page(form: forms.Form) -> HttpResponse:
        heading = _("Add a task for %s") % partner.name if partner else _("Add a task")
        return render(
            request, "partners/form.html", {"form": form, "heading": heading, "back": resolve_url(back), "lead": lead}
        )

    if request.method == "GET":
        return page(TaskForm(by=member, partner=partner))
    return submit(
        request,
        TaskForm(request.POST, by=member, partner=partner),
        lambda data: add_task(partner, data.pop("title"), by=member, **data),
        again=page,
        then=lambda added: back,
    )


@may("partners.view_task", WITH_NAMES)
@require_safe
def task(request: HttpRequest, task: Task) -> HttpResponse:
    """One task: what, for whom, until when, and what can be done with it."""
    return _task_page(request, task)


@may("partners.complete_task", WITH_NAMES)
@require_POST
def complete(request: HttpRequest, task: Task) -> HttpResponse:
    """Done; from a list the row alone is answered."""
    member = member_of(request)
    if request.htmx:  # type: ignore[attr-defined]
        done = complete_task(task, by=member)
        return render(request, "partners/parts/tasks.html#row", {"row": present_tasks([done], member)[0]})
    return _do(request, task, forms.Form(request.POST), lambda data: complete_task(task, by=member))


@may("partners.reopen_task", WITH_NAMES)
@require_POST
def reopen(request: HttpRequest, task: Task) -> HttpResponse:
    return _do(request, task, forms.Form(request.POST), lambda data: reopen_task(task, by=member_of(request)))


@may("partners.assign_task", WITH_NAMES)
@require_POST
def assign(request: HttpRequest, task: Task) -> HttpResponse:
    form = AssignForm(request.POST, task=task)
    return _do(request, task, form, lambda data: assign_task(task, data["owner"], by=member_of(request)), "assign_form")


@may("partners.cancel_task", WITH_NAMES)
@require_POST
def cancel(request: HttpRequest, task: Task) -> HttpResponse:
    form = CancelForm(request.POST)
    return _do(request, task, form, lambda data: cancel_task(task, by=member_of(request), **data), "cancel_form")


def _do(request: HttpRequest, task: Task, form: forms.Form, act: Any, name: str = "form") -> HttpResponse:
    return submit(
        request, form, act, again=lambda form: _task_page(request, task, **{name: form}), then=lambda done: task
    )


def _task_page(request: HttpRequest, task: Task, **bound: forms.Form) -> HttpResponse:
    member = member_of(request)
    is_open = task.state == Task.State.OPEN
    may_assign = is_open and permits(member, "partners.assign_task", task)
    may_cancel = is_open and permits(member, "partners.cancel_task", task)
    context = {
        "task": task,
        "row": present_tasks([task], member)[0],
        "where": shown(task.url),
        "is_checked": is_open and is_checked(task),
        "may_reopen": not is_open and permits(member, "partners.reopen_task", task),
        "assign_form": AssignForm(task=task) if may_assign else None,
        "cancel_form": CancelForm() if may_cancel else None,
        **bound,
    }
    return render(request, "partners/task.html", context)


# --- alerts ----------------------------------------------------------------------------------------------


@may("partners.view_alert")
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Conditions at my partners that want a look."""
    member = member_of(request)
    found = list_page(
        request,
        Alert.objects.visible_to(member).by_urgency().select_related("partner"),
        ALERT_COLUMNS,
        default_sort="level",
        filterset=AlertFilter,
        present=lambda some: present_alerts(some, member),
        file_name="alerts",
    )
    if isinstance(found, HttpResponse):
        return found
    return render(request, "partners/alerts.html", {"list": found})


@may("partners.see_alert", Alert)
@require_POST
def alert_see(request: HttpRequest, alert: Alert) -> HttpResponse:
    see_alert(alert, by=member_of(request))
    return go(request, "partners:alerts")


@may("partners.dismiss_alert", Alert)
@require_POST
def alert_dismiss(request: HttpRequest, alert: Alert) -> HttpResponse:
    dismiss_alert(alert, by=member_of(request))
    return go(request, "partners:alerts")


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
