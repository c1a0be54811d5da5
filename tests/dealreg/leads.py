"""Partners that may get leads, and leads as they come in and are worked on."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

from tests.dealreg.conftest import equip

GIVEN = {
    "company": "Nebula Rail AG",
    "country": "DE",
    "name": "Kim Zqzqvogt",
    "email": "kim@nebula-rail.example",
    "phone": "+49 30 1234",
    "need": "Zqzqneed: a firewall for three depots",
    "industry": "logistics",
    "region": "DE-North",
    "size_band": "50-249",
    "campaign": "Zqzqcampaign spring",
    "line": "security",
    "consented_at": dt.date(2026, 2, 27),
    "consent": "fair",
}
SECRETS = ("Nebula", "nebula", "Zqzq", "+49 30")


def ready(cast: SimpleNamespace) -> None:
    """Northwind and Südstern take leads; Northwind serves the region, so it comes first."""
    from partners.actions import edit_partner, update_profile

    equip(cast)
    for partner, capacity in ((cast.northwind, 10), (cast.rival, 10)):
        update_profile(
            partner,
            by=None,
            source="partner",
            accepts_leads=True,
            lead_capacity=capacity,
            certifications_held=["Security", "cloud"],
            markets=["DE"],
            verticals=["logistics"],
        )
    edit_partner(cast.northwind, by=None, regions=["DE-North"])


def capture(cast: SimpleNamespace, **given: Any) -> Any:
    from dealreg.actions.leads import capture_lead
    from dealreg.models import Lead

    made = capture_lead({**GIVEN, **given}, by=cast.marketing)
    return Lead.objects.get(pk=made.lead_id)


def fresh(lead: Any) -> Any:
    from dealreg.models import Lead

    return Lead.objects.select_related("partner", "line").get(pk=lead.pk)


def as_member(member: Any, act: Any, lead: Any, **given: Any) -> Any:
    """The verb as this member takes it, in its own scope."""
    from prm.kernel.tenancy.context import member_scope

    with member_scope(member):
        return act(fresh(lead), by=member, **given)


def offered(cast: SimpleNamespace, **given: Any) -> Any:
    from dealreg.actions.leads import route_lead

    return route_lead(capture(cast, **given), by=cast.operations)


def accepted(cast: SimpleNamespace, **given: Any) -> Any:
    from dealreg.actions.leads import accept_lead

    return as_member(cast.seller, accept_lead, offered(cast, **given))


def settle(cast: SimpleNamespace) -> None:
    """Do what follows the actions, as the worker would."""
    from prm.kernel.models import Delivery
    from prm.kernel.outbox import run_delivery

    for _ in range(5):
        waiting = Delivery.objects.filter(state=Delivery.State.WAITING, task__startswith="dealreg.")
        ids = list(waiting.order_by("created_at").values_list("pk", flat=True))
        for pk in ids:
            run_delivery(cast.acme.pk, pk)
        if not ids:
            return
