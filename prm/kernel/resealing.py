"""After a change of keys: all that is sealed is sealed anew under the newest key, so that old ones can be given up."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from prm.kernel.fields import SealedField
from prm.kernel.models import Tenant
from prm.kernel.sealing import Unreadable, reseal
from prm.kernel.tenancy.context import tenant_scope

AT_ONCE = 500


@dataclass(frozen=True)
class Column:
    """One column of sealed text at one vendor: how many rows were sealed anew, and which none of the keys opens."""

    tenant: str
    name: str
    resealed: int
    unreadable: tuple[str, ...]


def sealed_columns() -> list[tuple[type[models.Model], str]]:
    """Every column that holds sealed text; found by its kind, so that a new one cannot be forgotten."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, SealedField)
    ]


def reseal_all() -> list[Column]:
    """Seal anew what stands in the database, also of vendors that are switched off; may be run again at any time."""
    return [
        _reseal_column(tenant, model, name)
        for tenant in Tenant.objects.order_by("slug")
        for model, name in sealed_columns()
    ]


def _reseal_column(tenant: Tenant, model: type[models.Model], name: str) -> Column:
    """A row that somebody changes meanwhile is left alone: what is written now is under the newest key already."""
    done, lost = 0, []
    with tenant_scope(tenant):
        rows = model._default_manager.exclude(**{name: ""}).order_by("pk").values_list("pk", name)
        for pk, sealed in rows.iterator(chunk_size=AT_ONCE):
            try:
                anew = reseal(sealed)
            except Unreadable:
                lost.append(str(pk))
                continue
            done += model._default_manager.filter(pk=pk, **{name: sealed}).update(**{name: anew})
    return Column(tenant.slug, f"{model._meta.label}.{name}", done, tuple(lost))
