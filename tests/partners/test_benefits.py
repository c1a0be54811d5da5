"""What a tier gives on a day: by the version in force and the tier held on that day."""

import datetime as dt
from decimal import Decimal

import pytest

from partners.actions import set_tier
from partners.models import Tier
from partners.queries import NO_BENEFITS, benefits_of, benefits_of_many, ladder_on
from partners.starter import copy_program
from prm.kernel.tenancy.context import member_scope

DAY = dt.date(2026, 3, 1)


@pytest.fixture
def program(cast):
    copy_program()
    set_tier(cast.northwind, Tier.objects.get(code="gold"), by=None, cause="entry", on=DAY)


def test_a_tier_gives_what_the_version_says(cast, program):
    given = benefits_of(cast.northwind, DAY)
    assert (given.tier, given.base_discount, given.protection_days) == ("gold", Decimal("0.15"), 90)
    assert given.mdf_quarter_cap == Decimal("15000.00")
    assert given.can_register_deals
    assert benefits_of(cast.northwind, DAY - dt.timedelta(days=1)) == NO_BENEFITS


def test_many_partners_cost_two_queries(cast, program, django_assert_num_queries):
    with django_assert_num_queries(2):
        found = benefits_of_many([cast.northwind.pk, cast.rival.pk, cast.sponsored.pk], DAY)
    assert found[cast.rival.pk] == NO_BENEFITS


def test_a_partner_reads_its_own_benefits_alone(cast, program):
    with member_scope(cast.champion):
        assert benefits_of(cast.northwind, DAY).tier == "gold"
    with member_scope(cast.rival_champion):
        assert benefits_of(cast.northwind, DAY) == NO_BENEFITS


def test_the_starter_comes_once_and_asks_what_it_did(cast, program):
    assert copy_program() == 0
    rungs = ladder_on(DAY).rungs
    assert [rung.code for rung in rungs] == ["registered", "silver", "gold", "platinum"]
    assert {"metric": "qbrs_12m", "kind": "at_least", "target": "2", "weight": "1"} in rungs[2].requirements
