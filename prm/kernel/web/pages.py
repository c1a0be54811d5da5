"""Pages that belong to no app: home, downloads, the progress of a job, the gallery of components."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from prm.kernel.files import serve
from prm.kernel.models import Job, Membership, StoredFile
from prm.kernel.tenancy.context import identity_scope
from prm.kernel.web import sessions
from prm.kernel.web.access import find_visible, for_members, public, signed_in
from prm.kernel.web.home import home_parts
from prm.kernel.web.tenancy import member_of, not_found


def home(request: HttpRequest) -> HttpResponse:
    """Inside a tenant: what waits for this member. On the bare host: the person's vendors."""
    return today(request) if request.member else vendors(request)  # type: ignore[attr-defined]


home.access = for_members(home).access  # type: ignore[attr-defined]


@for_members
def today(request: HttpRequest) -> HttpResponse:
    return render(request, "kernel/home.html", {"parts": home_parts(request)})


@signed_in
def vendors(request: HttpRequest) -> HttpResponse:
    """The vendors this person works with or for; straight on when there is only one."""
    with identity_scope(request.user.pk):  # type: ignore[arg-type]
        members = list(
            Membership.own.select_related("tenant")
            .filter(user=request.user.pk, active=True, tenant__active=True)
            .order_by("tenant__name")
        )
    members = [m for m in members if sessions.reaches(request.session, m.tenant.slug)]
    return render(request, "kernel/vendors.html", {"members": members})


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
