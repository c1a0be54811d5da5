"""Onboarding: started with a champion, dated tasks by role, active when all that is required is done, not before."""

import datetime as dt

import pytest

from partners.actions import (
    NoChampion,
    NotComplete,
    add_onboarding_step,
    cancel_task,
    complete_onboarding,
    complete_task,
    edit_onboarding_step,
    enter_bank_details,
    look_for_alerts,
    record_document,
    settle_onboarding,
    start_onboarding,
    verify_bank_details,
    welcome_newcomer,
)
from partners.actions import add_partner as add
from partners.models import Alert, Onboarding, OnboardingStep, Partner, Task
from partners.queries import open_required, progress_of
from prm.kernel import clock
from prm.kernel.errors import Conflict, Invalid, NotAllowed
from prm.kernel.invitations import invite_member
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Event, Notification
from prm.kernel.tenancy.context import member_scope


@pytest.fixture
def newcomer(cast):
    """A partner whose agreement is signed, with its champion invited."""
    partner = add("Neuling GmbH", country="DE", state=Partner.State.COMMITTED, by=None)
    invite_member("chef@neuling.example", roles=["partner_champion"], partner_id=partner.pk, by=None)
    return partner


def finish(partner, *, leave=()):
    """Waive everything required but these, as operations may."""
    for task in open_required([partner.pk]):
        if task.title not in leave:
            cancel_task(task, by=None, reason="shown on paper")


def test_starting_needs_a_champion_and_gives_dated_tasks_once(cast):
    partner = add("Neuling GmbH", country="DE", state=Partner.State.COMMITTED, by=None)
    with pytest.raises(NoChampion):
        start_onboarding(partner, by=cast.operations)
    with pytest.raises(NotAllowed):
        start_onboarding(partner, by=cast.cam)
    settle_onboarding(clock.today())  # without a champion the system does not start it either
    assert Partner.objects.get(pk=partner.pk).state == "committed"
    invite_member("chef@neuling.example", roles=["partner_champion"], partner_id=partner.pk, by=None)
    settle_onboarding(clock.today())
    settle_onboarding(clock.today())
    partner.refresh_from_db()
    assert (partner.state, partner.life_stage) == ("onboarding", "onboard")
    tasks = {task.proof: task for task in Task.objects.filter(partner=partner)}
    assert len(tasks) == 10
    assert tasks["agreement_signed"].due_on == clock.today() + dt.timedelta(days=14)
    assert {task.side for task in tasks.values()} == {"partner"}
    assert (tasks["sales_certified"].role, tasks["deal_registered"].required) == ("partner_sales", False)


def test_it_is_refused_until_all_that_is_required_is_done(cast, newcomer):
    start_onboarding(newcomer, by=cast.operations)
    with pytest.raises(NotComplete, match="Agreement signed"):
        complete_onboarding(newcomer, by=None)
    with pytest.raises(NotAllowed):
        complete_onboarding(newcomer, by=cast.chief)  # the system's alone
    finish(newcomer, leave={"Agreement signed"})
    with pytest.raises(NotComplete, match=r"^Still open: Agreement signed\.$"):
        complete_onboarding(newcomer, by=None)
    record_document(
        newcomer, kind="agreement", title="Agreement", signed_on=clock.today(), signed_by="Chef", by=cast.operations
    )
    assert settle_onboarding(clock.today()) == {"started": 0, "closed": 1, "completed": 1}
    assert settle_onboarding(clock.today()) == {"started": 0, "closed": 0, "completed": 0}
    newcomer.refresh_from_db()
    assert (newcomer.state, newcomer.life_stage) == ("active", "sell")
    assert Onboarding.objects.get(partner=newcomer).completed_on == clock.today()
    assert Event.objects.filter(name="partner.active", subject_id=newcomer.pk).count() == 1
    with pytest.raises(Conflict):
        complete_onboarding(newcomer, by=None)


def test_manual_tasks_are_ticked_off_and_checked_ones_are_not(cast, newcomer):
    start_onboarding(newcomer, by=None)
    certified = Task.objects.get(partner=newcomer, proof="sales_certified")
    agreement = Task.objects.get(partner=newcomer, proof="agreement_signed")
    assert complete_task(certified, by=cast.operations).state == "done"
    with pytest.raises(Conflict):
        complete_task(agreement, by=cast.operations)
    progress = progress_of([newcomer.pk], clock.today() + dt.timedelta(days=20))[newcomer.pk]
    assert (progress.all, progress.done, progress.overdue, progress.days) == (10, 1, 2, 20)


def test_verified_bank_details_close_their_task(cast, newcomer):
    start_onboarding(newcomer, by=None)
    task = Task.objects.get(partner=newcomer, proof="bank_verified")
    account = {"holder": "Neuling GmbH", "bank": "Sparkasse", "country": "DE", "iban": "DE89370400440532013000"}
    details = enter_bank_details(newcomer, by=None, **account)
    settle_onboarding(clock.today())
    task.refresh_from_db()
    assert task.state == "open"
    verify_bank_details(details, by=cast.finance)
    settle_onboarding(clock.today())
    task.refresh_from_db()
    assert task.state == "done"


def test_after_120_days_manager_and_chief_are_told(cast, newcomer):
    start_onboarding(newcomer, by=None)
    slow = Alert.objects.filter(kind="onboarding_slow")
    look_for_alerts(clock.today() + dt.timedelta(days=120))
    assert not slow.exists()
    for _ in range(2):
        look_for_alerts(clock.today() + dt.timedelta(days=121))
    told = Notification.objects.visible_to(cast.chief).filter(about_id=slow.get().pk)
    assert told.count() == 1


def test_a_new_person_at_an_active_partner_gets_the_own_path_only(cast):
    person = get_or_create_user("neu@northwind.example", "Neu")
    seller = add_member(person, roles=["partner_sales"], partner_id=cast.northwind.pk, by=None)
    welcome_newcomer(seller)
    welcome_newcomer(seller)
    with member_scope(seller):
        found = list(Task.objects.visible_to(seller))
    assert {task.title for task in found} == {
        "First sales certification",
        "Ten target accounts named",
        "First deal registered",
    }
    assert {(task.owner_id, task.required) for task in found} == {(seller.pk, False)}
    with member_scope(cast.seller):
        assert not Task.objects.visible_to(cast.seller).exists()


def test_operations_keep_the_blueprint(cast, newcomer):
    step = add_onboarding_step(by=cast.operations, text="Meet us", role="partner_champion", due_days=7, required=True)
    with pytest.raises(NotAllowed):
        add_onboarding_step(by=cast.cam, text="No", role="partner_champion", due_days=7)
    with pytest.raises(Invalid):
        add_onboarding_step(by=cast.operations, text="No", role="channel_chief", due_days=7)
    edit_onboarding_step(step, by=cast.operations, active=False)
    with pytest.raises(Conflict):
        edit_onboarding_step(step, by=cast.operations, seen_version=1, due_days=9)
    start_onboarding(newcomer, by=cast.operations)
    assert not Task.objects.filter(partner=newcomer, title="Meet us").exists()
    assert OnboardingStep.objects.count() == 1  # who has a blueprint of the own keeps it
