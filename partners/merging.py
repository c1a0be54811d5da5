"""Which rows go along when a partner becomes part of another: found in the models, never in a list kept by hand.

A row stays when a unique rule of its table has no room for it beside the rows of the other partner, and when it
tells of the company's own standing (`stays_on_merge`). A reference that carries the partner cannot reach over: one
that must be there makes both rows stay, one that may be empty is taken off and noted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import models

from partners.models import Merge, Partner
from prm.kernel.tenancy.models import CurrentTenant, Record
from prm.kernel.tenancy.registry import fenced_models, tenant_references

Rows = dict[Any, set[UUID]]  # model to ids


def rows_of(model: Any) -> models.QuerySet:
    """All rows of the tenant, also those that the usual manager leaves out."""
    return model._base_manager.filter(tenant=CurrentTenant())


def references() -> list[tuple[Any, Any]]:
    """Each model with its field that points at a partner and may be changed."""
    return [
        (relation.related_model, relation.field)
        for relation in Partner._meta.related_objects
        if relation.related_model is not Merge and "update" in getattr(relation.related_model, "grants", "update")
    ]


def links() -> Iterator[tuple[Any, Any, Any]]:
    """References between two tables of a partner that carry the partner: source, field, target."""
    for model in fenced_models():
        if not has_partner(model):
            continue
        for field in tenant_references(model):
            if field.column != "partner_id" and has_partner(field.related_model, always=True):
                yield model, field, field.related_model


def has_partner(model: type[Record], *, always: bool = False) -> bool:
    return any(f.column == "partner_id" and not (always and f.null) for f in model._meta.local_concrete_fields)


def staying(keep: Partner, other: Partner) -> Rows:
    """The rows of `other` that stay with it."""
    stay: Rows = defaultdict(set)
    for model, field in references():
        mine = rows_of(model).filter(**{field.name: other})
        if getattr(model, "stays_on_merge", False):
            stay[model] |= set(mine.values_list("pk", flat=True))
            continue
        for rule in model._meta.constraints:
            if isinstance(rule, models.UniqueConstraint) and field.name in rule.fields:
                stay[model] |= _colliding(model, field, rule, keep, mine)
    follow_links(stay, other)
    return stay


def _colliding(model: Any, field: Any, rule: Any, keep: Partner, mine: models.QuerySet) -> set[UUID]:
    condition = rule.condition or models.Q()
    rest = [name for name in rule.fields if name not in {"tenant", field.name}]
    there = {
        tuple(values) for values in rows_of(model).filter(condition, **{field.name: keep}).values_list(*rest, "pk")
    }
    taken = {values[:-1] for values in there}
    return {
        values[-1] for values in mine.filter(condition).values_list(*rest, "pk")
        if values[:-1] in taken and (None not in values)
    }  # fmt: skip


def follow_links(rows: Rows, company: Partner) -> None:
    """Add what a needed reference ties to these rows, in both directions, until nothing is added any more."""
    needed = [link for link in links() if not link[1].null]
    grew = True
    while grew:
        grew = False
        for source, field, target in needed:
            sources = rows_of(source).filter(partner=company)
            below = set(sources.filter(**{f"{field.name}__in": rows[target]}).values_list("pk", flat=True))
            above = set(sources.filter(pk__in=rows[source]).values_list(field.attname, flat=True))
            for model, found in ((source, below), (target, above)):
                if not found <= rows[model]:
                    rows[model] |= found
                    grew = True


def detach(company: Partner, apart: Rows) -> dict[str, dict[str, str]]:
    """Take off the references that may be empty between rows in `apart` and the other rows of `company`."""
    noted: dict[str, dict[str, str]] = {}
    for source, field, target in links():
        if not field.null:
            continue
        rows = rows_of(source).filter(partner=company).exclude(**{field.name: None})
        here, there = models.Q(pk__in=apart[source]), models.Q(**{f"{field.name}__in": apart[target]})
        torn = dict(rows.filter((here & ~there) | (~here & there)).values_list("pk", field.attname))
        if torn:
            rows_of(source).filter(pk__in=torn).update(**{field.name: None})
            noted[key_of(source, field)] = {str(pk): str(at) for pk, at in torn.items()}
    return noted


def key_of(model: Any, field: Any) -> str:
    return f"{model._meta.label}.{field.name}"
