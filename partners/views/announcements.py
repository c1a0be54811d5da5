"""The pages of announcements: the vendor's list and form, and what partners' people do with theirs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import get_script_prefix, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from partners.actions import (
    add_announcement,
    dismiss_announcement,
    edit_announcement,
    follow_announcement,
    publish_announcement,
    see_announcement,
    withdraw_announcement,
)
from partners.forms.announcements import AnnouncementForm
from partners.models import Announcement, AnnouncementDelivery
from partners.queries.announcements import reach_of
from partners.rows.segments import ANNOUNCEMENT_TONES, present_announcements
from prm.kernel import clock
from prm.kernel.policies import permits
from prm.kernel.web.access import may
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.web.lists import Column, lend_list, list_page

COLUMNS = (
    Column("title", "Announcement", ("title",), lambda row: row.title),
    Column("state", "State", ("state", "title"), lambda row: row.state, optional=True),
    Column("audience", "For", ("segment__name",), lambda row: row.audience, optional=True),
    Column("from", "From", ("from_date",), lambda row: row.raw_from, optional=True),
    Column("to", "To", ("to_date",), lambda row: row.raw_to, optional=True),
    Column("partners", "Partners", (), lambda row: row.reach.partners, optional=True),
    Column("seen", "Seen by", (), lambda row: row.reach.seen, optional=True),
    Column("clicked", "Followed by", (), lambda row: row.reach.clicked, optional=True),
)


lend_list("partners:announcements", COLUMNS)


@may("partners.view_announcement")
def announcement_list(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    shown = list_page(
        request,
        Announcement.objects.visible_to(member).select_related("segment"),
        COLUMNS,
        default_sort="-from",
        present=present_announcements,
        file_name="announcements",
    )
    if isinstance(shown, HttpResponse):
        return shown
    may_add = permits(member, "partners.edit_announcement")
    return render(request, "partners/announcements/list.html", {"list": shown, "may_add": may_add})


@may("partners.view_announcement", Announcement.objects.select_related("segment"))
def announcement(request: HttpRequest, announcement: Announcement) -> HttpResponse:
    """One announcement as partners see it, and how far it came."""
    write = formatter()
    context = {
        "announcement": announcement,
        "tone": ANNOUNCEMENT_TONES[announcement.state],
        "reach": reach_of([announcement.pk])[announcement.pk],
        "from_date": write.day(announcement.from_date),
        "to_date": write.day(announcement.to_date),
        "may_edit": permits(request.member, "partners.edit_announcement"),  # type: ignore[attr-defined]
    }
    return render(request, "partners/announcements/announcement.html", context)


@may("partners.edit_announcement")
@require_http_methods(["GET", "POST"])
def announcement_add(request: HttpRequest) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    form = AnnouncementForm(request.POST or None, member=member, initial={"from_date": clock.today()})
    return _form(request, form, lambda data: add_announcement(by=member, **data), None)


@may("partners.edit_announcement", Announcement)
@require_http_methods(["GET", "POST"])
def announcement_edit(request: HttpRequest, announcement: Announcement) -> HttpResponse:
    member = request.member  # type: ignore[attr-defined]
    initial = {name: getattr(announcement, name) for name in AnnouncementForm.base_fields if name != "version"}
    form = AnnouncementForm(request.POST or None, member=member, initial=initial | {"version": announcement.version})
    return _form(
        request,
        form,
        lambda data: edit_announcement(announcement, by=member, seen_version=data.pop("version", None), **data),
        announcement,
    )


@may("partners.edit_announcement", Announcement)
@require_POST
def announcement_publish(request: HttpRequest, announcement: Announcement) -> HttpResponse:
    return go(request, publish_announcement(announcement, by=request.member))  # type: ignore[attr-defined]


@may("partners.edit_announcement", Announcement)
@require_POST
def announcement_withdraw(request: HttpRequest, announcement: Announcement) -> HttpResponse:
    return go(request, withdraw_announcement(announcement, by=request.member))  # type: ignore[attr-defined]


@may("partners.read_announcement", AnnouncementDelivery)
@require_POST
def announcement_seen(request: HttpRequest, delivery: AnnouncementDelivery) -> HttpResponse:
    see_announcement(delivery, by=request.member)  # type: ignore[attr-defined]
    return HttpResponse(status=204)


@may("partners.read_announcement", AnnouncementDelivery)
@require_POST
def announcement_dismiss(request: HttpRequest, delivery: AnnouncementDelivery) -> HttpResponse:
    dismiss_announcement(delivery, by=request.member)  # type: ignore[attr-defined]
    return go(request, reverse("home"))


@may("partners.read_announcement", AnnouncementDelivery)
@require_safe
def announcement_follow(request: HttpRequest, delivery: AnnouncementDelivery) -> HttpResponse:
    """Count the click and go on; a form would be stopped by the content policy on its way to another site."""
    link = follow_announcement(delivery, by=request.member)  # type: ignore[attr-defined]
    if not link:
        return go(request, reverse("home"))
    return HttpResponseRedirect(get_script_prefix().rstrip("/") + link if link.startswith("/") else link)


def _form(request: HttpRequest, form: Any, act: Any, announcement: Announcement | None) -> HttpResponse:
    def page(form: Any) -> HttpResponse:
        back = announcement.get_absolute_url() if announcement else reverse("partners:announcements")
        heading = f"Edit {announcement}" if announcement else "Write an announcement"
        return render(request, "partners/form.html", {"form": form, "heading": heading, "back": back})

    if request.method == "GET":
        return page(form)
    if announcement is None:
        form.fields.pop("version")
    return submit(request, form, act, again=page, then=lambda saved: saved)
