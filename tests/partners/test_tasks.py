"""Tasks: who sees which, who may do what, and that one of two people completes."""

import datetime as dt

import pytest

from partners.actions import (
    NotYet,
    WrongOwner,
    add_task,
    assign_task,
    cancel_task,
    complete_task,
    reopen_task,
)
from partners.models import Task
from partners.queries import my_tasks
from partners.registries import onboarding_checks
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.models import Event, Notification
from prm.kernel.tenancy.context import member_scope


def titles(member):
    with member_scope(member):
        return set(Task.objects.visible_to(member).values_list("title", flat=True))


def test_who_sees_which_tasks(cast):
    add_task(None, "Alone", by=cast.chief)
    add_task(cast.northwind, "Call them", by=cast.cam)
    add_task(cast.northwind, "Read the guide", side="partner", by=cast.cam)
    add_task(cast.northwind, "Sell", side="partner", role="partner_sales", by=cast.cam)
    add_task(cast.rival, "Pay", owner=cast.finance, by=cast.operations)
    assert titles(cast.chief) == {"Alone", "Call them", "Read the guide", "Sell", "Pay"}
    assert titles(cast.cam) == {"Call them", "Read the guide", "Sell"}
    assert titles(cast.finance) == {"Pay"}
    assert titles(cast.champion) == {"Read the guide", "Sell"}
    assert titles(cast.seller) == {"Sell"}
    assert titles(cast.technician) == titles(cast.rival_champion) == set()


def test_the_vendors_own_tasks_never_leave_the_database_for_a_partner(cast):
    add_task(None, "Alone", by=cast.chief)
    add_task(cast.northwind, "Call them", by=cast.cam)
    with member_scope(cast.champion):
        assert not Task.objects.exists()
        assert not Event.objects.filter(name="task.added").exists()


def test_an_owner_decides_the_side_and_is_told_once(cast):
    task = add_task(cast.northwind, "Read the guide", owner=cast.seller, by=cast.cam, key="guide")
    again = add_task(cast.northwind, "Read it again", owner=cast.seller, by=cast.cam, key="guide")
    assert (task.side, again.pk) == ("partner", task.pk)
    assert Notification.objects.visible_to(cast.seller).count() == 1
    with pytest.raises(WrongOwner):
        add_task(cast.rival, "For whom?", owner=cast.seller, by=cast.chief)
    with pytest.raises(WrongOwner):
        assign_task(task, cast.cam, by=cast.cam)  # a task does not change sides


def test_a_task_is_completed_once(cast):
    task = add_task(cast.northwind, "Read the guide", side="partner", by=cast.cam)
    same = Task.objects.get(pk=task.pk)
    complete_task(task, by=cast.champion)
    with pytest.raises(Conflict):
        complete_task(same, by=cast.cam)
    found = Task.objects.get(pk=task.pk)
    assert (found.state, found.done_by) == ("done", cast.champion)
    reopen_task(found, by=cast.cam)
    assert Task.objects.get(pk=task.pk).done_at is None


def test_roles_say_who_adds_and_who_cancels(cast):
    for member in (cast.champion, cast.finance, cast.auditor, cast.admin):
        with pytest.raises(NotAllowed):
            add_task(cast.northwind, "No", by=member)
    task = add_task(cast.northwind, "Sign", side="partner", required=True, by=cast.operations)
    with pytest.raises(NotAllowed):
        cancel_task(task, by=cast.cam, reason="not needed")
    with pytest.raises(Invalid):
        cancel_task(task, by=cast.operations, reason=" ")
    cancel_task(task, by=cast.operations, reason="signed on paper")
    assert Task.objects.get(pk=task.pk).reason == "signed on paper"
    with pytest.raises(Invalid):
        add_task(cast.northwind, "Late", due_on=clock.today() - dt.timedelta(days=1), by=cast.cam)


def test_what_the_system_sees_is_not_ticked_off_by_hand(cast, monkeypatch):
    done = set()
    monkeypatch.setitem(onboarding_checks, "seen", lambda ids, on: done & set(ids))
    task = add_task(cast.northwind, "Sign", side="partner", proof="seen", by=None)
    with pytest.raises(NotYet):
        complete_task(task, by=cast.champion)
    done.add(cast.northwind.pk)
    assert complete_task(task, by=cast.champion).state == "done"


def test_the_worklist_holds_what_falls_to_me(cast):
    late = clock.today() + dt.timedelta(days=9)
    add_task(cast.northwind, "Later", owner=cast.seller, due_on=late, by=cast.cam)
    add_task(cast.northwind, "Now", side="partner", role="partner_sales", due_on=clock.today(), by=cast.cam)
    add_task(cast.northwind, "Theirs", side="partner", role="partner_technical", by=cast.cam)
    with member_scope(cast.seller):
        assert [task.title for task in my_tasks(cast.seller)] == ["Now", "Later"]
