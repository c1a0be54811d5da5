"""Leads under many hands at once: capacity holds, of an accept and a time-out one happens, and each once."""

import datetime as dt
import threading

import pytest

from dealreg.actions.leads import accept_lead, receive_lead, refuse_lead, route_lead, time_out_lead
from dealreg.models import Lead, LeadCapture, LeadContact, LeadOffer
from dealreg.queries.routing import held_by
from partners.actions import update_profile
from prm.kernel import clock
from prm.kernel.models import Event
from prm.kernel.tenancy.context import tenant_scope
from tests.conftest import build_cast
from tests.dealreg.leads import GIVEN, capture, fresh, ready
from tests.dealreg.test_exclusivity import at_once

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
MANY = 30


def given_out(cast, many):
    """Leads that are offered to Northwind, more than it may hold."""
    found = []
    for number in range(many):
        lead = capture(cast, company=f"Customer {number}", email=f"c{number}@c{number}.example")
        found.append(route_lead(lead, by=cast.operations))
    return found


def held():
    return Lead.objects.filter(state="accepted").count()


def test_thirty_accepts_at_once_never_exceed_the_capacity(monkeypatch):
    cast = build_cast()
    with tenant_scope(cast.acme):
        ready(cast)
        update_profile(cast.northwind, by=None, source="partner", lead_capacity=MANY)
        leads = given_out(cast, MANY)
        update_profile(cast.northwind, by=None, source="partner", lead_capacity=7)
    outcomes = at_once(cast, [lambda lead=lead: accept_lead(fresh(lead), by=cast.champion) for lead in leads])
    assert outcomes.count("done") == 7
    assert set(outcomes) - {"done"} == {(409, "no_capacity")}
    with tenant_scope(cast.acme):
        assert held() == Event.objects.filter(name="lead.accepted").count() == 7
        assert LeadContact.objects.filter(partner=cast.northwind).count() == 7
        rest = list(Lead.objects.filter(state="assigned")[:2])
        update_profile(cast.northwind, by=None, source="partner", lead_capacity=8)
    # The negative control: without waiting, both have counted before the other writes, and take the last place.
    both_have_counted = threading.Barrier(2)

    def counted(partner_id):
        found = held_by(partner_id)
        both_have_counted.wait(timeout=20)
        return found

    monkeypatch.setattr("dealreg.actions.leads.working.held_by", counted)
    monkeypatch.setattr("dealreg.actions.leads.working.wait_for_others", lambda partner_id: None)
    at_once(cast, [lambda lead=lead: accept_lead(fresh(lead), by=cast.champion) for lead in rest])
    with tenant_scope(cast.acme):
        assert held() == 9


def test_of_accept_refuse_and_time_out_one_happens_once():
    cast = build_cast()
    with tenant_scope(cast.acme):
        ready(cast)
        one, other = given_out(cast, 2)
        LeadOffer.objects.update(accept_due=clock.today() - dt.timedelta(days=1))
        Lead.objects.filter(pk=other.pk).update(accept_due=clock.today() - dt.timedelta(days=1))
    answers = [
        *[lambda: accept_lead(fresh(one), by=cast.champion)] * 10,
        *[lambda: refuse_lead(fresh(one), by=cast.champion, refuse_reason="size")] * 10,
    ]
    assert at_once(cast, answers).count("done") == 1
    ends = [
        *[lambda: time_out_lead(fresh(other), by=None)] * 10,
        *[lambda: refuse_lead(fresh(other), by=cast.champion, refuse_reason="size")] * 10,
        *[lambda: accept_lead(fresh(other), by=cast.champion)] * 5,
    ]
    assert at_once(cast, ends).count("done") == 1
    with tenant_scope(cast.acme):
        for lead in (one, other):
            told = Event.objects.filter(subject_id=lead.pk).exclude(name__in=["lead.captured", "lead.assigned"])
            assert told.count() == 1
            assert LeadOffer.objects.filter(lead=lead).exclude(outcome="open").count() == 1


def test_thirty_of_one_lead_at_once_are_one_lead():
    cast = build_cast()
    with tenant_scope(cast.acme):
        ready(cast)
    same = {**GIVEN, "consented_at": clock.now()}
    twins = [lambda: receive_lead(same, by=cast.admin, principal="crm", key="1")] * 10
    others = [
        lambda n=n: receive_lead({**same, "need": f"{n}"}, by=cast.admin, principal="crm", key=f"{n}")
        for n in range(2, 12)
    ]
    assert at_once(cast, twins + others).count("done") == 20
    with tenant_scope(cast.acme):
        assert Lead.objects.count() == 1
        assert LeadCapture.objects.count() == 11
        assert LeadCapture.objects.filter(is_merged=False).count() == 1
        routed = [lambda: route_lead(fresh(Lead.objects.get()), by=None)] * 10
    at_once(cast, routed)
    with tenant_scope(cast.acme):
        assert LeadOffer.objects.count() == 1
