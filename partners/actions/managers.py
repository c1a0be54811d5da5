"""Who looks after a partner: the main account manager, stand-ins for a time, and handing over many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from partners.actions.company import NoAccountManager, assign_manager
from partners.models import ManagerAssignment, Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.roles import Role

LONGEST_STAND_IN = 366  # days


class AlreadyThere(Conflict):
    """This person looks after the partner in these days already."""

    code = "already_there"


@transaction.atomic
def add_stand_in(
    partner: Partner, manager: Membership, *, by: Membership | None, from_date: dt.date, to_date: dt.date
) -> ManagerAssignment:
    """Let another account manager look after the partner from a day through a day; the main one stays."""
    require(by, "partners.add_stand_in", partner)
    if not is_account_manager(manager):
        raise NoAccountManager(field="manager")
    if to_date < from_date:
        raise Invalid("The last day is before the first.", field="to_date")
    if to_date < clock.today():
        raise Invalid("These days are over.", field="to_date")
    if (to_date - from_date).days > LONGEST_STAND_IN:
        raise Invalid("A stand-in is for a year at most; assign a new account manager instead.", field="to_date")
    Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    standing = ManagerAssignment.objects.filter(partner=partner, manager=manager)
    if standing.filter(kind__in=["main", "secondary"], to_date=None).exists():
        raise AlreadyThere(field="manager")
    if standing.filter(kind="stand_in", from_date__lte=to_date, to_date__gte=from_date, ended_at=None).exists():
        raise AlreadyThere(field="manager")
    made = ManagerAssignment.objects.create(
        partner=partner, manager=manager, kind="stand_in", from_date=from_date, to_date=to_date
    )
    return record(made, "partner.stand_in_added", by=by, manager=manager.user.name, from_date=from_date, to=to_date)


@transaction.atomic
def end_stand_in(assignment: ManagerAssignment, *, by: Membership | None) -> ManagerAssignment:
    """The stand-in ends at once: yesterday was the last day, or today for one that began today, and the history keeps
    it. One that has not begun is taken off the list of days."""
    require(by, "partners.end_stand_in", assignment)
    today = clock.today()
    found = ManagerAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if found.kind != ManagerAssignment.Kind.STAND_IN or _is_over(found):
        raise Conflict("This stand-in is over already.")
    record(found, "partner.stand_in_ended", by=by, manager=found.manager.user.name)
    if found.from_date > today:
        found.delete()
        return found
    return _ended(found)


@transaction.atomic
def add_secondary_manager(partner: Partner, manager: Membership, *, by: Membership | None) -> ManagerAssignment:
    """Let a second account manager look after the partner for good, beside the main one, from today on."""
    require(by, "partners.add_secondary_manager", partner)
    if not is_account_manager(manager):
        raise NoAccountManager(field="manager")
    Partner.objects.select_for_update(of=("self",)).get(pk=partner.pk)
    lasting = ManagerAssignment.objects.filter(partner=partner, manager=manager, to_date=None)
    if lasting.filter(kind__in=["main", "secondary"]).exists():
        raise AlreadyThere("This person looks after the partner already.", field="manager")
    made = ManagerAssignment.objects.create(
        partner=partner, manager=manager, kind=ManagerAssignment.Kind.SECONDARY, from_date=clock.today()
    )
    return record(made, "partner.secondary_manager_added", by=by, manager=manager.user.name)


@transaction.atomic
def end_secondary_manager(assignment: ManagerAssignment, *, by: Membership | None) -> ManagerAssignment:
    """The second account manager looks after the partner no more; the history keeps the days."""
    require(by, "partners.end_secondary_manager", assignment)
    found = ManagerAssignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    if found.kind != ManagerAssignment.Kind.SECONDARY or found.to_date is not None:
        raise Conflict("This has ended already.")
    record(found, "partner.secondary_manager_ended", by=by, manager=found.manager.user.name)
    return _ended(found)


def _is_over(stand_in: ManagerAssignment) -> bool:
    return stand_in.ended_at is not None or stand_in.to_date is None or stand_in.to_date < clock.today()


def _ended(assignment: ManagerAssignment) -> ManagerAssignment:
    """Yesterday was the last day; today where it began today, with the moment from which it holds no more."""
    yesterday = clock.today() - dt.timedelta(days=1)
    assignment.to_date, assignment.ended_at = max(yesterday, assignment.from_date), clock.now()
    assignment.save(update_fields=["to_date", "ended_at", "updated_at"])
    return assignment


@transaction.atomic
def reassign_partners(
    manager: Membership, *, to: Membership, by: Membership | None, partner_ids: Sequence[UUID] | None = None
) -> list[Partner]:
    """Hand the partners of one account manager to another, all or those named: when somebody leaves.

    Named partners that are not (any more) the first one's are refused, so that a stale page moves nothing.
    """
    require(by, "partners.reassign_partners")
    if not is_account_manager(to):
        raise NoAccountManager(field="to")
    if manager.pk == to.pk:
        raise Invalid("Choose somebody else.", field="to")
    held = Partner.objects.filter(
        pk__in=ManagerAssignment.objects.filter(manager=manager, kind="main", to_date=None).values("partner_id")
    )
    if partner_ids is not None:
        held = held.filter(pk__in=list(partner_ids))
    partners = list(held.select_for_update(of=("self",)).order_by("pk"))
    if partner_ids is not None and len(partners) != len(set(partner_ids)):
        raise Conflict("Some of these partners have another account manager by now. Look at the list again.")
    for partner in partners:
        assign_manager(partner, to, by=by)
    return partners


def is_account_manager(member: Membership) -> bool:
    return member.is_vendor and member.active and member.has(Role.ACCOUNT_MANAGER)
