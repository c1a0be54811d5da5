"""Whom a partner asks at the vendor: its own account managers first, then who runs the programme."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from partners.models import ManagerAssignment
from prm.kernel import clock
from prm.kernel.models import Membership
from prm.kernel.roles import Role

ANSWERS = (Role.CHANNEL_CHIEF, Role.OPERATIONS, Role.MARKETING)
SHOWN = 100

Kind = ManagerAssignment.Kind
PLACES: dict[str, int] = {Kind.MAIN: 0, Kind.SECONDARY: 1, Kind.STAND_IN: 2}


@dataclass(frozen=True)
class Card:
    """One of the vendor's people with what that person lets others see."""

    name: str
    role: str
    title: str
    asks: str
    languages: tuple[str, ...]
    email: str
    phone: str
    companies: tuple[str, ...] = ()  # for a distributor: which of its companies
    is_second: bool = False  # beside the main one, for good
    is_stand_in: bool = False


def account_managers(member: Membership) -> list[Card]:
    """Who looks after the companies this member stands for now: the main ones before second ones and stand-ins."""
    today = clock.today()
    now = Q(to_date=None) | Q(kind="stand_in", from_date__lte=today, to_date__gte=today, ended_at=None)
    assigned = (
        ManagerAssignment.objects.visible_to(member)
        .filter(now, manager__active=True)
        .select_related("manager__user", "partner")
        .order_by("kind", "partner__sort_name")
    )
    found: dict[tuple[object, str], tuple[Membership, list[str]]] = {}
    for row in assigned[:SHOWN]:
        found.setdefault((row.manager_id, row.kind), (row.manager, []))[1].append(row.partner.name)
    several = len(member.reach or ()) > 1
    cards = [
        (kind, _card(manager, companies=tuple(names) if several else (), kind=kind))
        for (_, kind), (manager, names) in found.items()
    ]
    return [card for _, card in sorted(cards, key=lambda pair: (PLACES[pair[0]], pair[1].name))]


def programme_people(member: Membership) -> list[Card]:
    """The vendor's people who answer partners about the programme, by role."""
    roles = Q()
    for role in ANSWERS:
        roles |= Q(roles__contains=[role])
    people = Membership.objects.filter(roles, partner=None, active=True).select_related("user").order_by("user__name")
    order = {role: number for number, role in enumerate((Role.OPERATIONS, Role.MARKETING, Role.CHANNEL_CHIEF))}
    found = sorted(people[:SHOWN], key=lambda m: min(order.get(Role(r), 9) for r in m.roles))
    return [_card(person) for person in found]


def _card(person: Membership, *, companies: tuple[str, ...] = (), kind: str = "") -> Card:
    return Card(
        name=person.user.name or person.title,
        role=person.role_names,
        title=person.title,
        asks=person.asks,
        languages=tuple(person.languages),
        email=person.user.email if person.shows_email else "",
        phone=person.phone,
        companies=companies,
        is_second=kind == Kind.SECONDARY,
        is_stand_in=kind == Kind.STAND_IN,
    )
