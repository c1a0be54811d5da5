"""API tokens in requests. A token carries its tenant; only its hash is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from prm.kernel.models import ApiToken, Membership

UNKNOWN: Any = object()
PREFIX = "prm_"
NOTE_EVERY = dt.timedelta(minutes=1)


def issue_token(member: Membership, *, name: str, scopes: list[str] | None = None) -> str:
    """Make a token for this member and return it: it is shown once and never stored."""
    secret = PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(
        tenant_id=member.tenant_id,
        user_id=member.user_id,
        membership_id=member.pk,
        name=name,
        prefix=secret[:10],
        token_hash=_hash(secret),
        scopes=scopes or [],
    )
    return secret


def of_request(request: HttpRequest) -> Any:
    """The live token of the request, None when it carries none, UNKNOWN when it carries a wrong one."""
    header = request.headers.get("Authorization", "")
    if not header.startswith("Bearer "):
        return None
    token = (
        ApiToken.objects.select_related("tenant", "user")
        .filter(token_hash=_hash(header[7:].strip()), revoked_at=None, tenant__active=True, user__is_active=True)
        .first()
    )
    if token is None:
        return UNKNOWN
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > NOTE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
