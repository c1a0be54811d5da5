"""Vendors, people, and who a person is at which vendor."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Hashable
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from prm.kernel.fields import CodesField, TextField
from prm.kernel.roles import Role, Side
from prm.kernel.tenancy.models import (
    Fence,
    PartnerMaybe,
    Record,
    TenantForeignKey,
    VendorRecord,
)


class Tenant(models.Model):
    """A vendor: a company that sells through partners and runs its programme here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = TextField(max_length=120)
    slug = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"^[a-z0-9](-?[a-z0-9])*$", "Small letters, digits, -")]
    )
    time_zone = models.CharField(max_length=60, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    fy_start_month = models.PositiveSmallIntegerField(default=1)
    locale = models.CharField(max_length=10, default="en")
    colours = models.JSONField(default=dict, blank=True)  # {"brand": "#1f6fb2", "accent": "#e0a100"}
    words = models.JSONField(default=dict, blank=True)  # what it calls partner, tier, account manager
    holidays = ArrayField(models.DateField(), default=list, blank=True)
    needs_second_factor = models.BooleanField(default=True)
    # A fiscal year that is to begin in another month, from that day on; the years before keep theirs until then.
    next_fy_from = models.DateField(null=True, blank=True)
    logo = models.CharField(max_length=64, blank=True)  # digest of the picture that stands in the header
    public_pages = models.BooleanField(default=False)  # shows its programme, the locator and who applies to the world
    # What its endpoints want to hear of, kept by the verbs on endpoints: an event that nobody wants costs nothing.
    webhook_events = CodesField(editable=False)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenant_fy_start_month", condition=models.Q(fy_start_month__gte=1, fy_start_month__lte=12)
            ),
            models.CheckConstraint(
                name="tenant_next_fy_first_day",
                condition=models.Q(next_fy_from=None) | models.Q(next_fy_from__day=1),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def brand(self) -> str:
        return self.colours.get("brand", "#1f6fb2")

    @property
    def accent(self) -> str:
        return self.colours.get("accent", "#e0a100")

    @property
    def logo_url(self) -> str:
        """Where the picture is served from, the same under every host; empty without one."""
        return f"/branding/{self.slug}/{self.logo}.png" if self.logo else ""


class TenantDomainQuerySet(models.QuerySet):
    def visible_to(self, member: Membership) -> Self:
        """A vendor's hosts are its own people's matter. This table has no fence."""
        here = self.filter(tenant_id=member.tenant_id)
        return here if member.is_vendor else here.none()

    def answering(self) -> Self:
        """Those whose ownership is proven."""
        return self.filter(verified_at__isnull=False, tenant__active=True)


def new_proof() -> str:
    return f"prm-proof-{secrets.token_hex(20)}"


class TenantDomain(models.Model):
    """A host name under which a vendor's portal answers, once the vendor has proven that the host is its own.

    Anybody may claim a host; only one claim can be proven, so a claim keeps nobody else out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.CharField(max_length=253)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="domains")
    proof = models.CharField(max_length=60, default=new_proof, editable=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    is_main = models.BooleanField(default=False)  # the host that stands in letters
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = TenantDomainQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"], condition=models.Q(verified_at__isnull=False), name="domain_proven_once"
            ),
            models.UniqueConstraint(fields=["tenant", "host"], name="domain_claimed_once"),
            models.UniqueConstraint(fields=["tenant"], condition=models.Q(is_main=True), name="domain_one_main"),
            models.CheckConstraint(
                name="domain_main_is_proven",
                condition=models.Q(is_main=False) | models.Q(verified_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.host


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser):
    """A person's login, one over all vendors. What the person may do is said by memberships alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = TextField(max_length=120)
    locale = models.CharField(max_length=10, default="en")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    session_stamp = models.CharField(max_length=32, blank=True, default="", editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_lower",
                condition=models.Q(email=Lower("email")),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        return False

    def has_perm(self, *args: Any) -> bool:
        """The framework's permissions are not used; memberships and policies decide."""
        return False

    has_module_perms = has_perm

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What every session carries: it ends when the password changes, or when the stamp is renewed."""
        said = f"{self.password}|{self.session_stamp}"
        return salted_hmac("prm.kernel.session", said, secret=secret, algorithm="sha256").hexdigest()

    def end_sessions(self) -> None:
        """Every session of this person ends with its next request."""
        self.session_stamp = secrets.token_hex(16)
        self.save(update_fields=["session_stamp"])


class Team(VendorRecord):
    """Account managers under a lead; teams may stand in teams, which makes the tree of regions."""

    name = TextField(max_length=120)
    region = TextField(max_length=80, blank=True)
    parent = TenantForeignKey("self", null=True, blank=True, related_name="children")
    external_id = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="team_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Record):
    """Who a person is at one vendor: roles on the vendor's side, or at one partner company."""

    fence = Fence.MEMBER

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    roles = CodesField()
    partner = TenantForeignKey("partners.Partner", null=True, blank=True, related_name="memberships")
    team = TenantForeignKey(Team, null=True, blank=True, related_name="members")
    leads_team = models.BooleanField(default=False)
    signing_authority = models.BooleanField(default=False)
    title = TextField(max_length=120, blank=True)
    # What the person lets others of this vendor see in the directory; an empty phone is none.
    phone = models.CharField(max_length=40, blank=True)
    languages = CodesField()
    asks = TextField(max_length=160, blank=True)
    shows_email = models.BooleanField(default=True)
    # When the home page was last opened, and when it was opened before that visit.
    visited_at = models.DateTimeField(null=True, blank=True)
    visited_before = models.DateTimeField(null=True, blank=True)
    active = models.BooleanField(default=True)
    wants_mail = models.BooleanField(default=True)  # a letter for single things that ask for one
    wants_digest = models.BooleanField(default=True)  # a letter each morning with what waits
    digest_on = models.DateField(null=True, blank=True, editable=False)  # the day of the last one
    last_seen_on = models.DateField(null=True, blank=True)  # here; the login's own time would tell of other vendors

    own = models.Manager()  # for a person's memberships before a tenant is chosen

    # Lent by the partners app: the companies a distributor sponsors.
    sponsored: ClassVar[Callable[[Membership], tuple[uuid.UUID, ...]]]

    # Lent by the partners app: a query of the partners a vendor's member looks after, or None for all.
    looks_after: ClassVar[Callable[[Membership], Any]]

    # Lent by the partners app: whether the member's company may only read at present.
    frozen: ClassVar[Callable[[Membership], bool]]

    class Meta:
        default_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "user", "partner"], name="membership_once"),
            models.UniqueConstraint(
                fields=["tenant", "user"], condition=models.Q(partner=None), name="membership_vendor_once"
            ),
            models.CheckConstraint(
                name="membership_champion_signs",
                condition=models.Q(signing_authority=False) | models.Q(roles__contains=[Role.CHAMPION.value]),
            ),
        ]
        indexes = [models.Index(fields=["user"], name="membership_user")]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def side(self) -> Side:
        return Side.PARTNER if self.partner_id else Side.VENDOR

    @property
    def is_vendor(self) -> bool:
        return self.partner_id is None

    def has(self, *roles: Role) -> bool:
        return bool(set(roles) & set(self.roles))

    @cached_property
    def reach(self) -> tuple[uuid.UUID, ...] | None:
        """The companies this member stands for; None for the vendor's side."""
        if self.partner_id is None:
            return None
        if Role.DISTRIBUTOR in self.roles:
            return (self.partner_id, *type(self).sponsored(self))
        return (self.partner_id,)

    @property
    def knows_several(self) -> bool:
        """Whether a company's name is news: to the vendor's side, and to who stands for more than one."""
        return self.partner_id is None or len(self.reach or ()) > 1

    @cached_property
    def assigned(self) -> Any:
        """The ids of the partners this vendor's member may know of, as a query; None when that is all of them."""
        return type(self).looks_after(self)

    @cached_property
    def may_only_read(self) -> bool:
        """Whether this member's company is suspended: its people read and do nothing else."""
        return self.partner_id is not None and type(self).frozen(self)

    def shape(self) -> Hashable:
        """What a prepared question may depend on besides the ids (see prm/kernel/tenancy/prepared.py)."""
        own = (self.team_id, self.leads_team, self.signing_authority)
        return type(self), tuple(self.roles), self.is_vendor, len(self.reach or ()), *own

    def with_ids(self, replaced: Callable[[Callable[[Any], uuid.UUID]], uuid.UUID]) -> Membership:
        """A membership of the same shape whose ids stand for those of others."""
        one = Membership(
            roles=self.roles,
            team_id=self.team_id,
            leads_team=self.leads_team,
            signing_authority=self.signing_authority,
        )
        one.pk = replaced(lambda member: member.pk)
        one.user_id = replaced(lambda member: member.user_id)
        reach = [replaced(lambda member, n=n: member.reach[n]) for n in range(len(self.reach or ()))]
        one.partner_id, one.__dict__["reach"] = (reach[0], tuple(reach)) if reach else (None, None)
        return one

    @property
    def role_names(self) -> str:
        return ", ".join(str(Role(r).label) for r in self.roles)


class Invitation(PartnerMaybe):
    """An address that may join: once, within seven days, with the roles the inviter gave."""

    email = models.EmailField(max_length=254)
    name = TextField(max_length=120, blank=True)
    roles = CodesField()
    token_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    invited_by = TenantForeignKey(Membership, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "token_hash"], name="invitation_token")]

    def __str__(self) -> str:
        return self.email


class ApiTokenQuerySet(models.QuerySet):
    def visible_to(self, member: Membership) -> Self:
        """One's own; all of the vendor's for those who look after its interfaces. This table has no fence."""
        here = self.filter(tenant_id=member.tenant_id)
        sees_all = member.is_vendor and member.has(Role.TENANT_ADMIN, Role.OPERATIONS, Role.AUDITOR)
        return here if sees_all else here.filter(membership_id=member.pk)


class ApiToken(models.Model):
    """A key to the API for one member of one vendor; only its hash is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    membership_id = models.UUIDField()
    name = TextField(max_length=80)
    prefix = models.CharField(max_length=12)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = CodesField()  # empty: whatever the member may do
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
