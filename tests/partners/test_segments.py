"""Segments: rules that find partners, what is wrong with them, who keeps them, and lists narrowed by them."""

from __future__ import annotations

import datetime as dt

import pytest

from partners.actions import add_partner, add_segment, edit_segment, recompute_segment, set_tier, update_profile
from partners.models import Partner, Segment, SegmentMember, Tier
from partners.profile_fields import FIELDS
from partners.queries.segment_fields import OPERATORS, choices_of, segment_fields
from partners.queries.segments import BrokenRule, fitting, in_words, members_of
from partners.starter import copy_program
from partners.tasks.segments import recompute_segments
from prm.kernel import clock
from prm.kernel.models import Event, Membership
from prm.kernel.tenancy.context import current
from tests.clients import token_client

TODAY = dt.date(2026, 3, 10)


def rule(*conditions, join="all"):
    return {"join": "all", "groups": [{"join": join, "conditions": [_condition(*c) for c in conditions]}]}


def _condition(field, op, *value):
    return {"field": field, "op": op, "value": list(value)}


def names(*conditions, join="all"):
    return set(fitting(rule(*conditions, join=join), clock.today()).values_list("name", flat=True))


ALL = {"Northwind", "Südstern", "Bigbox Distribution", "Little Corner"}


def test_columns_profile_and_people(cast):
    update_profile(cast.northwind, by=None, employees=120, verticals=["retail", "public"])
    update_profile(cast.rival, by=None, employees=15)
    assert names(("type", "in", "distributor")) == {"Bigbox Distribution"}
    assert names(("type", "not_in", "distributor")) == ALL - {"Bigbox Distribution"}
    assert names(("name", "contains", "SUD")) == {"Südstern"}
    assert names(("employees", "ge", "100")) == {"Northwind"}
    assert names(("employees", "ne", "120")) == {"Südstern"}
    assert names(("employees", "empty")) == ALL - {"Northwind", "Südstern"}
    assert names(("verticals", "in", "retail, finance")) == {"Northwind"}
    assert names(("verticals", "not_in", "retail")) == ALL - {"Northwind"}
    assert names(("manager", "in", str(cast.other_cam.pk))) == {"Südstern"}
    assert names(("manager", "in", "none")) == set()


def test_every_value_of_the_profile_can_be_asked(cast):
    known = segment_fields()
    assert set(FIELDS) <= set(known)
    labels = [str(field.label) for field in known.values()]
    assert [label for label in labels if labels.count(label) > 1] == []  # none is listed twice
    update_profile(
        cast.northwind,
        by=None,
        annual_revenue_band="5m_20m",
        markets=["DE", "AT"],
        certifications_held=["Cloud Architect"],
        accepts_leads=True,
        partner_to_partner="regularly",
    )
    for condition in (
        ("annual_revenue_band", "in", "5m_20m", "over_100m"),
        ("markets", "in", "AT"),
        ("certifications_held", "in", "Cloud Architect"),
        ("accepts_leads", "yes"),
        ("partner_to_partner", "in", "regularly"),
    ):
        assert names(condition) == {"Northwind"}, condition
    assert names(("partner_to_partner", "not_in", "regularly")) == ALL - {"Northwind"}


def test_groups_of_and_and_or(cast):
    both = {
        "join": "any",
        "groups": [
            {"join": "all", "conditions": [_condition("type", "in", "distributor")]},
            {"join": "all", "conditions": [_condition("name", "contains", "north"), _condition("country", "in", "DE")]},
        ],
    }
    found = set(fitting(both, TODAY).values_list("name", flat=True))
    assert found == {"Bigbox Distribution", "Northwind"}
    assert set(fitting(both | {"join": "all"}, TODAY)) == set()
    assert names(("type", "in", "distributor"), ("name", "is", "northwind"), join="any") == found


def test_activity_and_signing_in(cast, sign_in):
    Event.objects.count()
    with clock.travel(days=90):
        assert names(("activity", "before", "60")) == ALL
        update_profile(cast.northwind, by=cast.champion, employees=3)
        assert names(("activity", "within", "60")) == {"Northwind"}
    assert names(("sign_in", "never")) == ALL
    sign_in(cast.champion).get("/")
    assert names(("sign_in", "within", "1")) == {"Northwind"}
    assert Membership.objects.get(pk=cast.champion.pk).last_seen_on == clock.today()


def test_lent_measures_and_the_standing_in_the_programme(cast):
    copy_program()
    set_tier(cast.northwind, Tier.objects.order_by("-level").first(), by=None, cause="override", on=clock.today())
    assert names(("measure:net_revenue_12m", "empty")) | names(("measure:net_revenue_12m", "filled")) == ALL
    assert names(("measure:agreement_signed", "no")) == ALL
    assert names(("tier_standing", "in", "below")) == {"Northwind"}
    assert names(("tier", "not_in", Partner.objects.get(pk=cast.northwind.pk).tier.code)) == ALL - {"Northwind"}


def test_every_field_and_operator_can_be_asked(cast):
    copy_program()
    for field in segment_fields().values():
        for op in OPERATORS[field.kind]:
            value = [v for v, _ in choices_of(field)[:1]] or ["1"]
            if field.kind == "choice" and not choices_of(field):
                continue
            assert names((field.name, op, *value)) <= ALL, (field.name, op)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({}, "no groups"),
        ({"groups": []}, "at least one condition"),
        (rule(("colour", "in", "red")), "no field"),
        (rule(("state", "between", "red")), "how to compare"),
        (rule(("state", "in", "purple")), "no purple"),
        (rule(("employees", "ge", "many")), "not a number"),
        (rule(("employees", "ge")), "missing"),
        (rule(("activity", "before", "-3")), "whole number"),
        ({"groups": [7]}, "A group needs"),
        (rule(*[("state", "in", "active")] * 21), "At most 20"),
    ],
)
def test_a_rule_that_cannot_be_asked_is_refused_with_its_reason(cast, wrong, told):
    with pytest.raises(BrokenRule, match=told):
        add_segment("Broken", rule=wrong, by=cast.operations)
    assert not Segment.objects.exists()


def test_members_follow_every_day_and_twice_changes_nothing(cast):
    segment = add_segment("Resellers", rule=rule(("type", "in", "reseller")), by=cast.operations)
    fixed = add_segment("As of now", rule=rule(("type", "in", "reseller")), kind="fixed", by=cast.operations)
    added = add_partner("Ostwind", country="DE", by=None)
    before = set(SegmentMember.objects.filter(segment=segment).values_list("pk", flat=True))
    for _ in range(2):
        recompute_segments.run(on="2026-01-01", context=current())
    after = set(SegmentMember.objects.filter(segment=segment).values_list("pk", flat=True))
    assert before < after
    assert len(after) == len(before) + 1
    assert added in members_of(segment, cast.chief)
    assert added not in members_of(fixed, cast.chief)


def test_a_stored_rule_that_broke_is_shown_and_keeps_its_members(cast, sign_in):
    segment = add_segment("Old", rule=rule(("type", "in", "reseller")), by=cast.operations)
    Segment.objects.filter(pk=segment.pk).update(rule=rule(("measure:gone", "ge", "1")))
    segment = recompute_segment(Segment.objects.get(pk=segment.pk), by=None)
    assert "measure:gone" in segment.problem
    assert SegmentMember.objects.filter(segment=segment).count() == 3
    assert in_words(segment.rule)[0]["sentences"][0]["problem"]
    client = sign_in(cast.operations)
    for page in ("", "edit/"):
        answer = client.get(f"/partners/segments/{segment.pk}/{page}")
        assert answer.status_code == 200
        assert "measure:gone" in answer.content.decode()


def test_the_editor_adds_counts_and_saves_without_scripts(cast, sign_in):
    client = sign_in(cast.marketing)
    form = {"name": "Big ones", "kind": "dynamic", "join": "all", "g0-join": "all", "g0c0-field": "type"}
    page = client.post("/partners/segments/add/", form | {"do": "count"}).content.decode()
    assert "is one of" in page
    form |= {"g0c0-op": "in", "g0c0-value": ["reseller", "distributor"]}
    page = client.post("/partners/segments/add/", form | {"do": "add:0"}).content.decode()
    assert "4 partners" in page
    assert 'name="g0c1-field"' in page
    part = client.post("/partners/segments/add/", form | {"do": "group"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'name="g1c0-field"' in part.content.decode()
    wrong = form | {"g0c1-field": "employees", "g0c1-op": "ge", "g0c1-value": "<script>", "do": "save"}
    answer = client.post("/partners/segments/add/", wrong)
    assert answer.status_code == 422
    assert "is not a number" in answer.content.decode()
    assert "<script>" not in answer.content.decode().split("<main", 1)[1]
    assert client.post("/partners/segments/add/", form | {"do": "save"}).status_code == 302
    assert client.post("/partners/segments/add/", form | {"do": "save"}).status_code == 409  # the name is taken
    segment = Segment.objects.get()
    stale = form | {"do": "save", "version": str(segment.version + 7)}
    assert client.post(f"/partners/segments/{segment.pk}/edit/", stale).status_code == 409


def test_lists_and_exports_are_narrowed_to_a_segment(cast, sign_in):
    segment = add_segment("Distributors", rule=rule(("type", "in", "distributor")), by=cast.operations)
    client = sign_in(cast.chief)
    page = client.get(f"/partners/?segment={segment.pk}").content.decode()
    assert "Bigbox" in page
    assert "Südstern" not in page
    lines = client.get(f"/partners/?segment={segment.pk}&format=csv").content.decode().splitlines()
    assert len(lines) == 2
    assert "Südstern" not in client.get(f"/scorecards/?segment={segment.pk}").content.decode()
    assert "Südstern" in client.get("/scorecards/").content.decode()  # the control
    assert client.get("/partners/?segment=rubbish").status_code == 200


def test_who_keeps_segments_and_who_never_learns_of_them(cast, sign_in):
    segment = add_segment("Secret", rule=rule(("type", "in", "reseller")), by=cast.operations)
    assert sign_in(cast.cam).post(f"/partners/segments/{segment.pk}/delete/").status_code == 403
    page = sign_in(cast.cam).get(f"/partners/segments/{segment.pk}/").content.decode()
    assert "Northwind" in page
    assert "Südstern" not in page  # in the segment, but another's partner
    own = add_segment("Mine", rule=rule(("type", "in", "reseller")), by=cast.cam)
    edit_segment(own, name="Mine too", rule=own.rule, by=cast.cam)
    for path in (f"/partners/segments/{segment.pk}/", "/partners/segments/"):
        assert sign_in(cast.champion).get(path).status_code in {403, 404}
    assert "segment" not in sign_in(cast.champion).get(f"/partners/{cast.northwind.pk}/").content.decode().lower()
    assert sign_in(cast.operations).post(f"/partners/segments/{segment.pk}/delete/").status_code == 302


def test_segments_over_the_api(cast):
    client = token_client(cast.operations)
    body = {"name": "Resellers", "rule": rule(("type", "in", "reseller"))}
    made = client.post("/api/v1/segments/", body, content_type="application/json")
    assert made.status_code == 201
    address = f"/api/v1/segments/{made.json()['id']}/"
    assert client.get(f"{address}partners/").json()["count"] == 3
    broken = client.put(address, body | {"rule": {}, "version": 1}, content_type="application/json")
    assert (broken.status_code, broken.json()["code"]) == (400, "broken_rule")
    assert client.delete(address).status_code == 204
