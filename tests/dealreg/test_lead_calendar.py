"""Leads in the calendars of those they are told to: until when to accept, until when to speak with the customer."""

import pytest

from dealreg.actions.leads import contact_lead, hand_lead
from partners.actions import suspend_partner
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.calendars import entries_for
from prm.kernel.tenancy.context import member_scope
from tests.dealreg.conftest import DAY, at
from tests.dealreg.leads import SECRETS, accepted, as_member, fresh, offered, ready, settle


@pytest.fixture
def leads(cast):
    with clock.travel(to=at(DAY)):
        ready(cast)
        yield


def of_leads(member):
    with member_scope(member):
        return {one.uid: one for one in entries_for(member) if one.uid.startswith("lead-")}


def test_an_offer_says_no_name_and_an_accepted_lead_does(cast, leads):
    lead = offered(cast)
    for who in (cast.champion, cast.seller):
        entry = of_leads(who)[f"lead-accept-{lead.pk}"]
        assert entry.on == fresh(lead).accept_due
        assert not any(secret in entry.title + entry.text for secret in SECRETS)
        assert entry.url.endswith(f"/deals/leads/{lead.pk}/")
    for blind in (cast.rival_champion, cast.cam, cast.operations):
        assert not of_leads(blind)
    held = accepted(cast, email="b@b.example", company="Held AG")
    entry = of_leads(cast.seller)[f"lead-contact-{held.pk}"]
    assert (entry.on, entry.title) == (fresh(held).contact_due, "Contact: Held AG")
    as_member(cast.seller, contact_lead, held, note="Spoke")
    assert f"lead-contact-{held.pk}" not in of_leads(cast.seller)


def test_a_lead_of_somebody_else_or_of_a_suspended_partner_is_in_no_calendar(cast, leads):
    lead = offered(cast)
    as_member(cast.champion, hand_lead, lead, to=cast.champion)
    assert not of_leads(cast.seller)
    assert of_leads(cast.champion)
    held = accepted(cast, email="b@b.example", company="Held AG")
    assert f"lead-contact-{held.pk}" in of_leads(cast.champion)
    suspend_partner(Partner.objects.get(pk=cast.northwind.pk), by=cast.operations, reason="Audit")
    settle(cast)
    assert not of_leads(cast.champion)
