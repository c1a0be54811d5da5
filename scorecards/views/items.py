"""The plan that follows from a scorecard."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from scorecards.actions import (
    accept_action_item,
    complete_action_item,
    drop_action_item,
    reopen_action_item,
    start_action_item,
)
from scorecards.forms import AcceptForm, ReasonForm
from scorecards.models import ActionItem
from scorecards.queries import (
    Result,
    action_plan,
    latest_result,
    possible_owners,
)
from scorecards.rows import present_plan

ITEM = ActionItem.objects.select_related("partner", "topic")


@may("scorecards.view_action_item", Partner)
def plan(request: HttpRequest, partner: Partner) -> HttpResponse:
    """What is proposed, agreed and done for one partner."""
    return _plan_page(request, partner)


def _plan_page(request: HttpRequest, partner: Partner, *, refused: Any = None) -> HttpResponse:
    member: Membership = request.member  # type: ignore[attr-defined]
    result = latest_result(partner)
    context = {"partner": partner, "refused": refused, **plan_of(partner, member, result=result, refused=refused)}
    return render(request, "scorecards/plan.html", context)


def plan_of(partner: Partner, member: Membership, *, result: Result | None, refused: Any = None) -> dict[str, Any]:
    if not permits(member, "scorecards.view_action_item"):
        return {"plan": None}
    items = action_plan(partner, member)
    owners = possible_owners(partner)
    accepted = refused if isinstance(refused, AcceptForm) else None
    return {"plan": present_plan(partner.pk, items, owners, member, result=result, refused=accepted)}


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
    complete_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)


@may("scorecards.reopen_action_item", ITEM)
@require_POST
def reopen_item(request: HttpRequest, item: ActionItem) -> HttpResponse:
    reopen_action_item(item, by=request.member)  # type: ignore[attr-defined]
    return redirect("scorecards:plan", item.partner_id)
