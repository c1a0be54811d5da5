"""What the home page says to the administrator: who is in, and what of the set-up is still open."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from prm.kernel import clock
from prm.kernel.models import ApiToken, Invitation, Membership, TenantDomain
from prm.kernel.roles import SECOND_FACTOR_ROLES, Role
from prm.kernel.web.format import formatter
from prm.kernel.web.home import home_part
from prm.kernel.web.tenancy import member_of


@home_part(20, "kernel/home/people.html", area="top")
def people_at_a_glance(request: HttpRequest) -> dict[str, Any] | None:
    """How many people may come in, and how many are still to answer their invitation."""
    member = member_of(request)
    if not member.has(Role.TENANT_ADMIN):
        return None
    living = Membership.objects.filter(active=True)
    asked = Q(partner=None) & Q(roles__overlap=[role.value for role in SECOND_FACTOR_ROLES])
    factor = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=Authenticator.Type.RECOVERY_CODES)
    counts = living.annotate(has_factor=Exists(factor)).aggregate(
        ours=Count("pk", filter=Q(partner=None)),
        theirs=Count("pk", filter=Q(partner__isnull=False)),
        without=Count("pk", filter=asked & Q(has_factor=False)),
    )
    now = clock.now()
    invited = Invitation.objects.filter(used_at=None, revoked_at=None, expires_at__gt=now).count()
    write = formatter()
    return {
        "ours": write.count(counts["ours"]),
        "theirs": write.count(counts["theirs"]),
        "invited": write.count(invited),
        "without": write.count(counts["without"]),
        "without_state": "yellow" if counts["without"] else "green",
        "keys": write.count(ApiToken.objects.visible_to(member).filter(revoked_at=None).count()),
    }


@home_part(15, "kernel/home/setup.html")
def setup(request: HttpRequest) -> dict[str, Any] | None:
    """The steps that make a new tenant the vendor's own; done ones are ticked, none is compulsory."""
    member = member_of(request)
    if not member.has(Role.TENANT_ADMIN):
        return None
    tenant, settings = member.tenant, reverse("kernel:settings")
    administrators = Membership.objects.filter(active=True, partner=None, roles__contains=[Role.TENANT_ADMIN]).count()
    steps = [
        (bool(tenant.colours), _("Choose name and colours"), f"{settings}#look"),
        (bool(tenant.logo), _("Add your logo"), f"{settings}#look"),
        (bool(tenant.words), _("Say what you call things"), f"{settings}#words"),
        (bool(tenant.holidays), _("Enter your holidays"), f"{settings}#calendar"),
        (
            TenantDomain.objects.visible_to(member).answering().exists(),
            _("Let the portal answer under your own address"),
            f"{settings}#domains",
        ),
        (tenant.needs_second_factor, _("Ask for a second factor where money moves"), reverse("kernel:sign_in_policy")),
        (administrators > 1, _("Name a second administrator"), reverse("kernel:people")),
    ]
    done = sum(is_done for is_done, _text, _url in steps)
    return {
        "steps": [{"is_done": is_done, "text": text, "url": url} for is_done, text, url in steps],
        "percent": 100 * done // len(steps),
        "text": _("%(done)d of %(all)d done") % {"done": done, "all": len(steps)},
    }
