"""What the partners app lends: navigation, and to the kernel the companies a distributor sponsors."""

from __future__ import annotations

from uuid import UUID

from partners.models import Partner
from prm.kernel.models import Membership
from prm.kernel.tenancy.context import tenant_scope
from prm.kernel.web.navigation import Entry, navigation


def sponsored_companies(member: Membership) -> tuple[UUID, ...]:
    """The companies under a distributor; asked on entering, so in a vendor scope of its own."""
    with tenant_scope(member.tenant_id):
        return tuple(Partner.objects.filter(sponsor_id=member.partner_id).values_list("pk", flat=True))


Membership.sponsored = staticmethod(sponsored_companies)  # type: ignore[assignment]

navigation(Entry("Today", "home", "home", 10))
