"""The cast: one vendor with her people, a partner, a rival, a distributor, and a stranger next door.

Built through actions as the application's role. The suite runs inside acme's scope.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's sync API runs an event loop

gc.set_threshold(100_000, 50, 100)  # the house stays in memory anyhow; looking through it takes a tenth of the time
PASSWORD = "correct horse battery"


def build_cast() -> SimpleNamespace:
    """Found acme and globex with everybody in them; returns the cast by name."""
    from partners.actions import add_contact, add_partner, assign_manager
    from partners.models import Partner
    from prm.kernel.members import add_member, found_tenant, get_or_create_user
    from prm.kernel.roles import Role
    from prm.kernel.tenancy.context import tenant_scope

    cast = SimpleNamespace()

    def person(name: str, email: str) -> Any:
        return get_or_create_user(email, name, password=PASSWORD)

    cast.acme = found_tenant("Acme", "acme", currency="USD", time_zone="Europe/Berlin", needs_second_factor=False)
    cast.globex = found_tenant("Globex", "globex", currency="EUR", needs_second_factor=False)
    with tenant_scope(cast.acme):
        vendor = {
            "chief": Role.CHANNEL_CHIEF,
            "cam": Role.ACCOUNT_MANAGER,
            "other_cam": Role.ACCOUNT_MANAGER,
            "finance": Role.FINANCE,
            "operations": Role.OPERATIONS,
            "marketing": Role.MARKETING,
            "admin": Role.TENANT_ADMIN,
            "auditor": Role.AUDITOR,
        }
        for name, role in vendor.items():
            setattr(cast, name, add_member(person(name.title(), f"{name}@acme.example"), roles=[role], by=None))

        def partner(name: str, **fields: Any) -> Partner:
            fields.setdefault("country", "DE")
            return add_partner(name, state=Partner.State.ACTIVE, by=None, **fields)

        cast.northwind = partner("Northwind", domain="northwind.example")
        cast.rival = partner("Südstern", domain="suedstern.example")
        cast.distributor_company = partner("Bigbox Distribution", type=Partner.Type.DISTRIBUTOR)
        cast.sponsored = partner("Little Corner", sponsor=cast.distributor_company)
        for company in (cast.northwind, cast.distributor_company, cast.sponsored):
            assign_manager(company, cast.cam, by=None)
        assign_manager(cast.rival, cast.other_cam, by=None)
        at_northwind = {
            "champion": Role.CHAMPION,
            "seller": Role.PARTNER_SALES,
            "partner_marketing": Role.PARTNER_MARKETING,
            "technician": Role.PARTNER_TECHNICAL,
        }
        for name, role in at_northwind.items():
            someone = person(name.title(), f"{name}@northwind.example")
            setattr(cast, name, add_member(someone, roles=[role], partner_id=cast.northwind.pk, by=None))
            add_contact(cast.northwind, name=someone.name, email=someone.email, by=None)
        cast.rival_champion = add_member(
            person("Rita", "rita@suedstern.example"), roles=[Role.CHAMPION], partner_id=cast.rival.pk, by=None
        )
        cast.distributor = add_member(
            person("Dora", "dora@bigbox.example"),
            roles=[Role.DISTRIBUTOR, Role.CHAMPION],
            partner_id=cast.distributor_company.pk,
            by=None,
        )
        cast.both = add_member(
            person("Bea Both", "bea@both.example"), roles=[Role.CHAMPION], partner_id=cast.northwind.pk, by=None
        )
    with tenant_scope(cast.globex):
        cast.stranger = add_member(person("Stranger", "chief@globex.example"), roles=[Role.CHANNEL_CHIEF], by=None)
        cast.globex_partner = add_partner("Northwind", country="DE", state=Partner.State.ACTIVE, by=None)
        cast.globex_champion = add_member(
            person("Gus", "gus@globexpartner.example"),
            roles=[Role.CHAMPION],
            partner_id=cast.globex_partner.pk,
            by=None,
        )
        cast.both_at_globex = add_member(
            cast.both.user, roles=[Role.CHAMPION], partner_id=cast.globex_partner.pk, by=None
        )
    return cast


@pytest.fixture
def cast(db: Any) -> Iterator[SimpleNamespace]:
    """The cast, with acme's vendor scope entered for the whole test."""
    from prm.kernel.tenancy.context import tenant_scope
    from tests.standing import standing

    people = standing.copy(build_cast)
    with tenant_scope(people.acme):
        yield people


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    from tests.standing import prepare

    prepare(item, build_cast)


@pytest.fixture
def sign_in(cast: SimpleNamespace) -> Any:
    """`sign_in(cast.cam)` gives a client whose addresses stand inside that member's tenant."""
    from tests.clients import member_client

    return member_client
