"""Leads: a possible need, given to a partner or found by it. Who it is stays with the vendor until one accepts it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from dealreg.models.deals import DealSharing
from partners.models import random_number
from prm.kernel.addresses import address_of
from prm.kernel.fields import TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import (
    PartnerMaybe,
    PartnerRecord,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
    VendorRecord,
)
from sales.models import ProductLine


class LeadQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Leads of visible partners and those of none; a seller the own ones, and those nobody there has taken yet."""
        found = super().visible_to(member)
        if member.is_vendor or member.has(Role.CHAMPION, Role.DISTRIBUTOR, Role.PARTNER_MARKETING):
            return found
        opened = DealSharing.objects.filter(is_opened=True).values("partner_id")
        return found.filter(models.Q(owner=member) | models.Q(owner=None) | models.Q(partner_id__in=opened))


class Lead(PartnerMaybe):
    """What a partner may know of a lead before it accepts: industry, region or country, product line, size, its clocks.

    It belongs to a partner from the offer until it is returned or recycled; without one it is the vendor's alone.
    Who the lead is stands in LeadContact.
    """

    class State(models.TextChoices):
        NEW = "new", _("New")
        ASSIGNED = "assigned", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        CONVERTED = "converted", _("Converted")
        RETURNED = "returned", _("Returned")
        RECYCLED = "recycled", _("Recycled")
        DISQUALIFIED = "disqualified", _("Disqualified")

    class Size(models.TextChoices):
        TO_9 = "1-9", _("1 to 9 people")
        TO_49 = "10-49", _("10 to 49 people")
        TO_249 = "50-249", _("50 to 249 people")
        TO_999 = "250-999", _("250 to 999 people")
        OVER_999 = "1000+", _("1,000 people and more")

    class DisqualifyReason(models.TextChoices):
        NO_NEED = "no_need", _("No need")
        NO_BUDGET = "no_budget", _("No budget")
        WRONG_CONTACT = "wrong_contact", _("Wrong contact")
        COMPETITOR = "competitor", _("Bought from a competitor")
        DUPLICATE = "duplicate", _("Duplicate")
        OTHER = "other", _("Other")

    class Queue(models.TextChoices):
        NONE_ELIGIBLE = "none_eligible", _("No partner fits")
        REASSIGNED = "reassigned", _("Came back too often")
        BY_RULE = "by_rule", _("A rule sends it to operations")
        BY_HAND = "by_hand", _("Leads are given out by hand")

    MOVES = {
        State.NEW: {State.ASSIGNED},
        State.ASSIGNED: {State.ACCEPTED, State.RETURNED},
        State.ACCEPTED: {State.CONTACTED, State.RETURNED, State.DISQUALIFIED, State.RECYCLED},
        State.CONTACTED: {State.QUALIFIED, State.RETURNED, State.DISQUALIFIED, State.RECYCLED},
        State.QUALIFIED: {State.CONVERTED, State.RETURNED, State.DISQUALIFIED, State.RECYCLED},
        State.CONVERTED: set(),
        State.RETURNED: {State.ASSIGNED},
        State.RECYCLED: {State.NEW},
        State.DISQUALIFIED: {State.NEW},
    }

    number = models.CharField(max_length=8, default=random_number, editable=False)
    state = models.CharField(max_length=20, choices=State, default=State.NEW)
    line = TenantForeignKey(ProductLine, related_name="+")
    industry = models.CharField(max_length=60, blank=True)
    region = TextField(max_length=60, blank=True)
    country = models.CharField(max_length=2, blank=True)  # of the contact; where no region is known it stands for one
    size_band = models.CharField(max_length=10, choices=Size, blank=True)
    is_given = models.BooleanField(default=True)  # by the vendor; or the partner brought it itself
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+")  # of the partner's people

    opened_at = models.DateTimeField()  # taken in, or opened again: who refused it before that may have it again
    assigned_at = models.DateTimeField(null=True, blank=True)
    accept_due = models.DateField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    contact_due = models.DateField(null=True, blank=True)
    contacted_at = models.DateTimeField(null=True, blank=True)
    qualified_at = models.DateTimeField(null=True, blank=True)
    progress_at = models.DateTimeField(null=True, blank=True)  # when its partner last did something with it
    reassignments = models.PositiveSmallIntegerField(default=0)  # by the system
    queue = models.CharField(max_length=20, choices=Queue, blank=True)  # why it waits for operations
    disqualify_reason = models.CharField(max_length=20, choices=DisqualifyReason, blank=True)
    reason = TextField(max_length=500, blank=True)

    objects = TenantManager.from_queryset(LeadQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="lead_number"),
            models.CheckConstraint(
                name="lead_at_partner",
                condition=models.Q(state__in=["new", "returned", "recycled"]) | models.Q(partner__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_offered_has_clock",
                condition=~models.Q(state="assigned") | models.Q(assigned_at__isnull=False, accept_due__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_accepted_has_clock",
                condition=~models.Q(state__in=["accepted", "contacted", "qualified", "converted"])
                | models.Q(accepted_at__isnull=False, contact_due__isnull=False, progress_at__isnull=False),
            ),
            models.CheckConstraint(
                name="lead_disqualified_has_reason",
                condition=~models.Q(state="disqualified") | ~models.Q(disqualify_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "state", "accept_due"], name="lead_by_offer"),
            models.Index(fields=["tenant", "partner", "state"], name="lead_by_partner"),
            models.Index(fields=["tenant", "opened_at", "id"], name="lead_by_day"),
        ]

    def __str__(self) -> str:
        return f"lead {self.number}"

    def get_absolute_url(self) -> str:
        return address_of("dealreg:lead", self.pk)


HELD = (Lead.State.ACCEPTED, Lead.State.CONTACTED, Lead.State.QUALIFIED)
OPEN_LEAD = (Lead.State.NEW, Lead.State.ASSIGNED, Lead.State.RETURNED, *HELD)


class LeadContact(PartnerMaybe):
    """Who a lead is and what it needs. Its partner is empty, so the database shows it to the vendor alone, until one
    accepts the lead; when the lead is taken back it is emptied again.
    """

    class Source(models.TextChoices):
        CAMPAIGN = "campaign", _("Campaign")
        FORM = "form", _("Public form")
        LOCATOR = "locator", _("Locator")
        IMPORT = "import", _("Import")
        INTERFACE = "interface", _("Interface")
        PARTNER = "partner", _("The partner itself")
        HAND = "hand", _("Entered by hand")

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="contacts")
    company = TextField(max_length=200)
    company_key = models.CharField(max_length=400, editable=False)  # as F37 writes names
    domain = models.CharField(max_length=253, blank=True, editable=False)
    name = TextField(max_length=160, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=2)
    need = TextField(max_length=2000, blank=True)
    source = models.CharField(max_length=12, choices=Source)
    campaign = TextField(max_length=120, blank=True)
    consent = models.JSONField(default=dict)  # at, how
    open_key = models.CharField(max_length=300, blank=True, editable=False)  # while open: whose, and the address
    found_need = TextField(max_length=500, blank=True)
    found_budget = TextField(max_length=500, blank=True)
    found_timing = TextField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "lead"], name="lead_contact_once"),
            models.UniqueConstraint(
                fields=["tenant", "open_key"], condition=~models.Q(open_key=""), name="lead_open_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "company_key", "country"], name="lead_contact_by_company"),
            models.Index(fields=["tenant", "domain"], name="lead_contact_by_domain", condition=~models.Q(domain="")),
            models.Index(fields=["tenant", "email"], name="lead_contact_by_email"),
        ]

    def __str__(self) -> str:
        return self.company


class LeadNote(PartnerMaybe):
    """What somebody wrote about a lead: the partner that held it then and the vendor read it, no later partner."""

    lead = TenantForeignKey(Lead, on_delete=models.CASCADE, related_name="notes")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    text = TextField(max_length=2000)

    class Meta:
        indexes = [models.Index(fields=["tenant", "lead", "at"], name="lead_note_by_lead")]

    def __str__(self) -> str:
        return f"note on {self.lead_id}"


class LeadOffer(PartnerRecord):
    """That a lead was offered to a partner, and what became of it there. The figures of leads are counted here."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("Not answered yet")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        TIMED_OUT = "timed_out", _("Not answered in time")
        WITHDRAWN = "withdrawn", _("Taken back")

    class RefuseReason(models.TextChoices):
        CAPACITY = "capacity", _("No time at present")
        REGION = "region", _("Not our region")
        INDUSTRY = "industry", _("Not our industry")
        LINE = "line", _("Not our product line")
        SIZE = "size", _("Too small or too large for us")
        OTHER = "other", _("Other")

    lead = TenantForeignKey(Lead, related_name="offers")
    offered_at = models.DateTimeField()
    accept_due = models.DateField()
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    refuse_reason = models.CharField(max_length=12, choices=RefuseReason, blank=True)
    reason = TextField(max_length=500, blank=True)
    converted_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)  # taken back after it had been accepted

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lead"], condition=models.Q(outcome="open"), name="lead_offer_one_open"
            ),
            models.CheckConstraint(
                name="lead_offer_answered", condition=models.Q(outcome="open") | models.Q(answered_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["tenant", "partner", "offered_at"], name="lead_offer_by_partner")]

    def __str__(self) -> str:
        return f"{self.lead_id} to {self.partner_id}"


class LeadCapture(VendorRecord):
    """One time that a lead came in. Of one person's open lead there may be several: the later ones were merged into it.

    `key` is what the sender of the interface calls it, so that sending it twice takes it in once.
    """

    lead = TenantForeignKey(Lead, related_name="captures")
    source = models.CharField(max_length=12, choices=LeadContact.Source)
    campaign = TextField(max_length=120, blank=True)
    at = models.DateTimeField()
    is_merged = models.BooleanField(default=False)
    said = models.JSONField(default=dict)  # as it was sent
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    principal = models.CharField(max_length=40, blank=True)  # the key of the interface that sent it
    key = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "principal", "key"], condition=~models.Q(key=""), name="lead_capture_key"
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "source", "at"], name="lead_capture_by_day"),
            models.Index(fields=["tenant", "lead", "at"], name="lead_capture_by_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.source} of {self.lead_id}"
