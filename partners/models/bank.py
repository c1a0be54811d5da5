"""Where a partner's money goes: entered by the partner, encrypted, verified by finance before anything is paid."""

from __future__ import annotations

from typing import Self

from django.db import models

from prm.kernel.addresses import address_of
from prm.kernel.fields import SealedField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerRecord, TenantForeignKey, TenantManager, TenantQuerySet


class BankDetailsQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Finance and the auditor; of a partner's people the champion, and a distributor its own company's."""
        seen = super().visible_to(member)
        if member.is_vendor:
            return seen if member.has(Role.FINANCE, Role.AUDITOR) else seen.none()
        is_entitled = member.has(Role.CHAMPION, Role.DISTRIBUTOR)
        return seen.filter(partner_id=member.partner_id) if is_entitled else seen.none()


class BankDetails(PartnerRecord):
    """The account of a partner. `sealed` holds holder, bank and account numbers; nothing of them stands elsewhere."""

    country = models.CharField(max_length=2)
    sealed = SealedField()
    last_four = models.CharField(max_length=4)
    entered_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()
    verified_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    verified_at = models.DateTimeField(null=True, blank=True)

    objects = TenantManager.from_queryset(BankDetailsQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "partner"], name="bank_details_once"),
            models.CheckConstraint(
                name="bank_details_four_eyes",
                condition=models.Q(verified_by=None)
                | models.Q(entered_by=None)
                | ~models.Q(verified_by=models.F("entered_by")),
            ),
            models.CheckConstraint(
                name="bank_details_verified_after_change",
                condition=models.Q(verified_at=None) | models.Q(verified_at__gte=models.F("changed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"account ending in {self.last_four}"

    def get_absolute_url(self) -> str:
        return address_of("partners:bank", self.partner_id)

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None
