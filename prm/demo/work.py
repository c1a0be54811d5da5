"""Work in the demo: partners on their way through onboarding, tasks on both sides, alerts and full bells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from partners.actions import (
    add_partner,
    add_task,
    assign_manager,
    cancel_task,
    complete_task,
    give_path,
    look_for_alerts,
    raise_alert,
    record_document,
    settle_onboarding,
    start_onboarding,
)
from partners.models import Partner, Task
from prm.kernel import clock
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.text import sort_key

# Days since the start, and how many of the tasks that people tick off are done.
WAYS = ((9, 0), (24, 1), (41, 2), (66, 4), (97, 5), (134, 5))
NEW_PARTNERS = (("Kestrel Networks", "US", 6), ("Öresund Data", "SE", 33), ("Río Verde Sistemas", "ES", 126))
PEOPLE = ("Nadia Holm", "Marco Jansen", "Elif Kaya", "Rosa Silva", "Oskar Weber")
CALLS = (
    ("Call about the pipeline of this quarter", 2),
    ("Agree the date of the next review", 6),
    ("Ask for the reference story", -4),
    ("Send the price list of the new line", 12),
)
ASKED = (
    ("Name the people for the sales training", "partner_champion", 5),
    ("Send two reference customers", "partner_sales", -2),
    ("Update the logo on your website", "partner_marketing", 20),
)


def tell_work(manager_of: Callable[[Partner], Membership]) -> None:
    """In the vendor's scope, when partners and people stand."""
    manager = Membership.objects.filter(partner=None, roles__contains=[Role.ACCOUNT_MANAGER]).order_by("created_at")[0]
    for name, country, days in NEW_PARTNERS:
        _sign(name, country, days, manager)
    _onboardings()
    partners = list(Partner.objects.filter(state=Partner.State.ACTIVE).order_by("created_at", "pk")[:8])
    for number, partner in enumerate(partners):
        _tasks(partner, manager_of(partner), number)
    look_for_alerts(clock.today())
    for partner in Partner.objects.filter(state=Partner.State.LAPSED).order_by("sort_name")[:5]:
        raise_alert(partner, "no_sales", "No net sales for two full quarters", url=f"/partners/{partner.pk}/")


def _sign(name: str, country: str, days: int, manager: Membership) -> None:
    """A partner signed and started some days ago, with its first person there."""
    with clock.travel(days=-days):
        partner = add_partner(name, country=country, state=Partner.State.COMMITTED, source="Trade fair", by=None)
        assign_manager(partner, manager, by=None)
        record_document(
            partner,
            kind="agreement",
            title="Reseller agreement",
            signed_by="Management",
            signed_on=clock.today(),
            by=None,
        )
        first, last = PEOPLE[days % len(PEOPLE)].split()
        address = f"{sort_key(first)}@{sort_key(name).split()[0]}.example"
        add_member(get_or_create_user(address, f"{first} {last}"), roles=[Role.CHAMPION], partner_id=partner.pk,
                   by=None)  # fmt: skip
        start_onboarding(partner, by=None)
        settle_onboarding(clock.today(), only=[partner.pk])


def _onboardings() -> None:
    waiting = Partner.objects.filter(state=Partner.State.ONBOARDING, onboardings=None).order_by("sort_name")
    for number, partner in enumerate(waiting):
        days, done = WAYS[number % len(WAYS)]
        with clock.travel(days=-days):
            give_path(partner, started_on=clock.today())
        tasks = Task.objects.open().filter(partner=partner, kind="onboarding").order_by("due_on", "pk")
        for task in list(tasks)[:done]:
            complete_task(task, by=None)


def _tasks(partner: Partner, manager: Membership, number: int) -> None:
    today = clock.today()
    text, days = CALLS[number % len(CALLS)]
    with clock.travel(days=-14):
        add_task(partner, text, owner=manager, due_on=today + dt.timedelta(days=days), by=None)
        text, role, days = ASKED[number % len(ASKED)]
        asked = add_task(partner, text, side="partner", role=role, due_on=today + dt.timedelta(days=days), by=manager)
        people = Membership.objects.filter(partner=partner, active=True).select_related("user").order_by("pk")
        for person in people:
            title = "Read the program guide of the year"
            due_on = today + dt.timedelta(days=9)
            add_task(partner, title, owner=person, due_on=due_on, by=manager, key=f"guide:{person.pk}")
    if number == 5:
        complete_task(asked, by=manager)
    if number == 6:
        cancel_task(asked, by=manager, reason="Done at the partner day")
