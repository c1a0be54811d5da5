"""From an address to a tenant, a member and one transaction in which the whole answer is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.request import split_domain_port, validate_host
from django.shortcuts import render
from django.urls import set_script_prefix

from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.models import Membership, Tenant, TenantDomain
from prm.kernel.signin.second_factor import lacks_second_factor
from prm.kernel.tenancy.context import identity_scope, member_scope, tenant_scope
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import memory, remember
from prm.kernel.web import sessions, tokens
from prm.kernel.web.member import member_of as member_of
from prm.kernel.web.not_a_page import answer_opened, is_opened_by_hand
from prm.kernel.web.visitors import NO_COMPANY, visited_tenant

TENANT_PATH = re.compile(r"^/t/([a-z0-9-]{1,40})(/.*)?$")
OWN_PAGES = ("/accounts/", "/invitations/", "/calendar/", "/branding/", "/static/")
FOR_TOKENS = ("/api/", "/files/")
QUIET: dict[str, Any] = {"banners": ()}  # a page that says no has no news to tell
# What a session that one vendor's identity provider vouches for may do with the login itself: nothing by which
# it could reach other vendors (a password, a passkey, another outside identity).
FOR_CONFINED = re.compile(
    r"^/accounts/(log(in|out)/|oidc/|inactive/|reauthenticate/|second-factor/|3rdparty/login/|"
    r"2fa/($|authenticate/|reauthenticate/|totp/|recovery-codes/))"
)


class TenancyMiddleware:
    """Finds the tenant by host or path, never by session; then a live membership; then enters its scope."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member = None  # type: ignore[attr-defined]
        request.tenant_slug = None  # type: ignore[attr-defined]
        request.visited = None  # type: ignore[attr-defined]
        request.own_host = ""  # type: ignore[attr-defined]
        request.memberships = []  # type: ignore[attr-defined]
        with memory():
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            slug = _slug_of(request)
        except UnknownHost:
            return not_found(request)
        token = tokens.of_request(request)
        if token is tokens.UNKNOWN:
            return _unauthorised()
        if token is not None:
            if slug not in (None, token.tenant.slug) or not request.path_info.startswith(FOR_TOKENS):
                return not_found(request)
            slug, request.user = token.tenant.slug, token.user
            request.api_token = token  # type: ignore[attr-defined]
        if slug is None or request.path_info.startswith(OWN_PAGES):
            return self._outside(request)
        visited = visited_tenant(request, slug) if token is None else None
        if visited is not None:
            return self._as_visitor(request, visited)
        if not request.user.is_authenticated:
            return _unauthorised() if _is_api(request) else _to_sign_in(request)
        if token is None and not sessions.reaches(request.session, slug):
            return other_vendor(request)
        found = memberships_of(request.user)
        member = _chosen(found, slug)
        if member is None or (token is not None and member.pk != token.membership_id):
            return not_found(request)
        request.memberships = found  # type: ignore[attr-defined]
        if token is None:
            if sessions.is_over(request.session, member):
                logout(request)
                return _unauthorised() if _is_api(request) else _to_sign_in(request)
            if lacks_second_factor(member):
                return HttpResponseRedirect("/accounts/second-factor/?next=" + quote(request.get_full_path()))
        return self._inside(request, member)

    def _outside(self, request: HttpRequest) -> HttpResponse:
        """The pages of the login itself, and the list of one's vendors."""
        path = request.path_info
        if path.startswith("/static/") or not request.user.is_authenticated:
            return self._respond(request)
        if sessions.is_over(request.session, None):
            logout(request)
        elif sessions.confined_to(request.session) and path.startswith("/accounts/") and not FOR_CONFINED.match(path):
            return other_vendor(request)
        return self._respond(request)

    def _respond(self, request: HttpRequest) -> HttpResponse:
        """The answer of the page; for an address that is none the product's own, also in development.

        Django's page would list every address of the product to whoever mistypes one.
        """
        response = self.get_response(request)
        if settings.DEBUG and response.status_code == 404 and request.resolver_match is None:
            return not_found(request)
        return response

    def _inside(self, request: HttpRequest, member: Membership) -> HttpResponse:
        request.member = member  # type: ignore[attr-defined]
        remember(("tenant", member.tenant_id), lambda: member.tenant)
        return self._in_scope(request, member_scope(member), before=lambda: _note_presence(member))

    def _as_visitor(self, request: HttpRequest, tenant: Tenant) -> HttpResponse:
        """A public page, the same for everybody: whoever is signed in counts for nothing here."""
        request.visited = tenant  # type: ignore[attr-defined]
        remember(("tenant", tenant.pk), lambda: tenant)
        return self._in_scope(request, tenant_scope(tenant, partner_ids=(NO_COMPANY,)))

    def _in_scope(
        self, request: HttpRequest, scope: AbstractContextManager[Any], *, before: Callable[[], None] = lambda: None
    ) -> HttpResponse:
        with scope:
            before()
            response = self._respond(request)
            if request.member and is_opened_by_hand(request, response):  # type: ignore[attr-defined]
                response = answer_opened(request)
            if response.streaming:
                raise RuntimeError("answers are not streamed: nothing may be read after the transaction")
            if response.status_code >= 500 or connection.needs_rollback:
                transaction.set_rollback(True)
            if response.status_code < 500 and (connection.needs_rollback or _is_aborted()):
                # Something swallowed a database error: answering "saved" now would be a lie.
                transaction.set_rollback(True)
                response = render(request, "500.html", status=500)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return refusal_page(request, error)
        if isinstance(error, Http404) and settings.DEBUG:
            return not_found(request)
        return None


def _note_presence(member: Membership) -> None:
    """Once a day and member: by this the vendor sees which partners' people come by."""
    today = clock.today()
    if member.last_seen_on != today:
        Membership.objects.filter(pk=member.pk).update(last_seen_on=today)


def memberships_of(user: Any) -> list[Membership]:
    """Where this person is a live member, vendor by vendor; at each the vendor's own side first, then the newest."""
    with identity_scope(user.pk):
        found = _live_memberships(user.pk)
    for member in found:
        member.user = user
    return found


@prepared
def _live_memberships(user_id: UUID) -> QuerySet[Membership]:
    live = Membership.own.filter(user_id=user_id, tenant__active=True, active=True).select_related("tenant")
    return live.order_by("tenant__name", "tenant_id", F("partner_id").desc(nulls_first=True), "-created_at")


def find_member(user: Any, slug: str) -> Membership | None:
    """The person's live membership at the vendor of that name."""
    return _chosen(memberships_of(user), slug)


def _chosen(found: list[Membership], slug: str) -> Membership | None:
    return next((member for member in found if member.tenant.slug == slug), None)


def refusal_page(request: HttpRequest, refusal: Refused) -> HttpResponse:
    if refusal.status == 404:
        return not_found(request)
    return render(request, "refused.html", {"refusal": refusal, **QUIET}, status=refusal.status)


def other_vendor(request: HttpRequest) -> HttpResponse:
    """The same for every vendor, known or not: this session was vouched for by another one's identity provider."""
    if _is_api(request):
        return _unauthorised()
    return render(request, "kernel/other_vendor.html", status=403)


def not_found(request: HttpRequest) -> HttpResponse:
    """One answer for everything one may not know of: unknown vendor, no membership, foreign or unknown id."""
    if _is_api(request):
        return JsonResponse({"code": "unknown", "detail": "Not found."}, status=404)
    return render(request, "404.html", QUIET, status=404)


class UnknownHost(Exception):
    """A host that is neither ours nor proven to be a vendor's."""


def _slug_of(request: HttpRequest) -> str | None:
    """The vendor's slug by path (which is then stripped, so that addresses keep their names) or by host.

    At a vendor's own host there is that vendor alone: the path of another one leads nowhere.
    """
    by_host = _slug_of_host(request)
    found = TENANT_PATH.match(request.path_info)
    if found:
        if by_host not in (None, found[1]):
            raise UnknownHost
        prefix, rest = f"/t/{found[1]}", found[2] or "/"
        request.path_info = rest
        request.META["SCRIPT_NAME"] = prefix
        set_script_prefix(prefix + "/")
        request.tenant_slug = found[1]  # type: ignore[attr-defined]
        return found[1]
    request.tenant_slug = by_host  # type: ignore[attr-defined]
    return by_host


def _slug_of_host(request: HttpRequest) -> str | None:
    """The vendor whose proven host this is; None at our own."""
    host = split_domain_port(request.get_host())[0]
    if validate_host(host, settings.OWN_HOSTS):
        return None
    domain = TenantDomain.objects.answering().select_related("tenant").filter(host=host).first()
    if domain is None:
        raise UnknownHost
    request.own_host = host  # type: ignore[attr-defined]
    return domain.tenant.slug


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _is_aborted() -> bool:
    from psycopg2.extensions import TRANSACTION_STATUS_INERROR

    return connection.connection.info.transaction_status == TRANSACTION_STATUS_INERROR


def _unauthorised() -> HttpResponse:
    body = {"code": "not_authenticated", "detail": "Sign in or send a valid token."}
    return JsonResponse(body, status=401, headers={"WWW-Authenticate": "Bearer"})


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To sign in and then back: to the page that was asked for, or to the one whose form was sent."""
    back = request.get_full_path()
    if request.method not in {"GET", "HEAD"}:
        came_from = urlsplit(request.headers.get("Referer", ""))
        if came_from.netloc == request.get_host() and came_from.path.startswith("/"):
            back = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return HttpResponseRedirect("/accounts/login/?next=" + quote(back))
