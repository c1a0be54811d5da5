"""The outside identity provider of a vendor: where it is, and which identities it has vouched for."""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.socialaccount.models import SocialApp
from django.conf import settings
from django.db import transaction

from prm.kernel.errors import Invalid
from prm.kernel.models import Tenant


@transaction.atomic
def configure_provider(tenant: Tenant, *, issuer: str, client_id: str, secret: str, name: str = "") -> SocialApp:
    """Give the vendor one OpenID Connect provider. Another issuer is another provider: no identity carries over."""
    address = issuer.strip().rstrip("/")
    if not address.startswith(("https://", "http://localhost", "http://127.0.0.1")):
        raise Invalid("The issuer must be an https:// address.", field="issuer")
    provider_id = provider_id_of(tenant, address)
    SocialApp.objects.filter(settings__tenant=tenant.slug).exclude(provider_id=provider_id).delete()
    values: dict[str, Any] = {
        "name": name or f"{tenant.name} sign-in",
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": address, "tenant": tenant.slug, "oauth_pkce_enabled": True},
    }
    app, _ = SocialApp.objects.update_or_create(provider="openid_connect", provider_id=provider_id, defaults=values)
    return app


def remove_provider(tenant: Tenant) -> int:
    """Nobody signs in to this vendor through a provider any more. Returns how many there were."""
    removed, _ = SocialApp.objects.filter(settings__tenant=tenant.slug).delete()
    return removed


def provider_id_of(tenant: Tenant, issuer: str) -> str:
    """The name in addresses; it changes with the issuer, because an identity is (provider, subject)."""
    return f"{tenant.slug}-{hashlib.sha256(issuer.encode()).hexdigest()[:8]}"


def callback_of(app: SocialApp) -> str:
    """The address to enter at the provider."""
    return f"{settings.SITE_URL}/accounts/oidc/{app.provider_id}/login/callback/"
