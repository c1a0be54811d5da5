"""Contracts that end: of which customer, about which lines, and with which partner of record (rule 5, renewals)."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealRegistration, DealSharing
from dealreg.models.opportunities import Opportunity
from dealreg.models.review import DealConflictQuerySet
from partners.models import random_number
from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField, TextField, amount_rules
from prm.kernel.models import Membership, StoredFile
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerReads, TenantForeignKey, TenantManager, TenantQuerySet, VendorRecord
from sales.models import ProductLine


class ContractQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A seller sees the own ones, those that are nobody's, or all that are opened."""
        found = super().visible_to(member)
        if member.is_vendor or member.has(Role.CHAMPION, Role.DISTRIBUTOR):
            return found
        opened = DealSharing.objects.filter(is_opened=True).values("partner_id")
        return found.filter(models.Q(owner=member) | models.Q(owner=None) | models.Q(partner_id__in=opened))


class Contract(PartnerReads):
    """What a customer has bought for a time. Its partner is the partner of record; no other learns that it exists."""

    class Source(models.TextChoices):
        WON = "won", _("Won business")
        IMPORT = "import", _("Import")
        HAND = "hand", _("Entered by hand")

    number = models.CharField(max_length=8, default=random_number, editable=False)
    source = models.CharField(max_length=8, choices=Source, default=Source.HAND)
    opportunity = TenantForeignKey(Opportunity, null=True, blank=True, related_name="contracts")  # of which it came
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+")  # of the partner's people
    external_id = models.CharField(max_length=120, blank=True)
    customer_name = TextField(max_length=200)
    customer_domain = models.CharField(max_length=253, blank=True)
    customer_country = models.CharField(max_length=2, blank=True)
    normalised_name = models.CharField(max_length=400, blank=True, editable=False)
    normalised_domain = models.CharField(max_length=253, blank=True, editable=False)
    ends_on = models.DateField()
    renewed_on = models.DateField(null=True, blank=True)  # its renewal was won; from then on it claims nothing

    objects = TenantManager.from_queryset(ContractQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="contract_number"),
            models.UniqueConstraint(
                fields=["tenant", "opportunity"],
                condition=models.Q(opportunity__isnull=False),
                name="contract_of_opportunity",
            ),
            models.UniqueConstraint(
                fields=["tenant", "external_id"], condition=~models.Q(external_id=""), name="contract_external_id"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "normalised_domain", "ends_on"], name="contract_by_domain"),
            models.Index(fields=["tenant", "normalised_name", "customer_country", "ends_on"], name="contract_by_name"),
            models.Index(fields=["tenant", "partner", "ends_on"], name="contract_by_partner"),
            models.Index(fields=["tenant", "ends_on", "id"], name="contract_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} ({self.number})"

    def get_absolute_url(self) -> str:
        return address_of("dealreg:contract", self.pk)


class ContractLine(PartnerReads):
    """A product line that a contract is about, with what was paid for it, as far as that is known."""

    contract = TenantForeignKey(Contract, on_delete=models.CASCADE, related_name="lines")
    line = TenantForeignKey(ProductLine, related_name="+")
    amount = NumericField(null=True, blank=True)
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "contract", "line"], name="contract_line_once"),
            *amount_rules("contract_line", "amount", minimum=0),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} of {self.contract_id}"


class RenewalClaim(VendorRecord):
    """That a registration is about a customer whose contract with another partner ends soon: that partner comes first.

    Operations may let the registration go on when the customer has chosen in writing; the paper is kept.
    """

    class Decision(models.TextChoices):
        PENDING = "pending", _("Not decided")
        RECORD_FIRST = "record_first", _("The partner of record comes first: rejected")
        CUSTOMER_CHOSE = "customer_chose", _("The customer chose in writing: may go on")

    candidate = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="renewal_claims")
    contract = TenantForeignKey(Contract, on_delete=models.CASCADE, related_name="claims")
    decision = models.CharField(max_length=16, choices=Decision, default=Decision.PENDING)
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = TextField(max_length=500, blank=True)
    paper = TenantForeignKey(StoredFile, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(DealConflictQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "candidate", "contract"], name="renewal_claim_once"),
            models.CheckConstraint(
                name="renewal_choice_has_paper",
                condition=~models.Q(decision="customer_chose") | models.Q(paper__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} before {self.candidate_id}"

    def get_absolute_url(self) -> str:
        return address_of("dealreg:deal", self.candidate_id)


__all__ = ["Contract", "ContractLine", "RenewalClaim"]
