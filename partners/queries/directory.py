"""Whom a partner asks at the vendor: its own account managers first, then who runs the programme."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from partners.models import ManagerAssignment
from prm.kernel.models import Membership
from prm.kernel.roles import Role

ANSWERS = (Role.CHANNEL_CHIEF, Role.OPERATIONS, Role.MARKETING)
SHOWN = 100


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
    is_stand_in: bool = False


def account_managers(member: Membership) -> list[Card]:
    """Who looks after the companies this member stands for: the main ones before their stand-ins."""
    assigned = (
        ManagerAssignment.objects.visible_to(member)
        .filter(to_date=None, manager__active=True)
        .select_related("manager__user", "partner")
        .order_by("kind", "partner__sort_name")
    )
    found: dict[tuple[object, str], tuple[Membership, list[str]]] = {}
    for row in assigned[:SHOWN]:
        found.setdefault((row.manager_id, row.kind), (row.manager, []))[1].append(row.partner.name)
    several = len(member.reach or ()) > 1
    cards = [
        (kind, _card(manager, companies=tuple(names) if several else (), stand_in=kind != ManagerAssignment.Kind.MAIN))
        for (_, kind), (manager, names) in found.items()
    ]
    return [card for _, card in sorted(cards, key=lambda pair: (pair[0] != ManagerAssignment.Kind.MAIN, pair[1].name))]


def programme_people(member: Membership) -> list[Card]:
    """The vendor's people who answer partners about the programme, by role."""
    roles = Q()
    for role in ANSWERS:
        roles |= Q(roles__contains=[role])
    people = Membership.objects.filter(roles, partner=None, active=True).select_related("user").order_by("user__name")
    order = {role: number for number, role in enumerate((Role.OPERATIONS, Role.MARKETING, Role.CHANNEL_CHIEF))}
    found = sorted(people[:SHOWN], key=lambda m: min(order.get(Role(r), 9) for r in m.roles))
    return [_card(person) for person in found]


def _card(person: Membership, *, companies: tuple[str, ...] = (), stand_in: bool = False) -> Card:
    return Card(
        name=person.user.name or person.title,
        role=person.role_names,
        title=person.title,
        asks=person.asks,
        languages=tuple(person.languages),
        email=person.user.email if person.shows_email else "",
        phone=person.phone,
        companies=companies,
        is_stand_in=stand_in,
    )
