"""Who gets a lead: the same answer on the bench and for real; the way past the points; operations when nobody fits."""

import datetime as dt

import pytest

from dealreg.actions.leads import (
    accept_lead,
    add_lead_route,
    assign_lead,
    edit_lead_rules,
    refuse_lead,
    route_lead,
    run_lead_night,
)
from dealreg.models import LeadOffer, LeadRoute
from dealreg.queries.routing import LeadFacts, who_gets
from partners.actions import add_partner, update_profile
from partners.registries import waiting_for
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.tenancy.context import member_scope, tenant_scope
from tests.dealreg.conftest import DAY, at
from tests.dealreg.leads import accepted, as_member, capture, fresh, offered


def test_the_best_partner_is_asked_and_its_clock_runs(cast, leads):
    lead = offered(cast)
    assert (lead.state, lead.partner_id, lead.accept_due) == ("assigned", cast.northwind.pk, DAY + dt.timedelta(days=1))
    lead = as_member(cast.seller, accept_lead, lead)
    assert (lead.state, lead.owner_id) == ("accepted", cast.seller.pk)
    assert lead.contact_due == DAY + dt.timedelta(days=2)


def test_the_bench_and_the_real_thing_answer_the_same_with_reasons(cast, leads, sign_in):
    lead = capture(cast)
    page = sign_in(cast.marketing).get(f"/deals/leads/bench/?lead={lead.pk}").content.decode()
    assert "Northwind gets it first" in page
    # Silver 10, region 40, industry 20, composite unknown: 50 x 0.2
    assert "80.0" in page
    assert "Not certified for the line" in page or "Takes no leads" in page  # the others, and why
    typed = sign_in(cast.operations).get("/deals/leads/bench/?line=security&country=AT").content.decode()
    assert "Nobody fits" in typed
    assert "Does not serve the country" in typed
    assert sign_in(cast.marketing).get("/deals/leads/bench/?line=security&country=").status_code == 422
    for member in (cast.cam, cast.seller, cast.finance):
        assert sign_in(member).get("/deals/leads/bench/").status_code == 403
    assert route_lead(lead, by=cast.operations).partner_id == cast.northwind.pk
    again = sign_in(cast.marketing).get(f"/deals/leads/bench/?lead={lead.pk}").content.decode()
    assert "Südstern gets it first" in again
    assert "Had it before" in again


def test_all_partners_are_asked_in_a_few_queries(cast, leads, django_assert_max_num_queries):
    facts = LeadFacts(cast.security, "DE", "DE-North", "logistics")
    for number in range(20):
        partner = add_partner(f"More {number}", country="DE", state="active", by=None)
        update_profile(partner, by=None, source="partner", accepts_leads=True, certifications_held=["security"])
    with django_assert_max_num_queries(25):
        found = who_gets(facts)
    assert len(found.candidates) > 20
    quick = who_gets(facts, with_reasons=False)  # as a lead is given out: the same order
    eligible = [one for one in found.candidates if one.place is not None]
    assert [one for one in quick.candidates if one.place is not None] == eligible


def test_changed_points_change_the_order(cast, leads, sign_in):
    client = sign_in(cast.marketing)
    form = {
        "auto_assign": "on", "needs_certification": "on", "region_points": "0", "vertical_points": "20",
        "composite_weight": "0.2", "load_points": "20", "accept_days": "1", "contact_days": "2", "return_days": "3",
        "max_reassignments": "2", "default_capacity": "10", "warn_days": "20", "recycle_days": "30",
        "merge_days": "90", "daily_quota": "100", "tier_silver": "99",
    }  # fmt: skip
    facts = LeadFacts(cast.security, "DE", "DE-North", "logistics")
    assert [str(one.score) for one in who_gets(facts).candidates[:2]] == ["80.0", "40.0"]
    assert client.post("/deals/leads/rules/", {**form, "warn_days": "30"}).status_code == 422
    assert client.post("/deals/leads/rules/", {**form, "region_points": "1e5"}).status_code == 422
    assert client.post("/deals/leads/rules/", form).status_code == 302
    with tenant_scope(cast.acme):
        assert {str(one.score) for one in who_gets(facts).candidates[:2]} == {"129.0"}
    assert sign_in(cast.auditor).get("/deals/leads/rules/").status_code == 200
    assert sign_in(cast.auditor).post("/deals/leads/rules/", form).status_code == 403
    assert sign_in(cast.seller).get("/deals/leads/rules/").status_code == 403


def test_a_way_past_the_points_goes_first_or_to_operations(cast, leads, sign_in):
    add_lead_route(by=cast.marketing, campaign="fair", to_partner=cast.rival)
    add_lead_route(by=cast.marketing, line=cast.cloud)
    to_rival = route_lead(capture(cast, campaign="Fair", email="a@a.example", company="A"), by=None)
    to_desk = route_lead(capture(cast, line="cloud", email="b@b.example", company="B"), by=None)
    assert (to_rival.partner_id, to_desk.state, to_desk.queue) == (cast.rival.pk, "new", "by_rule")
    assert waiting_labels(cast.operations) == ["Leads to give out"]
    client = sign_in(cast.marketing)
    assert client.post("/deals/leads/rules/ways/", {"to": "operations"}).status_code == 422
    assert client.post("/deals/leads/rules/ways/", {"to": "operations", "country": "DE"}).status_code == 302
    route = LeadRoute.objects.order_by("position").last()
    assert client.post(f"/deals/leads/rules/ways/{route.pk}/drop/").status_code == 302
    assert LeadRoute.objects.count() == 2


def waiting_labels(member):
    with member_scope(member):
        return [one.label for one in waiting_for(member) if "ead" in one.label]


def test_a_switch_leaves_leads_to_people_who_choose(cast, leads):
    edit_lead_rules(by=cast.operations, auto_assign=False)
    lead = route_lead(capture(cast), by=None)
    assert (lead.state, lead.queue) == ("new", "by_hand")
    with pytest.raises(Conflict, match="cannot get this lead"):
        assign_lead(fresh(lead), by=cast.operations, partner=cast.sponsored)
    assert assign_lead(fresh(lead), by=cast.operations, partner=cast.rival).partner_id == cast.rival.pk


def test_refused_and_unanswered_it_goes_on_and_after_two_times_to_operations(cast, leads):
    lead = offered(cast)
    as_member(cast.seller, refuse_lead, lead, refuse_reason="capacity")
    assert (fresh(lead).state, fresh(lead).partner_id) == ("returned", None)
    lead = route_lead(fresh(lead), by=None)
    assert (lead.partner_id, lead.reassignments) == (cast.rival.pk, 1)
    late = at(DAY + dt.timedelta(days=2), hour=1)
    with clock.travel(to=late):
        with member_scope(cast.rival_champion), pytest.raises(Conflict, match="over"):
            accept_lead(fresh(lead), by=cast.rival_champion)
        assert run_lead_night(late.date())["timed_out"] == 1
        assert run_lead_night(late.date())["timed_out"] == 0
        lead = route_lead(fresh(lead), by=None)
        assert (lead.state, lead.queue) == ("returned", "none_eligible")  # both had it
    edit_lead_rules(by=cast.operations, max_reassignments=1)
    with clock.travel(to=late), tenant_scope(cast.acme):
        assert route_lead(fresh(lead), by=None).queue == "reassigned"
    assert sorted(LeadOffer.objects.values_list("outcome", flat=True)) == ["refused", "timed_out"]


def test_a_full_partner_is_not_asked_and_cannot_accept_more(cast, leads):
    update_profile(cast.northwind, by=None, source="partner", lead_capacity=1)
    accepted(cast)
    assert offered(cast, email="b@b.example", company="B").partner_id == cast.rival.pk
    update_profile(cast.northwind, by=None, source="partner", lead_capacity=2)
    second = offered(cast, email="c@c.example", company="C")
    assert second.partner_id == cast.northwind.pk
    update_profile(cast.northwind, by=None, source="partner", lead_capacity=1)
    with pytest.raises(Conflict, match="as many leads"):
        as_member(cast.seller, accept_lead, second)
