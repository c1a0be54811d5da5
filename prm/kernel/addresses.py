"""Addresses kept in rows stand inside the tenant (`/partners/…`); pages and letters put the tenant's place before them.

The same vendor answers under a path and under hosts of its own, so the place is not part of what is stored.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse

from prm.kernel.sites import absolute
from prm.kernel.tenancy.context import current_tenant

NOWHERE = UUID(int=0)  # stands in an address for the id of each record


def address_of(view: str, pk: UUID) -> str:
    """`reverse(view, args=[pk])` of a page that is addressed by one id: a page of the program names fifty of them."""
    before, after = _around(view, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=5000)
def _around(view: str, prefix: str, urlconf: str) -> tuple[str, str]:
    before, _, after = reverse(view, args=[NOWHERE]).partition(str(NOWHERE))
    return before, after


def inside(url: str) -> str:
    """What to store of an address made by `reverse()` in a request: without the tenant's place."""
    prefix = get_script_prefix().rstrip("/")
    return url[len(prefix) :] if prefix and url.startswith(prefix + "/") else url


def shown(url: str) -> str:
    """A stored address on a page of this request; what is no address inside the tenant leads nowhere else."""
    if not url.startswith("/") or url.startswith("//"):
        return ""
    return get_script_prefix().rstrip("/") + url


def in_letters(url: str) -> str:
    """A stored address in a letter, which is read outside every request."""
    return absolute(url, current_tenant()) if url.startswith("/") else ""
