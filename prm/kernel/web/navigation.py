"""The left navigation, by job. Apps lend their entries; who may not open a page does not see its entry."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse

from prm.kernel.models import Membership
from prm.kernel.policies import permits
from prm.kernel.words import own_word


@dataclass(frozen=True)
class Entry:
    """One line of the navigation. `partner_label` is what partner users read instead.

    A label that is one of the words a vendor may choose ("Partners") is shown in the vendor's own word.
    """

    label: str
    route: str
    icon: str
    order: int
    permission: str = ""
    partner_label: str = ""
    several_label: str = ""  # for those who look after more companies than their own
    for_partners: bool = False  # an entry that the vendor's own people have no use for
    for_vendor: bool = False  # an entry that partners have no use for


_entries: list[Entry] = []


def navigation(entry: Entry) -> None:
    _entries.append(entry)


def navigation_for(request: HttpRequest, member: Membership) -> list[dict[str, object]]:
    shown: list[dict[str, object]] = []
    home, nearest = reverse("home"), ""
    for entry in sorted(_entries, key=lambda e: e.order):
        if entry.for_partners if member.is_vendor else entry.for_vendor:
            continue
        if entry.permission and not permits(member, entry.permission):
            continue
        url = _address(entry.route, get_script_prefix(), settings.ROOT_URLCONF)
        label = own_word(_label(entry, member))
        is_over = request.path == url if url == home else request.path.startswith(url)
        if is_over and len(url) > len(nearest):  # of two entries one above the other the nearer one is here
            nearest = url
        shown.append({"label": label, "url": url, "icon": entry.icon})
    return [entry | {"here": entry["url"] == nearest} for entry in shown]


@lru_cache(maxsize=5000)
def _address(route: str, prefix: str, urls: str) -> str:
    """Thirty reversals are half of what the frame of a page costs; a vendor's are always the same."""
    return reverse(route)


def _label(entry: Entry, member: Membership) -> str:
    if member.is_vendor:
        return entry.label
    if entry.several_label and len(member.reach or ()) > 1:
        return entry.several_label
    return entry.partner_label or entry.label
