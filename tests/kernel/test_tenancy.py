"""The two fences: what a context sees, what the database refuses, and what happens without one."""

import uuid

import pytest
from django.db import DatabaseError, connection, connections, transaction

from partners.actions import add_partner
from partners.models import Contact, Partner, PartnerInternal
from prm.kernel.members import found_tenant
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import NoTenant, identity_scope, member_scope, tenant_scope, vendor_scope
from prm.kernel.tenancy.stamping import drift, role_problems


def test_the_application_runs_as_the_plain_role(db):
    assert role_problems() == []


def test_nothing_has_drifted_after_migrate(db):
    assert drift() == []


def test_vendor_sees_its_own_partners_only(cast):
    assert Partner.objects.filter(name="Northwind").count() == 1
    with tenant_scope(cast.globex):
        assert [p.name for p in Partner.objects.all()] == ["Northwind"]


def test_partner_sees_its_own_company_only(cast):
    with member_scope(cast.champion):
        assert [p.name for p in Partner.objects.all()] == ["Northwind"]
        assert {c.partner_id for c in Contact.objects.all()} == {cast.northwind.pk}


def test_distributor_sees_sponsored_companies_too(cast):
    with member_scope(cast.distributor):
        assert {p.name for p in Partner.objects.all()} == {"Bigbox Distribution", "Little Corner"}


def test_vendor_only_rows_do_not_exist_for_partners(cast):
    PartnerInternal.objects.create(partner=cast.northwind, note="secret")
    with member_scope(cast.champion):
        assert not PartnerInternal.objects.exists()


def test_partner_cannot_write_for_a_rival(cast):
    refused = pytest.raises(DatabaseError, match="row-level security")
    with member_scope(cast.champion), refused, transaction.atomic():
        Contact.objects.create(partner_id=cast.rival.pk, name="x", sort_name="x")


def test_partner_cannot_write_its_own_company_record(cast):
    with member_scope(cast.champion):
        assert Partner.objects.filter(pk=cast.northwind.pk).update(name="Mine") == 0


def test_a_reference_into_another_tenant_is_refused(cast):
    with pytest.raises(DatabaseError), transaction.atomic():
        Contact.objects.create(partner_id=cast.globex_partner.pk, name="x", sort_name="x")
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")


def test_vendor_scope_widens_and_narrows_again(cast):
    with member_scope(cast.champion):
        with vendor_scope("a test"):
            assert Partner.objects.count() == 4
        assert Partner.objects.count() == 1


def test_an_error_in_a_nested_scope_puts_the_outer_one_back(cast):
    with pytest.raises(ZeroDivisionError), tenant_scope(cast.globex):
        1 / 0
    assert Partner.objects.count() == 4


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_outside_every_tenant_each_way_of_asking_raises():
    for ask in (
        Partner.objects.count,
        Partner.objects.exists,
        Partner.objects.first,
        lambda: list(Partner.objects.all()),
    ):
        with pytest.raises(NoTenant):
            ask()
    with tenant_scope(found_tenant("Acme", "acme", needs_second_factor=False)):
        add_partner("Northwind", country="DE", by=None)  # of an empty table the database may answer without asking
    with pytest.raises(DatabaseError, match="no tenant context"), connection.cursor() as cursor:
        cursor.execute("select count(*) from partners_partner")
    with pytest.raises(DatabaseError, match="no tenant context"), connection.cursor() as cursor:
        cursor.execute("update partners_partner set name = 'x'")


def test_a_person_reads_own_memberships_before_choosing_a_vendor(cast):
    with identity_scope(cast.both.user_id):
        assert Membership.own.filter(user=cast.both.user_id).count() == 2
        assert not Membership.own.exclude(user=cast.both.user_id).exists()


def test_an_unknown_partner_in_the_context_sees_nothing(cast):
    with tenant_scope(cast.acme, partner_ids=[uuid.uuid4()]):
        assert not Partner.objects.exists()


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("drop policy fence_all on partners_contact", "policy partners_contact fence_all is missing"),
        ("alter policy fence_all on partners_contact using (true)", "policy partners_contact fence_all was changed"),
        ("alter table partners_contact no force row level security", "table partners_contact rls was changed"),
        ("grant truncate on partners_contact to prm_app", "grant partners_contact prm_app was changed"),
        ("create policy extra on partners_contact using (true)", "policy partners_contact extra stands there"),
        (
            "alter table partners_contact drop constraint ref_partners_contact_partner_id_t",
            "reference partners_contact ref_partners_contact_partner_id_t is missing",
        ),
    ],
)
def test_damage_to_a_fence_is_seen(damage, sentence):
    """The negative control of the check at start-up: each kind of damage is named."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(damage)
        assert any(problem.startswith(sentence) for problem in drift("owner")), drift("owner")
        transaction.set_rollback(True, using="owner")
