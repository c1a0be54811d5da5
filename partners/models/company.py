"""Partner companies with their people, their account managers and their tier; all else refers to them."""

from __future__ import annotations

import secrets
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.countries import COUNTRIES
from prm.kernel import clock
from prm.kernel.addresses import address_of
from prm.kernel.fields import CodesField, NumericField, TextField
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.models import (
    Fence,
    PartnerReads,
    PartnerRecord,
    PublishedRecord,
    Record,
    TenantForeignKey,
    TenantManager,
    TenantQuerySet,
    VendorRecord,
)

SEES_ALL_PARTNERS = (
    Role.TENANT_ADMIN,
    Role.CHANNEL_CHIEF,
    Role.OPERATIONS,
    Role.MARKETING,
    Role.FINANCE,
    Role.AUDITOR,
)
LIVING = ("merged_into", "taken_back_at")  # both empty while a company is one of its own
NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no look-alikes


def random_number() -> str:
    """A human number: random within the tenant, so that it tells nothing about how many there are."""
    return "".join(secrets.choice(NUMBER_ALPHABET) for _ in range(8))


class Territory(PublishedRecord):
    """A sales territory: a place with a manager, in a region."""

    code = models.CharField(max_length=60)
    name = TextField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    region = TextField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "code"], name="territory_code")]

    def __str__(self) -> str:
        return self.name


class Tier(PublishedRecord):
    """A level of the programme: what partners hold. What it asks and gives stands in the versions (ProgramTier)."""

    class Kind(models.TextChoices):
        COMMUNITY = "community", _("Community: no revenue duty, no resale price")
        RESALE = "resale", _("Resale")
        REFERRAL = "referral", _("Referral")

    code = models.CharField(max_length=40)
    name = TextField(max_length=80)
    level = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.RESALE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="tier_code"),
            models.UniqueConstraint(fields=["tenant", "level"], name="tier_level"),
        ]

    def __str__(self) -> str:
        return self.name


class PartnerQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """All, the assigned ones (an account manager's own and, for a team's lead, the team's), or one's company."""
        if not member.is_vendor:
            return self.filter(pk__in=member.reach or ())
        assigned = member.assigned
        return self if assigned is None else self.filter(pk__in=assigned)


class PartnerManager(TenantManager.from_queryset(PartnerQuerySet)):  # type: ignore[misc]
    """The partners that stand for themselves, in every list, count, job and choice.

    Not who became part of another, nor who came in by an import that was taken back.
    """

    def get_queryset(self) -> PartnerQuerySet:
        return super().get_queryset().filter(merged_into=None, taken_back_at=None)


class Partner(Record):
    """A company that sells, delivers, refers or influences for the vendor."""

    fence = Fence.COMPANY

    class State(models.TextChoices):
        IDENTIFIED = "identified", _("Identified")
        CONTACTED = "contacted", _("Contacted")
        ENGAGED = "engaged", _("Engaged")
        QUALIFIED = "qualified", _("Qualified")
        COMMITTED = "committed", _("Committed")
        ONBOARDING = "onboarding", _("Onboarding")
        ACTIVE = "active", _("Active")
        LAPSED = "lapsed", _("Lapsed")
        REACTIVATING = "reactivating", _("Reactivating")
        SUSPENDED = "suspended", _("Suspended")
        TERMINATED = "terminated", _("Terminated")
        DECLINED = "declined", _("Declined")

    class Type(models.TextChoices):
        RESELLER = "reseller", _("Reseller")
        MSP = "msp", _("Managed service provider")
        SI = "si", _("Systems integrator")
        ISV = "isv", _("Software vendor")
        CONSULTANT = "consultant", _("Consultant")
        REFERRAL = "referral", _("Referral partner")
        DISTRIBUTOR = "distributor", _("Distributor")
        MASTER_AGENT = "master_agent", _("Master agent")

    class LifeStage(models.TextChoices):
        RECRUIT = "recruit", _("Recruit")
        ONBOARD = "onboard", _("Onboard")
        SELL = "sell", _("Sales motivation")
        TARGET = "target", _("Opportunity targeting")
        PIPELINE = "pipeline", _("Pipeline activation")
        SUCCESS = "success", _("Support success and profitability")

    MOVES = {
        State.IDENTIFIED: {State.CONTACTED, State.ENGAGED, State.SUSPENDED, State.DECLINED},
        State.CONTACTED: {State.ENGAGED, State.SUSPENDED, State.DECLINED},
        State.ENGAGED: {State.QUALIFIED, State.ACTIVE, State.SUSPENDED, State.DECLINED},
        State.QUALIFIED: {State.COMMITTED, State.ACTIVE, State.SUSPENDED, State.DECLINED},
        State.COMMITTED: {State.ONBOARDING, State.SUSPENDED, State.TERMINATED, State.DECLINED},
        State.ONBOARDING: {State.ACTIVE, State.SUSPENDED, State.TERMINATED},
        State.ACTIVE: {State.LAPSED, State.SUSPENDED, State.TERMINATED},
        State.LAPSED: {State.REACTIVATING, State.ACTIVE, State.SUSPENDED, State.TERMINATED},
        State.REACTIVATING: {State.ACTIVE, State.SUSPENDED, State.TERMINATED},
        State.SUSPENDED: {
            State.IDENTIFIED,
            State.CONTACTED,
            State.ENGAGED,
            State.QUALIFIED,
            State.COMMITTED,
            State.ONBOARDING,
            State.ACTIVE,
            State.LAPSED,
            State.REACTIVATING,
            State.TERMINATED,
        },
        State.TERMINATED: set(),
        State.DECLINED: {State.CONTACTED},
    }

    number = models.CharField(max_length=8, default=random_number, editable=False)
    external_id = models.CharField(max_length=80, blank=True)
    name = TextField(max_length=200)
    sort_name = models.CharField(max_length=400, editable=False)
    normalised_name = models.CharField(max_length=400, editable=False)
    domain = models.CharField(max_length=253, blank=True)
    country = models.CharField(max_length=2)
    regions = CodesField()
    territory = TenantForeignKey(Territory, null=True, blank=True, related_name="partners")
    type = models.CharField(max_length=20, choices=Type, default=Type.RESELLER)
    other_types = CodesField()
    sponsor = TenantForeignKey("self", null=True, blank=True, related_name="sponsored_partners")
    state = models.CharField(max_length=20, choices=State, default=State.IDENTIFIED)
    life_stage = models.CharField(max_length=20, choices=LifeStage, default=LifeStage.RECRUIT)
    tier = TenantForeignKey(Tier, null=True, blank=True, related_name="partners")
    source = TextField(max_length=60, blank=True)

    merged_into = TenantForeignKey("self", null=True, blank=True, editable=False, related_name="merged_partners")
    taken_back_at = models.DateTimeField(null=True, blank=True, editable=False)  # with the import that brought it

    objects = PartnerManager()
    with_merged = TenantManager.from_queryset(PartnerQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="partner_number"),
            models.UniqueConstraint(
                fields=["tenant", "external_id"], condition=~models.Q(external_id=""), name="partner_external_id"
            ),
            models.CheckConstraint(
                name="partner_not_own_sponsor", condition=models.Q(sponsor=None) | ~models.Q(sponsor=models.F("id"))
            ),
        ]
        indexes = [
            # With what says that a company still is one, so that 10,000 are counted without reading them.
            models.Index(fields=["tenant", "sort_name", "id"], include=LIVING, name="partner_by_name"),
            models.Index(fields=["tenant", "state", "sort_name", "id"], include=LIVING, name="partner_by_state"),
            models.Index(fields=["tenant", "tier"], name="partner_by_tier"),
            models.Index(fields=["tenant", "normalised_name", "country"], name="partner_by_normalised"),
            models.Index(fields=["tenant", "domain"], name="partner_by_domain"),
        ]

    @property
    def country_name(self) -> str:
        return COUNTRIES.get(self.country, self.country)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address_of("partners:partner", self.pk)


class PartnerInternal(VendorRecord):
    """What the vendor notes about a partner and no partner ever receives."""

    partner = TenantForeignKey(Partner, related_name="internals")
    fit_score = NumericField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(null=True, blank=True)
    note = TextField(max_length=4000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "partner"], name="internal_once")]

    def __str__(self) -> str:
        return f"notes on {self.partner_id}"


class ContactQuerySet(TenantQuerySet):
    def visible_to(self, member: Membership) -> Self:
        """Those of the partners one may know of; who objected is absent outside the own company and operations."""
        found = super().visible_to(member)
        if member.is_vendor:
            return found if member.has(Role.OPERATIONS) else found.filter(objected=False)
        return found.filter(models.Q(objected=False) | models.Q(partner=member.partner_id))

    def present(self) -> Self:
        """Those who have not left."""
        return self.filter(left_on=None)

    def reachable(self, by: str = "mail") -> Self:
        """Who may be addressed in a campaign by `mail` or `call`: agreed to it, did not object, has not left."""
        found = self.present().filter(objected=False, **{f"consent__{by}": True})
        return found.exclude(email="") if by == "mail" else found.exclude(phone="")


class Contact(PartnerRecord):
    """A person at a partner; may or may not have a login.

    `consent` says whether the person agreed to mail and calls, who told us and when. Whoever `objected` is
    known to the own company and to operations only.
    """

    class Function(models.TextChoices):
        PRINCIPAL = "principal", _("Principal")
        SALES = "sales", _("Sales")
        MARKETING = "marketing", _("Marketing")
        TECHNICAL = "technical", _("Technical")
        SERVICES = "services", _("Services")
        FINANCE = "finance", _("Finance")
        OTHER = "other", _("Other")

    external_id = models.CharField(max_length=80, blank=True)
    name = TextField(max_length=160, blank=True)
    sort_name = models.CharField(max_length=320, editable=False)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    function = models.CharField(max_length=20, choices=Function, default=Function.OTHER)
    title = TextField(max_length=120, blank=True)
    is_champion = models.BooleanField(default=False)
    headcount_relevant = models.BooleanField(default=False)
    member = TenantForeignKey(Membership, null=True, blank=True, related_name="contacts")  # the login of this person
    consent = models.JSONField(default=dict, blank=True)
    objected = models.BooleanField(default=False)
    left_on = models.DateField(null=True, blank=True)

    objects = TenantManager.from_queryset(ContactQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "external_id"], condition=~models.Q(external_id=""), name="contact_external_id"
            ),
            models.UniqueConstraint(fields=["tenant", "member"], name="contact_one_login"),
        ]
        indexes = [
            models.Index(fields=["tenant", "partner", "sort_name"], name="contact_by_partner"),
            models.Index(fields=["tenant", "email"], name="contact_by_email"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_absolute_url(self) -> str:
        return address_of("partners:contact", self.pk)


class StandingQuerySet(TenantQuerySet):
    """What tells of a company's own standing stays with its record when that is merged, and is in no list then."""

    def of_companies(self) -> Self:
        return self.filter(partner__merged_into=None, partner__taken_back_at=None)

    def visible_to(self, member: Membership) -> Self:
        return super().visible_to(member).of_companies()


class ManagerAssignment(PartnerReads):
    """Which account manager looks after a partner, from when to when: the main one, others beside, stand-ins.

    `ended_at` is set where a stand-in ended within its last day, so that it sees the partner no more.
    """

    class Kind(models.TextChoices):
        MAIN = "main", _("Main")
        SECONDARY = "secondary", _("Second account manager")
        STAND_IN = "stand_in", _("Stand-in")

    manager = TenantForeignKey(Membership, related_name="assignments")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.MAIN)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner"],
                condition=models.Q(kind="main", to_date=None),
                name="assignment_one_main",
            ),
            models.UniqueConstraint(
                fields=["tenant", "partner", "manager"],
                condition=models.Q(kind="secondary", to_date=None),
                name="assignment_second_once",
            ),
            models.CheckConstraint(
                name="assignment_dates",
                condition=models.Q(to_date=None) | models.Q(to_date__gte=models.F("from_date")),
            ),
        ]
        indexes = [models.Index(fields=["tenant", "manager", "to_date"], name="assignment_by_manager")]

    def __str__(self) -> str:
        return f"{self.manager_id} for {self.partner_id}"


def assigned_partner_ids(member: Membership) -> models.QuerySet | None:
    """The partners an account manager looks after now, as main or second one or as stand-in within its days; for a
    team's lead also those of the teams below. None for those whose role sees all partners.
    """
    if member.has(*SEES_ALL_PARTNERS):
        return None
    managers = models.Q(manager=member)
    if member.leads_team and member.team_id:
        from partners.teams import members_below

        managers |= models.Q(manager__in=members_below(member))
    today = clock.today()
    Kind = ManagerAssignment.Kind
    lasting = models.Q(kind__in=[Kind.MAIN, Kind.SECONDARY], to_date=None)
    stand_in = models.Q(kind=Kind.STAND_IN, from_date__lte=today, to_date__gte=today, ended_at=None)
    found = ManagerAssignment.objects.filter(
        managers, lasting | stand_in, partner__merged_into=None, partner__taken_back_at=None
    )
    return found.values("partner_id")
