"""Abstract bases of every table in a tenant. The `fence` of a model decides which policies are stamped on it.

| fence | who reads | who writes |
|---|---|---|
| VENDOR | vendor | vendor |
| PARTNER | vendor, the partner company of the row | both |
| PARTNER_READS | vendor, the partner company of the row | vendor |
| PARTNER_MAYBE | as PARTNER; a row without partner is the vendor's alone | both |
| COMPANY | the partner table itself: a company reads its own row | vendor |
| PUBLISHED | vendor; partners the rows that `published` allows | vendor, as `may_add` and `may_change` allow |
| INBOX | vendor | everyone in the tenant may append |
| MEMBER | own memberships; inside a tenant its members | vendor; a partner for its own company |
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Any, ClassVar, Protocol, Self

from django.db import models
from django.db.models.expressions import Expression
from django.utils import timezone

from prm.kernel.tenancy.context import current_tenant_id, is_inside


class Member(Protocol):
    """What deciding who may know of a row needs of a membership."""

    @property
    def is_vendor(self) -> bool: ...

    @property
    def reach(self) -> tuple[uuid.UUID, ...] | None: ...

    @property
    def assigned(self) -> Any: ...


class Fence(StrEnum):
    VENDOR = "vendor"
    PARTNER = "partner"
    PARTNER_READS = "partner_reads"
    PARTNER_MAYBE = "partner_maybe"
    COMPANY = "company"
    PUBLISHED = "published"
    INBOX = "inbox"
    MEMBER = "member"


class CurrentTenant(Expression):
    """The tenant of the moment, decided when the query is compiled: querysets made at import time are safe."""

    output_field = models.UUIDField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [str(current_tenant_id())]

    def __repr__(self) -> str:
        return "CurrentTenant()"


class TenantQuerySet(models.QuerySet):
    def visible_to(self, member: Member) -> Self:
        """What this member may know of inside the tenant; models narrow it further where roles say so.

        Rows of a partner follow the partner: an account manager sees those of assigned partners.
        """
        if not hasattr(self.model, "partner_id"):
            return self
        if not member.is_vendor:
            return self.filter(partner_id__in=member.reach or ())
        assigned = member.assigned
        if assigned is None:
            return self
        mine = models.Q(partner_id__in=assigned)
        if self.model._meta.get_field("partner").null:
            mine |= models.Q(partner_id=None)
        return self.filter(mine)


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Adds the tenant to every query, so that its indexes are used; the database insists in any case."""

    use_in_migrations = False

    def get_queryset(self) -> TenantQuerySet:
        return super().get_queryset().filter(tenant=CurrentTenant())


class TenantForeignKey(models.ForeignKey):
    """A reference inside the tenant. The real constraint is composite (it carries the tenant) and stamped."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)


class TenantKey(models.ForeignKey):
    """The tenant of a row: the one of the moment, never chosen by hand."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"to": "kernel.Tenant", "on_delete": models.PROTECT, "editable": False, "related_name": "+"}
        super().__init__(**kwargs)

    def get_default(self) -> Any:
        # Migrations ask for a default outside every tenant; a row saved there is refused by the database.
        return current_tenant_id() if is_inside() else None


class Record(models.Model):
    """Everything that belongs to a tenant: random id, tenant, version, times."""

    fence: ClassVar[Fence] = Fence.VENDOR
    published: ClassVar[str] = "true"  # SQL; for PUBLISHED: which rows partners read
    may_add: ClassVar[str] = "true"  # SQL; for PUBLISHED: rows that may come in at all
    may_change: ClassVar[str] = "true"  # SQL; for PUBLISHED: rows that may still be changed or taken away
    partner_sees: ClassVar[str] = "true"  # SQL; rows of the own company that the partner side may not see

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = TenantKey()
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True


class VendorRecord(Record):
    """Read and written by the vendor alone."""

    fence = Fence.VENDOR

    class Meta:
        abstract = True


class PartnerRecord(Record):
    """Belongs to one partner company, which reads and writes it."""

    fence = Fence.PARTNER
    partner = TenantForeignKey("partners.Partner", related_name="%(class)ss")

    class Meta:
        abstract = True


class PartnerReads(PartnerRecord):
    """Belongs to one partner company, which reads it; the vendor writes it."""

    fence = Fence.PARTNER_READS

    class Meta:
        abstract = True


class PartnerMaybe(Record):
    """May belong to a partner company; without one it is the vendor's alone."""

    fence = Fence.PARTNER_MAYBE
    partner = TenantForeignKey("partners.Partner", null=True, blank=True, related_name="%(class)ss")

    class Meta:
        abstract = True


class PublishedRecord(Record):
    """Kept by the vendor, read by its partners where `published` says so."""

    fence = Fence.PUBLISHED

    class Meta:
        abstract = True
