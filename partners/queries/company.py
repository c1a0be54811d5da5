"""Questions about partners: who looks after one, and what happened."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, QuerySet, SmallIntegerField, Value

from partners.models import ManagerAssignment, Segment, Tier
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.prepared import prepared
from prm.kernel.tenancy.remember import remember


def managers_of(partner_ids: Sequence[UUID]) -> dict[UUID, Membership]:
    """The main account manager of each partner that has one."""
    return {row.partner_id: row.manager for row in _main_assignments(list(partner_ids))}


def managers_beside(partner_id: UUID) -> tuple[Membership | None, list[Membership]]:
    """The main account manager of a partner, and those who look after it for good beside this one; one query."""
    rows = sorted(_lasting_assignments([partner_id]), key=lambda row: row.from_date)
    main = next((row.manager for row in rows if row.kind == "main"), None)
    return main, [row.manager for row in rows if row.kind == "secondary"]


@prepared
def _lasting_assignments(partner_ids: list[UUID]) -> QuerySet[ManagerAssignment]:
    lasting = ManagerAssignment.objects.filter(partner_id__in=partner_ids, kind__in=["main", "secondary"], to_date=None)
    return lasting.select_related("manager__user")


@prepared
def _main_assignments(partner_ids: list[UUID]) -> QuerySet[ManagerAssignment]:
    mains = ManagerAssignment.objects.filter(partner_id__in=partner_ids, kind="main", to_date=None)
    return mains.select_related("manager__user")


def manager_names(partner_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The name of the main account manager of each partner that has one, for lists."""
    return dict(_main_names(list(partner_ids)))


def list_choices() -> dict[str, list[tuple[str, str]]]:
    """What lists of partners can be narrowed to: every `tier`, account `manager` and `segment`, id and name.

    Asked together, once per request: tiers by level, the others by name.
    """

    def ask() -> dict[str, list[tuple[str, str]]]:
        rows = sorted(_choices(), key=lambda row: (row[3], row[2].lower(), row[1]))
        found: dict[str, list[tuple[str, str]]] = {"tier": [], "manager": [], "segment": []}
        for kind, pk, name, _place in rows:
            found[kind].append((str(pk), name))
        return found

    return remember("choices of lists", ask)


@prepared
def _choices() -> QuerySet:
    of = lambda kind, rows, name, place: rows.annotate(of=Value(kind), label=F(name), place=place).values_list(
        "of", "pk", "label", "place"
    )
    first = Value(0, SmallIntegerField())
    managers = Membership.objects.filter(partner=None, roles__contains=[Role.ACCOUNT_MANAGER.value])
    return of("tier", Tier.objects.all(), "name", F("level")).union(
        of("manager", managers, "user__name", first), of("segment", Segment.objects.all(), "name", first), all=True
    )


@prepared
def _main_names(partner_ids: list[UUID]) -> QuerySet:
    mains = ManagerAssignment.objects.filter(partner_id__in=partner_ids, kind="main", to_date=None)
    return mains.values_list("partner_id", "manager__user__name")
