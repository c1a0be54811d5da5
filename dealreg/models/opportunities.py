"""Opportunities: open business with its lines, stage and close date; who is credited, its papers, what was booked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealRegistration, DealSharing
from partners.models import random_number
from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField, TextField, amount_rules
from prm.kernel.models import Membership, StoredFile
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerMaybe, PartnerReads, TenantForeignKey, TenantManager, TenantQuerySet
from sales.models import ProductLine, SalesActual

OPEN = models.Q(state="open")


class OpportunityQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A seller sees the own ones, or all that are opened; what has no partner is the vendor's alone."""
        found = super().visible_to(member)
        if member.is_vendor or member.has(Role.CHAMPION, Role.DISTRIBUTOR, Role.PARTNER_TECHNICAL):
            return found
        if not member.has(Role.PARTNER_SALES):
            return found
        opened = DealSharing.objects.filter(is_opened=True).values("partner_id")
        return found.filter(models.Q(owner=member) | models.Q(partner_id__in=opened))


class Opportunity(PartnerMaybe):
    """Open business with a customer. Without a partner it is the vendor's own, and no partner knows of it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Stage(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        QUALIFIED = "qualified", _("Qualified")
        PROPOSED = "proposed", _("Proposed")
        COMMITTED = "committed", _("Committed")

    class Source(models.TextChoices):
        PARTNER_LED = "partner_led", _("Partner-led")
        VENDOR_LED = "vendor_led", _("Vendor-led")

    MOVES = {
        State.OPEN: {State.WON, State.LOST},
        State.WON: {State.OPEN},
        State.LOST: {State.OPEN},
    }

    number = models.CharField(max_length=8, default=random_number, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.REGISTERED)
    probability = NumericField(null=True, blank=True)  # its own; empty: that of the stage
    name = TextField(max_length=200)
    source = models.CharField(max_length=12, choices=Source, default=Source.PARTNER_LED)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+")  # of the partner's people
    created_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    registration = TenantForeignKey(DealRegistration, null=True, blank=True, related_name="opportunities")
    lead = TenantForeignKey("dealreg.Lead", null=True, blank=True, related_name="opportunities")
    campaign = TextField(max_length=120, blank=True)  # the activity that it goes back to
    renews = TenantForeignKey("dealreg.Contract", null=True, blank=True, related_name="renewals")
    external_id = models.CharField(max_length=120, blank=True)

    customer_name = TextField(max_length=200, blank=True)  # a CRM may hold deals that name no account yet
    customer_domain = models.CharField(max_length=253, blank=True)
    customer_country = models.CharField(max_length=2, blank=True)
    normalised_name = models.CharField(max_length=400, blank=True, editable=False)
    normalised_domain = models.CharField(max_length=253, blank=True, editable=False)

    amount = NumericField(default=Decimal(0))  # the sum of its lines
    currency = models.CharField(max_length=3)
    credit = NumericField(default=Decimal(1))  # the share its own partner is credited with
    opened_on = models.DateField()
    expected_close = models.DateField()
    next_step = TextField(max_length=300, blank=True)
    next_step_due = models.DateField(null=True, blank=True)
    worked_at = models.DateTimeField()  # when somebody last worked on it
    closed_on = models.DateField(null=True, blank=True)
    loss_reason = models.CharField(max_length=20, choices=DealRegistration.LossReason, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(OpportunityQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="opportunity_number"),
            models.UniqueConstraint(
                fields=["tenant", "registration"],
                condition=models.Q(registration__isnull=False),
                name="opportunity_of_registration",
            ),
            models.UniqueConstraint(
                fields=["tenant", "external_id"],
                condition=~models.Q(external_id=""),
                name="opportunity_external_id",
            ),
            models.CheckConstraint(
                name="opportunity_closed_has_day",
                condition=models.Q(state="open") | models.Q(closed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="opportunity_lost_has_reason", condition=~models.Q(state="lost") | ~models.Q(loss_reason="")
            ),
            models.CheckConstraint(
                name="opportunity_rates",
                condition=models.Q(credit__range=(0, 1))
                & (models.Q(probability=None) | models.Q(probability__range=(0, 1))),
            ),
            *amount_rules("opportunity", "amount", minimum=0),
        ]
        indexes = [
            models.Index(fields=["tenant", "stage", "expected_close", "id"], name="opportunity_board", condition=OPEN),
            models.Index(fields=["tenant", "expected_close", "id"], name="opportunity_by_close"),
            models.Index(fields=["tenant", "partner", "state", "expected_close"], name="opportunity_by_partner"),
            models.Index(fields=["tenant", "state", "closed_on"], name="opportunity_by_end"),
            models.Index(fields=["tenant", "worked_at"], name="opportunity_by_work", condition=OPEN),
            models.Index(fields=["tenant", "next_step_due"], name="opportunity_by_step", condition=OPEN),
            models.Index(fields=["tenant", "normalised_domain"], name="opportunity_by_domain"),
            models.Index(fields=["tenant", "normalised_name", "customer_country"], name="opportunity_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def get_absolute_url(self) -> str:
        return address_of("dealreg:opportunity", self.pk)

    def is_overdue(self, today: dt.date) -> bool:
        """Its order was expected before today: it counts in no coverage."""
        return self.state == self.State.OPEN and self.expected_close < today


class OpportunityLine(PartnerMaybe):
    """What of an opportunity falls to a product line."""

    opportunity = TenantForeignKey(Opportunity, on_delete=models.CASCADE, related_name="lines")
    line = TenantForeignKey(ProductLine, related_name="+")
    amount = NumericField()
    currency = models.CharField(max_length=3)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "opportunity", "line"], name="opportunity_line_once"),
            *amount_rules("opportunity_line", "amount", minimum=0),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} of {self.opportunity_id}"


class OpportunityCredit(PartnerReads):
    """The share of an opportunity that a partner is credited with; a partner reads its own alone."""

    class Kind(models.TextChoices):
        SOURCE = "source", _("Sells it")
        INFLUENCE = "influence", _("Helped")

    opportunity = TenantForeignKey(Opportunity, on_delete=models.CASCADE, related_name="credits")
    share = NumericField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SOURCE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "opportunity", "partner"], name="opportunity_credit_once"),
            models.CheckConstraint(
                name="opportunity_credit_share", condition=models.Q(share__gt=0) & models.Q(share__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share} of {self.opportunity_id}"


class OpportunityDocument(PartnerMaybe):
    """A paper of an opportunity, with its file."""

    class Kind(models.TextChoices):
        PROPOSAL = "proposal", _("Proposal")
        SOW = "sow", _("Statement of work")
        POC = "poc", _("Proof of concept")
        BUSINESS_CASE = "business_case", _("Business case")

    opportunity = TenantForeignKey(Opportunity, on_delete=models.CASCADE, related_name="documents")
    kind = models.CharField(max_length=15, choices=Kind, default=Kind.PROPOSAL)
    dated_on = models.DateField()
    file = TenantForeignKey(StoredFile, related_name="+")
    added_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["tenant", "opportunity", "dated_on"], name="opportunity_documents")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.opportunity_id}"


class OpportunityActual(PartnerReads):
    """A booking that came of a won opportunity. A booking belongs to one at most."""

    opportunity = TenantForeignKey(Opportunity, on_delete=models.CASCADE, related_name="actuals")
    actual = TenantForeignKey(SalesActual, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "actual"], name="opportunity_actual_once")]

    def __str__(self) -> str:
        return f"{self.actual_id} of {self.opportunity_id}"


__all__ = [
    "OPEN",
    "Opportunity",
    "OpportunityActual",
    "OpportunityCredit",
    "OpportunityDocument",
    "OpportunityLine",
]
