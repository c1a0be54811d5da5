"""Where a vendor's portal answers: under its own proven host, else under its path at our address.

Whoever writes an address into a letter, a deck or a calendar asks here; pages use relative addresses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from prm.kernel.models import TenantDomain
from prm.kernel.tenancy.remember import remember

if TYPE_CHECKING:
    from prm.kernel.models import Tenant


def site_of(tenant: Tenant | None) -> str:
    """The address of the host, without a slash at its end: what stands before `/accounts/`, `/invitations/`."""
    host = main_host(tenant) if tenant else ""
    return origin_of(host) if host else settings.SITE_URL


def home_of(tenant: Tenant) -> str:
    """The address of the vendor's first page."""
    return absolute("/", tenant)


def absolute(path: str, tenant: Tenant) -> str:
    """The whole address of a page of the vendor; `path` is what `reverse` gives inside or outside its prefix."""
    prefix = f"/t/{tenant.slug}"
    inner = path.removeprefix(prefix) if path.startswith(prefix + "/") else path
    return f"{site_of(tenant)}{inner}" if main_host(tenant) else f"{settings.SITE_URL}{prefix}{inner}"


def main_host(tenant: Tenant) -> str:
    """The vendor's own host that stands in letters, or nothing."""

    def ask() -> str:
        found = TenantDomain.objects.answering().filter(tenant=tenant, is_main=True)
        return found.values_list("host", flat=True).first() or ""

    return remember(("main_host", tenant.pk), ask)


def origin_of(host: str) -> str:
    """Our scheme, and our port where it is not the usual one, at that host."""
    ours = urlsplit(settings.SITE_URL)
    return f"{ours.scheme}://{host}" + (f":{ours.port}" if ours.port else "")
