"""The SQL of the fences: a pure function from the models to the objects that must exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prm.kernel.tenancy.models import Fence, Record
from prm.kernel.tenancy.registry import fenced_models, tenant_references

IN_TENANT = "tenant_id = (select app.ctx_tenant())"
# `coalesce` changes nothing of the rule. The planner takes a bare `=` with an unknown for one row in 200, so it would
# sort all partners of a vendor rather than walk an index in the order that was asked for.
IS_VENDOR = "coalesce((select app.ctx_scope()) = 'vendor', false)"
OWN_COMPANY = "partner_id = any((select app.ctx_partners())::uuid[])"
ITSELF = "id = any((select app.ctx_partners())::uuid[])"
NAME_LIMIT = 63


@dataclass(frozen=True)
class Wanted:
    """One object in the catalog: a policy, a composite key, a forced table or a grant."""

    kind: str
    table: str
    name: str
    sql: str


def wanted(app_role: str, owner_role: str) -> list[Wanted]:
    """Everything that must stand on the fenced tables, in an order in which it can be created."""
    models = fenced_models()
    out: list[Wanted] = []
    for model in models:
        out += _table(model)
        out += _policies(model, app_role, owner_role)
    targets = {field.related_model for model in models for field in tenant_references(model)}
    for model in sorted(targets, key=lambda m: m._meta.db_table):
        out += _keys_to_point_at(model)
    for model in models:
        for field in tenant_references(model):
            out += _composite_keys(model, field)
    return out


def _table(model: type[Record]) -> Iterator[Wanted]:
    table = model._meta.db_table
    yield Wanted("table", table, "rls", f'alter table "{table}" enable row level security, force row level security')


def _policies(model: type[Record], app: str, owner: str) -> Iterator[Wanted]:
    table = model._meta.db_table

    def policy(name: str, *, kind: str, to: str, command: str = "all", using: str = "", check: str = "") -> Wanted:
        sql = f'create policy {name} on "{table}" as {kind} for {command} to "{to}"'
        sql += f" using ({using})" if using else ""
        sql += f" with check ({check})" if check else ""
        return Wanted("policy", table, name, sql)

    def restrict(command: str, rule: str) -> Wanted:
        reads = command in {"select", "delete"}
        return policy(
            f"fence_{command}",
            kind="restrictive",
            to=app,
            command=command,
            using="" if command == "insert" else rule,
            check="" if reads else rule,
        )

    yield policy("owner_all", kind="permissive", to=owner, using="true", check="true")
    if model.fence == Fence.MEMBER:
        yield from _membership(policy, app)
        return
    yield policy("tenant_all", kind="permissive", to=app, using=IN_TENANT, check=IN_TENANT)
    for command, rule in _rules(model).items():
        yield restrict(command, rule)


def _rules(model: type[Record]) -> dict[str, str]:
    """Who of the tenant may do what, command by command (every rule narrows the tenant's policy)."""
    own = f"{IS_VENDOR} or ({OWN_COMPANY} and ({model.partner_sees}))"
    match model.fence:
        case Fence.VENDOR:
            return {"all": IS_VENDOR}
        case Fence.PARTNER | Fence.PARTNER_MAYBE:
            return {"all": own}
        case Fence.PARTNER_READS:
            return {"select": own, "insert": IS_VENDOR, "update": IS_VENDOR, "delete": IS_VENDOR}
        case Fence.COMPANY:
            seen = f"{IS_VENDOR} or {ITSELF}"
            return {"select": seen, "insert": IS_VENDOR, "update": IS_VENDOR, "delete": IS_VENDOR}
        case Fence.PUBLISHED:
            seen = f"{IS_VENDOR} or ({model.published})"
            changed = _narrowed(model.may_change)
            return {"select": seen, "insert": _narrowed(model.may_add), "update": changed, "delete": changed}
        case Fence.INBOX:
            return {"select": IS_VENDOR, "update": IS_VENDOR, "delete": IS_VENDOR}
    raise ValueError(f"{model._meta.label}: unknown fence {model.fence}")


def _narrowed(rule: str) -> str:
    """The vendor writes; where the model says more, only such rows."""
    return IS_VENDOR if rule == "true" else f"{IS_VENDOR} and ({rule})"


def _membership(policy: Any, app: str) -> Iterator[Wanted]:
    """Own memberships before a tenant is chosen; inside one the colleagues and the vendor's people."""
    own = "user_id = (select app.maybe_user())"
    same_tenant = "tenant_id = (select app.maybe_tenant())"
    company = "partner_id = any((select app.maybe_partners())::uuid[])"
    seen = f"{own} or ({same_tenant} and ((select app.maybe_vendor()) or partner_id is null or {company}))"
    written = f"{IN_TENANT} and ({IS_VENDOR} or {OWN_COMPANY})"
    yield policy("member_select", kind="permissive", to=app, command="select", using=seen)
    yield policy("member_insert", kind="permissive", to=app, command="insert", check=written)
    yield policy("member_update", kind="permissive", to=app, command="update", using=written, check=written)
    yield policy("member_delete", kind="permissive", to=app, command="delete", using=written)


def _keys_to_point_at(model: type[Record]) -> Iterator[Wanted]:
    table = model._meta.db_table
    columns = ["tenant_id, id"]
    if _always_partner(model):
        columns.append("tenant_id, partner_id, id")
    for parts in columns:
        name = _name("key", table, parts.replace("tenant_id, ", "").replace(", ", "_"))
        yield Wanted("key", table, name, f'alter table "{table}" add constraint "{name}" unique ({parts})')


def _composite_keys(model: type[Record], field: Any) -> Iterator[Wanted]:
    source, target = model._meta.db_table, field.related_model
    column = field.column
    pairs = [(f'tenant_id, "{column}"', "tenant_id, id", "t")]
    carries_partner = any(f.column == "partner_id" for f in model._meta.local_concrete_fields)
    if carries_partner and column != "partner_id" and _always_partner(target):
        with_partner = (f'tenant_id, partner_id, "{column}"', "tenant_id, partner_id, id", "p")
        # A row without a partner is not checked by the wider key (a null matches all), so it keeps both.
        pairs = [with_partner] if _always_partner(model) else [*pairs, with_partner]
    for mine, theirs, mark in pairs:
        name = _name("ref", source, f"{column}_{mark}")
        yield Wanted(
            "reference",
            source,
            name,
            f'alter table "{source}" add constraint "{name}" foreign key ({mine})'
            f' references "{target._meta.db_table}" ({theirs}) deferrable initially deferred',
        )


def _always_partner(model: type[Record]) -> bool:
    return any(f.column == "partner_id" and not f.null for f in model._meta.local_concrete_fields)


def _name(prefix: str, table: str, rest: str) -> str:
    name = f"{prefix}_{table}_{rest}"
    return (
        name if len(name) <= NAME_LIMIT else f"{prefix}_{table[:25]}_{_digest(table + rest)}_{rest[:20]}"[:NAME_LIMIT]
    )


def _digest(text: str) -> str:
    import hashlib

    return hashlib.sha256(text.encode()).hexdigest()[:8]
