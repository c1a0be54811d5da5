"""The conflict check at 200,000 registrations, with and without a rival; registering; the list.

Registering is measured twice: the actions beside a bare create, and the whole page (form, draft, conflict check, event,
receipt, redirect) beside a page that does nothing but create the two rows.
"""

from __future__ import annotations

import datetime as dt
import itertools
import secrets
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client, override_settings
from django.urls import include, path
from django.views.decorators.http import require_POST

from bench.crowd import crowd, settle
from bench.measure import in_turn, show
from dealreg.actions import draft_deal, submit_deal
from dealreg.models import Contract, ContractLine, DealLine, DealRegistration
from dealreg.queries.conflicts import real_rivals
from dealreg.queries.contracts import contracts_ending
from partners.actions import set_tier
from partners.models import Partner, Tier
from prm.kernel import clock
from prm.kernel.members import add_member, get_or_create_user
from prm.kernel.models import Membership
from prm.kernel.roles import Role
from prm.kernel.tenancy.context import member_scope, tenant_scope
from prm.kernel.tenancy.remember import memory
from prm.kernel.web.access import for_members
from sales.models import ProductLine


def main(partners: int = 10_000, deals: int = 200_000) -> None:
    tenant, chief = crowd(partners)
    with tenant_scope(tenant):
        has_deals = DealRegistration.objects.count() >= deals * 0.9
        has_contracts = Contract.objects.count() >= deals * 0.9
    if not has_deals:
        _fill(tenant, partners, deals)
    if not has_contracts:
        _fill_contracts(tenant, partners, deals)
    with tenant_scope(tenant):
        champion = _champion(tenant)
        line = ProductLine.objects.get()
    with memory(), tenant_scope(tenant):
        held = _like("Customer 000775 GmbH", "c775.example", line)
        free = _like("Nobody Knows AG", "nobody-knows.example", line)
        timings = in_turn(
            {
                "one row by its key": lambda: DealRegistration.objects.filter(number="none").first(),
                "conflict check, a rival holds it": lambda: real_rivals(held, [line.pk]),
                "conflict check, free": lambda: real_rivals(free, [line.pk]),
                "contracts that end, one does": lambda: contracts_ending(held, [line.pk]),
                "contracts that end, free": lambda: contracts_ending(free, [line.pk]),
            }
        )
    show(f"Conflict check at {deals:,} registrations", timings, against="one row by its key", goal="under 5 ms")
    numbers = itertools.count(secrets.randbelow(30_000))  # a company registers a customer once, also in the next run
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
    _register_pages(tenant, champion, line, numbers)
    client = Client()
    client.force_login(chief.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    prefix = f"/t/{tenant.slug}"
    with override_settings(ROOT_URLCONF="bench.pages"):
        timings = in_turn(
            {
                "reference page (8 statements, 50 rows)": lambda: client.get(f"{prefix}/reference/"),
                "all deals": lambda: client.get(f"{prefix}/deals/"),
                "searched by number": lambda: client.get(f"{prefix}/deals/?q=NOSUCHNO"),
            },
            rounds=15,
        )
    show(
        f"The list at {deals:,} registrations",
        timings,
        against="reference page (8 statements, 50 rows)",
        goal="<= 1.7 x the reference page, at 50,000",
    )


@for_members
@require_POST
def bare_create(request: HttpRequest) -> HttpResponse:
    """What creating costs at least: all middleware, the member, the two rows, a redirect."""
    _create(request.member, ProductLine.objects.get(pk=request.POST["lines"]), request.POST["customer_name"])  # type: ignore[attr-defined]
    return redirect("dealreg:deals")


BATCH = 5000
urlpatterns = [path("bare-create/", bare_create), path("", include("prm.urls"))]


def _register_pages(tenant: Any, champion: Membership, line: ProductLine, numbers: Iterator[int]) -> None:
    client = Client()
    client.force_login(champion.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    prefix = f"/t/{tenant.slug}"

    def post(address: str, name: str, **more: str) -> None:
        answer = client.post(prefix + address, {"lines": str(line.pk), "customer_name": name} | more)
        assert answer.status_code == 302, (address, answer.status_code)

    whole = {
        "customer_domain": "", "customer_country": "DE", "contact_name": "Kim", "contact_email": "kim@x.example",
        "amount": "5000", "expected_close": (clock.today("UTC") + dt.timedelta(days=60)).isoformat(), "need": "All",
        "source": "partner_led", "do": "send",
    }  # fmt: skip
    with override_settings(ROOT_URLCONF="bench.deals"):
        timings = in_turn(
            {
                "a page that creates the rows": lambda: post("/bare-create/", f"Bare {next(numbers)}"),
                "the page of registering": lambda: post(
                    f"/deals/new/{champion.partner_id}/", f"Page {next(numbers)}", **whole
                ),
            },
            rounds=20,
        )
    show("Registering a deal, as a page", timings, against="a page that creates the rows", goal="<= 4 x a bare create")


def _fill(tenant: Any, partners: int, deals: int) -> None:
    """Every fifth is claimed at present, the others are over."""
    for start in range(0, deals, BATCH):
        with tenant_scope(tenant):
            line, today, now = ProductLine.objects.get(), clock.today(), clock.now()
            owners = list(Partner.objects.order_by("sort_name").values_list("pk", flat=True))
            ended = {"approved_on": today, "expires_on": today, "closed_on": today, "protection_days": 60}
            over = {"decided_at": now, **ended}
            made = [
                DealRegistration(
                    partner_id=owners[n % partners], customer_name=f"Customer {n:06} GmbH", customer_country="DE",
                    customer_domain=f"c{n}.example", normalised_name=f"customer {n:06}",
                    normalised_domain=f"c{n}.example", domain_root=f"c{n}.example", amount=Decimal(5000),
                    currency="USD", review_due=today, submitted_at=now - dt.timedelta(minutes=n),
                    **({"state": "submitted"} if n % 5 == 0 else {"state": "lost" if n % 5 < 3 else "expired", **over}),
                )
                for n in range(start, min(start + BATCH, deals))
            ]  # fmt: skip
            DealRegistration.objects.bulk_create(made)
            DealLine.objects.bulk_create([DealLine(partner_id=d.partner_id, deal=d, line=line) for d in made])
        if not start:
            settle()  # what is checked at a commit is planned for the table as it was known then
    settle()


def _fill_contracts(tenant: Any, partners: int, contracts: int) -> None:
    """One of every customer, spread over three years; that of customer 775 ends soon."""
    for start in range(0, contracts, BATCH):
        with tenant_scope(tenant):
            line, today = ProductLine.objects.get(), clock.today()
            owners = list(Partner.objects.order_by("sort_name").values_list("pk", flat=True))
            made = [
                Contract(
                    partner_id=owners[(n + 1) % partners], customer_name=f"Customer {n:06} GmbH", customer_country="DE",
                    normalised_name=f"customer {n:06}", normalised_domain=f"c{n}.example",
                    customer_domain=f"c{n}.example", ends_on=today + dt.timedelta(days=60 if n == 775 else n % 1095),
                )
                for n in range(start, min(start + BATCH, contracts))
            ]  # fmt: skip
            Contract.objects.bulk_create(made)
            lines = [ContractLine(partner_id=one.partner_id, contract=one, line=line, currency="USD") for one in made]
            ContractLine.objects.bulk_create(lines)
        if not start:
            settle()
    settle()


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
    with memory(), member_scope(champion):
        _create(champion, line, f"Bare {n}")


def _create(champion: Membership, line: ProductLine, name: str) -> None:
    deal = DealRegistration.objects.create(
        partner_id=champion.partner_id, customer_name=name, normalised_name=name.lower(), currency="USD"
    )
    DealLine.objects.create(partner_id=champion.partner_id, deal=deal, line=line)


def _submit(champion: Membership, line: ProductLine, name: str, domain: str) -> None:
    with memory(), member_scope(champion):  # as in a request
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
