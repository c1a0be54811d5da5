"""The plan that follows from a scorecard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.models import Partner
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.periods import add_months
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own
from scorecards.actions import (
    accept_action_item,
    add_action_item,
    complete_action_item,
    drop_action_item,
    edit_action_item,
    reopen_action_item,
    start_action_item,
)
from scorecards.filters import ActionFilter
from scorecards.forms import AcceptForm, AddItemForm, EditItemForm, ReasonForm
from scorecards.models import ActionItem
from scorecards.queries import (
    Result,
    action_plan,
    completion_by_manager,
    completion_of_all,
    latest_result,
    possible_owners,
    topics_in_use,
)
from scorecards.rows import present_actions, present_completion, present_managers, present_plan

ITEM = ActionItem.objects.select_related("partner", "topic")


COLUMNS = (
    Column("action", _("Action"), ("text",), lambda row: row.text),
    Column("partner", own("Partner"), ("partner__sort_name", "due_on"), lambda row: row.partner),
    Column("topic", _("Topic"), ("topic__name", "due_on"), lambda row: row.topic),
    Column("kind", _("Kind"), ("kind", "due_on"), lambda row: row.kind),
    Column("side", _("Side"), ("side", "due_on"), lambda row: row.side),
    Column("owner", _("Owner"), ("owner__user__name", "due_on"), lambda row: row.owner),
    Column("due", _("Due"), ("due_on",), lambda row: row.raw_due),
    Column("state", _("State"), ("state", "due_on"), lambda row: row.state),
    Column("done", _("Done on"), (), lambda row: row.raw_done),
    Column("reason", _("Reason"), (), lambda row: row.reason),
)


lend_list("scorecards:actions", COLUMNS, ActionFilter)


@may("scorecards.view_action_item")
@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """What is proposed, agreed and done at all partners one looks after."""
    member = member_of(request)
    found = list_page(
        request,
        ActionItem.objects.visible_to(member).select_related("partner", "topic", "owner__user"),
        COLUMNS,
        default_sort="due",
        filterset=ActionFilter,
        present=lambda some: present_actions(some, member),
        file_name="actions",
    )
    if isinstance(found, HttpResponse):
        return found
    managers = completion_by_manager(member) if member.is_vendor else []
    context = {
        "list": found,
        "all": present_completion(completion_of_all(member)),
        "managers": present_managers(managers),
    }
    return render(request, "scorecards/actions.html", context)


@may("scorecards.view_action_item", Partner)
def plan(request: HttpRequest, partner: Partner) -> HttpResponse:
    """What is proposed, agreed and done for one partner."""
    return _plan_page(request, partner)


def _plan_page(request: HttpRequest, partner: Partner, *, refused: Any = None) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    result = latest_result(partner)
    shown = None if isinstance(refused, EditItemForm) else refused
    context = {"partner": partner, "refused": shown, **plan_of(partner, member, result=result, refused=refused)}
    return render(request, "scorecards/plan.html", context)


def plan_of(partner: Partner, member: Membership, *, result: Result | None, refused: Any = None) -> dict[str, Any]:
    if not permits(member, "scorecards.view_action_item"):
        return {"plan": None}
    items = action_plan(partner, member)
    owners = possible_owners(partner)
    accepted = refused if isinstance(refused, AcceptForm) else None
    may_add = permits(member, "scorecards.add_action_item", partner)
    return {"plan": present_plan(partner.pk, items, owners, member, result=result, refused=accepted, may_add=may_add)}


@may("scorecards.add_action_item", Partner)
@require_http_methods(["GET", "POST"])
def add_item(request: HttpRequest, partner: Partner) -> HttpResponse:
    """An action that no scorecard proposed."""
    owners = {str(owner.pk): owner for owner in possible_owners(partner)}
    topics = {topic.code: topic for topic in topics_in_use()}
    choices = {
        "owners": [(pk, f"{owner.user.name} ({owner.role_names})") for pk, owner in owners.items()],
        "topics": [(code, f"{topic.category.name}: {topic.name}") for code, topic in topics.items()],
    }
    back = reverse("scorecards:plan", args=[partner.pk])

    def page(form: AddItemForm) -> HttpResponse:
        context = {
            "form": form,
            "heading": _("Add an action"),
            "action": request.path,
            "back": back,
            "subject": partner,
        }
        return render(request, "scorecards/form.html", context)

    if request.method == "GET":
        initial = {"owner": str(request.member.pk), "due_on": add_months(clock.today(), 1)}  # type: ignore[attr-defined]
        return page(AddItemForm(**choices, initial=initial))
    return submit(
        request,
        AddItemForm(request.POST, **choices),
        lambda data: add_action_item(
            partner,
            data["text"],
            by=request.member,  # type: ignore[attr-defined]
            owner=owners[data["owner"]],
            due_on=data["due_on"],
            topic=topics.get(data["topic"]),
            kind=data["kind"],
        ),
        again=page,
        then=lambda added: back,
    )


@may("scorecards.edit_action_item", ITEM)
@require_POST
def edit_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    """Another owner or another day."""
    owners = {str(owner.pk): owner for owner in possible_owners(item.partner)}
    return _item_form(
        request,
        item,
        EditItemForm(request.POST, item_id=item.pk, owners=[(pk, owner.user.name) for pk, owner in owners.items()]),
        lambda data: edit_action_item(
            item,
            by=request.member,  # type: ignore[attr-defined]
            owner=owners[data["owner"]],
            due_on=data["due_on"],
            reason=data["reason"],
            seen_version=data["version"],
        ),
    )


@may("scorecards.accept_action_item", ITEM)
@require_POST
def accept(request: HttpRequest, item: ActionItem) -> HttpResponse:
    owners = {str(owner.pk): owner for owner in possible_owners(item.partner)}
    choices = [(pk, owner.user.name) for pk, owner in owners.items()]
    return _item_form(
        request,
        item,
        AcceptForm(request.POST, item_id=item.pk, owners=choices),
        lambda data: accept_action_item(
            item,
            by=request.member,  # type: ignore[attr-defined]
            owner=owners[data["owner"]],
            due_on=data["due_on"],
        ),
    )


@may("scorecards.drop_action_item", ITEM)
@require_POST
def drop(request: HttpRequest, item: ActionItem) -> HttpResponse:
    return _item_form(
        request,
        item,
        ReasonForm(request.POST),
        lambda data: drop_action_item(item, by=request.member, **data),  # type: ignore[attr-defined]
    )


def _item_form(request: HttpRequest, item: ActionItem, form: Any, act: Any) -> HttpResponse:
    return submit(
        request,
        form,
        act,
        again=lambda form: _plan_page(request, item.partner, refused=form),
        then=lambda _: reverse("scorecards:plan", args=[item.partner_id]),
    )


@may("scorecards.start_action_item", ITEM)
@require_POST
def start_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    start_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)


@may("scorecards.complete_action_item", ITEM)
@require_POST
def complete_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    """Done; who pressed it in the list of all actions stays there."""
    complete_action_item(item, by=request.member)  # type: ignore[attr-defined]
    if request.POST.get("next") == "list":
        return redirect("scorecards:actions")
    return redirect("scorecards:plan", item.partner_id)


@may("scorecards.reopen_action_item", ITEM)
@require_POST
def reopen_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    reopen_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)
