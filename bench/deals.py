"""The conflict check at 200,000 registrations, with and without a rival; registering; the list."""

from __future__ import annotations

import datetime as dt
import itertools
from decimal import Decimal
from typing import Any

from django.db import connections, transaction
from django.test import Client

from bench.crowd import crowd
from bench.measure import in_turn, show
from dealreg.actions import draft_deal, submit_deal
from dealreg.models import DealLine, DealRegistration
from dealreg.queries.conflicts import real_rivals
from partners.actions import set_tier
from partners.models import Partner, Tier
from prm.kernel import clock
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope, tenant_scope
from sales.models import ProductLine

PARTNERS, DEALS = 10_000, 200_000


def main() -> None:
    tenant, chief = crowd(PARTNERS)
    with tenant_scope(tenant):
        if DealRegistration.objects.count() < DEALS:
            _fill()
            with connections["owner"].cursor() as cursor:
                cursor.execute("analyze")
        champion = _champion(tenant)
        line = ProductLine.objects.get()
    with tenant_scope(tenant):
        held = _like("Customer 000777 GmbH", "c777.example", line)
        free = _like("Nobody Knows AG", "nobody-knows.example", line)
        timings = in_turn(
            {
                "one row by its key": lambda: DealRegistration.objects.filter(number="none").first(),
                "conflict check, a rival holds it": lambda: real_rivals(held, [line.pk]),
                "conflict check, free": lambda: real_rivals(free, [line.pk]),
            }
        )
    show(f"Conflict check at {DEALS:,} registrations", timings, against="one row by its key", goal="under 5 ms")
    numbers = itertools.count(1)
    timings = in_turn(
        {
            "a bare create": lambda: _bare(champion, line, next(numbers)),
            "draft and submit, free": lambda: _submit(
                champion, line, f"New {next(numbers)}", f"n{next(numbers)}.example"
            ),
            "draft and submit, a rival holds it": lambda: _submit(
                champion, line, f"Customer {next(numbers) * 5:06} GmbH", ""
            ),
        },
        rounds=20,
    )
    show("Registering a deal", timings, against="a bare create", goal="the two answers alike")
    client = Client()
    client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    prefix = f"/t/{tenant.slug}"
    timings = in_turn(
        {
            "bell": lambda: client.get(f"{prefix}/deals/receipts/"),
            "all deals": lambda: client.get(f"{prefix}/deals/"),
            "searched by number": lambda: client.get(f"{prefix}/deals/?q=NOSUCHNO"),
        },
        rounds=15,
    )
    show(f"The list at {DEALS:,} registrations", timings, against="bell")


@transaction.atomic
def _fill() -> None:
    """Every fifth is claimed at present, the others are over."""
    partners, line, now = list(Partner.objects.all()[:PARTNERS]), ProductLine.objects.get(), clock.now()
    states = ("submitted", "lost", "expired", "lost", "expired")
    for start in range(0, DEALS, 5000):
        made = [
            DealRegistration(
                partner=partners[n % len(partners)],
                customer_name=f"Customer {n:06} GmbH",
                normalised_name=f"customer {n:06}",
                customer_domain=f"c{n}.example",
                normalised_domain=f"c{n}.example",
                domain_root=f"c{n}.example",
                customer_country="DE",
                amount=Decimal("5000.00"),
                currency="USD",
                submitted_at=now - dt.timedelta(minutes=n),
                review_due=now.date(),
                approved_on=now.date(),
                expires_on=now.date(),
                decided_at=now,
                closed_on=now.date(),
                state=states[n % 5] if n != 777 else "submitted",
            )
            for n in range(start, start + 5000)
        ]
        DealRegistration.objects.bulk_create(made)
        DealLine.objects.bulk_create(DealLine(partner_id=deal.partner_id, deal=deal, line=line) for deal in made)


def _champion(tenant: Any) -> Membership:
    partner = Partner.objects.order_by("sort_name").first()
    assert partner is not None
    found = Membership.objects.filter(partner=partner).select_related("user", "tenant").first()
    if found is not None:
        return found
    set_tier(partner, Tier.objects.get(code="silver"), by=None, cause="entry", on=dt.date(2020, 1, 1))
    user = get_or_create_user("champion@bench.example", "Champion")
    return add_member(user, roles=[Role.CHAMPION], partner_id=partner.pk, by=None)


def _like(name: str, domain: str, line: ProductLine) -> DealRegistration:
    from partners.formulas import normalise_name

    partner = Partner.objects.order_by("sort_name").first()
    return DealRegistration(
        partner=partner, customer_name=name, customer_domain=domain, normalised_domain=domain, domain_root=domain,
        normalised_name=normalise_name(name), customer_country="DE", submitted_at=clock.now(),
    )  # fmt: skip


def _bare(champion: Membership, line: ProductLine, n: int) -> None:
    with member_scope(champion):
        deal = DealRegistration.objects.create(
            partner_id=champion.partner_id, customer_name=f"Bare {n}", normalised_name=f"bare {n}", currency="USD"
        )
        DealLine.objects.create(partner_id=champion.partner_id, deal=deal, line=line)


def _submit(champion: Membership, line: ProductLine, name: str, domain: str) -> None:
    with member_scope(champion):
        deal = draft_deal(
            Partner.objects.get(pk=champion.partner_id),
            by=champion,
            lines=[line],
            customer_name=name,
            customer_domain=domain,
            customer_country="DE",
            contact_name="Kim",
            contact_email="kim@x.example",
            amount=Decimal("5000.00"),
            need="All",
            expected_close=clock.today() + dt.timedelta(days=60),
        )
        submit_deal(deal, by=champion)
