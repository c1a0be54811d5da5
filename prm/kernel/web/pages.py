"""Pages that belong to no app: home, downloads, the progress of a job, the gallery of components."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from prm.kernel import clock
from prm.kernel.files import serve
from prm.kernel.members import note_visit
from prm.kernel.models import Job, Membership, StoredFile
from prm.kernel.signin.second_factor import lacks_second_factor
from prm.kernel.tenancy.context import member_scope
from prm.kernel.tenancy.remember import memory
from prm.kernel.web import sessions
from prm.kernel.web.access import find_visible, for_members, public, signed_in
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_parts, waits_for
from prm.kernel.web.tenancy import member_of, memberships_of, not_found

WAITING_SHOWN = 5


def home(request: HttpRequest) -> HttpResponse:
    """Inside a tenant: what waits for this member. On the bare host: the person's vendors."""
    return today(request) if request.member else vendors(request)  # type: ignore[attr-defined]


home.access = for_members(home).access  # type: ignore[attr-defined]


@for_members
def today(request: HttpRequest) -> HttpResponse:
    """The first page of everybody: what needs one now, the own figures, what changed since the last visit."""
    member = member_of(request)
    note_visit(member)
    now = clock.now().astimezone(ZoneInfo(member.tenant.time_zone))
    context = {
        "parts": home_parts(request),
        "greeting": greeting(now.hour),
        "day": formatter().weekday(now.date()),
        "company": str(member.partner) if member.partner_id else member.tenant.name,
        "first_name": (member.user.name or "").split(" ")[0],
    }
    return render(request, "kernel/home.html", context)


def greeting(hour: int) -> str:
    if hour < 12:
        return gettext("Good morning")
    return gettext("Good afternoon") if hour < 18 else gettext("Good evening")


@signed_in
def vendors(request: HttpRequest) -> HttpResponse:
    """What waits at each vendor this person works with or for. Each is asked in its own scope, one after the other.

    Who has one vendor has nothing to choose and goes straight there.
    """
    found: dict[str, Membership] = {}
    for member in memberships_of(request.user):
        if sessions.reaches(request.session, member.tenant.slug):
            found.setdefault(member.tenant.slug, member)  # the one its pages open with speaks for a vendor
    if len(found) == 1:
        return redirect(f"/t/{next(iter(found))}/")
    return render(request, "kernel/vendors.html", {"vendors": [_at_vendor(member) for member in found.values()]})


def _at_vendor(member: Membership) -> dict[str, Any]:
    """One vendor of the combined list; nothing read here outlives its scope."""
    tenant, prefix = member.tenant, f"/t/{member.tenant.slug}"
    entry = {"slug": tenant.slug, "name": tenant.name, "logo_url": tenant.logo_url, "url": f"{prefix}/"}
    if lacks_second_factor(member):  # then its pages are closed too
        return entry | {"needs_second_factor": True}
    with memory(), member_scope(member):
        waiting = waits_for(member, WAITING_SHOWN)
        items = [item | {"url": prefix + item["url"]} for item in waiting.items]
        return entry | {
            "company": str(member.partner) if member.partner_id else "",
            "roles": member.role_names,
            "count": waiting.count,
            "more": waiting.count - len(items),
            "waiting": items,
        }


@for_members
def download(request: HttpRequest, stored_file_id: Any) -> HttpResponse:
    """A file, if its row is visible; always as an attachment."""
    return serve(find_visible(StoredFile, member_of(request), stored_file_id))


@for_members
def job(request: HttpRequest, job_id: Any) -> HttpResponse:
    """The progress of a long job: a page, and the part of it that refreshes itself."""
    found = find_visible(Job, member_of(request), job_id)
    template = "kernel/job.html#progress" if request.htmx else "kernel/job.html"  # type: ignore[attr-defined]
    return render(request, template, {"job": found})


@public
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    from prm.kernel.web.gallery import samples

    return render(request, "kernel/gallery.html", samples())


def handle_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return not_found(request)


def handle_error(request: HttpRequest) -> HttpResponse:
    return render(request, "500.html", status=500)
