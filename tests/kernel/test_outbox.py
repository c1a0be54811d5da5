"""The outbox: what follows an action happens when, and only when, the action is committed; and its effect once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from prm.kernel import outbox
from prm.kernel.members import deactivate_member
from prm.kernel.models import Delivery, Team, Wakeup
from prm.kernel.outbox import deferred, heartbeat, later, relay, run_delivery, take_along
from prm.kernel.tenancy.context import current, member_scope, reenter, tenant_scope

seen: list[dict] = []


@deferred("tests.note")
def note(**ids):
    seen.append({**ids, "scope": current().scope})


@deferred("tests.fail")
def fail(**ids):
    Team.objects.create(name="half done")
    raise ZeroDivisionError("on purpose")


@deferred("tests.long", long=True)
def long_work(*, context, **ids):
    heartbeat()
    with reenter(context):
        Team.objects.create(name=ids["name"])


@deferred("tests.call_outside", queue=Wakeup.Queue.OUTSIDE)
def call_outside(**ids):
    seen.append(ids)


@pytest.fixture(autouse=True)
def forget():
    seen.clear()
    yield
    outbox._broker.until = 0.0  # a broker that failed here is left alone nowhere else


@pytest.fixture
def rings(monkeypatch):
    """The wake-ups that would go to Redis."""
    heard: list = []
    monkeypatch.setattr(outbox, "_ring", lambda wakeup: heard.append(wakeup.pk))
    return heard


def only() -> Delivery:
    return Delivery.objects.get()


def clear(cast) -> None:
    """Forget what building the cast has posted."""
    Wakeup.objects.filter(tenant_id__in=[cast.acme.pk, cast.globex.pk]).delete()
    Delivery.objects.all().delete()


@pytest.fixture
def quiet(cast, rings):
    clear(cast)
    return cast


def run_now(cast) -> str:
    return run_delivery(cast.acme.pk, only().pk)


def test_a_delivery_runs_in_the_scope_of_its_actor(quiet):
    with member_scope(quiet.champion):
        later(note, by=quiet.champion, partner_id=quiet.northwind.pk)
    assert run_now(quiet) == "done"
    assert seen == [{"partner_id": str(quiet.northwind.pk), "scope": "partner"}]
    assert only().state == Delivery.State.DONE
    assert not Wakeup.objects.filter(pk=only().pk).exists()


def test_a_rolled_back_action_leaves_nothing_to_do(quiet, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        later(note, by=quiet.cam)
        transaction.set_rollback(True)
    assert not Delivery.objects.exists()
    assert not Wakeup.objects.filter(tenant_id=quiet.acme.pk).exists()
    assert rings == []


def test_the_bell_rings_after_the_commit(quiet, rings, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        later(note, by=quiet.cam)
        assert rings == []
    assert rings == [only().pk]


def test_the_same_key_is_one_effect(quiet):
    later(note, by=quiet.cam, key="once")
    later(note, by=quiet.cam, key="once")
    assert Delivery.objects.filter(key="once").count() == 1
    with tenant_scope(quiet.globex):
        later(note, by=quiet.stranger, key="once")  # another vendor's key is another key
        assert Delivery.objects.filter(key="once").count() == 1


def test_a_held_delivery_is_left_to_its_holder(quiet):
    later(note, by=quiet.cam)
    Wakeup.objects.filter(pk=only().pk).update(lease_until=timezone.now() + dt.timedelta(seconds=30))
    assert run_now(quiet) == "held"
    assert relay() == 0
    assert seen == []


def test_a_lease_that_ran_out_is_taken_over(quiet, rings):
    later(note, by=quiet.cam)
    Wakeup.objects.filter(pk=only().pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert relay() == 1
    assert rings[-1] == only().pk
    assert run_now(quiet) == "done"
    assert len(seen) == 1


def test_done_twice_is_done_once(quiet):
    later(note, by=quiet.cam)
    assert run_now(quiet) == "done"
    assert run_now(quiet) == "held"  # its wake-up is gone
    assert len(seen) == 1


def test_a_failure_is_kept_and_tried_again(quiet):
    later(fail, by=quiet.cam)
    assert run_now(quiet) == "again"
    assert only().attempts == 1
    assert "on purpose" in only().last_error
    assert not Team.objects.filter(name="half done").exists()
    assert Wakeup.objects.get(pk=only().pk).due_at > timezone.now()


def test_after_too_many_attempts_it_is_put_aside(quiet, settings):
    settings.DELIVERY_MAX_ATTEMPTS = 3
    later(fail, by=quiet.cam)
    outcomes = [run_now(quiet) for _ in range(3)]
    assert outcomes == ["again", "again", "dead"]
    assert only().state == Delivery.State.DEAD
    Wakeup.objects.update(due_at=timezone.now() - dt.timedelta(hours=2))
    assert relay() == 0
    assert run_now(quiet) == "held"


def test_work_for_somebody_who_left_is_dropped(quiet):
    later(note, by=quiet.seller)
    deactivate_member(quiet.seller, by=None)
    assert run_delivery(quiet.acme.pk, Delivery.objects.get(task="tests.note").pk) == "dropped"
    assert seen == []


def test_work_of_a_disabled_login_is_dropped(quiet):
    later(note, by=quiet.seller)
    quiet.seller.user.is_active = False
    quiet.seller.user.save()
    assert run_now(quiet) == "dropped"


def test_work_for_a_company_that_one_no_longer_stands_for_is_dropped(quiet):
    with member_scope(quiet.champion):
        later(note, by=quiet.champion)
    quiet.champion.partner = quiet.rival
    quiet.champion.save()
    assert run_now(quiet) == "dropped"
    assert seen == []


def test_a_failure_that_comes_late_does_not_undo_what_another_has_done(quiet):
    later(note, by=quiet.cam)
    delivery = only()
    assert run_now(quiet) == "done"
    outbox._failed(quiet.acme.pk, delivery, ZeroDivisionError())
    assert only().state == Delivery.State.DONE


def test_work_of_a_closed_vendor_is_not_done(quiet):
    later(note, by=quiet.cam)
    quiet.acme.active = False
    quiet.acme.save()
    assert run_now(quiet) == "gone"
    assert seen == []


@deferred("test.together")
def together(*, name):
    names = [name, *(other["name"] for other in take_along())]
    if "bad" in names:
        raise RuntimeError("on purpose")
    seen.extend(names)


def post_by_system(names):
    for name in names:
        outbox.post(together, {"name": name}, key=f"together:{name}", as_system=True)
    return dict(Delivery.objects.values_list("key", "pk"))


def test_what_waits_besides_is_done_with_it_and_runs_no_more(quiet):
    posted = post_by_system("abcd")
    later(together, by=quiet.cam, name="of a person")
    Delivery.objects.filter(key="together:d").update(attempts=1)  # it failed before: it goes alone
    assert run_delivery(quiet.acme.pk, posted["together:a"]) == "done"
    assert seen == ["a", "b", "c"]
    assert run_delivery(quiet.acme.pk, posted["together:b"]) == "gone"
    assert not Wakeup.objects.filter(pk=posted["together:b"]).exists()
    assert run_delivery(quiet.acme.pk, posted["together:d"]) == "done"
    assert Delivery.objects.filter(state=Delivery.State.WAITING).get().actor == quiet.cam
    assert seen == ["a", "b", "c", "d"]


def test_what_was_taken_along_waits_again_when_the_work_fails(quiet):
    posted = post_by_system(["bad", "good"])
    assert run_delivery(quiet.acme.pk, posted["together:bad"]) == "again"
    assert Delivery.objects.get(key="together:good").state == Delivery.State.WAITING
    assert run_delivery(quiet.acme.pk, posted["together:good"]) == "done"
    assert seen == ["good"]


def test_long_work_opens_its_own_transactions(quiet):
    later(long_work, by=quiet.cam, name="made by long work")
    assert run_now(quiet) == "done"
    assert Team.objects.filter(name="made by long work").count() == 1


def test_a_partner_posts_but_does_not_read_the_outbox(quiet):
    with member_scope(quiet.champion):
        later(note, by=quiet.champion)
        assert not Delivery.objects.exists()


def test_without_redis_the_action_still_succeeds(quiet, monkeypatch, django_capture_on_commit_callbacks):
    from kombu.exceptions import OperationalError

    from prm.celery import app

    tried = []

    def nobody_listens(*args, **kwargs):
        tried.append(args)
        raise OperationalError("no broker")

    monkeypatch.undo()  # the real bell
    monkeypatch.setattr(app, "send_task", nobody_listens)
    with django_capture_on_commit_callbacks(execute=True):
        later(note, by=quiet.cam)
    assert tried
    assert only().state == Delivery.State.WAITING
    assert Wakeup.objects.filter(pk=only().pk).exists()


def test_calls_to_the_outside_wake_workers_of_their_own(quiet, monkeypatch, django_capture_on_commit_callbacks):
    """So that a receiver that hangs holds up no other work; also when the relay rings again."""
    from prm.celery import app

    rung: list[str] = []
    monkeypatch.undo()  # the real bell
    monkeypatch.setattr(app, "send_task", lambda *args, queue, **kwargs: rung.append(queue))
    with django_capture_on_commit_callbacks(execute=True):
        later(call_outside, by=quiet.cam)
        later(note, by=quiet.cam)
    assert rung == ["outside", "celery"]
    relay()
    assert sorted(rung[2:]) == ["celery", "outside"]
    assert outbox.registered()["kernel.send_webhook"].queue == Wakeup.Queue.OUTSIDE


def test_a_task_has_one_name_and_a_name_one_task():
    assert all(name == task.name for name, task in outbox.registered().items())
    with pytest.raises(ValueError, match="twice"):
        deferred("tests.note")(lambda: None)


@deferred("tests.slow")
def slow(*, name):
    """Marks the team, and while it does somebody else comes with the same delivery."""
    Team.objects.filter(name=name).update(region=Concat(F("region"), Value("x")))
    meanwhile.append(in_a_thread(come_again))


meanwhile: list = []
again: list = []


def come_again() -> str:
    return again[0]()


def in_a_thread(act):
    answer: list = []

    def run() -> None:
        try:
            answer.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(timeout=30)
    return answer[0]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_lease_that_runs_out_under_slow_work_does_not_double_its_effect(rings):
    from tests.conftest import build_cast

    people = build_cast()
    with tenant_scope(people.acme):
        clear(people)
        Team.objects.create(name="slowly")
        later(slow, by=people.cam, name="slowly")
        delivery_id = only().pk

    def with_the_lease_run_out() -> str:
        Wakeup.objects.filter(pk=delivery_id).update(lease_until=None)
        return run_delivery(people.acme.pk, delivery_id)

    meanwhile.clear()
    again[:] = [with_the_lease_run_out]
    assert run_delivery(people.acme.pk, delivery_id) == "done"
    assert meanwhile == ["held"]
    with tenant_scope(people.acme):
        assert Team.objects.get(name="slowly").region == "x"
        assert only().state == Delivery.State.DONE


def test_a_broker_that_fails_is_left_alone_for_a_while(cast, monkeypatch):
    tried: list = []

    def fails(*args, **kwargs):
        tried.append(args)
        raise OSError("timed out")

    monkeypatch.setattr(outbox.current_app, "send_task", fails)
    for _ in range(3):
        outbox._ring(Wakeup(tenant_id=cast.acme.pk))
    assert len(tried) == 1
    outbox._broker.until = 0.0
    outbox._ring(Wakeup(tenant_id=cast.acme.pk))
    assert len(tried) == 2


def test_the_beat_keeps_no_file_that_a_crash_could_tear(tmp_path):
    from celery.beat import PersistentScheduler, Service

    from prm.celery import app

    def beat(cls):
        scheduler = Service(app, scheduler_cls=cls, schedule_filename=str(tmp_path / "beat")).get_scheduler()
        scheduler.sync()
        return set(scheduler.schedule)

    assert {"relay", "nightly"} <= beat(app.conf.beat_scheduler)
    assert not list(tmp_path.iterdir())
    beat(PersistentScheduler)  # the control: Celery's usual one does
    assert list(tmp_path.iterdir())
