"""Partners of the cast with a tier that may register, two product lines, and deals made and sent as their people do."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.standing import stands

DAY = dt.date(2026, 3, 2)  # a Monday


def at(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), tzinfo=ZoneInfo("Europe/Berlin"))


def equip(cast: SimpleNamespace) -> None:
    """In the vendor's scope: the program, tiers, lines."""
    from partners.actions import set_tier
    from partners.models import Tier
    from partners.starter import copy_program
    from sales.actions import add_line

    copy_program()
    silver = Tier.objects.get(code="silver")
    for partner in (cast.northwind, cast.rival, cast.distributor_company, cast.sponsored):
        set_tier(partner, silver, by=None, cause="entry", on=dt.date(2025, 1, 1))
    cast.security = add_line("security", "Security", by=None)
    cast.cloud = add_line("cloud", "Cloud", by=None)


def draft(cast: SimpleNamespace, by: Any, partner: Any = None, **fields: Any) -> Any:
    from dealreg.actions import draft_deal
    from prm.kernel import clock
    from prm.kernel.tenancy.context import member_scope

    given = {
        "customer_name": "Contoso GmbH",
        "customer_domain": "contoso.example",
        "customer_country": "DE",
        "contact_name": "Kim Vogt",
        "contact_email": "kim@contoso.example",
        "amount": Decimal("40000.00"),
        "need": "A firewall for three sites",
        "lines": [cast.security],
        **fields,
    }
    with member_scope(by):
        given.setdefault("expected_close", clock.today() + dt.timedelta(days=60))
        return draft_deal(partner or by.partner, by=by, **given)


def send(cast: SimpleNamespace, by: Any, partner: Any = None, **fields: Any) -> Any:
    from dealreg.actions import submit_deal
    from prm.kernel.tenancy.context import member_scope

    deal = draft(cast, by, partner, **fields)
    with member_scope(by):
        return submit_deal(deal, by=by)


def fresh(deal: Any) -> Any:
    from dealreg.models import DealRegistration

    return DealRegistration.objects.select_related("partner").get(pk=deal.pk)


@stands
def equipped(cast: SimpleNamespace) -> None:
    from prm.kernel import clock

    with clock.travel(to=at(DAY)):
        equip(cast)


@pytest.fixture
def deals(cast: SimpleNamespace, equipped: None) -> Any:
    """`deals.send(cast.seller, amount=...)`; time stands at a Monday morning."""
    from prm.kernel import clock

    with clock.travel(to=at(DAY)):
        yield SimpleNamespace(
            draft=lambda by, partner=None, **f: draft(cast, by, partner, **f),
            send=lambda by, partner=None, **f: send(cast, by, partner, **f),
            fresh=fresh,
        )


@stands
def taking_leads(cast: SimpleNamespace) -> None:
    from prm.kernel import clock
    from tests.dealreg.leads import ready

    with clock.travel(to=at(DAY)):
        ready(cast)


@pytest.fixture
def leads(taking_leads: None) -> Any:
    """Partners take leads; time stands at a Monday morning."""
    from prm.kernel import clock

    with clock.travel(to=at(DAY)):
        yield
