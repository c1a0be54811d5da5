"""The pages of webhooks: where the vendor's programs are told of events, what was sent, and sending it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from prm.kernel.errors import Refused
from prm.kernel.models import Membership, WebhookEndpoint, WebhookMessage
from prm.kernel.policies import permits
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import add_refusal, submit
from prm.kernel.web.lists import Column, lend_list, list_page
from prm.kernel.web.tenancy import member_of
from prm.kernel.web.webhook_forms import EndpointForm, PeriodForm
from prm.kernel.web.webhook_rows import (
    present_attempts,
    present_endpoints,
    present_messages,
    shown_body,
    state_of,
)
from prm.kernel.webhooks.endpoints import (
    add_endpoint,
    disable_endpoint,
    edit_endpoint,
    enable_endpoint,
    remove_endpoint,
    rotate_secret,
)
from prm.kernel.webhooks.messages import replay_message, replay_period, send_test_event

ATTEMPTS_SHOWN = 100
COLUMNS = (
    Column("at", "When", ("created_at",), lambda row: row.at),
    Column("name", "Event", ("name", "created_at"), lambda row: row.name),
    Column("id", "Id", (), lambda row: row.webhook_id),
    Column("state", "State", ("state", "created_at"), lambda row: row.state),
    Column("attempts", "Attempts", ("attempts", "created_at"), lambda row: row.attempts),
    Column("next", "Next attempt", ("next_at",), lambda row: row.next),
)


lend_list("kernel:webhook", COLUMNS)


@may("kernel.view_endpoint")
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """The endpoints and how they do."""
    found = WebhookEndpoint.objects.visible_to(member_of(request)).order_by("created_at", "pk")
    context = {
        "rows": present_endpoints(list(found)),
        "may_add": permits(member_of(request), "kernel.add_endpoint"),
    }
    return render(request, "kernel/webhooks/list.html", context)


@may("kernel.add_endpoint")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new endpoint. Its secret stands in this one answer and nowhere else."""
    form = EndpointForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = form.cleaned_data
            try:
                made = add_endpoint(
                    data["url"], events=data["events"], description=data["description"], by=member_of(request)
                )
            except Refused as refusal:
                add_refusal(form, refusal)
                status = 422 if refusal.status == 400 else refusal.status
            else:
                return _page(request, made.endpoint, secret=made.secret)
    return render(request, "kernel/webhooks/form.html", {"form": form}, status=status)


@may("kernel.view_endpoint", WebhookEndpoint)
@require_safe
def webhook(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    return _page(request, endpoint)


@may("kernel.edit_endpoint", WebhookEndpoint)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    initial = {name: getattr(endpoint, name) for name in ("url", "description", "events", "version")}

    def page(form: Any) -> HttpResponse:
        return render(request, "kernel/webhooks/form.html", {"form": form, "endpoint": endpoint})

    if request.method == "GET":
        return page(EndpointForm(initial=initial))

    def act(data: dict[str, Any]) -> WebhookEndpoint:
        seen = data.pop("version")
        return edit_endpoint(endpoint, by=member_of(request), seen_version=seen, **data)

    return submit(request, EndpointForm(request.POST), act, again=page, then=lambda saved: saved)


@may("kernel.rotate_secret", WebhookEndpoint)
@require_POST
def rotate(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    """A new secret, in this one answer and nowhere else."""
    return _page(request, endpoint, secret=rotate_secret(endpoint, by=member_of(request)))


def _button(permission: str, act: Callable[..., Any], said: Callable[[], str]) -> Callable[..., HttpResponse]:
    """A button on the endpoint's page: what it does, and what is said afterwards."""

    @may(permission, WebhookEndpoint)
    @require_POST
    def press(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
        def done(data: Any) -> Any:
            result = act(endpoint, by=member_of(request))
            flash.success(request, said())
            return result

        return submit(
            request,
            NothingForm(request.POST),
            done,
            again=lambda form: _page(request, endpoint, refusal=form),
            then=lambda result: endpoint if act is not remove_endpoint else reverse("kernel:webhooks"),
        )

    return press


switch_on = _button("kernel.enable_endpoint", enable_endpoint, lambda: _("The endpoint is switched on."))
switch_off = _button("kernel.disable_endpoint", disable_endpoint, lambda: _("The endpoint is switched off."))
remove = _button("kernel.remove_endpoint", remove_endpoint, lambda: _("The endpoint is removed."))
test = _button(
    "kernel.send_test_event",
    send_test_event,
    lambda: _("A test is on its way. Load the page again to see what was answered."),
)


@may("kernel.replay_period", WebhookEndpoint)
@require_POST
def replay_all(request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
    form = PeriodForm(request.POST)

    def act(data: dict[str, Any]) -> WebhookEndpoint:
        replayed = replay_period(endpoint, by=member_of(request), **form.period())
        flash.success(request, _("The events of that period are on their way again."))
        return replayed

    return submit(request, form, act, again=lambda form: _page(request, endpoint, period=form), then=lambda done: done)


@may("kernel.view_endpoint", WebhookMessage.objects.select_related("endpoint"))
@require_safe
def message(request: HttpRequest, message: WebhookMessage) -> HttpResponse:
    """What was sent, and each attempt with what was answered."""
    return _message_page(request, message)


@may("kernel.replay_message", WebhookMessage.objects.select_related("endpoint"))
@require_POST
def replay(request: HttpRequest, message: WebhookMessage) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: replay_message(message, by=member_of(request)),
        again=lambda form: _message_page(request, message, refusal=form),
        then=lambda sent: sent,
    )


def _message_page(request: HttpRequest, message: WebhookMessage, *, refusal: Any = None) -> HttpResponse:
    tries = message.tries.order_by("-number")[:ATTEMPTS_SHOWN]
    context = {
        "message": message,
        "row": present_messages([message])[0],
        "body": shown_body(message),
        "attempts": present_attempts(list(tries)),
        "refusal": refusal,
        "may_replay": not message.is_test
        and message.endpoint.active
        and permits(member_of(request), "kernel.replay_message", message),
    }
    return render(request, "kernel/webhooks/message.html", context)


def _page(
    request: HttpRequest, endpoint: WebhookEndpoint, *, secret: str = "", refusal: Any = None, period: Any = None
) -> HttpResponse:
    member, write = member_of(request), formatter()
    found = WebhookMessage.objects.visible_to(member).filter(endpoint=endpoint)
    shown = list_page(
        request, found, COLUMNS, default_sort="-at", present=present_messages, file_name="webhook-messages"
    )
    if isinstance(shown, HttpResponse):
        return shown
    state, tone = state_of(endpoint)
    context = {
        "endpoint": endpoint,
        "list": shown,
        "secret": secret,
        "refusal": refusal,
        "period": period or PeriodForm(),
        "state": state,
        "tone": tone,
        "since": write.moment(endpoint.failing_since) if endpoint.failing_since else "",
        "off_since": write.moment(endpoint.off_since) if endpoint.off_since else "",
        "delivered": write.moment(endpoint.delivered_at) if endpoint.delivered_at else "",
        "former_until": write.moment(endpoint.former_until) if endpoint.former_until else "",
        "may": _allowed(member, endpoint),
    }
    return render(request, "kernel/webhooks/endpoint.html", context)


def _allowed(member: Membership, endpoint: WebhookEndpoint) -> dict[str, bool]:
    verbs = ("edit_endpoint", "rotate_secret", "send_test_event", "replay_period", "remove_endpoint")
    allowed = {verb: permits(member, f"kernel.{verb}", endpoint) for verb in verbs}
    allowed["replay_period"] = allowed["replay_period"] and endpoint.active
    allowed["switch_off"] = endpoint.active and permits(member, "kernel.disable_endpoint", endpoint)
    allowed["switch_on"] = not endpoint.active and permits(member, "kernel.enable_endpoint", endpoint)
    return allowed
