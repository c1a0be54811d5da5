"""Questions of the home page: what others did, how many partners stand where, which records have gaps."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, OuterRef, Q

from partners.models import Contact, Document, ManagerAssignment, Partner
from prm.kernel import clock
from prm.kernel.models import Event, Membership
from prm.kernel.policies import permissions, permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import Record

READ, GROUPS, GAPS_SHOWN = 120, 8, 8
RUNNING = (Partner.State.ONBOARDING, Partner.State.ACTIVE, Partner.State.REACTIVATING)


@dataclass(frozen=True)
class Change:
    """Something others did, once or several times in a row: the latest event, and how often and with whom."""

    event: Event
    times: int
    companies: tuple[str, ...]


def changes_since(member: Membership, since: dt.datetime) -> list[Change]:
    """What other people did since then with what this member may know of, the latest first."""
    events = (
        Event.objects.visible_to(member)
        .filter(at__gt=since, actor__isnull=False)
        .exclude(actor=member)
        .exclude(partner=None)
        .select_related("actor__user", "partner")
        .order_by("-at", "-created_at")[:READ]
    )
    return _grouped(_known_to(member, list(events)))[:GROUPS]


def names_in(member: Membership, changes: list[Change]) -> dict[Any, str]:
    """The contacts of these changes whose names this member may know; an event keeps none of them."""
    ids = [change.event.subject_id for change in changes if change.event.subject_type == "partners.Contact"]
    known = Contact.objects.visible_to(member).filter(pk__in=ids)
    return {contact.pk: str(contact) for contact in known} if ids else {}


def _known_to(member: Membership, events: list[Event]) -> list[Event]:
    """Without those of apps the member's roles have no part in, and, for partners, of records they may not open."""
    apps_known = {label: _has_part_in(member, label) for label in {e.subject_type.split(".")[0] for e in events}}
    known = [event for event in events if apps_known[event.subject_type.split(".")[0]]]
    if member.is_vendor:
        return known
    subjects: dict[str, set[Any]] = defaultdict(set)
    for event in known:
        subjects[event.subject_type].add(event.subject_id)
    seen = {label: _visible(member, label, ids) for label, ids in subjects.items()}
    return [event for event in known if event.subject_id in seen[event.subject_type]]


def _has_part_in(member: Membership, app: str) -> bool:
    if app == "kernel":  # who joined and left is the matter of those who look after people
        return permits(member, "kernel.invite_member") or (member.is_vendor and member.has(Role.CHANNEL_CHIEF))
    return any(permits(member, name) for name in permissions() if name.startswith(f"{app}.view_"))


def _visible(member: Membership, label: str, ids: Iterable[Any]) -> set[Any]:
    model: Any = apps.get_model(label)
    if not issubclass(model, Record):
        return set()
    return set(model.objects.visible_to(member).filter(pk__in=ids).values_list("pk", flat=True))


def _grouped(events: list[Event]) -> list[Change]:
    """The same deed of the same person, done several times on a day, is told once."""
    groups: dict[tuple[Any, ...], list[Event]] = {}
    for event in events:
        groups.setdefault((event.name, event.actor_id, clock.day_of(event.at)), []).append(event)
    return [
        Change(group[0], len(group), tuple(dict.fromkeys(str(event.partner) for event in group)))
        for group in groups.values()
    ]


def partners_by(member: Membership, field: str) -> list[dict[str, Any]]:
    """How many partners stand in each state, or hold each tier, in the order of the programme."""
    partners = Partner.objects.visible_to(member)
    if field == "state":
        counts = dict(partners.values_list("state").annotate(n=Count("pk")).order_by())
        rows = [(str(label), value, counts.get(value, 0)) for value, label in Partner.State.choices]
    else:
        found = partners.filter(state__in=RUNNING).values_list("tier__name", "tier__level", "tier_id")
        rows = [
            (name or "", tier_id or "", n)
            for name, level, tier_id, n in found.annotate(n=Count("pk")).order_by("tier__level")
        ]
    total = sum(n for _, _, n in rows)
    return [{"label": label, "value": value, "count": n, "percent": 100 * n // total} for label, value, n in rows if n]


def records_with_gaps(member: Membership) -> tuple[list[dict[str, Any]], int]:
    """Running partners without an account manager or a signed agreement; the first few, and how many there are."""
    checks: dict[str, tuple[str, Callable[[], Q]]] = {
        "has_manager": ("no account manager", lambda: Q(has_manager=False)),
        "has_agreement": ("no signed agreement", lambda: Q(has_agreement=False)),
        "tier": ("no tier", lambda: Q(tier=None, state=Partner.State.ACTIVE)),
    }
    missing = Q()
    for _, condition in checks.values():
        missing |= condition()
    partners = (
        Partner.objects.visible_to(member)
        .filter(state__in=RUNNING)
        .annotate(
            has_manager=Exists(ManagerAssignment.objects.filter(partner=OuterRef("pk"), kind="main", to_date=None)),
            has_agreement=Exists(
                Document.objects.filter(partner=OuterRef("pk"), kind=Document.Kind.AGREEMENT, signed_on__isnull=False)
            ),
        )
        .filter(missing)
    )
    rows = [
        {
            "name": partner.name,
            "url": partner.get_absolute_url(),
            "gaps": [
                text
                for name, (text, _) in checks.items()
                if not getattr(partner, f"{name}_id", None) and not getattr(partner, name)
            ],
        }
        for partner in partners.select_related("tier").order_by("sort_name")[:GAPS_SHOWN]
    ]
    return rows, partners.count()
