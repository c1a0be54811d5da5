"""The pages of who looks after whom: a partner's managers with their history, handing over many, the sponsor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import (
    add_secondary_manager,
    add_stand_in,
    assign_manager,
    end_secondary_manager,
    end_stand_in,
    reassign_partners,
    set_sponsor,
)
from partners.forms import ManagerForm, ReassignForm, SecondForm, SponsorForm, StandInForm
from partners.models import ManagerAssignment, Partner
from partners.queries.managers import assignments_of, partners_of_manager
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import add_refusal, go, submit
from prm.kernel.web.tenancy import member_of
from prm.kernel.words import own, own_words


@may("partners.view_partner", Partner)
@require_safe
def managers(request: HttpRequest, partner: Partner) -> HttpResponse:
    """Who looks after the partner, who stands in, and who did before."""
    return _page(request, partner)


@may("partners.assign_manager", Partner)
@require_POST
def assign(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _changed(request, partner, manager_form=ManagerForm(request.POST), by=assign_manager)


@may("partners.add_secondary_manager", Partner)
@require_POST
def secondary(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _changed(request, partner, second_form=SecondForm(request.POST), by=add_secondary_manager)


@may("partners.end_secondary_manager", ManagerAssignment.objects.select_related("partner", "manager__user"))
@require_POST
def secondary_end(request: HttpRequest, assignment: ManagerAssignment) -> HttpResponse:
    end_secondary_manager(assignment, by=member_of(request))
    return go(request, reverse("partners:managers", args=[assignment.partner_id]))


@may("partners.add_stand_in", Partner)
@require_POST
def stand_in(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _changed(request, partner, stand_in_form=StandInForm(request.POST), by=add_stand_in)


@may("partners.end_stand_in", ManagerAssignment.objects.select_related("partner", "manager__user"))
@require_POST
def stand_in_end(request: HttpRequest, assignment: ManagerAssignment) -> HttpResponse:
    end_stand_in(assignment, by=member_of(request))
    return go(request, reverse("partners:managers", args=[assignment.partner_id]))


def _changed(request: HttpRequest, partner: Partner, *, by: Callable[..., Any], **forms: Any) -> HttpResponse:
    """The page with its one form that was sent: done, or again with what was typed."""
    ((name, form),) = forms.items()
    return submit(
        request,
        form,
        lambda data: by(partner, by=member_of(request), **data),
        again=lambda form: _page(request, partner, **{name: form}),
        then=lambda _: reverse("partners:managers", args=[partner.pk]),
    )


@may("partners.reassign_partners")
@require_http_methods(["GET", "POST"])
def reassign(request: HttpRequest) -> HttpResponse:
    """Two steps on one page: whose partners go to whom, with the list; then the move of those that stayed ticked."""
    form = ReassignForm(request.POST or request.GET or None)
    preview: list[Partner] | None = None
    status = 200
    if form.is_bound and form.is_valid():
        manager, to = form.cleaned_data["manager"], form.cleaned_data["to"]
        preview = list(partners_of_manager(manager))
        if request.method == "POST":
            known = {str(partner.pk): partner.pk for partner in preview}
            chosen = request.POST.getlist("partners")
            try:
                if not set(chosen) <= set(known):
                    raise Refused(own("Some of these partners have another account manager by now."), field="manager")
                if not chosen:
                    raise Refused(own("Tick at least one partner."))
                ids = [known[pk] for pk in chosen]
                moved = reassign_partners(manager, to=to, partner_ids=ids, by=member_of(request))
            except Refused as refusal:
                add_refusal(form, refusal)
                status = 422 if refusal.status == 400 else refusal.status
            else:
                said = ngettext("%(n)s partner goes to %(who)s.", "%(n)s partners go to %(who)s.", len(moved))
                messages.success(request, said % {"n": len(moved), "who": to.user.name})
                return go(request, reverse("partners:list"))
    elif form.is_bound and request.method == "POST":
        status = 422
    return render(request, "partners/managers/reassign.html", {"form": form, "preview": preview}, status=status)


@may("partners.set_sponsor", Partner)
@require_http_methods(["GET", "POST"])
def sponsor(request: HttpRequest, partner: Partner) -> HttpResponse:
    initial = {"sponsor": partner.sponsor_id, "version": partner.version}
    form = SponsorForm(request.POST or None, initial=initial)

    def page(form: Any) -> HttpResponse:
        context = {"form": form, "heading": _("Sponsor of %s") % partner.name, "back": partner.get_absolute_url()}
        return render(request, "partners/form.html", context)

    if request.method == "GET":
        return page(form)
    return submit(
        request,
        form,
        lambda data: set_sponsor(partner, data["sponsor"], seen_version=data["version"], by=member_of(request)),
        again=page,
        then=lambda saved: saved.get_absolute_url(),
    )


def _page(
    request: HttpRequest,
    partner: Partner,
    *,
    manager_form: Any = None,
    second_form: Any = None,
    stand_in_form: Any = None,
) -> HttpResponse:
    member, today = member_of(request), clock.today()
    rows = [_row(row, today) for row in assignments_of(partner)[:200]]
    context = {
        "partner": partner,
        "rows": rows,
        "manager_form": manager_form
        or (ManagerForm() if permits(member, "partners.assign_manager", partner) else None),
        "second_form": second_form
        or (SecondForm() if permits(member, "partners.add_secondary_manager", partner) else None),
        "stand_in_form": stand_in_form
        or (StandInForm(initial={"from_date": today}) if permits(member, "partners.add_stand_in", partner) else None),
        "may_end": permits(member, "partners.end_stand_in"),
    }
    return render(request, "partners/managers/managers.html", context)


def _row(row: ManagerAssignment, today: dt.date) -> dict[str, Any]:
    """One line of the history. What ended within the day is over, though the day is not."""
    write = formatter()
    is_stand_in = row.kind == ManagerAssignment.Kind.STAND_IN
    lasts = row.ended_at is None and (row.to_date is None or (is_stand_in and row.to_date >= today))
    return {
        "id": row.pk,
        "name": row.manager.user.name,
        "kind": own_words(row.get_kind_display()),
        "from": write.day(row.from_date),
        "to": write.day(row.to_date) if row.to_date else "",
        "is_now": lasts and row.from_date <= today,
        "is_coming": lasts and row.from_date > today,
        "can_end": lasts and row.kind != ManagerAssignment.Kind.MAIN,
        "end_url": reverse("partners:stand_in_end" if is_stand_in else "partners:secondary_manager_end", args=[row.pk]),
    }
