"""A large tenant for measuring: many partners with assignments, targets and a year of bookings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connections, transaction

from partners.actions import named
from partners.models import Contact, ManagerAssignment, Partner, PartnerProfile
from prm.kernel import clock
from prm.kernel.members import add_member, found_tenant, furnish_tenant, get_or_create_user
from prm.kernel.models import Membership, Tenant
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import tenant_scope
from sales.models import ProductLine, SalesActual, Target


def crowd(partners: int) -> tuple[Tenant, Membership]:
    """The bench tenant of that size and its channel chief; made once, kept in the bench's own database."""
    slug = f"bench-{partners}"
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        tenant = _make(slug, partners)
        settle()
    with tenant_scope(tenant):
        chief = Membership.objects.select_related("user", "tenant").get(user__email=f"chief@{slug}.example")
    return tenant, chief


def settle() -> None:
    """What autovacuum does a minute later."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("vacuum (analyze)")


@transaction.atomic
def _make(slug: str, count: int) -> Tenant:
    tenant = found_tenant(slug, slug, needs_second_factor=False)
    furnish_tenant(tenant)
    with tenant_scope(tenant):
        today = clock.today()
        add_member(get_or_create_user(f"chief@{slug}.example", "Chief"), roles=[Role.CHANNEL_CHIEF], by=None)
        manager = add_member(get_or_create_user(f"cam@{slug}.example", "Cam"), roles=[Role.ACCOUNT_MANAGER], by=None)
        line = ProductLine.objects.create(code="all", name="Everything")
        partners = [
            named(Partner(country="DE", state="active", domain=f"p{n}.example"), f"Partner {n:05} GmbH")
            for n in range(count)
        ]
        Partner.objects.bulk_create(partners, batch_size=2000)
        PartnerProfile.objects.bulk_create([PartnerProfile(partner=p) for p in partners], batch_size=2000)
        assignments = [ManagerAssignment(partner=p, manager=manager, from_date=today) for p in partners]
        ManagerAssignment.objects.bulk_create(assignments, batch_size=2000)
        contacts = [Contact(partner=p, name=f"Person {k}", sort_name=f"person {k}") for p in partners for k in range(3)]
        Contact.objects.bulk_create(contacts, batch_size=2000)
        months = [dt.date(today.year - (today.month <= k), (today.month - k - 1) % 12 + 1, 1) for k in range(12)]
        rows = [(p, m) for p in partners for m in months]
        Target.objects.bulk_create(
            [Target(partner=p, month=m, amount=Decimal("1000.00"), currency="USD") for p, m in rows], batch_size=2000
        )
        SalesActual.objects.bulk_create(
            [
                SalesActual(partner=p, line=line, booked_on=m, amount=Decimal("900.50"), currency="USD")
                for p, m in rows
                if m <= today
            ],
            batch_size=2000,
        )
    return tenant
