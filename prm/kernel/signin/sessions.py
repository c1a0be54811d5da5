"""What begins a session, and what ends a person's other sessions: a changed second factor, signing out.

A changed password ends them by itself, because every session carries a digest of it. A membership that ends
needs nothing here: it is looked up with every request.
"""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_reset
from allauth.core.internal import ratelimit
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from prm.kernel.models import User
from prm.kernel.web import sessions


@receiver(user_logged_in, dispatch_uid="prm.begin_session")
def begin_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    sessions.begin(request.session)


@receiver([authenticator_added, authenticator_removed, authenticator_reset], dispatch_uid="prm.end_other_sessions")
def end_other_sessions(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """The session in which the second factor was changed goes on under a new id; all others end."""
    person = User.objects.get(pk=user.pk)
    person.end_sessions()
    if request.user.is_authenticated and request.user.pk == person.pk:
        update_session_auth_hash(request, person)
        UserSession.objects.create_from_request(request)  # it has a new key, and stays in the list of one's sessions


@receiver(password_reset, dispatch_uid="prm.unlock")
def unlock(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Who has proven the address and chosen a new password need not wait for the lock of wrong ones to pass."""
    ratelimit.clear(request, app="allauth.account", action="login_failed", key=user.email)
