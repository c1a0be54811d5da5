"""States x verbs x roles of opportunities, as the domain's table says it: what is not listed is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from dealreg import actions
from dealreg.actions.carrying import opportunity_of
from dealreg.models import Opportunity
from prm.kernel import clock
from prm.kernel.errors import Conflict
from prm.kernel.policies import permits
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope
from prm.kernel.uploads import Upload
from sales.actions import book_actuals
from tests.dealreg.conftest import DAY
from tests.dealreg.test_matrix import PARTNER_ACTORS, VENDOR_ACTORS
from tests.papers import pdf

PARTNER = {"champion", "seller"}
CAMS = {"cam", "other_cam"}  # which partners' business one knows of is asked by visible_to
WORKS = PARTNER | CAMS | {"operations"}
# Verb: the states in which it exists, who has it (for the registered business of Northwind's seller), what it is given.
TABLE = {
    "edit_opportunity": ("open", WORKS, {"name": "Contoso 2"}),
    "set_stage": ("open", WORKS, {"stage": "proposed"}),
    "set_opportunity_lines": ("open", WORKS, {"lines": "one"}),
    "plan_next_step": ("open", WORKS, {"next_step": "Call", "next_step_due": DAY}),
    "add_paper": ("open", WORKS, {"kind": "proposal", "file": "pdf"}),
    "set_credits": ("open", {"operations"}, {"credits": "own"}),
    "win_opportunity": ("open", {"operations"}, {"order_on": DAY}),
    "lose_opportunity": ("open", PARTNER | CAMS, {"loss_reason": "price"}),
    "link_booking": ("won", {"operations"}, {"actual": "booking"}),
    "reopen_opportunity": ("won lost", {"operations"}, {"reason": "They called"}),
}


@pytest.fixture
def one(cast, deals):
    deal = actions.approve_deal(deals.fresh(deals.send(cast.seller)), by=cast.operations)
    return opportunity_of(deal)


@pytest.fixture
def given(cast, one):
    booking = {"booked_on": DAY, "amount": Decimal("100"), "line": cast.security}
    known = {
        "one": {cast.security: Decimal("41000")},
        "pdf": Upload("offer.pdf", pdf()),
        "own": [(cast.northwind, Decimal("0.5"), "source")],
        "booking": book_actuals(cast.northwind, [booking], by=None)[0],
    }
    return lambda said: {
        name: known.get(value, value) if isinstance(value, str) else value for name, value in said.items()
    }


def put(one, state):
    closed = {"closed_on": DAY, "loss_reason": "price"} if state != "open" else {"closed_on": None}
    Opportunity.objects.filter(pk=one.pk).update(state=state, **closed)
    return Opportunity.objects.select_related("partner", "registration").get(pk=one.pk)


def test_a_verb_exists_in_the_states_of_the_table_and_in_no_other(cast, one, given):
    for verb, (states, actors, said) in TABLE.items():
        actor = getattr(cast, sorted(actors - {"other_cam"})[0])
        worked = []
        for state in Opportunity.State.values:
            try:
                with transaction.atomic():
                    subject = put(one, state)
                    with member_scope(actor):
                        getattr(actions, verb)(subject, by=actor, **given(said))
                    worked.append(state)
                    transaction.set_rollback(True)
            except Conflict:
                continue
        assert sorted(worked) == sorted(states.split()), verb


def test_who_has_which_verb_is_as_the_table_says(cast, one):
    for verb, (_states, actors, _said) in TABLE.items():
        named = [*VENDOR_ACTORS, *PARTNER_ACTORS]
        having = {name for name in named if permits(getattr(cast, name), f"dealreg.{verb}", one)}
        assert having == actors, verb
    assert {name for name in named if permits(getattr(cast, name), "dealreg.open_opportunity")} == CAMS | {"operations"}
    assert not permits(cast.partner_marketing, "dealreg.view_opportunity")
    assert permits(cast.technician, "dealreg.view_opportunity", one)


def test_another_seller_and_a_rival_have_no_verb(cast, one):
    cast.technician.roles = [Role.PARTNER_SALES]
    for verb in TABLE:
        assert not permits(cast.technician, f"dealreg.{verb}", one), verb
    assert not Opportunity.objects.visible_to(cast.technician).exists()
    with member_scope(cast.rival_champion):
        assert not Opportunity.objects.exists()
    assert not Opportunity.objects.visible_to(cast.other_cam).exists()


def test_every_state_is_left_by_a_verb():
    named = {state for states, _actors, _said in TABLE.values() for state in states.split()}
    assert set(Opportunity.MOVES) == named


def test_of_the_vendors_own_business_operations_may_give_up_too(cast, deals):
    own = actions.open_opportunity(
        by=cast.operations,
        name="Tailspin",
        customer_name="Tailspin",
        lines={cast.security: Decimal("9000")},
        expected_close=DAY + dt.timedelta(days=20),
    )
    assert actions.lose_opportunity(own, by=cast.operations, loss_reason="budget").state == "lost"
    assert clock.today() == DAY
