"""Deal registrations: a partner's claim to a business with a customer, with its lines, and who of a company sees it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import random_number
from prm.kernel.addresses import address_of
from prm.kernel.fields import NumericField, TextField, amount_rules
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import PartnerRecord, TenantForeignKey, TenantManager, TenantQuerySet
from sales.models import ProductLine

__all__ = ["DealLine", "DealQuerySet", "DealRegistration", "DealSharing"]


class DealQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """What a partner writes is its own until submitted; a seller sees the own deals, or all that are opened."""
        found = super().visible_to(member)
        if member.is_vendor:
            return found.filter(~models.Q(state="draft") | models.Q(is_on_behalf=True))
        if member.has(Role.CHAMPION, Role.DISTRIBUTOR, Role.PARTNER_TECHNICAL) or not member.has(Role.PARTNER_SALES):
            return found
        opened = DealSharing.objects.filter(is_opened=True).values("partner_id")
        return found.filter(models.Q(owner=member) | models.Q(partner_id__in=opened))

    def competing(self) -> Self:
        """Those that hold or claim a customer. Written as the partial indexes are, so that they are used."""
        return self.filter(state__in=COMPETING)


class DealRegistration(PartnerRecord):
    """A partner's claim to a business with a customer. Once approved it is protected until it expires."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        IN_REVIEW = "in_review", _("In review")
        INFO_REQUESTED = "info_requested", _("Question asked")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")
        CANCELLED = "cancelled", _("Cancelled")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    class Source(models.TextChoices):
        PARTNER_LED = "partner_led", _("We found and opened it")
        VENDOR_LED = "vendor_led", _("It came from the vendor")

    class RejectReason(models.TextChoices):
        DUPLICATE = "duplicate", _("Registered before by somebody else")
        EXISTING_CUSTOMER = "existing_customer", _("Existing customer")
        VENDOR_ENGAGED = "vendor_engaged", _("The vendor's own sales is engaged")
        NOT_QUALIFIED = "not_qualified", _("Not qualified")
        OUTSIDE_TERRITORY = "outside_territory", _("Outside the territory")
        INCOMPLETE = "incomplete", _("Incomplete")
        PUBLIC_TENDER = "public_tender", _("Public tender")
        OTHER = "other", _("Other")

    class LossReason(models.TextChoices):
        PRICE = "price", _("Price")
        PRODUCT = "product", _("Product")
        COMPETITOR = "competitor", _("Competitor")
        NO_DECISION = "no_decision", _("No decision")
        BUDGET = "budget", _("Budget")
        TIMING = "timing", _("Timing")
        OTHER = "other", _("Other")
        TRANSFERRED = "transferred", _("Went to another partner")  # the system's: counts neither as won nor as lost

        @classmethod
        def by_people(cls) -> list[tuple[str, Any]]:
            """Those that people give."""
            return [(value, label) for value, label in cls.choices if value != cls.TRANSFERRED]

    class CancelReason(models.TextChoices):
        FALSE_STATEMENT = "false_statement", _("False statement")
        CUSTOMER_OBJECTION = "customer_objection", _("The customer objects")
        BREACH = "breach", _("Breach of the program's rules")

    MOVES = {
        State.DRAFT: {State.SUBMITTED},
        State.SUBMITTED: {
            State.IN_REVIEW,
            State.INFO_REQUESTED,
            State.APPROVED,
            State.REJECTED,
            State.WITHDRAWN,
        },
        State.IN_REVIEW: {State.INFO_REQUESTED, State.APPROVED, State.REJECTED, State.WITHDRAWN},
        State.INFO_REQUESTED: {State.IN_REVIEW, State.WITHDRAWN},
        State.APPROVED: {State.EXPIRED, State.WON, State.LOST, State.WITHDRAWN, State.CANCELLED},
        State.REJECTED: {State.IN_REVIEW},
        State.EXPIRED: {State.APPROVED, State.WON, State.LOST},
        State.CANCELLED: {State.IN_REVIEW},
        State.WITHDRAWN: set(),
        State.WON: {State.APPROVED, State.EXPIRED},  # opened again with its opportunity
        State.LOST: {State.APPROVED, State.EXPIRED},
    }

    number = models.CharField(max_length=8, default=random_number, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.DRAFT)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+")  # of the partner's people
    created_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    submitted_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    is_on_behalf = models.BooleanField(default=False)  # written by the vendor's people for the partner

    customer_name = TextField(max_length=200)
    customer_domain = models.CharField(max_length=253, blank=True)
    customer_country = models.CharField(max_length=2, blank=True)
    normalised_name = models.CharField(max_length=400, blank=True, editable=False)
    normalised_domain = models.CharField(max_length=253, blank=True, editable=False)
    domain_root = models.CharField(max_length=253, blank=True, editable=False)  # finds subdomains
    contact_name = TextField(max_length=160, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    amount = NumericField(null=True, blank=True)
    currency = models.CharField(max_length=3)
    expected_close = models.DateField(null=True, blank=True)
    need = TextField(max_length=2000, blank=True)
    source = models.CharField(max_length=12, choices=Source, default=Source.PARTNER_LED)
    tender = models.BooleanField(default=False)
    lead = TenantForeignKey("dealreg.Lead", null=True, blank=True, related_name="registrations")
    campaign = TextField(max_length=120, blank=True)  # the activity that it goes back to, carried over from the lead
    claimed_at = models.DateTimeField(null=True, blank=True)  # of a lead given by the vendor: when it was accepted
    next_step = TextField(max_length=300, blank=True)
    next_step_due = models.DateField(null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)  # when the next step was last brought up to date

    submitted_at = models.DateTimeField(null=True, blank=True)
    review_due = models.DateField(null=True, blank=True)
    pauses = models.JSONField(default=list, blank=True)  # days between a question and its answer: from, to
    decided_at = models.DateTimeField(null=True, blank=True)
    reject_reason = models.CharField(max_length=20, choices=RejectReason, blank=True)
    reason = TextField(max_length=500, blank=True)  # of a refusal, cancellation or loss, as the partner is told it
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal = TextField(max_length=2000, blank=True)

    approved_on = models.DateField(null=True, blank=True)
    protection_days = models.PositiveSmallIntegerField(default=0)
    max_extensions = models.PositiveSmallIntegerField(default=0)
    extension_days = models.PositiveSmallIntegerField(default=0)
    expires_on = models.DateField(null=True, blank=True)
    discount = NumericField(null=True, blank=True)
    credit_share = NumericField(default=Decimal(1))  # of the business; less than one for a joint deal
    closed_on = models.DateField(null=True, blank=True)
    loss_reason = models.CharField(max_length=20, choices=LossReason, blank=True)

    objects = TenantManager.from_queryset(DealQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="deal_number"),
            models.CheckConstraint(
                name="deal_submitted_has_time",
                condition=models.Q(state="draft") | models.Q(submitted_at__isnull=False, review_due__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_approved_has_end",
                condition=~models.Q(state__in=["approved", "expired", "won"])
                | models.Q(approved_on__isnull=False, expires_on__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="deal_rejected_has_reason", condition=~models.Q(state="rejected") | ~models.Q(reject_reason="")
            ),
            models.CheckConstraint(
                name="deal_closed_has_day",
                condition=~models.Q(state__in=["won", "lost"]) | models.Q(closed_on__isnull=False),
            ),
            models.CheckConstraint(name="deal_credit_share", condition=models.Q(credit_share__range=(0, 1))),
            *amount_rules("deal", "amount", minimum=0),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "normalised_domain"],
                name="deal_claims_by_domain",
                condition=models.Q(state__in=["submitted", "in_review", "info_requested", "approved"]),
            ),
            models.Index(
                fields=["tenant", "normalised_name", "customer_country"],
                name="deal_claims_by_name",
                condition=models.Q(state__in=["submitted", "in_review", "info_requested", "approved"]),
            ),
            models.Index(
                fields=["tenant", "domain_root"],
                name="deal_claims_by_root",
                condition=models.Q(state__in=["submitted", "in_review", "info_requested", "approved"]),
            ),
            models.Index(fields=["tenant", "partner", "state"], name="deal_by_partner"),
            models.Index(fields=["tenant", "state", "review_due"], name="deal_by_review"),
            models.Index(fields=["tenant", "state", "expires_on"], name="deal_by_expiry"),
            models.Index(fields=["tenant", "submitted_at", "id"], name="deal_by_submission"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} ({self.number})"

    def get_absolute_url(self) -> str:
        return address_of("dealreg:deal", self.pk)

    @property
    def is_open(self) -> bool:
        """Waiting for a decision."""
        return self.state in UNDECIDED


UNDECIDED = (
    DealRegistration.State.SUBMITTED,
    DealRegistration.State.IN_REVIEW,
    DealRegistration.State.INFO_REQUESTED,
)
COMPETING = (*UNDECIDED, DealRegistration.State.APPROVED)


class DealLine(PartnerRecord):
    """A product line that a registration is about; `granted` unless another registration keeps it."""

    deal = TenantForeignKey(DealRegistration, on_delete=models.CASCADE, related_name="lines")
    line = TenantForeignKey(ProductLine, related_name="+")
    granted = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "deal", "line"], name="deal_line_once")]

    def __str__(self) -> str:
        return f"{self.line_id} of {self.deal_id}"


class DealSharing(PartnerRecord):
    """Whether a company's sellers see each other's deals. The champion opens them."""

    is_opened = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner"], name="deal_sharing_once")]

    def __str__(self) -> str:
        return f"deals of {self.partner_id}: {'opened' if self.is_opened else 'each one’s own'}"
