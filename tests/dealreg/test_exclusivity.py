"""Thirty approvals at once for one customer: exactly one succeeds, and it is the database that says so."""

import pytest
from django.db import connections

from dealreg.actions import approve_deal, expire_deal, reject_deal, run_night, withdraw_deal
from dealreg.models import DealProtection, DealRegistration
from partners.actions import add_partner, set_tier
from partners.models import Partner, Tier
from prm.kernel import clock
from prm.kernel.errors import Refused
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Event
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from tests import races
from tests.conftest import build_cast
from tests.dealreg.conftest import equip, fresh, send

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MANY = 30


def at_once(cast, deeds):
    """Each deed in the vendor's scope; what came of them, without the order."""
    found = races.at_once(*((tenant_scope(cast.acme), deed) for deed in deeds))
    return [(one.status, one.code) if isinstance(one, Refused) else "done" for one in found]


def claim(monkeypatch, many):
    """Partners, each with a submitted registration of the same customer.

    The question for competing registrations is switched off: only the constraint stands between them.
    """
    monkeypatch.setattr("dealreg.actions.deciding.refuse_conflicts", lambda deal, by, **_: None)
    cast = build_cast()
    with tenant_scope(cast.acme):
        equip(cast)
        silver, deals = Tier.objects.get(code="silver"), []
        for number in range(many):
            partner = add_partner(f"Partner {number}", country="DE", state=Partner.State.ACTIVE, by=None)
            set_tier(partner, silver, by=None, cause="entry", on=clock.today())
            user = get_or_create_user(f"c{number}@p{number}.example", f"C {number}")
            champion = add_member(user, roles=[Role.CHAMPION], partner_id=partner.pk, by=None)
            deals.append(send(cast, champion, partner))
    return cast, deals


def approvals(cast, deals):
    return [lambda deal=deal: approve_deal(fresh(deal), by=cast.operations) for deal in deals]


def test_of_thirty_approvals_at_once_exactly_one_succeeds(monkeypatch):
    cast, deals = claim(monkeypatch, MANY)
    outcomes = at_once(cast, approvals(cast, deals))
    assert outcomes.count("done") == 1
    assert set(outcomes) - {"done"} == {(409, "already_protected")}
    with tenant_scope(cast.acme):
        assert DealRegistration.objects.filter(state="approved").count() == 1
        assert Event.objects.filter(name="deal.approved").count() == 1
        assert DealProtection.objects.filter(active=True).values("deal").distinct().count() == 1


def test_without_the_constraint_more_than_one_succeeds(monkeypatch):
    """The negative control: the guard off, the race is seen."""
    cast, deals = claim(monkeypatch, 8)
    with connections["owner"].cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = 'deal_exclusive'")
        (made,) = cursor.fetchone()
        cursor.execute("drop index deal_exclusive")
    try:
        assert at_once(cast, approvals(cast, deals)).count("done") > 1
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("truncate dealreg_dealprotection")
            cursor.execute(made)


def test_of_moves_at_once_on_one_deal_one_has_its_effect(monkeypatch):
    """Approve, reject and withdraw, ten of each; then thirty nights at once."""
    cast, deals = claim(monkeypatch, 2)
    deal = deals[0]
    with tenant_scope(cast.acme):
        champion = deal.created_by
    deeds = [
        *[lambda: approve_deal(fresh(deal), by=cast.operations)] * 10,
        *[lambda: reject_deal(fresh(deal), by=cast.operations, reject_reason="incomplete")] * 10,
        *[lambda: withdraw_deal(fresh(deal), by=champion)] * 10,
    ]
    at_once(cast, deeds)
    with tenant_scope(cast.acme):
        state = fresh(deal).state
        told = Event.objects.filter(subject_id=deal.pk, name__in=["deal.approved", "deal.rejected", "deal.withdrawn"])
        names = list(told.order_by("at").values_list("name", flat=True))
        assert state in {"approved", "rejected", "withdrawn"}
        assert len(names) == len(set(names))  # approve and then withdraw may both happen; none happens twice
    other = deals[1]
    with tenant_scope(cast.acme):
        approved = approve_deal(fresh(other), by=cast.operations) if state != "approved" else fresh(deal)
    with tenant_scope(cast.acme):
        DealRegistration.objects.filter(pk=approved.pk).update(expires_on="2025-03-01")
    ends = [lambda: expire_deal(fresh(approved), by=None), lambda: run_night(clock.today())]
    at_once(cast, ends * 15)
    with tenant_scope(cast.acme):
        assert fresh(approved).state == "expired"
        assert Event.objects.filter(subject_id=approved.pk, name="deal.expired").count() == 1
