"""`manage.py isolation` finds nothing, and goes red as soon as one fence is gone."""

from __future__ import annotations

import re
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections

from prm.kernel.isolation import run as isolation
from prm.kernel.isolation.planting import may_read
from prm.kernel.isolation.run import planted
from prm.kernel.isolation.tables import COMMANDS, walk_tables
from prm.kernel.models import Tenant
from prm.kernel.tenancy.registry import fenced_models
from prm.kernel.tenancy.stamping import stamp

DAMAGES = {
    "vendor-only rows open to partners": "drop policy fence_all on partners_partnerinternal",
    "a rival's contacts open": "drop policy fence_all on partners_contact",
    "a rival's sales open": "drop policy fence_select on sales_salesactual",
    "sales writable by partners": "drop policy fence_insert on sales_salesactual",
    "vendors open to each other": "alter policy tenant_all on partners_contact using (true) with check (true)",
    "memberships of others open": "alter policy member_select on kernel_membership using (true)",
    "a table without its fence": "alter table scorecards_answer disable row level security",
    "a company cannot see itself": "alter policy fence_select on partners_partner using (app.ctx_scope() = 'vendor')",
    "references without the tenant": "alter table sales_target drop constraint ref_sales_target_partner_id_t",
}


# Of each kind of fence one in each run; the others with --long.
ALWAYS = {"a rival's contacts open", "vendors open to each other", "references without the tenant"}


def test_every_fenced_table_holds_canaries_of_both_vendors(db):
    with planted() as world:
        for model in fenced_models():
            owners = {row.tenant for row in world.rows if row.model is model}
            assert owners == {"A", "B"}, model._meta.label


def test_who_may_read_which_canary():
    assert may_read("A/vendor", "A/P1")
    assert may_read("A/P1", "A/all")
    assert not may_read("A/P1", "A/P2")
    assert not may_read("A/P1", "A/vendor")
    assert not may_read("B/vendor", "A/all")
    assert not may_read("", "A/all")


def test_the_command_is_clean_and_leaves_nothing_behind(db, monkeypatch):
    """The route matrix opens every address as everybody; here one of them shows that the command does."""
    everybody = isolation.actors
    one = "nobody"
    monkeypatch.setattr(isolation, "actors", lambda world: [a for a in everybody(world) if a.name == one])
    before, out = Tenant.objects.count(), StringIO()
    call_command("isolation", "--few", stdout=out)
    assert "No canary was found" in out.getvalue()
    for command in COMMANDS:  # every table was asked each of them, and answered as its fence says
        assert re.search(rf"tables: {command}\b\D+[1-9]", out.getvalue()), command
    assert Tenant.objects.count() == before


@contextmanager
def damaged(statement: str):
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
    try:
        yield
    finally:
        stamp("owner")


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize(
    "damage",
    [pytest.param(sql, id=name, marks=() if name in ALWAYS else pytest.mark.long) for name, sql in DAMAGES.items()],
)
def test_it_goes_red_when_a_fence_is_gone(damage):
    table = damage.split(" on ")[1].split()[0] if " on " in damage else damage.split()[2]
    model = next(m for m in fenced_models() if m._meta.db_table == table)
    with damaged(damage), planted(all_roles=False) as world:
        assert walk_tables(world, only=model).faults


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_command_exits_with_1_when_a_policy_is_dropped(monkeypatch):
    # The damaged table alone, for speed.
    contacts = next(model for model in fenced_models() if model._meta.db_table == "partners_contact")
    monkeypatch.setattr(isolation, "actors", lambda world: [])
    monkeypatch.setattr(isolation, "walk_tables", lambda world: walk_tables(world, only=contacts))
    with damaged(DAMAGES["a rival's contacts open"]), pytest.raises(SystemExit) as ended:
        call_command("isolation", "--few", stdout=StringIO())
    assert ended.value.code == 1
