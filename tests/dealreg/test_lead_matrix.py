"""Leads: states x verbs x roles, as the domain's table says it. What is not listed is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import transaction

from dealreg.actions import leads as actions
from dealreg.models import Lead, LeadContact
from partners.models import Partner
from prm.kernel import clock
from prm.kernel.errors import Conflict, NotAllowed
from prm.kernel.policies import permits
from prm.kernel.tenancy.context import member_scope
from tests.dealreg.conftest import DAY, at
from tests.dealreg.leads import capture, fresh

STATES = Lead.State.values
PARTNER = {"champion", "seller"}
GIVES_OUT = {"marketing", "operations", "cam", "other_cam"}
# Verb: the states in which it exists, who has it (for a lead of Northwind), and what it is given.
TABLE = {
    "assign_lead": ("new returned", GIVES_OUT, {"partner": "northwind"}),
    "route_lead": ("new returned", GIVES_OUT, {}),
    "accept_lead": ("assigned", PARTNER, {}),
    "refuse_lead": ("assigned", PARTNER, {"refuse_reason": "region"}),
    "contact_lead": ("accepted", PARTNER, {"note": "Spoke with Kim"}),
    "qualify_lead": ("contacted", PARTNER, {"found_need": "Three sites"}),
    "register_lead": ("qualified converted", PARTNER, {}),  # again, when the draft was thrown away
    "open_from_lead": ("qualified", PARTNER, {"amount": Decimal("9000"), "expected_close": DAY}),
    "disqualify_lead": ("accepted contacted qualified", PARTNER, {"disqualify_reason": "no_budget"}),
    "hand_lead": ("assigned accepted contacted qualified", {"champion"}, {"to": "seller"}),
    "note_lead": (
        "new returned accepted contacted qualified",
        PARTNER | GIVES_OUT,
        {"note": "Called again"},
    ),
    "reopen_lead": ("recycled disqualified", {"marketing", "operations"}, {"reason": "They called"}),
    "return_lead": ("assigned accepted contacted qualified", {"operations"}, {"reason": "Suspended"}),
}
BY_TIME = {
    "time_out_lead": "assigned",
    "recycle_lead": "accepted contacted qualified",
    "return_lead": "assigned accepted contacted qualified",
}
VENDOR_ACTORS = ("chief", "cam", "other_cam", "finance", "operations", "marketing", "admin", "auditor")
PARTNER_ACTORS = ("champion", "seller", "partner_marketing", "technician")
AT_PARTNER = {"assigned", "accepted", "contacted", "qualified", "converted", "disqualified"}


@pytest.fixture
def lead(cast, leads):
    return capture(cast)


def put(cast, lead, state, *, frozen=False):
    """The lead in a state, with what must hold there; its last clock ran out long ago when `frozen` is asked for."""
    partner = cast.northwind.pk if state in AT_PARTNER else None
    now = clock.now()
    Lead.objects.filter(pk=lead.pk).update(
        state=state,
        partner=partner,
        assigned_at=now,
        accept_due=DAY,
        accepted_at=now,
        contact_due=DAY,
        progress_at=now - dt.timedelta(days=31),
        disqualify_reason="other",
    )
    LeadContact.objects.filter(lead=lead).update(partner=partner if state != "assigned" else None)
    Partner.objects.filter(pk=cast.northwind.pk).update(state="suspended" if frozen else "active")
    return fresh(lead)


def test_a_verb_exists_in_the_states_of_the_table_and_in_no_other(cast, lead):
    for verb in TABLE:
        assert states_of(cast, lead, verb) == sorted(TABLE[verb][0].split()), verb


def states_of(cast, lead, verb):
    """The states in which the verb works."""
    _states, actors, given = TABLE[verb]
    actor = getattr(cast, sorted(actors - {"other_cam"})[0])
    given = {name: getattr(cast, value, value) if isinstance(value, str) else value for name, value in given.items()}
    worked = []
    for state in STATES:
        try:
            with transaction.atomic():
                subject = put(cast, lead, state, frozen=verb == "return_lead")
                with member_scope(actor):
                    getattr(actions, verb)(subject, by=actor, **given)
                worked.append(state)
                transaction.set_rollback(True)
        except Conflict:
            continue
        except NotAllowed:
            assert state not in AT_PARTNER, (verb, state)  # it is nobody's: a partner does not know of it
    return sorted(worked)


@pytest.mark.parametrize("verb", BY_TIME)
def test_what_time_does_it_does_in_these_states(cast, lead, verb):
    worked = []
    for state in STATES:
        try:
            with transaction.atomic():
                subject = put(cast, lead, state)
                with clock.travel(to=at(DAY + dt.timedelta(days=1))):
                    getattr(actions, verb)(subject, by=None)
                worked.append(state)
                transaction.set_rollback(True)
        except Conflict:
            continue
    assert sorted(worked) == sorted(BY_TIME[verb].split())


def test_who_has_which_verb_is_as_the_table_says(cast, lead):
    subject = put(cast, lead, "assigned")
    for verb, (_states, actors, _given) in TABLE.items():
        named = [*VENDOR_ACTORS, *PARTNER_ACTORS]
        having = {name for name in named if permits(getattr(cast, name), f"dealreg.{verb}", subject)}
        assert having == actors, verb
    for verb in ("time_out_lead", "recycle_lead"):
        assert not any(permits(getattr(cast, name), f"dealreg.{verb}") for name in (*VENDOR_ACTORS, *PARTNER_ACTORS))


def test_every_move_belongs_to_a_verb():
    """Every state that can be left is left by some verb of the table or by time."""
    named = {state for states, _actors, _given in TABLE.values() for state in states.split()}
    assert {str(state) for state, targets in Lead.MOVES.items() if targets} <= named


def test_who_knows_of_a_lead(cast, lead):
    """A rival of nothing; a colleague of what nobody has taken; technicians and finance of none."""
    subject = put(cast, lead, "accepted")
    Lead.objects.filter(pk=lead.pk).update(owner=cast.seller)
    for member, sees in (
        (cast.champion, True),
        (cast.seller, True),
        (cast.partner_marketing, True),
        (cast.rival_champion, False),
        (cast.cam, True),
        (cast.other_cam, False),
    ):
        with member_scope(member):
            assert Lead.objects.visible_to(member).filter(pk=subject.pk).exists() is sees, member
    assert not permits(cast.finance, "dealreg.view_lead")
    assert not permits(cast.technician, "dealreg.view_lead")
    cast.technician.roles = ["partner_sales"]
    with member_scope(cast.technician):
        assert not Lead.objects.visible_to(cast.technician).exists()
        for verb in ("accept_lead", "note_lead", "disqualify_lead"):
            assert not permits(cast.technician, f"dealreg.{verb}", fresh(lead)), verb
