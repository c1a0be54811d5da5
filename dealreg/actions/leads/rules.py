"""The vendor's rules of leads: points, days, and the ways past the points."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from dealreg.models import LeadContact, LeadRoute, LeadRules
from partners.countries import is_country
from partners.models import Partner
from prm.kernel.errors import Invalid
from prm.kernel.events import record
from prm.kernel.models import Membership
from prm.kernel.policies import require
from prm.kernel.text import clean_text
from sales.models import ProductLine

POINTS = ("region_points", "vertical_points", "composite_weight", "load_points")
DAYS = ("accept_days", "contact_days", "return_days", "warn_days", "recycle_days", "merge_days")
COUNTS = ("max_reassignments", "default_capacity")
FIELDS = ("auto_assign", "needs_certification", *POINTS, "tier_points", *DAYS, *COUNTS, "daily_quota")
LIMITS = {**dict.fromkeys(POINTS, (0, 1000)), **dict.fromkeys(DAYS, (1, 366)), **dict.fromkeys(COUNTS, (0, 1000))}
LIMITS |= {"daily_quota": (1, 1_000_000), "composite_weight": (0, 10), "max_reassignments": (0, 20)}


@transaction.atomic
def edit_lead_rules(*, by: Membership | None, **fields: Any) -> LeadRules:
    """Change points, days and switches; days that were already told stay as they are."""
    require(by, "dealreg.edit_lead_rules")
    rules = LeadRules.objects.select_for_update().first() or LeadRules()
    before = {name: getattr(rules, name) for name in fields}
    for name, value in fields.items():
        if name not in FIELDS:
            raise TypeError(f"there is no rule {name}")
        if name in LIMITS:
            low, high = LIMITS[name]
            if value is None or not low <= value <= high:
                raise Invalid(f"Give a number from {low} to {high}.", field=name)
        setattr(rules, name, _points_of_tiers(value) if name == "tier_points" else value)
    if rules.recycle_days <= rules.warn_days:
        raise Invalid("The warning comes before the lead goes back.", field="warn_days")
    rules.save()
    changed = {name: [before[name], getattr(rules, name)] for name in fields if before[name] != getattr(rules, name)}
    return record(rules, "lead_rules.edited", by=by, vendor_only=True, changed=changed)


def _points_of_tiers(value: dict[str, Any]) -> dict[str, str]:
    found = {}
    for code, points in value.items():
        number = points if isinstance(points, Decimal) else Decimal(str(points))
        if not number.is_finite() or not 0 <= number <= 1000:
            raise Invalid("Give a number from 0 to 1000.", field="tier_points")
        found[str(code)[:40]] = str(number)
    return found


@transaction.atomic
def add_lead_route(
    *,
    by: Membership | None,
    line: ProductLine | None = None,
    country: str = "",
    source: str = "",
    campaign: str = "",
    to_partner: Partner | None = None,
) -> LeadRoute:
    """Leads of a line, country, source or campaign go to one partner first, or to operations."""
    require(by, "dealreg.add_lead_route")
    place, called = country.strip().upper(), clean_text(campaign or "", field="campaign", max_length=120)
    if place and not is_country(place):
        raise Invalid("This is no country: give its two letters, such as DE.", field="country")
    if source and source not in LeadContact.Source.values:
        raise Invalid("This is none of the sources.", field="source")
    if line is None and not (place or source or called):
        raise Invalid("Say which leads: a product line, a country, a source or a campaign.", field="line")
    last = LeadRoute.objects.aggregate(last=Max("position"))["last"]
    route = LeadRoute(
        position=0 if last is None else last + 1,
        line=line,
        country=place,
        source=source,
        campaign=called,
        to_partner=to_partner,
    )
    route.save(force_insert=True)
    return record(
        route, "lead_route.added", by=by, vendor_only=True, to=to_partner.name if to_partner else "operations"
    )


@transaction.atomic
def drop_lead_route(route: LeadRoute, *, by: Membership | None) -> None:
    """Take a way past the points away."""
    require(by, "dealreg.drop_lead_route", route)
    record(route, "lead_route.dropped", by=by, vendor_only=True)
    LeadRoute.objects.filter(pk=route.pk).delete()
