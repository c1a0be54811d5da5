"""Model matrix: every table in one class, every fence, key and grant as the models want them."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection, connections, models, transaction

from prm.kernel.tenancy import registry
from prm.kernel.tenancy.fences import wanted
from prm.kernel.tenancy.models import Fence, Record, VendorRecord
from prm.kernel.tenancy.stamping import app_role, drift, role_problems, table_grants

# Tables without a model of ours, each with its reason.
FRAMEWORK_TABLES = {"django_migrations": "which migrations have run; readable, not writable"}
# Columns that only the vendor may read; a partner-readable table must not have one of these names (TEN-12).
VENDOR_ONLY_COLUMNS = {
    "fit_score",
    "priority",
    "note",
    "internal_note",
    "margin",
    "conflict",
    "conflicts",
    "churn_risk",
}


def ask(sql: str, *values) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_every_model_is_fenced_or_global_with_a_reason():
    assert registry.unclassified_models() == []
    assert registry.check_models() == []
    assert all(reason for reason in registry.GLOBAL.values())


def test_no_model_is_both(db):
    both = [m._meta.label for m in registry.fenced_models() if m._meta.label in registry.GLOBAL]
    assert both == []


def test_every_table_in_the_database_has_a_model(db):
    known = {m._meta.db_table for m in apps.get_models(include_auto_created=True)} | set(FRAMEWORK_TABLES)
    standing = {name for (name,) in ask("select relname from pg_class where relkind in ('r','p') "
                                        "and relnamespace = 'public'::regnamespace")}  # fmt: skip
    assert standing - known == set()


def test_a_table_with_a_tenant_is_fenced(db):
    carriers = {
        table
        for (table,) in ask(
            "select table_name from information_schema.columns where table_schema = 'public' "
            "and column_name in ('tenant_id', 'partner_id')"
        )
    }
    fenced = {m._meta.db_table for m in registry.fenced_models()}
    identity = {
        apps.get_model(label)._meta.db_table for label in registry.GLOBAL if not label.startswith("auth.Group_")
    }
    assert carriers - fenced - identity == set()


def test_every_fenced_table_has_forced_row_security(db):
    standing = {name: flags for name, *flags in ask("select relname, relrowsecurity, relforcerowsecurity from pg_class "
                                                    "where relnamespace = 'public'::regnamespace")}  # fmt: skip
    assert [m._meta.db_table for m in registry.fenced_models() if standing[m._meta.db_table] != [True, True]] == []


def test_fences_keys_and_grants_stand_as_generated(db):
    assert drift() == []
    assert role_problems() == []


@pytest.mark.parametrize("model", registry.fenced_models(), ids=lambda m: m._meta.label)
def test_the_policies_of_a_fence(db, model):
    """One permissive policy for the application that names the tenant; the restrictive ones of the class."""
    found = ask(
        "select policyname, permissive, cmd, coalesce(qual, ''), coalesce(with_check, '') from pg_policies "
        "where tablename = %s and %s = any(roles)",
        model._meta.db_table,
        app_role(),
    )
    permissive = [row for row in found if row[1] == "PERMISSIVE"]
    restrictive = {row[2] for row in found if row[1] == "RESTRICTIVE"}
    if model.fence == Fence.MEMBER:
        assert {row[2] for row in permissive} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
        return
    assert len(permissive) == 1
    assert "tenant_id = " in permissive[0][3]
    assert "ctx_tenant" in permissive[0][3]
    assert "ctx_tenant" in permissive[0][4]
    wanted_commands = {
        Fence.VENDOR: {"ALL"},
        Fence.PARTNER: {"ALL"},
        Fence.PARTNER_MAYBE: {"ALL"},
        Fence.INBOX: {"SELECT", "UPDATE", "DELETE"},
    }
    assert restrictive == wanted_commands.get(model.fence, {"SELECT", "INSERT", "UPDATE", "DELETE"})


@pytest.mark.parametrize("model", registry.fenced_models(), ids=lambda m: m._meta.label)
def test_references_carry_the_tenant(db, model):
    """TEN-05: no plain foreign key between fenced tables, a composite one for each reference."""
    table = model._meta.db_table
    keys = ask(
        "select pg_get_constraintdef(oid), confrelid::regclass::text from pg_constraint "
        "where contype = 'f' and conrelid = %s::regclass",
        table,
    )
    fenced = {m._meta.db_table for m in registry.fenced_models()}
    assert [text for text, target in keys if target in fenced and "tenant_id" not in text.split("REFERENCES")[0]] == []
    for field in registry.tenant_references(model):
        assert any(f"{field.column}" in text.split("REFERENCES")[0] for text, _ in keys), field
        both = [f for f in (field.related_model, model) if has_own_partner(f)]
        if len(both) == 2 and field.column != "partner_id":
            assert any(field.column in t and "partner_id" in t.split("REFERENCES")[0] for t, _ in keys), field


def has_own_partner(model: type[Record]) -> bool:
    return any(f.column == "partner_id" and not f.null for f in model._meta.local_concrete_fields)


@pytest.mark.parametrize("model", registry.fenced_models(), ids=lambda m: m._meta.label)
def test_unique_rules_start_with_the_tenant(db, model):
    """TEN-06: also in the database itself; a random primary key is excepted."""
    indexes = ask(
        "select i.relname, a.attname from pg_index x join pg_class i on i.oid = x.indexrelid "
        "join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0] "
        "where x.indrelid = %s::regclass and x.indisunique and not x.indisprimary",
        model._meta.db_table,
    )
    assert [name for name, first in indexes if first != "tenant_id"] == []
    assert isinstance(model._meta.pk, models.UUIDField)


def test_no_view_steps_over_the_fences(db):
    """TEN-07: no materialized views, views run with the caller's rights, no function with its owner's."""
    assert ask("select relname from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace") == []
    views = ask(
        "select relname from pg_class where relkind = 'v' and relnamespace in ('public'::regnamespace, "
        "'app'::regnamespace) and not coalesce(reloptions::text like '%%security_invoker=true%%', false)"
    )
    assert views == []
    definers = ask(
        "select proname from pg_proc where prosecdef and pronamespace in ('public'::regnamespace, 'app'::regnamespace)"
    )
    assert definers == []


def test_no_partitions_go_unfenced(db):
    assert ask("select relname from pg_class where relispartition and relnamespace = 'public'::regnamespace") == []


def test_grants_are_no_more_than_the_models_say(db):
    rights = dict(
        ask(
            "select table_name, string_agg(privilege_type, ', ' order by privilege_type) "
            "from information_schema.role_table_grants where grantee = %s and table_schema = 'public' group by 1",
            app_role(),
        )
    )
    for table, granted in table_grants().items():
        whole = {right for right in granted.split(", ") if "(" not in right}  # rights on a column are not listed here
        assert set(rights[table].lower().split(", ")) == whole, table
    assert not any({"TRUNCATE", "REFERENCES", "TRIGGER"} & set(r.split(", ")) for r in rights.values())


def test_partners_read_no_column_that_is_the_vendors():
    """TEN-12: what the vendor alone may read stands in a table of its own, because fences hide rows, not columns."""
    found = [
        f"{model._meta.label}.{column.name}"
        for model in registry.fenced_models()
        if model.fence not in {Fence.VENDOR, Fence.INBOX}
        for column in model._meta.local_concrete_fields
        if column.name in VENDOR_ONLY_COLUMNS
    ]
    assert found == []


def test_every_fence_is_used_and_known(db):
    assert all(isinstance(model.fence, Fence) for model in registry.fenced_models())
    kinds = {w.kind for w in wanted(app_role(), "owner")}
    assert kinds == {"table", "policy", "key", "reference"}


# --- negative controls -----------------------------------------------------------------------------------

MISTAKES = {
    "a plain reference": ({"other": models.ForeignKey("partners.Partner", models.PROTECT)}, [], "kernel.E002"),
    "a unique field": ({"code": models.CharField(max_length=9, unique=True)}, [], "kernel.E004"),
    "a unique rule without the tenant": (
        {"code": models.CharField(max_length=9)},
        [models.UniqueConstraint(fields=["code"], name="bad_unique")],
        "kernel.E005",
    ),
}


@pytest.mark.parametrize(("fields", "rules", "code"), MISTAKES.values(), ids=list(MISTAKES))
def test_a_wrong_model_is_found(monkeypatch, fields, rules, code):
    meta = type("Meta", (), {"app_label": "kernel", "constraints": rules})
    try:
        wrong = type("Wrong", (VendorRecord,), {**fields, "Meta": meta, "__module__": __name__})
        monkeypatch.setattr(registry, "fenced_models", lambda: [wrong])
        assert code in {problem.id for problem in registry.check_models()}
    finally:
        del apps.all_models["kernel"]["wrong"]
        apps.clear_cache()


def test_an_unclassified_model_is_found(monkeypatch):
    monkeypatch.delitem(registry.GLOBAL, "kernel.Wakeup")
    assert "kernel.E001" in {problem.id for problem in registry.check_models()}


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("create view open_partners as select * from partners_partner", test_no_view_steps_over_the_fences),
        ("create materialized view kept as select 1", test_no_view_steps_over_the_fences),
        ("create table stray (id int)", test_every_table_in_the_database_has_a_model),
        ("create table stray (tenant_id uuid)", test_a_table_with_a_tenant_is_fenced),
        (
            "create function app.all_tenants() returns int security definer language sql as 'select 1'",
            test_no_view_steps_over_the_fences,
        ),
    ],
)
def test_a_stray_object_is_found(monkeypatch, damage, check):
    def ask_the_owner(sql, *values):
        with connections["owner"].cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()

    monkeypatch.setitem(check.__globals__, "ask", ask_the_owner)
    with transaction.atomic(using="owner"):
        with connections["owner"].cursor() as cursor:
            cursor.execute(damage)
        with pytest.raises(AssertionError):
            check(None)
        transaction.set_rollback(True, using="owner")
