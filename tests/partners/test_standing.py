"""A partnership is suspended, lifted, ended on its day; it lapses without sales and comes back with one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from partners.actions import lapse_partner, suspend_partner, terminate_partner
from partners.hooks.standing import end_partnerships, lapse_partners
from partners.models import Partner, Suspension, Termination
from partners.queries import partners_to_lapse
from prm.kernel import clock
from prm.kernel.errors import IllegalMove, Stale
from prm.kernel.models import Delivery, Membership
from prm.kernel.outbox import registered
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import tenant_scope
from sales.actions import add_line, book_actuals

S = Partner.State


def fresh(partner):
    return Partner.objects.get(pk=partner.pk)


def tomorrow():
    return clock.today() + dt.timedelta(days=1)


def test_a_suspended_partners_people_read_and_do_nothing_else(cast, sign_in):
    profile = f"/partners/{cast.northwind.pk}/profile/"
    assert sign_in(cast.champion).get(profile).status_code == 200  # the guard is off
    answer = sign_in(cast.operations).post(f"/partners/{cast.northwind.pk}/suspend/", {"reason": "Invoices open"})
    assert answer.status_code == 302
    champion = sign_in(cast.champion)
    page = champion.get(f"/partners/{cast.northwind.pk}/")
    assert page.status_code == 200
    assert "Invoices open" in page.content.decode()
    refused = champion.get(profile)
    assert refused.status_code == 403
    assert "suspended" in refused.content.decode()
    assert permits(Membership.objects.get(pk=cast.cam.pk), "partners.edit_profile", cast.northwind)
    assert sign_in(cast.rival_champion).get(f"/partners/{cast.rival.pk}/profile/").status_code == 200


def test_lifting_brings_the_state_before_back(cast, sign_in):
    Partner.objects.filter(pk=cast.northwind.pk).update(state=S.ONBOARDING)
    suspend_partner(fresh(cast.northwind), by=cast.chief, reason="A dispute")
    sign_in(cast.chief).post(f"/partners/{cast.northwind.pk}/lift/", {"reason": "Settled"})
    assert fresh(cast.northwind).state == S.ONBOARDING
    assert Suspension.objects.get().lift_reason == "Settled"


def test_a_reason_is_needed_and_only_some_may(cast, sign_in):
    address = f"/partners/{cast.northwind.pk}/suspend/"
    assert sign_in(cast.operations).post(address, {"reason": " "}).status_code == 422
    assert sign_in(cast.cam).post(address, {"reason": "x"}).status_code == 403
    assert sign_in(cast.champion).post(address, {"reason": "x"}).status_code == 403
    assert sign_in(cast.operations).post(f"/partners/{cast.northwind.pk}/terminate/", {}).status_code == 403
    assert fresh(cast.northwind).state == S.ACTIVE


def test_of_two_who_suspend_one_wins(cast):
    mine, theirs = fresh(cast.northwind), fresh(cast.northwind)
    suspend_partner(mine, by=cast.chief, reason="One")
    with pytest.raises(Stale):
        suspend_partner(theirs, by=cast.operations, reason="Two")
    assert Suspension.objects.get().reason == "One"


def test_on_the_day_of_the_notice_people_lose_access(cast, sign_in):
    champion = sign_in(cast.champion)
    sign_in(cast.chief).post(
        f"/partners/{cast.northwind.pk}/terminate/", {"reason": "Contract ends", "ends_on": tomorrow().isoformat()}
    )
    end_partnerships.run(clock.today().isoformat())
    assert fresh(cast.northwind).state == S.ACTIVE
    assert "The partnership ends on" in champion.get(f"/partners/{cast.northwind.pk}/").content.decode()
    for _ in range(2):  # the night may come twice
        end_partnerships.run(tomorrow().isoformat())
    assert fresh(cast.northwind).state == S.TERMINATED
    assert not Membership.objects.filter(partner=cast.northwind, active=True).exists()
    assert champion.get(f"/partners/{cast.northwind.pk}/").status_code == 404
    with tenant_scope(cast.globex):
        assert Membership.objects.get(pk=cast.both_at_globex.pk).active


def test_a_notice_can_be_withdrawn_before_its_day(cast, sign_in):
    chief = sign_in(cast.chief)
    address = f"/partners/{cast.northwind.pk}/terminate/"
    yesterday = clock.today() - dt.timedelta(days=1)
    assert chief.post(address, {"reason": "x", "ends_on": yesterday.isoformat()}).status_code == 422
    given = {"reason": "x", "ends_on": tomorrow().isoformat()}
    assert chief.post(address, given).status_code == 302
    assert chief.post(address, given).status_code == 409
    chief.post(f"/partners/{cast.northwind.pk}/withdraw-termination/", {"reason": "We agreed"})
    end_partnerships.run(tomorrow().isoformat())
    assert fresh(cast.northwind).state == S.ACTIVE
    assert Termination.objects.get().state == "withdrawn"


def test_today_ends_it_at_once_and_for_good(cast):
    terminate_partner(cast.northwind, by=cast.chief, reason="Fraud", ends_on=clock.today())
    ended = fresh(cast.northwind)
    assert ended.state == S.TERMINATED
    with pytest.raises(IllegalMove):
        suspend_partner(ended, by=cast.chief, reason="x")


@pytest.fixture
def line(cast):
    return add_line("sec", "Security", by=None)


def booked(partner, line, *, days_ago, amount="10.00"):
    day = clock.today() - dt.timedelta(days=days_ago)
    book_actuals(partner, [{"booked_on": day, "amount": Decimal(amount), "line": line}], by=None)


def test_without_sales_for_two_full_quarters_an_older_partner_lapses(cast, line):
    Partner.objects.exclude(pk=cast.sponsored.pk).update(created_at=clock.now() - dt.timedelta(days=400))
    booked(cast.northwind, line, days_ago=100)
    booked(cast.rival, line, days_ago=100, amount="-5.00")
    found = {partner.pk for partner in partners_to_lapse(clock.today())}
    # Northwind sold in a full quarter, Little Corner came lately; a credit note is no sale.
    assert found == {cast.rival.pk, cast.distributor_company.pk}
    for _ in range(2):
        lapse_partners.run(clock.today().isoformat())
    assert fresh(cast.rival).state == S.LAPSED
    assert fresh(cast.northwind).state == S.ACTIVE


def test_a_lapsed_partner_returns_with_a_sale_and_not_with_a_credit_note(cast, line, sign_in):
    lapse_partner(cast.northwind, by=None)
    address = f"/partners/{cast.northwind.pk}/reactivate/"
    assert sign_in(cast.cam).post(address, {"reason": "They call again"}).status_code == 302
    booked(cast.northwind, line, days_ago=1, amount="-5.00")
    react()
    assert fresh(cast.northwind).state == S.REACTIVATING
    booked(cast.northwind, line, days_ago=1)
    react()
    assert fresh(cast.northwind).state == S.ACTIVE
    assert fresh(cast.northwind).life_stage == "sell"


def test_a_sale_from_before_the_lapse_brings_nobody_back(cast, line):
    """The news of a booking may come late: after the partner has lapsed."""
    with clock.travel(to=clock.now() - dt.timedelta(hours=2)):
        booked(cast.northwind, line, days_ago=1)
    lapse_partner(cast.northwind, by=None)
    react()
    assert fresh(cast.northwind).state == S.LAPSED
    booked(cast.northwind, line, days_ago=1, amount="7.00")  # the control: one of after it does
    react()
    assert fresh(cast.northwind).state == S.ACTIVE


def react():
    for delivery in Delivery.objects.filter(task="sales.return_who_sells"):
        registered()[delivery.task].run(**delivery.arguments)


def test_the_api_does_the_same(cast):
    from tests.clients import token_client

    operations, chief = token_client(cast.operations), token_client(cast.chief)
    address = f"/api/v1/partners/{cast.northwind.pk}/"
    said = {"reason": "Invoices open"}
    assert operations.post(f"{address}suspend/", said, content_type="application/json").json()["state"] == "suspended"
    assert operations.post(f"{address}suspend/", said, content_type="application/json").status_code == 409
    assert operations.post(f"{address}lift/", said, content_type="application/json").json()["state"] == "active"
    notice = {**said, "ends_on": tomorrow().isoformat()}
    assert operations.post(f"{address}terminate/", notice, content_type="application/json").status_code == 403
    assert chief.post(f"{address}terminate/", notice, content_type="application/json").json()["state"] == "given"
    assert chief.post(f"{address}withdraw/", said, content_type="application/json").json()["state"] == "withdrawn"
