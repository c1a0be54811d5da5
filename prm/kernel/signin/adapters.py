"""What allauth may do here: nobody signs up by themselves, outside identities join only who was invited."""

from __future__ import annotations

import logging
import re
import smtplib
from typing import Any
from urllib.parse import unquote, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from prm.kernel.errors import Refused
from prm.kernel.invitations import find_invitation, join_as_new_person
from prm.kernel.models import User
from prm.kernel.sites import origin_of
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.web import sessions

log = logging.getLogger(__name__)
TENANT_IN_PATH = re.compile(r"^/t/([a-z0-9-]{1,40})(?:/|$)")
INVITATION = "invitation"  # in the session: the link by which this person came


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_safe_url(self, url: str) -> bool:
        """After signing in one goes on within this host; the framework would also follow to other allowed hosts."""
        request = self.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def login(self, request: HttpRequest, user: User) -> None:
        """Note through whom the person came: a vendor's identity provider vouches for that vendor alone."""
        slug = _vouching_tenant(request, user)
        super().login(request, user)
        sessions.confine(request.session, slug)

    def logout(self, request: HttpRequest) -> None:
        """Signing out ends the sessions on all devices."""
        User.objects.get(pk=request.user.pk).end_sessions()  # type: ignore[misc]
        super().logout(request)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A refusal of the mail server must not tell whether an address is known: the page looks the same."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError):
            log.exception("the mail %s was not sent", template_prefix)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link leads to our own address, or to the vendor's proven host; never to what else a request named."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        own_host = getattr(self.request, "own_host", "")
        return (origin_of(own_host) if own_host else settings.SITE_URL) + path.replace("UID-KEY", key)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # One count per account: the framework's would start anew for each host name under which we answer.
        return str(credentials.get("email", "")).strip().lower()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """An outside identity is (a vendor's provider, its subject). An e-mail address proves nothing here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_providers(self, request: HttpRequest) -> list[Any]:
        """The sign-in page offers the provider of the vendor whose page was asked for, and no other."""
        slug = tenant_asked_for(request)
        return [p for p in super().list_providers(request) if p.app and p.app.settings.get("tenant") == slug]

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Let in only whom the vendor of this provider knows: linked before, or invited and not yet here."""
        slug = sociallogin.account.get_provider().app.settings.get("tenant", "")
        process = sociallogin.state.get("process")
        user = request.user if process == "connect" else sociallogin.user
        if process == "connect" or sociallogin.is_existing:
            # A session that another vendor's provider vouches for gains no way into this one.
            reaches = process != "connect" or sessions.reaches(request.session, slug)
            if reaches and user.is_authenticated and _is_member(user, slug):
                return
        elif self._joined_by_invitation(request, sociallogin, slug):
            return
        raise ImmediateHttpResponse(render(request, "kernel/not_known_here.html", status=403))

    def _joined_by_invitation(self, request: HttpRequest, sociallogin: Any, slug: str) -> bool:
        """The invited person's first way in: the link of this vendor in the session, and the address it was sent to."""
        link = request.session.pop(INVITATION, "")
        if not link:
            return False
        try:
            tenant, invitation = find_invitation(link)
            addresses = {address.email.lower() for address in sociallogin.email_addresses}
            if tenant.slug != slug or invitation.email not in addresses:
                return False
            name = str(sociallogin.account.extra_data.get("userinfo", {}).get("name") or invitation.name)
            with tenant_scope(tenant):
                member = join_as_new_person(invitation, name=name or invitation.email, password=None)
                sociallogin.connect(request, member.user)
        except Refused:
            return False
        return True


def tenant_asked_for(request: HttpRequest) -> str | None:
    """The vendor of this address, or of the page to which the person wants to go on."""
    slug = getattr(request, "tenant_slug", None)
    if slug is None:
        onward = request.POST.get("next") or request.GET.get("next") or ""
        found = TENANT_IN_PATH.match(unquote(urlsplit(onward).path))
        slug = found[1] if found else None
    return slug


def _is_member(user: Any, slug: str) -> bool:
    from prm.kernel.web.tenancy import find_member

    return find_member(user, slug) is not None


def _vouching_tenant(request: HttpRequest, user: User) -> str | None:
    """The vendor whose identity provider brought this person here; None when it was the own password or passkey."""
    from allauth.socialaccount.models import SocialApp

    for entry in reversed(get_authentication_records(request, user)):
        if entry["method"] == "mfa" and not entry.get("passwordless"):
            continue
        if entry["method"] != "socialaccount":
            return None
        app = SocialApp.objects.filter(provider_id=entry["provider"]).first()
        return app.settings.get("tenant", "") if app else ""
    return None
