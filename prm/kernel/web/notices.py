"""The page behind the bell: what one was told, whether letters follow, and the own calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from prm.kernel.addresses import shown
from prm.kernel.calendars import feed_of, make_calendar_feed, read_feed, revoke_calendar_feed
from prm.kernel.errors import Unknown
from prm.kernel.files import CONTENT_TYPES
from prm.kernel.models import Membership, Notification
from prm.kernel.notifications import mark_all_read, mark_read, set_mail_wishes
from prm.kernel.signin.forms import NothingForm
from prm.kernel.web.access import for_members, may, public
from prm.kernel.web.format import formatter
from prm.kernel.web.forms import go, submit
from prm.kernel.web.table_exports import table_export
from prm.kernel.web.tenancy import member_of

PER_PAGE = 30


class MailWishesForm(forms.Form):
    """Which letters this person wants from this vendor."""

    mail = forms.BooleanField(required=False, label=_("Send me a mail when a task is given to me"))
    digest = forms.BooleanField(required=False, label=_("Send me each morning what waits for me, when something does"))


class ReadAllForm(forms.Form):
    """Up to which moment all is read: what the page showed, so that nothing newer is lost."""

    until = forms.DateTimeField(required=False)


@dataclass(frozen=True)
class NoticeRow:
    pk: Any
    text: str
    moment: str
    url: str
    is_unread: bool


@for_members
@require_safe
def notifications(request: HttpRequest) -> HttpResponse:
    """What this person was told, the newest first."""
    return _page(request)


@may("kernel.read_notification", Notification)
@require_safe
def open_notice(request: HttpRequest, notice: Notification) -> HttpResponse:
    """Go to what it is about. Looking at a link changes nothing; reading is said by the button."""
    return go(request, shown(notice.url) or "kernel:notifications")


@may("kernel.read_notification", Notification)
@require_POST
def read(request: HttpRequest, notice: Notification) -> HttpResponse:
    """Mark one read; asked from its link it goes on to what it is about."""
    mark_read(notice, by=member_of(request))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "kernel/notifications.html#row", {"row": _row(notice), "oob": True})
    return go(request, (shown(notice.url) if "open" in request.POST else "") or "kernel:notifications")


@may("kernel.read_notification")
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    return submit(
        request,
        ReadAllForm(request.POST),
        lambda data: mark_all_read(by=member, until=data["until"]),
        again=lambda form: _page(request),
        then=lambda count: "kernel:notifications",
    )


@may("kernel.read_notification")
@require_POST
def mail_wishes(request: HttpRequest) -> HttpResponse:
    member = member_of(request)
    return submit(
        request,
        MailWishesForm(request.POST),
        lambda data: set_mail_wishes(member, by=member, **data),
        again=lambda form: _page(request, form),
        then=lambda saved: "kernel:notifications",
    )


@may("kernel.make_calendar_feed")
@require_POST
def make_calendar(request: HttpRequest) -> HttpResponse:
    """A new secret address, in this one answer and nowhere else."""
    return _page(request, calendar_url=make_calendar_feed(by=member_of(request)))


@may("kernel.revoke_calendar_feed")
@require_POST
def revoke_calendar(request: HttpRequest) -> HttpResponse:
    return submit(
        request,
        NothingForm(request.POST),
        lambda data: revoke_calendar_feed(by=member_of(request)),
        again=lambda form: _page(request, refusal=form),
        then=lambda done: "kernel:notifications",
    )


@public
@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads, without a login: whoever has the address reads it."""
    try:
        content = read_feed(token)
    except Unknown as unknown:
        raise Http404 from unknown
    return HttpResponse(content, content_type=CONTENT_TYPES["ics"], headers={"X-Robots-Tag": "noindex"})


def _page(
    request: HttpRequest, form: forms.Form | None = None, *, calendar_url: str = "", refusal: Any = None
) -> HttpResponse:
    member, feed = member_of(request), feed_of(member_of(request))
    write = formatter()
    found = Notification.objects.visible_to(member).order_by("-at", "-pk")
    file = table_export(
        request,
        "notifications",
        (_("What"), _("When"), _("Read at")),
        lambda: ((one.text, one.at, one.read_at) for one in found.iterator()),
    )
    if file is not None:
        return file
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [_row(notice) for notice in page.object_list]
    newest = max((notice.at for notice in page.object_list), default=None)
    context = {
        "rows": rows,
        "page": page,
        "newest": newest.isoformat() if newest else "",
        "has_unread": any(row.is_unread for row in rows),
        "form": form or _wishes(member),
        "calendar_url": calendar_url,
        "refusal": refusal,
        "feed": {
            "made": write.moment(feed.created_at),
            "read": write.moment(feed.read_at) if feed.read_at else "",
        }
        if feed
        else None,
    }
    return render(request, "kernel/notifications.html", context)


def _wishes(member: Membership) -> MailWishesForm:
    return MailWishesForm(initial={"mail": member.wants_mail, "digest": member.wants_digest})


def _row(notice: Notification) -> NoticeRow:
    return NoticeRow(notice.pk, notice.text, formatter().moment(notice.at), shown(notice.url), notice.read_at is None)
