"""Questions about onboarding: who is in it, how far, and what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q

from partners.models import Onboarding, Partner, PartnerProfile, Task, Territory
from prm.kernel import clock
from prm.kernel.models import Invitation, Membership
from prm.kernel.roles import Role

ALL_KINDS_OF_USERS = {Role.PARTNER_SALES.value, Role.PARTNER_MARKETING.value, Role.PARTNER_TECHNICAL.value}


@dataclass(frozen=True)
class Progress:
    """How far a partner is: tasks that count, those done, those late, and the next day on which one is due."""

    all: int
    done: int
    required_open: int
    overdue: int
    next_due: dt.date | None
    started_on: dt.date | None
    days: int | None

    @property
    def percent(self) -> int:
        return 100 * self.done // self.all if self.all else 0


def has_champion(partner: Partner) -> bool:
    return partner.pk in with_champion([partner.pk])


def with_champion(partner_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these partners with a champion who is a member or holds an open invitation."""
    here: dict[str, Any] = {"partner_id__in": list(partner_ids), "roles__contains": [Role.CHAMPION.value]}
    members = Membership.objects.filter(active=True, **here).values_list("partner_id", flat=True)
    asked = Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now(), **here)
    return {*members, *asked.values_list("partner_id", flat=True)} - {None}  # type: ignore[arg-type]


def open_required(partner_ids: Sequence[UUID]) -> list[Task]:
    """What stands between these partners and being active."""
    found = Task.objects.open().filter(partner_id__in=list(partner_ids), kind="onboarding", required=True)
    return list(found.order_by("due_on", "pk"))


def progress_of(partner_ids: Sequence[UUID], on: dt.date) -> dict[UUID, Progress]:
    """How far these partners are, in two queries for all of them."""
    is_open = Q(state=Task.State.OPEN)
    counts = (
        Task.objects.filter(partner_id__in=list(partner_ids), kind="onboarding")
        .exclude(state=Task.State.CANCELLED)
        .values("partner_id")
        .annotate(
            all=Count("pk"),
            done=Count("pk", filter=Q(state=Task.State.DONE)),
            required_open=Count("pk", filter=is_open & Q(required=True)),
            overdue=Count("pk", filter=is_open & Q(due_on__lt=on)),
            next_due=Min("due_on", filter=is_open),
        )
        .order_by()
    )
    by_partner: dict[Any, dict[str, Any]] = {
        row["partner_id"]: {name: value for name, value in row.items() if name != "partner_id"} for row in counts
    }
    started = dict(Onboarding.objects.filter(partner_id__in=list(partner_ids)).values_list("partner_id", "started_on"))
    nothing = {"all": 0, "done": 0, "required_open": 0, "overdue": 0, "next_due": None}
    return {
        pk: Progress(
            **by_partner.get(pk, nothing),
            started_on=started.get(pk),
            days=(on - started[pk]).days if pk in started else None,
        )
        for pk in partner_ids
    }


def slow_onboardings(on: dt.date, after_days: int) -> Any:
    """Those that began more than `after_days` ago and are not done."""
    return Onboarding.objects.filter(
        completed_on=None, started_on__lt=on - dt.timedelta(days=after_days), partner__state=Partner.State.ONBOARDING
    ).select_related("partner")


def with_complete_profile(partner_ids: Sequence[UUID], on: dt.date) -> set[UUID]:
    """Website, head count and a description are known; and where it sells, once the vendor keeps territories."""
    found = PartnerProfile.objects.filter(partner_id__in=list(partner_ids), employees__gt=0).exclude(
        Q(website="") | Q(about="")
    )
    if Territory.objects.exists():
        found = found.exclude(Q(partner__territory=None) & Q(partner__regions=[]))
    return set(found.values_list("partner_id", flat=True))


def with_all_users(partner_ids: Sequence[UUID], on: dt.date) -> set[UUID]:
    """At least one person each for sales, marketing and technical."""
    held: dict[UUID, set[str]] = {}
    rows = Membership.objects.filter(active=True, partner_id__in=list(partner_ids)).values_list("partner_id", "roles")
    for partner_id, roles in rows:
        held.setdefault(partner_id, set()).update(roles)  # type: ignore[arg-type]
    return {partner_id for partner_id, roles in held.items() if roles >= ALL_KINDS_OF_USERS}
