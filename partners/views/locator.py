"""The locator for members: a partner's profile with its preview, what waits to be published, the inquiries."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import (
    answer_inquiry,
    edit_locator_profile,
    hide_locator_profile,
    publish_locator_profile,
    reopen_inquiry,
)
from partners.forms import LocatorProfileForm, ReasonForm
from partners.models import Inquiry, LocatorProfile, Partner
from partners.queries import entry_of
from partners.registries import inquiry_actions
from partners.rows.locator import PROFILE_TONES, present_entry, present_inquiries, present_profiles
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.forms import submit
from prm.kernel.web.lists import Column, lend_list, list_page

PROFILES = LocatorProfile.objects.select_related("partner__tier")
PROFILE_COLUMNS = (
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row["name"]),
    Column("state", "State", ("state", "partner__sort_name"), lambda row: row["state"]),
    Column("waits", "Waits since", ("waits_since",), lambda row: row["waits"]),
    Column("published", "Published", ("published_at",), lambda row: row["published"]),
)
INQUIRY_COLUMNS = (
    Column("date", "Received", ("created_at",), lambda row: row["on"]),
    Column("name", "From", ("name",), lambda row: row["name"]),
    Column("company", "Company", ("company",), lambda row: row["company"]),
    Column("partner", "Partner", ("partner__sort_name",), lambda row: row["partner"]),
    Column("state", "State", ("state", "created_at"), lambda row: row["state"]),
)


lend_list("partners:locator_profiles", PROFILE_COLUMNS)
lend_list("partners:inquiries", INQUIRY_COLUMNS)


@may("partners.view_locator_profile")
@require_safe
def profiles(request: HttpRequest) -> HttpResponse:
    """What partners wrote for the locator; what waits to be looked at comes first."""
    shown = list_page(
        request,
        PROFILES.visible_to(request.member),  # type: ignore[attr-defined]
        PROFILE_COLUMNS,
        default_sort="waits",
        present=present_profiles,
        file_name="locator profiles",
    )
    if isinstance(shown, HttpResponse):
        return shown
    context = {"list": shown, "reads_inquiries": permits(request.member, "partners.view_inquiry")}  # type: ignore[attr-defined]
    return render(request, "partners/locator/profiles.html", context)


@may("partners.view_locator_profile", Partner.objects.select_related("tier"))
@require_safe
def profile(request: HttpRequest, partner: Partner) -> HttpResponse:
    """A partner's profile as the world would see it, and what can be done with it."""
    return _profile_page(request, partner)


@may("partners.edit_locator_profile", Partner)
@require_http_methods(["GET", "POST"])
def edit_profile(request: HttpRequest, partner: Partner) -> HttpResponse:
    known = LocatorProfile.objects.filter(partner=partner).first()

    def page(form: Any) -> HttpResponse:
        words = {"form": form, "heading": f"{partner.name} on the locator", "back": _address(partner)}
        return render(request, "partners/form.html", words)

    if request.method == "GET":
        initial: dict[str, Any] = {"country": partner.country}
        if known is not None:
            initial = {name: getattr(known, name) for name in LocatorProfileForm.base_fields}
        return page(LocatorProfileForm(initial=initial))

    def act(data: dict[str, Any]) -> LocatorProfile:
        seen = data.pop("version")
        return edit_locator_profile(partner, by=request.member, seen_version=seen, **data)  # type: ignore[attr-defined]

    form = LocatorProfileForm(request.POST)
    return submit(request, form, act, again=page, then=lambda saved: saved.get_absolute_url())


@may("partners.publish_locator_profile", PROFILES)
@require_POST
def publish(request: HttpRequest, locator_profile: LocatorProfile) -> HttpResponse:
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: publish_locator_profile(locator_profile, by=request.member),  # type: ignore[attr-defined]
        again=lambda form: _profile_page(request, locator_profile.partner, form=form),
        then=lambda done: locator_profile.get_absolute_url(),
    )


@may("partners.hide_locator_profile", PROFILES)
@require_POST
def hide(request: HttpRequest, locator_profile: LocatorProfile) -> HttpResponse:
    return submit(
        request,
        ReasonForm(request.POST),
        lambda data: hide_locator_profile(locator_profile, by=request.member, **data),  # type: ignore[attr-defined]
        again=lambda form: _profile_page(request, locator_profile.partner, form=form),
        then=lambda done: locator_profile.get_absolute_url(),
    )


@may("partners.view_inquiry")
@require_safe
def inquiries(request: HttpRequest) -> HttpResponse:
    """What visitors of the locator wrote, the newest first."""
    shown = list_page(
        request,
        Inquiry.objects.visible_to(request.member).select_related("partner"),  # type: ignore[attr-defined]
        INQUIRY_COLUMNS,
        default_sort="-date",
        present=present_inquiries,
        file_name="inquiries",
    )
    if isinstance(shown, HttpResponse):
        return shown
    return render(request, "partners/locator/inquiries.html", {"list": shown})


WITH_NAMES = Inquiry.objects.select_related("partner", "answered_by__user")


@may("partners.view_inquiry", WITH_NAMES)
@require_safe
def inquiry(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    return _inquiry_page(request, inquiry)


@may("partners.answer_inquiry", WITH_NAMES)
@require_POST
def answer(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    return _on_inquiry(request, inquiry, answer_inquiry)


@may("partners.reopen_inquiry", WITH_NAMES)
@require_POST
def reopen(request: HttpRequest, inquiry: Inquiry) -> HttpResponse:
    return _on_inquiry(request, inquiry, reopen_inquiry)


def _on_inquiry(request: HttpRequest, inquiry: Inquiry, act: Any) -> HttpResponse:
    return submit(
        request,
        forms.Form(request.POST),
        lambda data: act(inquiry, by=request.member),  # type: ignore[attr-defined]
        again=lambda form: _inquiry_page(request, inquiry, form=form),
        then=lambda done: done.get_absolute_url(),
    )


def _inquiry_page(request: HttpRequest, inquiry: Inquiry, form: Any = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    is_open = inquiry.state == Inquiry.State.OPEN
    context = {
        "inquiry": inquiry,
        "row": present_inquiries([inquiry])[0],
        "form": form,
        "may_answer": is_open and permits(member, "partners.answer_inquiry", inquiry),
        "may_reopen": not is_open and permits(member, "partners.reopen_inquiry", inquiry),
        "lent": [action for lend in inquiry_actions if (action := lend(member, inquiry)) is not None],
    }
    return render(request, "partners/locator/inquiry.html", context)


def _profile_page(request: HttpRequest, partner: Partner, form: Any = None) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    found = LocatorProfile.objects.filter(partner=partner).first()
    tier = partner.tier.name if partner.tier else ""
    entry = entry_of(found) if found else None
    context = {
        "partner": partner,
        "profile": found,
        "tone": PROFILE_TONES[found.state] if found else "grey",
        "preview": present_entry(found, name=partner.name, tier=tier) if found else None,
        "entry_url": entry.get_absolute_url() if entry else "",
        "form": form,
        "reason": ReasonForm(),
        "may_edit": permits(member, "partners.edit_locator_profile", partner),
        "may_publish": found is not None
        and (found.waits_since is not None or found.state != LocatorProfile.State.PUBLISHED)
        and permits(member, "partners.publish_locator_profile", found),
        "may_hide": found is not None
        and found.state == LocatorProfile.State.PUBLISHED
        and permits(member, "partners.hide_locator_profile", found),
    }
    return render(request, "partners/locator/profile.html", context)


def _address(partner: Partner) -> str:
    return LocatorProfile(partner=partner).get_absolute_url()
